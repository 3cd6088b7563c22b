import threading

import grpc
import numpy as np
import pytest

from serving.engine.refusal import Refusal
from serving.engine.servable import Servable
from tests.serving.messages import label_map
from tests.serving.models import CARD, paint, write_version


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_version(tmp_path_factory.mktemp("models"), 1, card=CARD, shift=5)


@pytest.fixture(scope="module")
def servable(path):
    return Servable("tiny", 1, path)


def run(servable, labels, remaining=None):
    signature = servable.signatures["serving_default"]
    feeds = {signature.inputs["label_map"].name: labels}
    (image,) = servable.run(feeds, [signature.outputs["image"].name], remaining)
    return image


def test_runs_with_its_weights(servable):
    labels = label_map(3)
    np.testing.assert_array_equal(run(servable, labels), paint({"label_map": labels}, shift=5))
    assert run(servable, labels, remaining=60).shape == (3, 8, 12, 3)


def test_knows_its_signatures_and_size(servable):
    assert {"serving_default", "synthesize_png"} <= set(servable.signatures)
    assert servable.image_size == (8, 12)
    assert not servable.compiled


def test_guards_of_the_graph_refuse(servable):
    with pytest.raises(Refusal, match=r"label_map must hold labels 0\.\.4") as caught:
        run(servable, label_map() + 5)
    assert caught.value.code is grpc.StatusCode.INVALID_ARGUMENT


def test_shapes_that_python_refuses_are_invalid_too(servable):
    with pytest.raises(Refusal) as caught:
        run(servable, label_map()[:, :4])
    assert caught.value.code is grpc.StatusCode.INVALID_ARGUMENT


def test_no_time_left(servable):
    with pytest.raises(Refusal) as caught:
        run(servable, label_map(), remaining=0)
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_run_ends_with_its_time(tmp_path):
    slow = Servable("slow", 1, write_version(tmp_path, 1, card=CARD, work=10**7))
    with pytest.raises(Refusal, match="Timed out waiting for notification") as caught:
        run(slow, label_map(), remaining=0.2)
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED


def test_is_freed_after_its_last_call(path):
    servable, freed = Servable("tiny", 1, path), threading.Event()
    assert servable.enter() and servable.enter()
    servable.retire(freed.set)
    assert not servable.enter()
    servable.leave()
    assert not freed.is_set()
    labels = label_map()
    np.testing.assert_array_equal(run(servable, labels), paint({"label_map": labels}, shift=5))
    servable.leave()
    assert freed.is_set()


def test_an_idle_one_is_freed_at_once(path):
    servable, freed = Servable("tiny", 1, path), threading.Event()
    servable.retire(freed.set)
    assert freed.is_set()
