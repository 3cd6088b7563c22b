"""How TensorFlow runs on a CPU: what it reads from the environment when it is imported."""

import os
import sys


def set_up() -> None:
    """Sets what is unset, if TensorFlow is not imported yet: memory comes from one pool.

    The C library would map every large map anew, page by page, and a training step would take
    1.45 x as long (docs/performance.md). Whether oneDNN computes convolutions is left to
    TensorFlow, which looks at the processor: without AVX-512's VNNI it is slower than Eigen.
    """
    if "tensorflow" in sys.modules:
        return
    os.environ.setdefault("TF_CPU_ALLOCATOR_USE_BFC", "true")
    if hasattr(os, "sysconf"):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        os.environ.setdefault("TF_CPU_BFC_MEM_LIMIT_IN_MB", str(memory // 2**20))
