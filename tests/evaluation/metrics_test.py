import json

import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.metrics import METRICS, find_metrics


def test_names_in_order_each_once():
    assert [m.name for m in find_metrics(["miou", " fid", "miou", ""])] == ["miou", "fid"]


def test_an_unknown_name_says_which_was_meant():
    with pytest.raises(UserError, match="no metric 'acuracy': did you mean accuracy"):
        find_metrics(["acuracy"])
    with pytest.raises(UserError, match="give --metrics=NAME"):
        find_metrics([""])


def test_a_protocol_can_be_written_beside_the_number():
    for name, metric in METRICS.items():
        assert metric.name == name
        assert json.loads(json.dumps(dict(metric.protocol))) == dict(metric.protocol)


def test_no_two_metrics_have_one_protocol():
    protocols = [
        json.dumps([m.measure, dict(m.protocol)], sort_keys=True) for m in METRICS.values()
    ]
    assert len(set(protocols)) == len(protocols)
