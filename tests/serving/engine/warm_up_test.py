import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from serving.engine.limits import Limits
from serving.engine.refusal import Refusal
from serving.engine.servable import Servable
from serving.engine.warm_up import FILE, warm_up
from tests.serving.messages import label_map, predict_request
from tests.serving.models import CARD, write_version


def write_records(path, *requests):
    with tf.io.TFRecordWriter(str(path / FILE)) as writer:
        for request in requests:
            log = prediction_log_pb2.PredictionLog()
            if request is not None:
                log.predict_log.request.CopyFrom(request)
            writer.write(log.SerializeToString())


@pytest.fixture
def path(tmp_path):
    return write_version(tmp_path, 1, card=CARD)


def test_runs_each_record(path):
    servable = Servable("tiny", 1, path)
    assert warm_up(servable, path, Limits()) == 0
    write_records(path, *(predict_request({"label_map": label_map(rows)}) for rows in (1, 4)))
    assert warm_up(servable, path, Limits()) == 2


def test_a_bad_record_fails_the_load(path):
    servable = Servable("tiny", 1, path)
    write_records(path, predict_request({"label_map": np.full((1, 8, 12), 9, np.int32)}))
    with pytest.raises(Refusal, match="must hold labels"):
        warm_up(servable, path, Limits())
    write_records(path, None)
    with pytest.raises(ValueError, match="all predict_log"):
        warm_up(servable, path, Limits())
