"""How a segmenter learns: everything that training changes, and one step."""

import keras
import numpy as np
import tensorflow as tf

from spade_tf.evaluation.segmenter.augmentation import vary
from spade_tf.evaluation.segmenter.card import SegmenterCard
from spade_tf.evaluation.segmenter.deeplab_v3_plus import build_deeplab_v3_plus

WARM_UP_SHARE = 0.05
WEIGHT_DECAY = 0.02


class SegmenterTraining:
    """The network, its optimizer and how far training is.

    AdamW (Loshchilov and Hutter, 2019); the learning rate rises linearly at first, then falls to 0
    along a cosine. Nothing else is remembered: what is random follows from the seed and the step.

    Args:
      card: sizes and classes of the network, steps and seed of the training.
      learning_rate: the highest.

    Attributes:
      model: the network.
      step: training steps done.
    """

    def __init__(self, card: SegmenterCard, learning_rate: float):
        keras.utils.set_random_seed(card.seed)
        self.card = card
        self.model = build_deeplab_v3_plus(
            card.num_classes, card.height, card.width, card.base_width
        )
        warm_up = max(1, int(WARM_UP_SHARE * card.steps))
        self.optimizer = keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(
                0.0,
                max(1, card.steps - warm_up),
                warmup_target=learning_rate,
                warmup_steps=warm_up,
            ),
            weight_decay=WEIGHT_DECAY,
            name="optimizer",
        )
        self.optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
        self.optimizer.build(self.model.trainable_variables)
        self.compiled_step = tf.function(self._train_step, autograph=False)

    @property
    def step(self) -> int:
        return int(self.optimizer.iterations.numpy())

    def checkpoint(self) -> tf.train.Checkpoint:
        """The whole state as one TensorFlow checkpoint."""
        parts = (self.model, self.optimizer)
        named = {part.name: {v.path: v.value for v in part.variables} for part in parts}
        return tf.train.Checkpoint(**named)

    def train_step(self, batch: dict[str, tf.Tensor]) -> np.ndarray:
        """One update.

        Args:
          batch: `image` [batch, height, width, 3] float32, -1..1, and `label_map` [batch, height,
            width] int32, as the pipeline gives them.

        Returns: the loss, float32.
        """
        return self.compiled_step(batch["image"], batch["label_map"]).numpy()

    def _train_step(self, image: tf.Tensor, label_map: tf.Tensor) -> tf.Tensor:
        seed = tf.stack([self.card.seed, tf.cast(self.optimizer.iterations.value, tf.int32)])
        image, label_map = vary(image, label_map, seed)
        with tf.GradientTape() as tape:
            logits = self.model(image, training=True)["logits"]
            loss = segmentation_loss(label_map, logits)
        variables = self.model.trainable_variables
        self.optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
        return loss


def segmentation_loss(label_map: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Mean cross-entropy of the pixels whose label is a class; 0 if there are none.

    Args:
      label_map: [batch, height, width] int32; labels that are no class (don't-care, IGNORED) do not
        count.
      logits: [batch, height, width, num_classes] float32.
    """
    known = (label_map >= 0) & (label_map < logits.shape[-1])
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.where(known, label_map, 0), logits=logits
    )
    known = tf.cast(known, tf.float32)
    return tf.math.divide_no_nan(tf.reduce_sum(losses * known), tf.reduce_sum(known))
