"""Peak memory of a case, measured in a process of its own.

On a GPU the device's memory, else what is resident in the process. Counted from before the network
is built, so that weights are in it; what building alone needed is given back before it paints.
"""

import contextlib
import ctypes
import gc
import pathlib
import re
import resource
import sys

from spade_tf.benchmark.cases import Case
from spade_tf.benchmark.own_process import answer, ask
from spade_tf.config import Config

CALLS = 3
"""Each on other label maps."""

NO_POOL = {"TF_CPU_ALLOCATOR_USE_BFC": "false", "TF_ONEDNN_USE_SYSTEM_ALLOCATOR": "true"}
"""TensorFlow's and oneDNN's pools would keep what building needed, and hide what painting does."""


def peak_bytes(case: Case, config: Config, data_root: str | None) -> int:
    """Bytes that an inference needs at once.

    Args:
        case: the inference.
        config: the experiment.
        data_root: of real label maps, or None.

    Raises:
        UserError: the process failed; with its last line.
    """
    return ask("spade_tf.benchmark.memory", case, config, data_root, NO_POOL)


def measure(case: Case, config: Config, data_root: str | None) -> int:
    """Bytes that a few calls need at once, in this process, which should be a fresh one."""
    from spade_tf.benchmark.layouts import make_batch, make_layouts
    from spade_tf.benchmark.runs import make_run, prepare

    layouts = make_layouts(data_root, config)
    batches = [make_batch(layouts, number, config, training=False) for number in range(CALLS)]
    prepare(with_pytorch=case.is_pytorch)
    gc.collect()
    before = _resident_bytes("VmRSS")
    run = make_run(case, config)
    gc.collect()
    _give_back()
    _forget_peak()
    for batch in batches:
        run(batch)
    return _peak_on_gpu(case) or max(_resident_bytes("VmHWM") - before, 0)


def _resident_bytes(which: str) -> int:
    """Resident memory now (VmRSS) or at most (VmHWM); other systems than Linux tell the second."""
    try:
        status = pathlib.Path("/proc/self/status").read_text()
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    found = re.search(rf"{which}:\s*(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def _give_back() -> None:
    """Returns freed memory to the system, where the C library is glibc."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _forget_peak() -> None:
    """Lets the peak begin again at what is resident now, on Linux.

    `ru_maxrss` cannot do this, and a child's begins at its parent's.
    """
    try:
        pathlib.Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def _peak_on_gpu(case: Case) -> int:
    """Peak of the network's memory on the first GPU, 0 without one."""
    if case.is_pytorch:
        import torch

        return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0
    import tensorflow as tf

    if not tf.config.list_physical_devices("GPU"):
        return 0
    return tf.config.experimental.get_memory_info("GPU:0")["peak"]


if __name__ == "__main__":
    answer(measure)
