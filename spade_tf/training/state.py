"""Everything that training changes, and therefore everything that a checkpoint holds."""

import keras
import tensorflow as tf

from spade_tf.config import Config
from spade_tf.errors import UserError
from spade_tf.models import build_discriminator, build_encoder, build_generator
from spade_tf.training.adam import Adam
from spade_tf.training.recompute import recompute_blocks


class TrainingState:
    """The networks, their optimizers, the generator's moving average, and how far training is.

    Created inside `strategy.scope()`. Nothing else is random or remembered: order, crops and noise
    follow from `train.seed` and `images_seen`, so no generator state needs saving.

    Attributes:
      generator, discriminator, encoder: the networks (encoder None for a model without style,
        discriminator None for one that learns without).
      ema_generator: moving average of the generator's weights; used for pictures and export.
      generator_optimizer: Adam over generator and encoder.
      discriminator_optimizer: Adam over the discriminator, or None.
      step: int64, training iterations done (one generator step each).
      images_seen: int64, position in the endless stream of training images.
    """

    def __init__(self, config: Config):
        keras.utils.set_random_seed(config.train.seed)
        self.generator = build_generator(config)
        self.discriminator = build_discriminator(config)
        self.encoder = build_encoder(config)
        self.ema_generator = build_generator(config)
        copy_variables(self.generator.variables, self.ema_generator.variables)
        if config.train.recompute:
            recompute_blocks(self.generator)
        self._only_layers = config.train.only_layers
        self.generator_optimizer = _adam(config, generator_rate(config), "generator_optimizer")
        self.generator_optimizer.build(self.generator_variables)
        self.discriminator_optimizer = None
        if self.discriminator:
            rate = discriminator_rate(config)
            self.discriminator_optimizer = _adam(config, rate, "discriminator_optimizer")
            self.discriminator_optimizer.build(self.discriminator.trainable_variables)
        self.step = tf.Variable(0, dtype=tf.int64, trainable=False, name="step")
        self.images_seen = tf.Variable(0, dtype=tf.int64, trainable=False, name="images_seen")

    @property
    def generator_variables(self) -> list:
        """What the generator's optimizer trains: generator, or some of its layers, and encoder."""
        encoder = self.encoder.trainable_variables if self.encoder else []
        return variables_of_layers(self.generator, self._only_layers) + encoder

    def checkpoint(self) -> tf.train.Checkpoint:
        """The whole state as one TensorFlow checkpoint."""
        parts = {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "encoder": self.encoder,
            "ema_generator": self.ema_generator,
            "generator_optimizer": self.generator_optimizer,
            "discriminator_optimizer": self.discriminator_optimizer,
        }
        named = {name: variables_by_path(part) for name, part in parts.items() if part}
        return tf.train.Checkpoint(step=self.step, images_seen=self.images_seen, **named)

    def average_generator(self, decay: tf.Tensor) -> None:
        """Moves the averaged weights towards the generator's. Replica context, after its step."""
        for average, variable in zip(
            self.ema_generator.trainable_variables, self.generator.trainable_variables, strict=True
        ):
            average.assign(variable + decay * (average - variable))

    def copy_statistics(self) -> None:
        """Gives the averaged generator the generator's running statistics and spectral vectors."""
        copy_variables(
            self.generator.non_trainable_variables, self.ema_generator.non_trainable_variables
        )


def generator_rate(config: Config) -> float:
    """Generator's learning rate: half the base rate with TTUR (SPADE paper, section 4)."""
    return config.train.learning_rate * (0.5 if config.train.ttur else 1.0)


def discriminator_rate(config: Config) -> float:
    """Discriminator's learning rate: twice the base rate with TTUR."""
    return config.train.learning_rate * (2.0 if config.train.ttur else 1.0)


def variables_of_layers(generator: keras.Model, names: str) -> list:
    """Trainable variables of the layers of these names, separated by commas; of all if empty.

    Raises UserError if the generator has no such layer.
    """
    variables = generator.trainable_variables
    layers = {variable.path: variable.path.split("/")[1] for variable in variables}
    wanted = {name.strip() for name in names.split(",")} if names else set(layers.values())
    unknown = sorted(wanted - set(layers.values()))
    if unknown:
        raise UserError(
            f"train.only_layers={names}: the generator has no {', '.join(unknown)}; write some of "
            f"{', '.join(dict.fromkeys(layers.values()))}"
        )
    return [variable for variable in variables if layers[variable.path] in wanted]


def variables_by_path(owner: keras.Model | keras.optimizers.Optimizer) -> dict[str, tf.Variable]:
    """Every variable of a network or optimizer under its path.

    Named one by one because TensorFlow's own walk over a Keras 3 model passes over layers in lists
    without a word: they would be missing from the checkpoint.
    """
    named = {variable.path: variable.value for variable in owner.variables}
    if len(named) != len(owner.variables):
        raise ValueError(f"{owner.name} has several variables of one path")
    return named


def copy_variables(sources: list, targets: list) -> None:
    """Assigns each source variable's value to the target at the same place."""
    for source, target in zip(sources, targets, strict=True):
        target.assign(source)


def _adam(config: Config, learning_rate: float, name: str) -> keras.optimizers.Optimizer:
    """Adam; its name begins its variables' paths, and so their names in a checkpoint."""
    train = config.train
    adam = Adam(
        learning_rate,
        name=name,
        beta_1=train.beta_1,
        beta_2=train.beta_2,
        epsilon=train.adam_epsilon,
        accumulation_steps=train.gradient_accumulation,
    )
    if train.precision == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(adam, name=f"{name}_scaled")
    return adam
