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
