from prometheus_client import generate_latest

from serving.engine.metrics import Metrics


def test_names_are_those_of_tensorflow_serving():
    metrics = Metrics()
    metrics.call("coco", "Predict", "OK", 0.25)
    metrics.ran("coco", 0.2)
    metrics.loaded("/models/coco/1", False)
    text = generate_latest(metrics.registry).decode()
    assert ':tensorflow:serving:request_count_total{model_name="coco",status="OK"} 1.0' in text
    labels = 'API="Predict",entrypoint="GRPC",model_name="coco"'
    assert f":tensorflow:serving:request_latency_sum{{{labels}}} 250000.0" in text
    assert ":tensorflow:serving:runtime_latency_count" in text
    assert 'load_attempt_count_total{model_path="/models/coco/1",status="fail"} 1.0' in text


def test_only_served_versions_are_listed():
    metrics = Metrics()
    metrics.serving([("coco", 1)])
    metrics.serving([("coco", 2)])
    text = generate_latest(metrics.registry).decode()
    assert 'spade_tf_version_available{model_name="coco",version="2"} 1.0' in text
    assert 'version="1"' not in text
