"""Where the time of a network goes: by kinds of operations, as a picture."""

import collections
import pathlib
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from spade_tf.benchmark.cases import Case
from spade_tf.benchmark.own_process import answer, ask
from spade_tf.config import Config
from spade_tf.files import beside

KINDS = {
    "convolutions": ("Conv2D", "FusedConv2D", "Conv2DWithBias", "PadWithConv2D"),
    "matrix products": ("MatMul", "FusedMatMul", "BatchMatMulV2"),
    "sums of table rows": ("SparseSegmentSum", "SegmentSum"),
    "look-ups": ("GatherV2", "ResourceGather", "GatherNd"),
    "numbering": ("Unique", "UnsortedSegmentMax", "UnsortedSegmentMin", "FloorMod", "FloorDiv"),
    "arithmetic of maps": (
        *(
            "Mul",
            "AddV2",
            "AddN",
            "Sub",
            "BiasAdd",
            "Rsqrt",
            "Relu",
            "LeakyRelu",
            "Tanh",
            "Maximum",
        ),
    ),
    "copies": (
        *(
            "BroadcastTo",
            "Split",
            "StridedSlice",
            "Tile",
            "Pad",
            "PadV2",
            "ConcatV2",
            "Pack",
            "Cast",
        ),
        *("Transpose", "OneHot", "ResizeNearestNeighbor"),
    ),
}
"""TensorFlow's operations by what they do here; all others are `others`."""

LIBRARY = re.compile("^_(Mkl)?(Native)?")
"""What begins the name of an operation that TensorFlow put in another's place, such as oneDNN's."""

OPERATION = re.compile(r"[^: ]+:(?P<type>_?[A-Z]\w*)")
"""How a trace names the run of an operation: `its/name:ItsType`."""

OTHERS = "others"

CALLS = 5
"""Each on other label maps."""


def profile_case(case: Case, config: Config, data_root: str | None) -> dict[str, float]:
    """Milliseconds of an inference that each kind of operation takes, largest first.

    It runs in a process in which operations follow each other: of those that share the processor,
    each would count the other's time too. So the sum is longer than the benchmark's time.

    Args:
        case: a compiled inference.
        config: the experiment.
        data_root: of real label maps, or None.

    Raises:
        UserError: the process failed.
    """
    one_by_one = {"TF_NUM_INTEROP_THREADS": "1"}
    return ask("spade_tf.benchmark.profile", case, config, data_root, one_by_one)


def measure(case: Case, config: Config, data_root: str | None) -> dict[str, float]:
    """What `profile_case` returns, measured in this process."""
    from spade_tf.benchmark.layouts import make_batch, make_layouts
    from spade_tf.benchmark.runs import make_run

    layouts = make_layouts(data_root, config)
    warm_up, *batches = [
        make_batch(layouts, number, config, training=False) for number in range(CALLS + 1)
    ]
    run = make_run(case, config)
    run(warm_up)
    return times_by_kind(run, batches)


def times_by_kind(run: Callable[[Any], Any], batches: Sequence[Any]) -> dict[str, float]:
    """Milliseconds of a batch that each kind of operation takes, largest first.

    Args:
        run: a compiled network that has been called before.
        batches: what to call it with.
    """
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for batch in batches:
            run(batch)
        tf.profiler.experimental.stop()
        (file,) = pathlib.Path(folder).rglob("*.xplane.pb")
        times: dict[str, float] = collections.defaultdict(float)
        for operation, milliseconds in _operations(file):
            times[kind_of(operation)] += milliseconds / len(batches)
    return dict(sorted(times.items(), key=lambda item: -item[1]))


def kind_of(operation: str) -> str:
    """The kind of an operation, by TensorFlow's name of its type."""
    name = LIBRARY.sub("", operation)
    return next((kind for kind, names in KINDS.items() if name in names), OTHERS)


def _operations(file: pathlib.Path) -> Iterator[tuple[str, float]]:
    """Type and milliseconds of every operation that a trace holds."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space = xplane_pb2.XSpace()
    space.ParseFromString(file.read_bytes())
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                found = OPERATION.fullmatch(name)
                if found:
                    yield found["type"], event.duration_ps / 1e9


def draw_profiles(profiles: Mapping[str, Mapping[str, float]], picture: pathlib.Path) -> None:
    """A bar for each network, divided by kinds of operations.

    Args:
        profiles: from `profile_case`, by the networks' names.
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
    axis.set_xlabel("ms of one call whose operations run one after the other")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    with beside(picture) as partial:
        figure.savefig(partial, dpi=110, format="png")
    plt.close(figure)


if __name__ == "__main__":
    answer(measure)
