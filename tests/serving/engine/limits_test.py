import grpc
import pytest

from serving.engine.limits import Admission, Limits
from serving.engine.refusal import Refusal


def test_places_run_out_and_come_back():
    admission = Admission(Limits(max_concurrent=2))
    with admission.place(), admission.place():
        with pytest.raises(Refusal) as caught, admission.place():
            pass
        assert caught.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    with admission.place():
        pass


@pytest.mark.parametrize("left", [0.01, 0.0, -1.0])
def test_a_turn_is_not_waited_for_beyond_the_deadline(left):
    admission = Admission(Limits(max_running=1))
    with admission.turn(lambda: None):
        with pytest.raises(Refusal) as caught, admission.turn(lambda: left):
            pass
        assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    with admission.turn(lambda: left if left > 0 else None):
        pass
