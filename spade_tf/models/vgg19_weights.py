"""Trained weights of VGG19: what each source calls the convolutions, and how to read them.

Every reader returns a dict of numpy arrays under Keras' names, `block1_conv1/kernel` (`[3, 3, in,
out]`) and `block1_conv1/bias` (`[out]`), with whatever the source has of them; the caller checks.
"""

import os
import pickle
import re
import socket
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from spade_tf.errors import UserError

Weights = dict[str, np.ndarray]

# (name in Keras, name in torchvision, filters) of each convolution up to relu5_2, one tuple for
# each resolution.
GROUPS: tuple[tuple[tuple[str, str, int], ...], ...] = (
    (("block1_conv1", "features.0", 64), ("block1_conv2", "features.2", 64)),
    (("block2_conv1", "features.5", 128), ("block2_conv2", "features.7", 128)),
    (
        ("block3_conv1", "features.10", 256),
        ("block3_conv2", "features.12", 256),
        ("block3_conv3", "features.14", 256),
        ("block3_conv4", "features.16", 256),
    ),
    (
        ("block4_conv1", "features.19", 512),
        ("block4_conv2", "features.21", 512),
        ("block4_conv3", "features.23", 512),
        ("block4_conv4", "features.25", 512),
    ),
    (("block5_conv1", "features.28", 512), ("block5_conv2", "features.30", 512)),
)
CONVOLUTIONS = tuple(convolution for group in GROUPS for convolution in group)

KERAS_SUFFIXES = (".h5", ".keras")
TORCHVISION_SUFFIXES = (".pth", ".pt", ".npz")

# The file in which `keras.applications` keeps the weights, in Keras' cache folder.
IMAGENET_FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
SECONDS_WITHOUT_ANSWER = 20.0


def is_keras_file(path: Path) -> bool:
    """Whether `read_weights` takes this for a Keras file (True) or a torchvision one (False)."""
    return path.suffix in KERAS_SUFFIXES


def read_weights(path: Path) -> Weights:
    """Reads a Keras file (.h5, .weights.h5, .keras) or a torchvision one (.pth, .pt, .npz).

    Raises `UserError` when the file is absent, damaged or of another kind.
    """
    if path.suffix not in KERAS_SUFFIXES + TORCHVISION_SUFFIXES:
        known = ", ".join(KERAS_SUFFIXES + TORCHVISION_SUFFIXES)
        raise UserError(
            f"losses.vgg_weights={path}: write imagenet, none, or a VGG19 weight file ({known})"
        )
    if not path.is_file():
        raise UserError(f"losses.vgg_weights={path}: no such file")
    try:
        if path.suffix == ".h5":
            with h5py.File(path) as file:
                return _from_keras(file)
        if path.suffix == ".keras":
            with zipfile.ZipFile(path) as archive, archive.open("model.weights.h5") as member:
                with h5py.File(member) as file:
                    return _from_keras(file)
        return _from_torchvision(_read_npz(path) if path.suffix == ".npz" else _read_pth(path))
    except (OSError, KeyError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(
            f"losses.vgg_weights={path}: not a readable {path.suffix} file ({error})"
        ) from error


def download_weights() -> Weights:
    """The weights of `keras.applications.VGG19`, from Keras' cache or downloaded into it.

    Raises `UserError` when they are not in the cache and cannot be downloaded.
    """
    previous = socket.getdefaulttimeout()
    # Keras waits without limit, which for a firewall that drops packets means minutes.
    socket.setdefaulttimeout(SECONDS_WITHOUT_ANSWER)
    try:
        vgg19 = keras.applications.VGG19(include_top=False, weights="imagenet")
    except Exception as error:  # Keras raises bare Exceptions on network errors
        folder = Path(os.environ.get("KERAS_HOME", "~/.keras")) / "models"
        raise UserError(
            f"losses.vgg_weights=imagenet: the download of {IMAGENET_FILE} was impossible "
            f"({error}). Put that file into {folder}, or write the path of a VGG19 weight file of "
            "Keras or torchvision instead of imagenet, or train without the perceptual loss: "
            "losses.vgg_weight=0"
        ) from error
    finally:
        socket.setdefaulttimeout(previous)
    layers = {name: vgg19.get_layer(name) for name, _, _ in CONVOLUTIONS}
    return {
        f"{name}/{part}": keras.ops.convert_to_numpy(getattr(layer, part))
        for name, layer in layers.items()
        for part in ("kernel", "bias")
    }


def _from_keras(file: h5py.File) -> Weights:
    weights: Weights = {}

    def visit(path: str, item: Any) -> None:
        name = _convolution_of(path)
        if name and isinstance(item, h5py.Dataset) and item.ndim in (1, 4):
            weights[f"{name}/{'kernel' if item.ndim == 4 else 'bias'}"] = item[()]

    # A whole model in one .h5 file has its optimizer beside this group.
    file.get("model_weights", file).visititems(visit)
    return weights


def _convolution_of(path: str) -> str | None:
    """The convolution to which a path inside a Keras file belongs, or None."""
    for name, _, _ in CONVOLUTIONS:
        if name in path.split("/"):
            return name
    # Keras 3 files count the layers of each class: conv2d, conv2d_1, ...
    match = re.fullmatch(r"layers/conv2d(?:_(\d+))?/vars/[01]", path)
    if match and int(match[1] or 0) < len(CONVOLUTIONS):
        return CONVOLUTIONS[int(match[1] or 0)][0]
    return None


def _from_torchvision(state: Mapping[str, np.ndarray]) -> Weights:
    weights: Weights = {}
    for name, torchvision, _ in CONVOLUTIONS:
        if f"{torchvision}.weight" in state:
            kernel = state[f"{torchvision}.weight"]  # [out, in, height, width]
            weights[f"{name}/kernel"] = kernel.transpose(2, 3, 1, 0) if kernel.ndim == 4 else kernel
        if f"{torchvision}.bias" in state:
            weights[f"{name}/bias"] = state[f"{torchvision}.bias"]
    return weights


def _read_npz(path: Path) -> Mapping[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


def _read_pth(path: Path) -> Mapping[str, np.ndarray]:
    try:
        import torch
    except ImportError as error:
        raise UserError(
            f"losses.vgg_weights={path}: reading a PyTorch file needs torch, the optional extra "
            "`import`: make extra-import, or pip install 'spade_tf[import]'"
        ) from error
    try:
        # weights_only: a pickle could otherwise run any code.
        state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ValueError(f"not a plain state dict: {error}") from error
    return {name: tensor.float().numpy() for name, tensor in state.items()}
