"""The command `python -m serving.client`: a label file in, images out."""

import pathlib
import time

import numpy as np
from absl import flags
from PIL import Image

from serving import label_files, photographs
from serving.client import Client, Tls
from serving.metadata import Metadata
from serving.painting import styles_around
from spade_tf import command_line, files
from spade_tf.errors import UserError
from spade_tf.export.contract import ModelCard


def start() -> None:
    """Defines the flags and runs the command."""
    define_server_flags()
    define_label_flags("label map: a grey PNG of ids, or a PNG in the colours of the model card")
    flags.DEFINE_string("output", None, "image to write, .png; with --samples NAME_0.png ...")
    flags.DEFINE_string("instances", None, "instance map: an 8- or 16-bit grey PNG")
    flags.DEFINE_string("style", None, "photograph whose style the images take")
    flags.DEFINE_integer("seed", 0, "seed of the style", lower_bound=0, upper_bound=2**31 - 1)
    flags.DEFINE_integer("samples", 1, "images, each of another style", lower_bound=1)
    command_line.run(main)


def define_server_flags() -> None:
    """Flags that say whom to ask, for what and how long."""
    flags.DEFINE_string("server", "127.0.0.1:8500", "HOST:PORT of the server's gRPC port")
    flags.DEFINE_string("model_name", None, "the name by which the server knows the model")
    flags.DEFINE_integer("version", None, "its version; by default the newest", lower_bound=0)
    flags.DEFINE_string("version_label", None, "label of the version, such as stable")
    flags.DEFINE_float("timeout_s", 30.0, "seconds for a call, with its retries", lower_bound=0.001)
    flags.DEFINE_integer("retries", 3, "tries after the first, if unreachable", lower_bound=0)
    flags.DEFINE_string("tls_ca", None, "PEM file of who vouches for the server: turns TLS on")
    flags.DEFINE_string("tls_certificate", None, "PEM file of the client's certificate")
    flags.DEFINE_string("tls_key", None, "PEM file of the client's key")


def define_label_flags(labels: str) -> None:
    """Flags of commands that read label files."""
    flags.DEFINE_string("labels", None, labels)
    flags.DEFINE_string(
        "model_card", None, "model_card.json or a version folder: what ids and colours mean"
    )
    flags.DEFINE_bool("resize", False, "scale label maps of another size (nearest pixel)")


def client_from_flags(**overrides: int) -> Client:
    """The client that the command line asks for."""
    values = flags.FLAGS
    if not values.model_name:
        raise UserError("give --model_name=NAME, the name that the server knows the model by")
    tls_files = {
        key: command_line.user_path(path)
        for key in ("ca", "certificate", "key")
        if (path := getattr(values, f"tls_{key}"))
    }
    return Client(
        values.server,
        values.model_name,
        version=values.version,
        version_label=values.version_label,
        timeout_s=values.timeout_s,
        retries=overrides.get("retries", values.retries),
        tls=Tls(**tls_files) if tls_files else None,
    )


def card_from_flags() -> ModelCard | None:
    """The model card that the command line names, or None."""
    path = flags.FLAGS.model_card
    if not path:
        return None
    try:
        return ModelCard.read(command_line.user_path(path))
    except ValueError as error:
        raise UserError(f"--model_card: {error}") from error


def main(_: object) -> None:
    values = flags.FLAGS
    if not values.labels or not values.output:
        raise UserError("give --labels=FILE and --output=FILE; --help says more")
    outputs = output_paths(values.output, values.samples)
    card = card_from_flags()
    with client_from_flags() as client:
        start_time = time.monotonic()
        metadata = client.metadata()
        inputs = read_inputs(metadata, card)
        z = None
        if values.style:
            z = styles(client, metadata, values.style, values.seed, values.samples)
        seed = 0 if z is not None else values.seed
        images = client.synthesize(**inputs, seed=seed, z=z, samples=values.samples)
        seconds = time.monotonic() - start_time
    for image, path in zip(images, outputs, strict=True):
        with files.beside(path) as partial:
            Image.fromarray(image).save(partial, format="png")
    height, width = images.shape[1:3]
    print(
        f"{', '.join(map(str, outputs))}: {width}x{height}, {metadata.model_name} version "
        f"{metadata.version} on {client.server}, {seconds:.2f} s"
    )


def output_paths(output: str, samples: int) -> list[pathlib.Path]:
    """Where the images go: to OUTPUT, or numbered beside it.

    Raises:
        UserError: no .png, a folder, or one of the files that are read.
    """
    path = pathlib.Path(command_line.user_path(output))
    if path.suffix.lower() != ".png" or path.is_dir():
        raise UserError(f"--output={output} must be a file that ends in .png")
    files.check_folder(path.parent, "folder of --output")
    paths = [path]
    if samples > 1:
        paths = [path.with_name(f"{path.stem}_{k}{path.suffix}") for k in range(samples)]
    for flag in ("labels", "instances", "style"):
        read = getattr(flags.FLAGS, flag)
        if read and pathlib.Path(command_line.user_path(read)).resolve() in {
            p.resolve() for p in paths
        }:
            raise UserError(f"--output would be written over --{flag}={read}; give another name")
    return paths


def read_inputs(metadata: Metadata, card: ModelCard | None) -> dict[str, np.ndarray]:
    """The label map of the command line, with all that the model reads beside it."""
    values = flags.FLAGS
    size = metadata.size()
    content = label_files.read_file(command_line.user_path(values.labels))
    own_size = label_files.read_label_map(content, values.labels, card)
    label_map = label_files.fit(own_size, size, values.labels, values.resize)
    inputs: dict[str, np.ndarray] = {"label_map": label_map}
    if values.instances:
        content = label_files.read_file(command_line.user_path(values.instances))
        instances = label_files.read_instance_map(content, values.instances)
        if instances.shape != own_size.shape:
            raise UserError(
                f"{values.instances} is {instances.shape[1]}x{instances.shape[0]} pixels, "
                f"{values.labels} {own_size.shape[1]}x{own_size.shape[0]}; expected the same size"
            )
        inputs["instance_map"] = label_files.fit(instances, size, values.instances, values.resize)
    return inputs


def styles(
    client: Client, metadata: Metadata, photograph: str, seed: int, samples: int
) -> np.ndarray:
    """Styles of a photograph, [samples, latent_dim]."""
    content = label_files.read_file(command_line.user_path(photograph))
    image = photographs.read_photograph(content, photograph, metadata.style_size())
    return styles_around(*client.encode_style(image), seed=seed, samples=samples)
