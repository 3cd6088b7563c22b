"""Refuses values that do not fit together."""

from spade_tf.config.keys import get
from spade_tf.config.schema import Config
from spade_tf.errors import UserError


def validate(config: Config) -> None:
    """Refuses values that do not fit together. Raises UserError: the key and what to write."""
    data, model, train = config.data, config.model, config.train
    positive = (
        "data.num_labels data.height data.width data.load_size model.base_width model.hidden_width "
        "discriminator.base_width discriminator.num_scales "
        "discriminator.num_layers train.discriminator_steps train.gradient_accumulation "
        "train.steps_per_execution train.log_every_steps train.sample_every_steps "
        "train.save_every_steps train.keep_checkpoints data.num_scenes"
    ).split()
    not_negative = (
        "model.latent_dim losses.feature_matching_weight losses.vgg_weight losses.kl_weight "
        "losses.kl_examples train.batch_size train.steps train.epochs train.decay_epochs "
        "train.learning_rate model.init_gain data.rotation_degrees data.first_file_id train.seed"
    ).split()
    for key in positive + not_negative:
        value = get(config, key)
        low = 1 if key in positive else 0
        if value < low:
            raise UserError(f"{key} is {value}; write {low} or more")
    step = 2**config.doublings
    for side in ("height", "width"):
        size = getattr(data, side)
        if size % step:
            near = max(step, round(size / step) * step)
            raise UserError(
                f"data.{side} is {size}, but model.upsampling={model.upsampling} doubles the image "
                f"{config.doublings} times: write a multiple of {step}, such as {near}"
            )
    if model.encoder_size < 8 or model.encoder_size & (model.encoder_size - 1):
        raise UserError(
            f"model.encoder_size is {model.encoder_size}; write a power of two from 8, such as 256"
        )
    if train.decay_epochs > train.epochs:
        raise UserError(
            f"train.decay_epochs is {train.decay_epochs} of train.epochs {train.epochs}; decay is "
            "the last part of the epochs: write at most that many"
        )
    for key in ("train.ema_decay", "train.beta_1", "train.beta_2"):
        if not 0 <= get(config, key) < 1:
            raise UserError(f"{key} is {get(config, key)}; write a number from 0 to below 1")
    if train.adam_epsilon <= 0:
        raise UserError(f"train.adam_epsilon is {train.adam_epsilon}; write a number above 0")
    if train.jit_compile and model.modulation == "neighbourhoods":
        raise UserError(
            "model.modulation=neighbourhoods cannot be compiled with XLA, which needs sizes known "
            "beforehand; write auto or convolutions, or train.jit_compile=false"
        )
    if train.seed >= 2**31:
        raise UserError(f"train.seed is {train.seed}; write a number below {2**31}")
    if data.has_dont_care and data.num_labels < 2:
        raise UserError("data.num_labels counts the don't-care label: write at least 2")
    if not train.steps and not train.epochs:
        raise UserError("train.steps and train.epochs are both 0; give one of them")
