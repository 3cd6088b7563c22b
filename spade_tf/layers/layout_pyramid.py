"""The layout at every resolution of a network, made once per forward pass."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from keras import ops

from spade_tf.layers.instance_edges import instance_edges
from spade_tf.layers.table import RowIndex

if TYPE_CHECKING:  # TensorFlow's own; the other layers run on any Keras backend
    from spade_tf.layers.neighbourhoods import Neighbourhoods


def resize_nearest(x: Any, height: Any, width: Any) -> Any:
    """Picks pixels as PyTorch's nearest interpolation does: source row `floor(i * H / height)`.

    `keras.ops.image.resize` picks the pixel nearest to the target's centre instead, which is
    another one: networks trained with one do not work as well with the other.

    Args:
        x: [batch, H, W, ...] of any type.
        height: rows of the result, an int or a scalar integer tensor.
        width: columns of the result, likewise.

    Returns:
        [batch, height, width, ...] of the same type.
    """
    source_height, source_width = ops.shape(x)[1:3]
    x = _pick(x, source_height, height, axis=1)
    return _pick(x, source_width, width, axis=2)


def _pick(x: Any, source: Any, size: Any, axis: int) -> Any:
    static = isinstance(source, int) and isinstance(size, int)
    if static and source == size:
        return x
    if static and source % size == 0:
        stride = source // size
        return x[:, ::stride] if axis == 1 else x[:, :, ::stride]
    index = ops.arange(size, dtype="int32") * source // size
    return ops.take(x, index, axis=axis)


class LayoutPyramid:
    """What the normalisation layers read: label map, edges and positions at each resolution.

    A plain Python object, made once per forward pass from the full-size maps. Every resolution is
    computed when a layer first asks for it and kept, so that all layers of that size share it.
    Keep it inside the function that made it: under `tf.function` it holds that graph's tensors.

    Edges are found at full size and then picked like labels.

    Ids outside 0..num_labels-1 are not detected here: their one-hot vector is all zeros, and a
    class-table lookup of them is undefined. The data pipeline checks ids when it reads them.

    Args:
        label_map: semantic ids 0..num_labels-1, [batch, height, width] int32.
        num_labels: number of semantic ids, the don't-care id included.
        instance_map: instance ids, [batch, height, width] int32, or None.
        position_map: class-relative (row, column) offsets, -1..1,
            [batch, height, width, 2] float32, or None.
    """

    def __init__(
        self,
        label_map: Any,
        num_labels: int,
        instance_map: Any = None,
        position_map: Any = None,
    ) -> None:
        self.num_labels = num_labels
        self._label_map = ops.cast(label_map, "int32")
        self._edges = None if instance_map is None else instance_edges(instance_map)
        self._position_map = position_map
        self._cache: dict[tuple, Any] = {}

    @property
    def has_instances(self) -> bool:
        """Whether the layout has an edge channel."""
        return self._edges is not None

    @property
    def has_positions(self) -> bool:
        """Whether the layout has class-relative positions."""
        return self._position_map is not None

    def labels(self, height: Any, width: Any) -> Any:
        """Semantic ids, [batch, height, width] int32."""
        return self._cached(
            ("labels", height, width), lambda: resize_nearest(self._label_map, height, width)
        )

    def label_index(self, height: Any, width: Any) -> RowIndex:
        """The semantic ids as an index into tables of one row per label."""
        return self._cached(
            ("label_index", height, width),
            lambda: RowIndex(self.labels(height, width), self.num_labels),
        )

    def neighbourhoods(
        self, height: Any, width: Any, kernel_size: int, use_edges: bool
    ) -> "Neighbourhoods":
        """The distinct neighbourhoods of the labels, and of the edges if asked."""
        from spade_tf.layers.neighbourhoods import Neighbourhoods

        edges = self.edges(height, width) if use_edges else None
        return self._cached(
            ("neighbourhoods", height, width, kernel_size, use_edges),
            lambda: Neighbourhoods(self.labels(height, width), self.num_labels, edges, kernel_size),
        )

    def one_hot(self, height: Any, width: Any, dtype: str = "float32") -> Any:
        """The label map as one channel per id, [batch, height, width, num_labels], 0 or 1."""
        return self._cached(
            ("one_hot", height, width, dtype),
            lambda: ops.one_hot(self.labels(height, width), self.num_labels, dtype=dtype),
        )

    def edges(self, height: Any, width: Any) -> Any:
        """Instance edges, [batch, height, width, 1] float32, or None without an instance map."""
        if self._edges is None:
            return None
        return self._cached(
            ("edges", height, width), lambda: resize_nearest(self._edges, height, width)
        )

    def positions(self, height: Any, width: Any) -> Any:
        """Class-relative positions, [batch, height, width, 2] float32, or None without a map."""
        if self._position_map is None:
            return None
        return self._cached(
            ("positions", height, width), lambda: resize_nearest(self._position_map, height, width)
        )

    def condition(self, height: Any, width: Any, dtype: str = "float32") -> Any:
        """What a convolution reads: the one-hot channels, then the edge channel if there is one.

        [batch, height, width, num_labels (+ 1)] of `dtype`.
        """
        if self._edges is None:
            return self.one_hot(height, width, dtype)
        return self._cached(
            ("condition", height, width, dtype),
            lambda: ops.concatenate(
                [
                    self.one_hot(height, width, dtype),
                    ops.cast(self.edges(height, width), dtype),
                ],
                axis=-1,
            ),
        )

    def _cached(self, key: tuple, compute: Callable[[], Any]) -> Any:
        # A size known only when the graph runs is the same only if it is the same tensor.
        sizes = key[1:3]
        key = tuple(part if isinstance(part, int | str) else id(part) for part in key)
        if key not in self._cache:
            self._cache[key] = (compute(), sizes)  # kept, so that no other tensor gets their ids
        return self._cache[key][0]
