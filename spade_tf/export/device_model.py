"""A trained generator as a device calls it: one image at a time, and nothing but fixed shapes."""

from typing import Any

import keras
import tensorflow as tf

from spade_tf.export.contract import DEFAULT, ENCODE_STYLE, ModelCard, Signature, Tensor
from spade_tf.inference import InferenceGenerator
from spade_tf.inference.positions import position_map
from spade_tf.models import Generator


def paint_signature(card: ModelCard) -> Signature:
    """What a .tflite of a generator reads and answers; the style, if it has one, is given."""
    size = (1, card.height, card.width)
    labels = f"label of each pixel, 0..{len(card.labels) - 1}; others are not detected"
    inputs = [Tensor("label_map", "int32", size, labels)]
    if card.has_instances:
        doc = "instance of each pixel; only borders matter"
        inputs.append(Tensor("instance_map", "int32", size, doc))
    if card.latent_dim:
        doc = "the style; typical ones are normal draws"
        inputs.append(Tensor("z", "float32", (1, card.latent_dim), doc))
    image = Tensor("image", "uint8", (*size, 3), "RGB")
    return Signature(DEFAULT, "paints a label map", tuple(inputs), (image,))


def style_signature(card: ModelCard) -> Signature:
    """What the .tflite of a style encoder reads and answers."""
    assert card.style_size  # asked only of models with an encoder
    photograph = Tensor("image", "uint8", (1, *card.style_size, 3), "RGB photograph")
    style = [
        Tensor(name, "float32", (1, card.latent_dim), f"{doc} of its style's distribution")
        for name, doc in (("mean", "mean"), ("log_variance", "log variance"))
    ]
    return Signature(ENCODE_STYLE, "style of a photograph", (photograph,), tuple(style))


class DevicePainter(tf.Module):
    """Paints a label map. SPADE's gamma and beta are convolutions here.

    Numbering neighbourhoods would need sums of table rows, which TensorFlow Lite does not have.
    """

    def __init__(self, card: ModelCard, generator: Generator) -> None:
        super().__init__()
        self._dont_care = card.dont_care
        self._has_positions = generator.has_positions
        self._generator = InferenceGenerator(generator, modulation="convolutions")

    def __call__(self, **inputs: Any) -> dict[str, tf.Tensor]:
        if self._has_positions:
            inputs["position_map"] = position_map(inputs["label_map"], self._dont_care)
        grey = tf.round((self._generator(inputs) + 1.0) * 127.5)
        return {"image": tf.cast(grey, tf.uint8)}


class DeviceStyleEncoder(tf.Module):
    """Reads the style off a photograph."""

    def __init__(self, encoder: keras.Model) -> None:
        super().__init__()
        self._encoder = encoder
        # A SavedModel holds what it finds from here; lists of Keras layers are passed over.
        self.weights = [variable.value for variable in encoder.variables]

    def __call__(self, image: Any) -> dict[str, tf.Tensor]:
        mean, log_variance = self._encoder(tf.cast(image, tf.float32) / 127.5 - 1.0, training=False)
        return {"mean": mean, "log_variance": log_variance}
