import pytest

from spade_tf.training.schedules import linear_decay


@pytest.mark.parametrize(
    ("epochs", "decay_epochs", "factors"),
    [
        (3, 0, [1, 1, 1, 1]),
        (6, 4, [1, 1, 1, 3 / 4, 2 / 4, 1 / 4, 1 / 4]),
        (2, 2, [1, 1 / 2, 1 / 2]),
        (2, 1, [1, 1, 1]),
    ],
)
def test_linear_decay(epochs, decay_epochs, factors):
    """The first of the decay epochs has the full rate, the last a rate above 0."""
    actual = [linear_decay(epoch, epochs, decay_epochs) for epoch in range(len(factors))]
    assert actual == pytest.approx(factors)


def test_schedule_of_the_papers():
    """200 epochs, decay over the last 100: epoch 150 of them (from 1) at 0.51."""
    assert linear_decay(100, 200, 100) == 1
    assert linear_decay(149, 200, 100) == pytest.approx(0.51)
    assert linear_decay(199, 200, 100) == pytest.approx(0.01)
