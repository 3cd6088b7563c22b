"""What every export runs: label maps in, RGB bytes out; photographs in, styles out."""

from typing import Any

import keras
import tensorflow as tf

from spade_tf.inference import InferenceGenerator, PlainGenerator
from spade_tf.inference.positions import position_map
from spade_tf.models import Generator


class Painter(tf.Module):
    """A generator, folded where it can be, that answers {"image": uint8 [batch, height, width, 3]}.

    Called with the label map and what else the generator reads; class-relative positions it makes
    itself.

    Args:
        generator: whose weights paint.
        dont_care: label that is no object, or None.
        precision, modulation, winograd: of `InferenceGenerator`.
    """

    def __init__(
        self,
        generator: keras.Model,
        dont_care: int | None,
        precision: str = "float32",
        modulation: str = "neighbourhoods",
        winograd: bool | None = None,
    ) -> None:
        super().__init__()
        self._dont_care = dont_care
        self._has_positions = generator.has_positions
        self._generator: Any
        if isinstance(generator, Generator):
            self._generator = InferenceGenerator(generator, precision, modulation, winograd)
        else:
            self._generator = PlainGenerator(generator, precision, modulation)

    def __call__(self, **inputs: Any) -> dict[str, tf.Tensor]:
        if self._has_positions:
            inputs["position_map"] = position_map(inputs["label_map"], self._dont_care)
        # Generators leave nothing outside 0..255.
        grey = tf.round((self._generator(inputs) + 1.0) * 127.5)
        return {"image": tf.cast(grey, tf.uint8)}


class StyleReader(tf.Module):
    """A style encoder that reads bytes, and answers `mean` and `log_variance`."""

    def __init__(self, encoder: keras.Model) -> None:
        super().__init__()
        self._encoder = encoder
        # A SavedModel holds what it finds from here; lists of Keras layers are passed over.
        self.weights = [variable.value for variable in encoder.variables]

    def __call__(self, image: Any) -> dict[str, tf.Tensor]:
        mean, log_variance = self._encoder(tf.cast(image, tf.float32) / 127.5 - 1.0, training=False)
        return {"mean": mean, "log_variance": log_variance}
