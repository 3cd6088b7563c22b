import pathlib

import numpy as np
import pytest

from spade_tf.benchmark import memory
from spade_tf.benchmark.cases import Case, Workload
from spade_tf.errors import UserError
from tests.tiny_config import tiny_config


@pytest.mark.skipif(not pathlib.Path("/proc/self/clear_refs").exists(), reason="Linux only")
def test_the_peak_counts_what_is_freed_again_until_it_is_forgotten():
    before = memory._resident_bytes("VmRSS")
    block = np.ones(2**26, np.uint8)
    del block
    assert memory._resident_bytes("VmHWM") - before > 0.9 * 2**26
    memory._forget_peak()
    assert memory._resident_bytes("VmHWM") - before < 0.5 * 2**26


@pytest.mark.slow
def test_a_process_measures_and_tells_why_it_could_not():
    workload = Workload("inference", 32, 32, 1)
    eager = Case(workload, "clade", "eager", "float32")
    wide = tiny_config({"model.base_width": 48})  # 41 million weights
    assert 4 * 40e6 < memory.peak_bytes(eager, wide, None) < 3 * 4 * 40e6
    with pytest.raises(UserError, match="cannot be compiled with XLA"):
        memory.peak_bytes(
            Case(workload, "spade_neighbourhoods", "xla", "float32"), tiny_config(), None
        )
