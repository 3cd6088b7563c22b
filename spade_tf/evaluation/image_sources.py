"""Where the images to be scored come from: a model, a folder, or the photographs themselves."""

import dataclasses
import hashlib
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from spade_tf.config import Config, get
from spade_tf.data.files import read_image
from spade_tf.data.listing import IMAGE_SUFFIXES, list_files
from spade_tf.errors import UserError
from spade_tf.evaluation.examples import Batch, Examples, photographs_of

PHOTOGRAPHS = "photographs"
"""In place of a model: the data set's own photographs, the best that can be reached."""

SAME_KEYS = ("data.num_labels", "data.has_instances", "data.height", "data.width")
"""What a model's config and the data set's must agree in."""


@dataclasses.dataclass(frozen=True)
class ImageSource:
    """Images for layouts.

    Attributes:
      identity: what they come from, with checksums; written beside every result.
      images: (batch, seed) -> uint8 [batch, height, width, 3]; an image depends on nothing but its
        layout, its number and the seed.
      has_styles: whether another seed gives other images.
    """

    identity: Mapping[str, Any]
    images: Callable[[Batch, int], np.ndarray]
    has_styles: bool = False


def open_source(model: str, config: Config, examples: Examples) -> ImageSource:
    """The source that `--model` names.

    Args:
      model: a workdir, a SavedModel's version folder, a .tflite file, a folder of images named
        after the label maps, or `photographs`.
      config: of the data set.
      examples: whose layouts will be asked for.

    Raises:
      UserError: none of these, a model of other data, or a folder without some of the images.
    """
    from spade_tf.export.load import is_saved_model
    from spade_tf.training.workdir import Workdir

    path = pathlib.Path(model)
    if path.name == PHOTOGRAPHS and not path.exists():
        return photographs(examples)
    if path.suffix == ".tflite" and path.is_file():
        return tflite_file(path, config)
    if path.is_dir() and is_saved_model(path):
        return saved_model(path, config)
    if Workdir(path).config.is_file():
        return workdir(path, config)
    if path.is_dir():
        return image_folder(path, config, examples)
    raise UserError(
        f"--model={model}: give the workdir of a training run, the version folder of a SavedModel, "
        f"a .tflite file, a folder of images, or {PHOTOGRAPHS}"
    )


def photographs(examples: Examples) -> ImageSource:
    """The split's own photographs."""
    return ImageSource(
        {"kind": PHOTOGRAPHS}, lambda batch, _: photographs_of(batch, examples.split)
    )


def workdir(path: pathlib.Path, config: Config) -> ImageSource:
    """The averaged generator of a training run's newest checkpoint."""
    from spade_tf.training.checkpoints import load_generator
    from spade_tf.training.workdir import Workdir

    place = Workdir(path)
    loaded = load_generator(place)
    checkpoint = pathlib.Path(str(place.latest_checkpoint()))
    files = sorted(checkpoint.parent.glob(f"{checkpoint.name}.*"))
    identity = {
        "kind": "workdir",
        "path": str(path),
        "checkpoint": checkpoint.name,
        "sha256": checksum(files),
    }
    return _painted(identity, config, *loaded)


def saved_model(path: pathlib.Path, config: Config) -> ImageSource:
    """An exported SavedModel."""
    from spade_tf.export.load import load_saved_model

    files = sorted(x for x in path.rglob("*") if x.is_file())
    identity = {"kind": "saved_model", "path": str(path), "sha256": checksum(files)}
    return _painted(identity, config, *load_saved_model(path))


def tflite_file(path: pathlib.Path, config: Config) -> ImageSource:
    """A file for devices, as its interpreter runs it here."""
    from spade_tf.export.load_tflite import load_tflite

    identity = {"kind": "tflite", "path": str(path), "sha256": checksum([path])}
    return _painted(identity, config, *load_tflite(path))


def image_folder(path: pathlib.Path, config: Config, examples: Examples) -> ImageSource:
    """Images of any other method, named after the label maps.

    Raises:
      UserError: images are missing, or one is of another size than the data set's.
    """
    files = list_files(path, IMAGE_SUFFIXES, "images")
    missing = [name for name in examples.names if name not in files]
    if missing:
        some = ", ".join(f"{name}.png" for name in missing[:3])
        raise UserError(
            f"{path} lacks the images of {len(missing)} of {examples.count} label maps, such as "
            f"{some}; images are found by the names of the label maps"
        )
    height, width = config.data.height, config.data.width

    def images(batch: Batch, _: int) -> np.ndarray:
        return np.stack([read(files[name]) for name in batch.names])

    def read(file: str) -> np.ndarray:
        image = read_image(file)
        if image.shape[:2] != (height, width):
            found = f"{image.shape[1]}x{image.shape[0]}"
            raise UserError(f"{file} is {found}, but {config.name} compares {width}x{height}")
        return image

    digest = checksum([pathlib.Path(files[name]) for name in examples.names])
    return ImageSource({"kind": "images", "path": str(path), "sha256": digest}, images)


def checksum(files: list[pathlib.Path]) -> str:
    """SHA-256 of files one after the other."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _painted(
    identity: Mapping[str, Any], config: Config, own: Config, generator: Any, encoder: Any
) -> ImageSource:
    from spade_tf.synthesis import Synthesizer

    differing = [key for key in SAME_KEYS if get(own, key) != get(config, key)]
    if differing:
        what = ", ".join(f"{key}={get(own, key)}, not {get(config, key)}" for key in differing)
        raise UserError(
            f"{identity['path']} has {what}; give the config that it was trained with, or its "
            "values as --config.a.b=VALUE"
        )
    synthesizer = Synthesizer(own, generator, encoder)
    latent_dim = own.latent_dim

    def images(batch: Batch, seed: int) -> np.ndarray:
        inputs = {key: batch.inputs[key] for key in input_keys(own)}
        if not latent_dim:
            return synthesizer.paint_batch(inputs, None)
        return synthesizer.paint_batch(inputs, latents(batch.numbers, latent_dim, seed))

    return ImageSource({**identity, "config": own.name}, images, has_styles=latent_dim > 0)


def input_keys(config: Config) -> list[str]:
    """What a generator reads besides its latent."""
    keys = {
        "label_map": True,
        "instance_map": config.data.has_instances,
        "position_map": config.has_positions,
    }
    return [key for key, used in keys.items() if used]


def latents(numbers: range, latent_dim: int, seed: int) -> np.ndarray:
    """The style of each image, [images, latent_dim] float32, whatever the batch it comes in."""
    draws = [tf.random.stateless_normal((latent_dim,), (seed, number)) for number in numbers]
    return np.stack([draw.numpy() for draw in draws])
