"""What the figures were measured on."""

import importlib.metadata
import os
import pathlib
import platform
from typing import Any

import tensorflow as tf

FLAGS = (
    "avx2 fma avx512f avx512_vnni avx512_bf16 avx512_fp16 avx_vnni amx_tile amx_bf16 amx_int8"
).split()
"""Instructions that convolutions may use, as Linux calls them."""

VARIABLES = ("TF_ENABLE_ONEDNN_OPTS", "TF_CPU_ALLOCATOR_USE_BFC")

PACKAGES = ("tensorflow", "keras", "numpy", "torch")


def describe_machine() -> dict[str, Any]:
    """Processor, cores, threads, memory, GPUs, versions, and how busy the machine is."""
    cpu = _cpu()
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    return {
        "cpu": cpu.get("model name", platform.processor() or platform.machine()),
        "cpu_family_model": f"{cpu.get('cpu family', '?')}/{cpu.get('model', '?')}",
        "cpu_flags": [flag for flag in FLAGS if flag in cpu.get("flags", "").split()],
        "cores": num_cores(),
        "intra_op_threads": num_threads(),
        "memory_gib": round(_memory() / 2**30, 1),
        "gpus": [str(detail.get("device_name", "?")) for detail in details],
        "environment": {name: os.environ[name] for name in VARIABLES if name in os.environ},
        "system": f"{platform.system()} {platform.release()}",
        "load_before": [round(x, 2) for x in os.getloadavg()],
        "versions": {"python": platform.python_version(), **_versions()},
    }


def num_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def num_threads() -> int:
    """Threads that work on one operation; TensorFlow's default, 0, is one for each core."""
    return tf.config.threading.get_intra_op_parallelism_threads() or num_cores()


def _cpu() -> dict[str, str]:
    """The first processor's lines of /proc/cpuinfo; empty where there is none."""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.split("\n\n")[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _versions() -> dict[str, str]:
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
