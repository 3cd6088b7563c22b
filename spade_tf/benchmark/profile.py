"""Where the time of a network goes: by kinds of operations, as a picture."""

import collections
import pathlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import tensorflow as tf

from spade_tf.benchmark.cases import Case, Workload, case_config
from spade_tf.benchmark.layouts import make_batch, make_layouts
from spade_tf.benchmark.runs import make_run
from spade_tf.config import Config
from spade_tf.files import beside

KINDS = {
    "convolutions": ("Conv2D", "_FusedConv2D"),
    "matrix products": ("MatMul", "_FusedMatMul", "BatchMatMulV2"),
    "sums of table rows": ("SparseSegmentSum", "SegmentSum"),
    "look-ups": ("GatherV2", "ResourceGather", "GatherNd"),
    "numbering": ("Unique", "UnsortedSegmentMax", "UnsortedSegmentMin", "FloorMod", "FloorDiv"),
    "arithmetic of maps": (
        *("Mul", "AddV2", "Sub", "BiasAdd", "Rsqrt", "Relu", "LeakyRelu", "Tanh", "Maximum"),
    ),
    "copies": (
        *("BroadcastTo", "Split", "StridedSlice", "Tile", "PadV2", "ConcatV2", "Pack", "Cast"),
        *("Transpose", "OneHot"),
    ),
}
"""TensorFlow's operations by what they do here; all others are `others`."""

OTHERS = "others"


def profile_models(
    config: Config, workload: Workload, models: Sequence[str], data_root: str | None, rounds: int
) -> dict[str, dict[str, float]]:
    """`profile` of each of our networks, compiled, in float32, on the same label maps."""
    profiles = {}
    for model in models:
        case = Case(workload, model, "graph", "float32")
        own = case_config(config, case)
        layouts = make_layouts(data_root, own)
        warm_up, *batches = [
            make_batch(layouts, number, own, training=False) for number in range(rounds + 1)
        ]
        run = make_run(case, own)
        run(warm_up)
        profiles[model] = profile(run, batches)
    return profiles


def profile(run: Callable[[Any], Any], batches: Sequence[Any]) -> dict[str, float]:
    """Milliseconds of a batch that each kind of operation takes, largest first.

    Operations that run at the same time count both, so the sum can exceed the time of a batch.

    Args:
        run: a compiled network that has been called before.
        batches: what to call it with.
    """
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for batch in batches:
            run(batch)
        tf.profiler.experimental.stop()
        (file,) = pathlib.Path(folder).rglob("*.xplane.pb")
        times: collections.Counter[str] = collections.Counter()
        for operation, milliseconds in _operations(file):
            times[kind_of(operation)] += milliseconds / len(batches)
    return dict(times.most_common())


def kind_of(operation: str) -> str:
    """The kind of an operation, by TensorFlow's name of its type."""
    return next((kind for kind, names in KINDS.items() if operation in names), OTHERS)


def _operations(file: pathlib.Path) -> Iterator[tuple[str, float]]:
    """Type and milliseconds of every operation that a trace holds."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space = xplane_pb2.XSpace()
    space.ParseFromString(file.read_bytes())
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                name, colon, operation = plane.event_metadata[event.metadata_id].name.rpartition(
                    ":"
                )
                if colon and name and operation.isidentifier():
                    yield operation, event.duration_ps / 1e9


def draw_profiles(profiles: Mapping[str, Mapping[str, float]], picture: pathlib.Path) -> None:
    """A bar for each network, divided by kinds of operations.

    Args:
        profiles: from `profile`, by the networks' names.
        picture: a PNG file.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(10, 1.2 + 0.7 * len(profiles)), layout="constrained")
    left = [0.0] * len(profiles)
    for kind in (*KINDS, OTHERS):
        widths = [times.get(kind, 0.0) for times in profiles.values()]
        axis.barh(list(profiles), widths, left=left, label=kind)
        left = [a + b for a, b in zip(left, widths, strict=True)]
    axis.invert_yaxis()
    axis.set_xlabel("ms of operations for one call; those that run at the same time count both")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    with beside(picture) as partial:
        figure.savefig(partial, dpi=110, format="png")
    plt.close(figure)
