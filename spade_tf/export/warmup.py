"""Requests that a server answers before it calls a version ready, so that nobody waits for them."""

import pathlib

import numpy as np
import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.export.contract import ModelCard, signatures
from spade_tf.export.examples import example_inputs

FILE = "assets.extra/tf_serving_warmup_requests"


def write_warmup(card: ModelCard, version: pathlib.Path) -> None:
    """Writes one request of one row for each signature.

    Raises:
        UserError: TensorFlow Serving's messages are not installed.
    """
    try:
        from tensorflow_serving.apis import model_pb2, predict_pb2, prediction_log_pb2
    except ImportError as error:
        raise UserError(
            "warm-up requests need TensorFlow Serving's messages: pip install 'spade_tf[serving]'"
        ) from error
    path = version / FILE
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as records:
        for signature in signatures(card):
            request = predict_pb2.PredictRequest(
                model_spec=model_pb2.ModelSpec(name=card.name, signature_name=signature.name)
            )
            for name, value in example_inputs(card, signature, rows=1).items():
                request.inputs[name].CopyFrom(tf.make_tensor_proto(np.asarray(value)))
            log = prediction_log_pb2.PredictLog(request=request)
            records.write(prediction_log_pb2.PredictionLog(predict_log=log).SerializeToString())
