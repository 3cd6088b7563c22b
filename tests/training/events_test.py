import pytest

from spade_tf.training.events import Events, total_steps_of
from tests.tiny_config import tiny_config


@pytest.mark.parametrize(
    ("step", "steps"),
    [(0, 4), (4, 4), (8, 2), (10, 4), (14, 1), (15, 4), (19, 1), (20, 4), (24, 1)],
)
def test_a_compiled_call_ends_at_the_next_event(step, steps):
    """Four steps a call; events at every 10th and 15th step, and the end after 25."""
    values = {
        "train.steps_per_execution": 4,
        "train.log_every_steps": 10,
        "train.sample_every_steps": 15,
        "train.save_every_steps": 100,
    }
    assert Events(tiny_config({**values, "train.steps": 25}), 10).steps_until_next(step) == steps


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ({"train.steps": 7, "train.epochs": 3}, 7),
        ({"train.epochs": 3, "train.batch_size": 4}, 8),  # 30 images in steps of 4
        ({"train.epochs": 3, "train.batch_size": 4, "train.discriminator_steps": 2}, 4),
    ],
)
def test_length_of_a_run(values, steps):
    assert total_steps_of(tiny_config(values), images_per_epoch=10) == steps


def test_what_is_due_when():
    """Evaluations every 2 epochs of 10 images in steps of 4: every 5 steps, and at the end."""
    values = {
        "train.batch_size": 4,
        "train.steps": 12,
        "train.log_every_steps": 4,
        "train.sample_every_steps": 6,
        "train.save_every_steps": 8,
        "evaluation.every_epochs": 2,
    }
    events = Events(tiny_config(values), images_per_epoch=10, evaluates=True)
    steps = range(1, 13)
    assert [step for step in steps if events.logs(step)] == [4, 8, 12]
    assert [step for step in steps if events.samples(step)] == [6, 12]
    assert [step for step in steps if events.saves(step)] == [5, 8, 10, 12]
    assert [step for step in steps if events.evaluates(step)] == [5, 10, 12]
    without = Events(tiny_config(values), images_per_epoch=10)
    assert [step for step in steps if without.saves(step)] == [8]
    assert not any(without.evaluates(step) for step in steps)


def test_profiled_steps_are_called_alone():
    """Five steps a call; the third and the fourth are profiled."""
    values = {"train.steps_per_execution": 5, "train.steps": 10}
    events = Events(tiny_config(values), 10, profiled=range(3, 5))
    assert [events.steps_until_next(step) for step in (0, 1, 2, 3, 4)] == [2, 1, 1, 1, 5]


def test_gradient_norms_are_due_when_asked_for():
    values = {"train.steps_per_execution": 5, "train.gradient_norms_every_steps": 3}
    events = Events(tiny_config(values), 10)
    assert [step for step in range(1, 10) if events.measures(step)] == [3, 6, 9]
    assert events.steps_until_next(4) == 2
    assert not Events(tiny_config(), 10).measures(3)
