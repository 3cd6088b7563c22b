"""The server as a whole: models, services, health and metrics, from start to graceful stop."""

import concurrent.futures
import pathlib
import threading
import time
from dataclasses import dataclass, field

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from serving.engine.batcher import Batcher
from serving.engine.calls import Calls
from serving.engine.limits import Limits
from serving.engine.log import Log
from serving.engine.manager import Manager
from serving.engine.metrics import Metrics
from serving.engine.model_config import ModelConfig
from serving.engine.refusal import Refusal
from serving.engine.services import ModelService, PredictionService
from spade_tf.errors import UserError

HEALTH_SERVICES = ("", "ModelService", "PredictionService")
"""Names that the health service knows: TensorFlow Serving's."""

OTHER_CALLS = 16
"""Places for calls that are no predictions, such as health checks, however busy the server is."""


@dataclass(frozen=True)
class Tls:
    """PEM files. With `client_ca`, callers must show a certificate that it has signed."""

    key: pathlib.Path
    certificate: pathlib.Path
    client_ca: pathlib.Path | None = None

    def credentials(self) -> grpc.ServerCredentials:
        """For a gRPC server."""
        ca = self.client_ca.read_bytes() if self.client_ca else None
        pair = (self.key.read_bytes(), self.certificate.read_bytes())
        return grpc.ssl_server_credentials([pair], ca, require_client_auth=ca is not None)


@dataclass(frozen=True)
class Settings:
    """How to serve.

    host, port     to listen on; port 0 is any free one
    limits         see there
    poll_seconds   between looks at the base paths
    encoding       of answers, one of `answers.ENCODINGS`
    max_batch_size joins requests into batches of up to so many rows; 0 does not
    batch_timeout  seconds that a request waits for others
    metrics_port   for Prometheus; 0 is none
    tls            None is plain text
    """

    host: str = "127.0.0.1"
    port: int = 8500
    limits: Limits = field(default_factory=Limits)
    poll_seconds: float = 1.0
    encoding: str = "field"
    max_batch_size: int = 0
    batch_timeout: float = 0.0
    metrics_port: int = 0
    tls: Tls | None = None


class Application:
    """An embedded `tensorflow.serving` server."""

    def __init__(self, settings: Settings, log: Log | None = None):
        self._settings = settings
        self.log = log or Log()
        self._metrics = Metrics()
        self._manager = Manager(settings.limits, self.log, self._metrics)
        self._calls = Calls(self.log, self._metrics, self._manager.is_configured)
        self._batcher = (
            Batcher(settings.max_batch_size, settings.batch_timeout)
            if settings.max_batch_size
            else None
        )
        self._health = health.HealthServicer()
        self._server = self._make_server()
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)

    def _make_server(self) -> grpc.Server:
        limits = self._settings.limits
        places = limits.max_concurrent + OTHER_CALLS
        server = grpc.server(
            concurrent.futures.ThreadPoolExecutor(places, "call"),
            options=[
                ("grpc.max_receive_message_length", limits.max_message_bytes),
                ("grpc.max_send_message_length", -1),
                ("grpc.so_reuseport", 0),  # else two servers share a port in silence
            ],
            maximum_concurrent_rpcs=places,
        )
        prediction = PredictionService(
            self._manager, limits, self._metrics, self._settings.encoding, self._batcher
        )
        model = ModelService(self._manager, self.log)
        server.add_generic_rpc_handlers(
            (prediction.handler(self._calls), model.handler(self._calls))
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        return server

    def start(self, models: list[ModelConfig]) -> int:
        """Loads the models, then listens; returns the port.

        Raises:
            UserError: a base path, a port or a certificate that cannot be used.
        """
        port = self._listen()
        try:
            self._manager.configure(models)
        except Refusal as refusal:
            raise UserError(refusal.message) from refusal
        if self._settings.metrics_port:
            try:
                self._metrics.serve(self._settings.host, self._settings.metrics_port)
            except OSError as error:
                raise UserError(f"--metrics_port={self._settings.metrics_port}: {error}") from error
        for service in HEALTH_SERVICES:
            self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        self._watcher.start()
        self._server.start()
        self.log.write("listening", host=self._settings.host, port=port)
        return port

    def _listen(self) -> int:
        host, port, tls = self._settings.host, self._settings.port, self._settings.tls
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            if tls:
                return self._server.add_secure_port(address, tls.credentials())
            return self._server.add_insecure_port(address)
        except RuntimeError:
            raise UserError(
                f"cannot listen on {address}: another program does, or it is no address of this "
                "machine; --port=0 takes any free port"
                + ("; or the TLS files are no key and certificate in PEM" if tls else "")
            ) from None

    def _watch(self) -> None:
        while not self._stopping.wait(self._settings.poll_seconds):
            try:
                self._manager.poll()
            except Exception as error:  # the next look may go well
                self.log.write("error", message=repr(error))

    def stop(self, grace: float) -> int:
        """Refuses new calls, waits up to `grace` seconds for those being answered.

        Returns:
            How many were not finished.
        """
        self.log.write("stopping", in_flight=self._calls.in_flight, grace=grace)
        self._health.enter_graceful_shutdown()
        self._stopping.set()
        give_up = time.monotonic() + grace
        self._calls.drain(grace)
        self._server.stop(max(0.0, give_up - time.monotonic())).wait()
        unfinished = self._calls.in_flight
        if not unfinished:
            if self._batcher:
                self._batcher.close()
            self._manager.close()
        self.log.write("stopped", unfinished=unfinished)
        return unfinished
