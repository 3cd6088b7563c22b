import pytest
import tensorflow as tf

from spade_tf.training.device_memory import device_memory, free_memory

KIB, MIB = 1 << 10, 1 << 20


@pytest.fixture
def meminfo(tmp_path):
    path = tmp_path / "meminfo"
    path.write_text("MemTotal:  9000 kB\nMemFree:  100 kB\nMemAvailable:    8000 kB\n")
    return path


def test_the_machine(meminfo, tmp_path):
    assert free_memory(meminfo, tmp_path) == 8000 * KIB
    assert free_memory(tmp_path / "missing", tmp_path) is None


@pytest.mark.parametrize(
    ("limit", "used", "free"),
    [(5 * MIB, 2 * MIB, 3 * MIB), ("max", 2 * MIB, 8000 * KIB), (MIB, 2 * MIB, 0)],
)
def test_a_container(meminfo, tmp_path, limit, used, free):
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    (tmp_path / "memory.current").write_text(f"{used}\n")
    assert free_memory(meminfo, tmp_path) == free
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text(f"{MIB}\n")
    (tmp_path / "memory" / "memory.usage_in_bytes").write_text(f"{MIB - 7}\n")
    assert free_memory(meminfo, tmp_path) == min(free, 7)


def test_cpu_devices_share_the_memory(two_replicas):
    one = tf.distribute.OneDeviceStrategy("CPU:0")
    memory = device_memory(one)
    if memory is not None:  # Linux
        assert memory > 200 * MIB  # this process alone holds more
        assert device_memory(two_replicas) == pytest.approx(memory / 2, rel=0.3)
