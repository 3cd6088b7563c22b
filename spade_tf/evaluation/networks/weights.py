"""The published weight files: where they come from, where they are, and whether they are right.

They are not ours to hand on, and none is downloaded unasked: whoever wants to score images gets
them from their authors and puts them into a folder.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spade_tf.errors import UserError
from spade_tf.evaluation.networks.build import build_network
from spade_tf.pytorch import PublishedNetwork, load_state_dict
from spade_tf.pytorch.state_dict import State, normalised, read_state_dict

VARIABLE = "SPADE_WEIGHTS"
"""Environment variable with the folder of all weights, one folder for each network in it."""

SCENE_PARSING = "http://sceneparsing.csail.mit.edu/model/pytorch"


@dataclass(frozen=True)
class WeightFile:
    """A file with a state dict.

    Attributes:
        name: of the file; may hold `*` where the published name varies.
        source: address of the file, or of a page that leads to it.
        sha256: of the published file, empty where it is not known.
        prefix: put before the names of its tensors.
    """

    name: str
    source: str
    sha256: str = ""
    prefix: str = ""


WEIGHT_FILES: dict[str, tuple[WeightFile, ...]] = {
    "deeplab_v2": (
        WeightFile(
            "deeplabv2_resnet101_msc-cocostuff164k-100000.pth",
            "https://github.com/kazuto1011/deeplab-pytorch/releases/download/v1.0/"
            "deeplabv2_resnet101_msc-cocostuff164k-100000.pth",
        ),
    ),
    "upernet101": tuple(
        WeightFile(
            f"{part}_epoch_50.pth",
            f"{SCENE_PARSING}/ade20k-resnet101-upernet/{part}_epoch_50.pth",
            prefix=f"{part}.",
        )
        for part in ("encoder", "decoder")
    ),
    "upernet101_bgr": tuple(
        WeightFile(
            f"{part}_epoch_*.pth",
            f"{SCENE_PARSING}/baseline-resnet101-upernet/",
            prefix=f"{part}.",
        )
        for part in ("encoder", "decoder")
    ),
    "drn_d_105": (
        WeightFile("drn-d-105_ms_cityscapes.pth", "http://go.yf.io/drn-cityscapes-models"),
    ),
    "inception_fid": (
        WeightFile(
            "pt_inception-2015-12-05-6726825d.pth",
            "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
            "pt_inception-2015-12-05-6726825d.pth",
            "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
        ),
    ),
}


def load_network(name: str, place: Path | None = None) -> PublishedNetwork:
    """A network of `build_network` with its published weights.

    Args:
        name: of the network.
        place: see `find_weights`.

    Raises:
        UserError: no such network; a file is missing, not the published one, unreadable, or of
            another network.
    """
    network = build_network(name)
    paths = find_weights(name, place)
    check(name, paths)
    state: State = {}
    for file, path in zip(WEIGHT_FILES[name], paths, strict=True):
        tensors = normalised(_read(path))
        state |= {file.prefix + tensor: value for tensor, value in tensors.items()}
    try:
        load_state_dict(network, state)
    except UserError as error:
        raise UserError(f"{', '.join(map(str, paths))}: {error}") from error
    return network


def find_weights(name: str, place: Path | None = None) -> list[Path]:
    """The weight files of a network.

    Args:
        name: of the network.
        place: the folder that holds them; or the file itself, .pth or .npz with the same names,
            where the network has one file. By default the folder of the network's name in
            $SPADE_WEIGHTS, which is ~/.cache/spade_tf/weights if unset.

    Raises:
        UserError: says of each missing file where to get it and where to put it.
    """
    if name not in WEIGHT_FILES:
        raise UserError(f"no network is called {name!r}; write one of {', '.join(WEIGHT_FILES)}")
    files = WEIGHT_FILES[name]
    if place is not None and place.suffix in (".pth", ".npz") and not place.exists():
        raise UserError(f"{place}: no such file; give the weights of {name}")
    if place is not None and place.is_file():
        if len(files) == 1:
            return [place]
        names = " and ".join(file.name for file in files)
        raise UserError(f"{place}: the weights of {name} are {names}; give the folder of both")
    folder = place or weights_folder() / name
    paths, missing = [], []
    for file in files:
        found = sorted(folder.glob(file.name))
        if len(found) > 1:
            several = ", ".join(path.name for path in found)
            raise UserError(f"{folder}: which is {file.name}? Leave one of {several}")
        paths += found
        missing += [] if found else [f"  {_how_to_get(file, folder)}"]
    if missing:
        raise UserError(
            f"the weights of {name} are not in {folder}. Their authors have them:\n"
            + "\n".join(missing)
            + f"\nWeights may also lie elsewhere: {VARIABLE}=FOLDER, with a folder {name} in it"
        )
    return paths


def weights_folder() -> Path:
    """Where the weights of all networks are."""
    return Path(os.environ.get(VARIABLE) or "~/.cache/spade_tf/weights").expanduser()


def checksums(paths: list[Path]) -> dict[str, str]:
    """SHA-256 of each file, by its name."""
    sums = {}
    for path in paths:
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        sums[path.name] = digest.hexdigest()
    return sums


def check(name: str, paths: list[Path]) -> None:
    """Refuses files under a published name that are not the published ones.

    Raises:
        UserError: the checksum is known and another one.
    """
    sums = checksums(paths)
    for file, path in zip(WEIGHT_FILES[name], paths, strict=True):
        if file.sha256 and path.name == file.name and sums[path.name] != file.sha256:
            raise UserError(
                f"{path} is not the published file: its SHA-256 is {sums[path.name]}, not "
                f"{file.sha256}. It may be cut short; get it again from {file.source}"
            )


def _how_to_get(file: WeightFile, folder: Path) -> str:
    if file.source.endswith(file.name):
        return f"curl --location --create-dirs --output '{folder / file.name}' {file.source}"
    return f"{file.name} from {file.source} into {folder}"


def _read(path: Path) -> State:
    if path.suffix != ".npz":
        return read_state_dict(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    except (OSError, ValueError, EOFError) as error:
        raise UserError(f"{path} is no readable .npz file ({error})") from error
