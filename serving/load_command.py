"""The command `python -m serving.load`."""

import pathlib

from absl import flags

from serving import load, load_report
from serving.client_command import (
    card_from_flags,
    client_from_flags,
    define_label_flags,
    define_server_flags,
)
from spade_tf import command_line, files
from spade_tf.errors import UserError


def start() -> None:
    """Defines the flags and runs the command."""
    define_server_flags()
    define_label_flags("label map, or a folder of them, which are sent in turn")
    flags.DEFINE_string("clients", "1,4,16", "numbers of clients, one measurement each")
    flags.DEFINE_float("seconds", 10.0, "of each", lower_bound=0.1, upper_bound=load.MAX_SECONDS)
    flags.DEFINE_float("warm_up_s", 2.0, "seconds before, not counted", lower_bound=0.0)
    flags.DEFINE_string("output", None, "folder for load.json and load.png")
    command_line.run(main)


def main(_: object) -> None:
    values = flags.FLAGS
    if not values.labels:
        raise UserError("give --labels=FILE_OR_DIR; --help says more")
    clients = load.parse_clients(values.clients)
    output = pathlib.Path(command_line.user_path(values.output)) if values.output else None
    if output:
        files.check_folder(output, "--output")
    card = card_from_flags()
    with client_from_flags() as client:
        metadata = client.metadata()
    labels = pathlib.Path(command_line.user_path(values.labels))
    label_maps = load.read_label_maps(labels, metadata, card, values.resize)
    results = load.measure_server(
        # Failures are what is measured, so none is tried again.
        lambda: client_from_flags(retries=0),
        label_maps,
        clients,
        values.seconds,
        values.warm_up_s,
    )
    print(load_report.table(results))
    if output:
        height, width = metadata.size()
        title = f"{metadata.model_name} version {metadata.version}, {width}x{height}"
        print(*load_report.save(results, title, output), sep="\n")
    if not any(len(result.latencies) for result in results):
        raise UserError(f"{values.server} answered no call")
