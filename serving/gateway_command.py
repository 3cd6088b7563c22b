"""The command `python -m serving.gateway`."""

import pathlib

from absl import flags

from serving.client_command import card_from_flags, client_from_flags, define_server_flags
from spade_tf import command_line
from spade_tf.errors import UserError


def start() -> None:
    """Defines the flags and runs the command."""
    define_server_flags()
    flags.DEFINE_string("model_card", None, "model_card.json, or the version folder that has one")
    flags.DEFINE_string("host", "127.0.0.1", "address to listen on; 0.0.0.0 is the whole network")
    flags.DEFINE_integer("port", 8081, "to listen on", lower_bound=1, upper_bound=65535)
    flags.DEFINE_string("static", None, "folder of pages to serve at /")
    flags.DEFINE_list("allow_origins", [], "pages of other origins that may call (CORS)")
    flags.DEFINE_integer("max_body_bytes", 16 << 20, "of a request", lower_bound=1)
    flags.DEFINE_integer("max_connections", 64, "at once; more are 503", lower_bound=1)
    command_line.run(main)


def main(_: object) -> None:
    values = flags.FLAGS
    card = card_from_flags()
    if card is None:
        raise UserError(
            "give --model_card=FILE: assets.extra/model_card.json of the version served"
        )
    static = pathlib.Path(command_line.user_path(values.static)) if values.static else None
    if static and not static.is_dir():
        raise UserError(f"--static={values.static} is no folder")

    import uvicorn

    from serving.gateway import create_app

    with client_from_flags() as client:
        app = create_app(
            client,
            card,
            origins=values.allow_origins,
            static=static,
            max_body_bytes=values.max_body_bytes,
        )
        uvicorn.run(
            app,
            host=values.host,
            port=values.port,
            limit_concurrency=values.max_connections,
            timeout_graceful_shutdown=30,
            server_header=False,
        )
