"""Serves exported models over gRPC as TensorFlow Serving does, without Docker.

    python -m serving.server --model_base_path=BASE --model_name=NAME --port=8500
    python -m serving.server --model_config_file=serving/settings/models.config

BASE holds the versions: 1, 2, ... A new one is served as soon as it is renamed into place, and only
then the old one is let go. It asks no one who they are: it listens on this machine alone unless
--host says otherwise, and --tls_client_ca is the way to let in only some.
"""

import ipaddress
import logging
import os
import pathlib
import signal
import sys
import threading
from typing import TYPE_CHECKING

from absl import flags

from spade_tf import command_line
from spade_tf.errors import UserError

if TYPE_CHECKING:  # it imports TensorFlow, which waits until the command line is sound
    from serving.engine.application import Settings
    from serving.engine.model_config import ModelConfig

FLAGS = flags.FLAGS


def define_flags() -> None:
    """Defines the flags; importing this module defines none."""
    flags.DEFINE_string("model_base_path", None, "folder of a model's version folders")
    flags.DEFINE_string("model_name", "default", "name that requests call it by")
    flags.DEFINE_string(
        "model_config_file", None, "several models: a text file, TensorFlow Serving's own format"
    )
    flags.DEFINE_integer("port", 8500, "of gRPC; 0 = any free one", 0, 65535)
    flags.DEFINE_string("host", "127.0.0.1", "address to listen on; 0.0.0.0 = all of the machine")
    flags.DEFINE_integer("max_message_mib", 32, "largest request, and tensor in it", 1, 2047)
    flags.DEFINE_integer("max_rows", 64, "largest batch of a request", 1)
    flags.DEFINE_integer("max_concurrent", 64, "predictions at a time; more are refused", 1)
    flags.DEFINE_float("poll_seconds", 1.0, "between looks for new versions", 0.01)
    flags.DEFINE_float("grace_seconds", 30.0, "for calls being answered when told to stop", 0.0)
    flags.DEFINE_bool("batching", False, "join requests that wait: for GPUs; slower on CPUs")
    flags.DEFINE_integer("max_batch_size", 16, "rows of a joined batch", 1)
    flags.DEFINE_float("batch_timeout_ms", 0.0, "how long a request waits for others", 0.0)
    flags.DEFINE_integer("metrics_port", 0, "HTTP port for Prometheus; 0 = none", 0, 65535)
    flags.DEFINE_string("tls_key", None, "PEM file of the server's key")
    flags.DEFINE_string("tls_cert", None, "PEM file of the server's certificate")
    flags.DEFINE_string("tls_client_ca", None, "PEM file; callers need a certificate signed by it")
    flags.DEFINE_enum(
        "response_encoding",
        "field",
        ["field", "content"],
        "form of answers: typed values, as TensorFlow Serving sends, or bytes: smaller, faster",
    )


def main(_: object) -> None:
    """Serves until SIGTERM or Ctrl-C, then finishes what is being answered."""
    check_flags()
    command_line.import_tensorflow()
    # Its loader of graphs says at each start that TensorFlow 1 is deprecated.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    from serving.engine.application import Application

    settings = read_settings()
    application = Application(settings)
    port = application.start(read_models())
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    print(f"serving on {settings.host}:{port}", flush=True)
    if not settings.tls and not _is_loopback(settings.host):
        application.log.write(
            "warning", message="anyone who reaches this port may call it; see --tls_client_ca"
        )
    stop.wait()
    for number in (signal.SIGTERM, signal.SIGINT):  # a second one ends it at once
        signal.signal(number, signal.SIG_DFL)
    unfinished = application.stop(FLAGS.grace_seconds)
    sys.stdout.flush()
    if unfinished:  # Python would wait for their threads, and the grace is over
        os._exit(0)


def check_flags() -> None:
    """Refuses flags that cannot go together.

    Raises:
        UserError: names them.
    """
    if bool(FLAGS.model_base_path) == bool(FLAGS.model_config_file):
        raise UserError("give either --model_base_path=DIR or --model_config_file=FILE")
    if not FLAGS.model_name:
        raise UserError("--model_name is empty; give a name, such as --model_name=coco")
    if bool(FLAGS.tls_key) != bool(FLAGS.tls_cert):
        raise UserError("--tls_key and --tls_cert go together; give both")
    if FLAGS.tls_client_ca and not FLAGS.tls_key:
        raise UserError("--tls_client_ca needs --tls_key and --tls_cert")


def read_settings() -> "Settings":
    """The settings of the command line."""
    from serving.engine.application import Settings, Tls
    from serving.engine.limits import Limits

    tls = None
    if FLAGS.tls_key:
        tls = Tls(
            _path(FLAGS.tls_key),
            _path(FLAGS.tls_cert),
            _path(FLAGS.tls_client_ca) if FLAGS.tls_client_ca else None,
        )
    return Settings(
        host=FLAGS.host,
        port=FLAGS.port,
        limits=Limits(
            max_message_bytes=FLAGS.max_message_mib << 20,
            max_rows=FLAGS.max_rows,
            max_concurrent=FLAGS.max_concurrent,
        ),
        poll_seconds=FLAGS.poll_seconds,
        encoding=FLAGS.response_encoding,
        max_batch_size=FLAGS.max_batch_size if FLAGS.batching else 0,
        batch_timeout=FLAGS.batch_timeout_ms / 1000,
        metrics_port=FLAGS.metrics_port,
        tls=tls,
    )


def read_models() -> list["ModelConfig"]:
    """The models of the command line."""
    from serving.engine.model_config import ModelConfig, read_file

    if FLAGS.model_config_file:
        return read_file(_path(FLAGS.model_config_file))
    return [ModelConfig(FLAGS.model_name, _path(FLAGS.model_base_path))]


def _path(path: str) -> pathlib.Path:
    return pathlib.Path(command_line.user_path(path))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if __name__ == "__main__":
    define_flags()
    command_line.run(main)
