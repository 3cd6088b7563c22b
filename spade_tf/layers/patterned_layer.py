"""What layers share that make norms of their own after a pattern."""

from typing import Any

import keras

from spade_tf.layers.layout_layer import LayoutLayer


class PatternedLayer(LayoutLayer):
    """A layer whose argument `norm` is the pattern of the norms inside it.

    Args:
        norm: an unbuilt layer called as `norm(x, pyramid, training)`, such as `SPADE` or `CLADE`.
            It is not itself part of the layer.
    """

    def __init__(self, norm: keras.layers.Layer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._norm_pattern = lambda: norm  # a function, for Keras would track the layer itself

    @property
    def norm_pattern(self) -> Any:
        """The argument `norm`."""
        return self._norm_pattern()

    def own_norm(self, name: str) -> keras.layers.Layer:
        """An unbuilt norm with the pattern's config and this layer's dtype policy."""
        pattern = self.norm_pattern
        own = {"name": name, "dtype": self.dtype_policy}
        return type(pattern).from_config({**pattern.get_config(), **own})

    def get_config(self) -> dict[str, Any]:
        norm = keras.saving.serialize_keras_object(self.norm_pattern)
        return {**super().get_config(), "norm": norm}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        norm = keras.saving.deserialize_keras_object(config["norm"])
        return super().from_config({**config, "norm": norm})
