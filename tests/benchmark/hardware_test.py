import json

import numpy

from spade_tf.benchmark.hardware import describe_machine


def test_what_json_says():
    machine = json.loads(json.dumps(describe_machine()))
    assert machine["cores"] >= 1
    assert machine["intra_op_threads"] >= 1
    assert machine["cpu"]
    assert machine["memory_gib"] > 0.1
    assert machine["versions"]["numpy"] == numpy.__version__
    assert set(machine["versions"]) >= {"python", "tensorflow", "keras"}
