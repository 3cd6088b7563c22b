"""Counters for Prometheus, named as TensorFlow Serving names its own."""

from collections.abc import Iterable

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

PREFIX = ":tensorflow:serving:"

# Microseconds, from a tenth of a millisecond to a minute and a half.
_BUCKETS = [100 * 1.8**k for k in range(24)]


class Metrics:
    """What is counted. Labels take only names of configured models, so callers cannot add series.

    The client library appends `_total` to the names of counters.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        prometheus_client.ProcessCollector(registry=self.registry)
        self._count = Counter(
            f"{PREFIX}request_count",
            "Calls by model and status.",
            ["model_name", "status"],
            registry=self.registry,
        )
        self._latency = Histogram(
            f"{PREFIX}request_latency",
            "Microseconds of a call in the server.",
            ["model_name", "API", "entrypoint"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._runtime = Histogram(
            f"{PREFIX}runtime_latency",
            "Microseconds of a call in TensorFlow.",
            ["model_name", "API", "runtime"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "spade_tf_in_flight_requests", "Calls being answered.", registry=self.registry
        )
        self._loads = Counter(
            ":tensorflow:cc:saved_model:load_attempt_count",
            "Attempts to load a version, by outcome.",
            ["model_path", "status"],
            registry=self.registry,
        )
        self._available = Gauge(
            "spade_tf_version_available",
            "1 for each version that is being served.",
            ["model_name", "version"],
            registry=self.registry,
        )

    def call(self, model: str, method: str, status: str, seconds: float) -> None:
        """Counts a call."""
        self._count.labels(model, status).inc()
        self._latency.labels(model, method, "GRPC").observe(1e6 * seconds)

    def ran(self, model: str, seconds: float) -> None:
        """Counts a run of a model."""
        self._runtime.labels(model, "Predict", "TF1").observe(1e6 * seconds)

    def loaded(self, path: str, succeeded: bool) -> None:
        """Counts an attempt to load a version."""
        self._loads.labels(path, "success" if succeeded else "fail").inc()

    def serving(self, versions: Iterable[tuple[str, int]]) -> None:
        """Sets which versions of models are being served."""
        self._available.clear()
        for name, version in versions:
            self._available.labels(name, version).set(1)

    def serve(self, host: str, port: int) -> None:
        """Answers Prometheus, at any path, from a thread of its own."""
        prometheus_client.start_http_server(port, host, self.registry)
