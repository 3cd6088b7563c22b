"""The feature encoder of pix2pixHD: from a photograph to a few numbers for each instance."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers import NormalisedConv, Unmodulated, xavier_normal
from spade_tf.layers.resampling import reflect


@keras.saving.register_keras_serializable("spade_tf")
class FeatureEncoder(keras.Model):
    """An encoder-decoder without residual blocks, averaged over each instance (section 3.4).

    Wang et al. 2018. What is painted in an instance can so be chosen by its few numbers, for the
    generator has learnt to read all that the layout does not say from them.

    Inputs (a dict): image float `[batch, height, width, 3]`, -1..1; instance_map int32
    `[batch, height, width]`. Sides are multiples of 2 ** num_halvings.

    Returns: float32 `[batch, height, width, channels]`, -1..1, the same all over an instance.

    Args:
        channels: numbers of an instance, 3 in the paper.
        base_width: channels at full size, 16 in the official code.
        num_halvings: 4 in the paper.
    """

    def __init__(
        self, channels: int = 3, base_width: int = 16, num_halvings: int = 4, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.channels = channels
        self.base_width = base_width
        self.num_halvings = num_halvings
        norm = Unmodulated(1, param_free_norm="instance")

        def conv(width: int, name: str, **more: Any) -> NormalisedConv:
            return NormalisedConv(
                base_width * width, norm, name=name, dtype=self.dtype_policy, **more
            )

        steps = range(num_halvings)
        self.stages = [
            conv(1, "stem", kernel_size=7),
            *(conv(2 ** (i + 1), f"down_{i}", resampling="halve") for i in steps),
            *(conv(2**i, f"up_{i}", resampling="double") for i in reversed(steps)),
        ]
        self.to_features = keras.layers.Conv2D(
            channels,
            7,
            kernel_initializer=xavier_normal(),
            dtype=self.dtype_policy,
            name="to_features",
        )

    def build(self, input_shape: Any = None) -> None:
        shape: tuple = (None, None, None, 3)
        for stage in self.stages:
            stage.build(shape)
            shape = stage.compute_output_shape(shape)
        self.to_features.build(shape)
        self.built = True

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> Any:
        return mean_of_instances(self.features(inputs["image"], training), inputs["instance_map"])

    def features(self, image: Any, training: bool | None = None) -> Any:
        """What is averaged: float32 `[batch, height, width, channels]`, -1..1."""
        x = ops.cast(image, self.compute_dtype)
        for stage in self.stages:
            x = stage(x, None, training=training)
        return ops.tanh(ops.cast(self.to_features(reflect(x, 3)), "float32"))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "channels": self.channels,
            "base_width": self.base_width,
            "num_halvings": self.num_halvings,
        }


def mean_of_instances(x: Any, instance_map: Any) -> Any:
    """The mean over all pixels of an image that share an instance id, at each of them.

    TensorFlow only, and not under XLA: how many instances there are is known when it runs.

    Args:
        x: float `[batch, height, width, channels]`.
        instance_map: integers `[batch, height, width]`.
    """
    import tensorflow as tf

    shape = tf.shape(x)
    images = tf.cast(tf.range(shape[0]), tf.int64)[:, tf.newaxis, tf.newaxis]
    ids = tf.reshape(images * 2**32 + tf.cast(instance_map, tf.int64), (-1,))
    distinct, place = tf.unique(ids)
    rows = tf.reshape(x, (-1, shape[-1]))
    means = tf.math.unsorted_segment_mean(rows, place, tf.size(distinct))
    return tf.reshape(tf.gather(means, place), shape)
