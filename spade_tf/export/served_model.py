"""A trained generator as a server calls it: the functions behind the contract's signatures."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from spade_tf.export import contract
from spade_tf.export.contract import ModelCard, Signature
from spade_tf.export.guards import checked, decode_label_png
from spade_tf.export.painter import Painter, StyleReader
from spade_tf.models import Generator


class ServedModel(tf.Module):
    """Paints as the contract says: integers and bytes in, bytes out, every row by itself.

    Args:
        card: of the model.
        generator: whose weights paint; it is folded.
        encoder: of styles, or None.
        precision, winograd: of `InferenceGenerator`.
    """

    def __init__(
        self,
        card: ModelCard,
        generator: Generator,
        encoder: keras.Model | None,
        precision: str = "float32",
        winograd: bool | None = None,
    ) -> None:
        super().__init__()
        self._card = card
        self._painter = Painter(generator, card.dont_care, precision, winograd=winograd)
        # One function for all signatures: each that paints would have a graph of its own.
        self._paint_rows = tf.function(self._painter)
        self._read_style = StyleReader(encoder) if encoder else None

    def functions(self) -> dict[str, tf.types.experimental.ConcreteFunction]:
        """A traced function for each signature, by name."""
        bodies: dict[str, Callable[..., dict[str, Any]]] = {
            contract.DEFAULT: self._paint,
            contract.STYLE: self._paint,
            contract.PNG: self._paint_png,
        }
        if self._read_style:
            bodies[contract.ENCODE_STYLE] = self._read_style
        return {
            signature.name: self._traced(signature, bodies[signature.name])
            for signature in contract.signatures(self._card)
        }

    def _traced(
        self, signature: Signature, body: Callable[..., dict[str, Any]]
    ) -> tf.types.experimental.ConcreteFunction:
        def call(**inputs: tf.Tensor) -> dict[str, Any]:
            return body(**checked(signature.inputs, inputs, len(self._card.labels)))

        specs = {
            tensor.name: tf.TensorSpec(tensor.shape, tensor.dtype, name=tensor.name)
            for tensor in signature.inputs
        }
        return tf.function(call).get_concrete_function(**specs)

    def _paint(self, seed: Any = None, **inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        if seed is not None:
            inputs["z"] = self._draw(seed)
        return self._paint_rows(**inputs)

    def _draw(self, seed: tf.Tensor) -> tf.Tensor:
        """A style for each seed: that of `synthesize --seed`."""
        shape = (self._card.latent_dim,)
        return tf.map_fn(
            lambda one: tf.random.stateless_normal(shape, tf.stack([one, 0])),
            seed,
            fn_output_signature=tf.TensorSpec(shape, tf.float32),
        )

    def _paint_png(self, label_png_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        card = self._card
        labels = tf.map_fn(
            lambda data: decode_label_png(data, card.height, card.width, card.label_of_file_id),
            label_png_bytes,
            fn_output_signature=tf.TensorSpec((card.height, card.width), tf.int32),
        )
        inputs = {"label_map": labels}
        if card.has_instances:
            inputs["instance_map"] = labels
        if card.latent_dim:
            inputs["seed"] = tf.zeros(tf.shape(labels)[:1], tf.int64)
        images = self._paint(**inputs)["image"]
        return {"image_bytes": tf.map_fn(tf.io.encode_png, images, fn_output_signature=tf.string)}
