"""How much memory a device has."""

import pathlib
import re

import tensorflow as tf

from spade_tf.training.strategy import device_kind

CGROUP = pathlib.Path("/sys/fs/cgroup")
"""Limits of a container: version 2's files, and version 1's in the folder `memory`."""


def device_memory(strategy: tf.distribute.Strategy) -> int | None:
    """Bytes that training may take on each of this machine's devices, or None if unknown.

    A GPU's is what TensorFlow gets of it. CPU devices share what is free in the machine, or in the
    container, and what this process holds already.
    """
    devices = strategy.extended.worker_devices
    if device_kind(strategy) == "GPU":
        return _smallest_gpu()
    free = free_memory()
    return None if free is None else (free + _resident()) // len(devices)


def free_memory(
    meminfo: pathlib.Path = pathlib.Path("/proc/meminfo"), cgroup: pathlib.Path = CGROUP
) -> int | None:
    """Bytes of memory that this process may still take; None where Linux' files are missing."""
    found = re.search(r"MemAvailable:\s*(\d+) kB", _read(meminfo))
    if not found:
        return None
    free = [int(found[1]) * 1024]
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        most, now = _read(cgroup / limit).strip(), _read(cgroup / used).strip()
        if most.isdigit() and now.isdigit():  # "max" is no limit
            free.append(max(0, int(most) - int(now)))
    return min(free)


def _resident() -> int:
    found = re.search(r"VmRSS:\s*(\d+) kB", _read(pathlib.Path("/proc/self/status")))
    return int(found[1]) * 1024 if found else 0


def _smallest_gpu() -> int | None:
    from tensorflow.python.client import device_lib  # nothing public says it

    limits = [d.memory_limit for d in device_lib.list_local_devices() if d.device_type == "GPU"]
    return min(limits, default=None)


def _read(path: pathlib.Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
