from spade_tf.training.strategy import device_kind, make_strategy


def test_mirrored_takes_every_device_of_the_machine():
    """`tests/conftest.py` makes two CPU devices."""
    strategy = make_strategy("mirrored")
    assert strategy.num_replicas_in_sync == 2 and device_kind(strategy) == "CPU"


def test_one_takes_the_first_device():
    strategy = make_strategy("one")
    assert strategy.num_replicas_in_sync == 1
    assert strategy.extended.worker_devices[0].endswith("CPU:0")
    assert device_kind(strategy) == "CPU"
