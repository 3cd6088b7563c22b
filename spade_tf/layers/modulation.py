"""What SPADE and CLADE share: normalise, then scale and shift by the layout."""

from typing import Any

from spade_tf.layers.layout_layer import LayoutLayer
from spade_tf.layers.layout_pyramid import LayoutPyramid
from spade_tf.layers.param_free_norm import ParameterFreeNorm


def modulate(x: Any, gamma: Any, beta: Any) -> Any:
    """`x * (1 + gamma) + beta`, all of one shape: gamma 0 and beta 0 change nothing."""
    return x * (1 + gamma) + beta


class Modulation(LayoutLayer):
    """Base of the layers that normalise and then modulate by a `LayoutPyramid`.

    Args:
        num_labels: number of semantic ids, the don't-care id included.
        has_instances: whether the layer also reads instance edges.
        param_free_norm: kind of the `ParameterFreeNorm`, its sublayer `norm`.
    """

    def __init__(
        self,
        num_labels: int,
        has_instances: bool = False,
        param_free_norm: str = "sync_batch",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_labels = num_labels
        self.has_instances = has_instances
        self.param_free_norm = param_free_norm
        self.norm = ParameterFreeNorm(param_free_norm, dtype=self.dtype_policy, name="norm")

    @property
    def extra_channels(self) -> int:
        """Channels that the output has beyond those of `x`."""
        return 0

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], input_shape[-1] + self.extra_channels)

    def check(self, pyramid: LayoutPyramid) -> None:
        """Raises ValueError if the pyramid lacks what this layer reads."""
        if pyramid.num_labels != self.num_labels:
            raise ValueError(
                f"{self.name} was made for {self.num_labels} labels, but the layout has "
                f"{pyramid.num_labels}."
            )
        if self.has_instances and not pyramid.has_instances:
            raise ValueError(
                f"{self.name} reads instance edges, but the layout has no instance_map: pass one "
                "or make the layer with has_instances=False."
            )

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "num_labels": self.num_labels,
            "has_instances": self.has_instances,
            "param_free_norm": self.param_free_norm,
        }
