"""Replays the requests that an export leaves beside a model, so that no user waits for the first.

TensorFlow Serving reads the same file.
"""

import pathlib

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from serving.engine.checks import check_request
from serving.engine.limits import Limits
from serving.engine.servable import Servable

FILE = "assets.extra/tf_serving_warmup_requests"
MAX_RECORDS = 1000


def warm_up(servable: Servable, path: pathlib.Path, limits: Limits) -> int:
    """Runs the predictions of a version folder's warm-up file, if there is one; counts them.

    Raises:
        Refusal: a record fails, and with it the load.
        ValueError: too many records, or one that is no prediction.
    """
    file = path / FILE
    if not file.exists():
        return 0
    count = 0
    for count, record in enumerate(tf.data.TFRecordDataset(str(file)).as_numpy_iterator(), 1):
        log = prediction_log_pb2.PredictionLog.FromString(record)
        if count > MAX_RECORDS or not log.HasField("predict_log"):
            raise ValueError(f"{file}: expected {MAX_RECORDS} records at most, all predict_log")
        request = log.predict_log.request
        task = check_request(request, servable.signatures, limits, servable.image_size)
        servable.run(task.feeds, list(task.fetches.values()))
    return count
