"""What a PyTorch state dict says about the network it belongs to, in keys of our config."""

import math
import re
from collections.abc import Mapping
from typing import Any

from spade_tf.config import Config, get
from spade_tf.errors import UserError
from spade_tf.pytorch.pix2pixhd_architecture import (
    first_tensor,
    is_pix2pixhd_discriminator,
    pix2pixhd_discriminator_values,
    pix2pixhd_generator_values,
)
from spade_tf.pytorch.state_dict import State

Values = dict[str, Any]
"""Config keys to values."""

DATA_KEYS = ("data.num_labels", "data.has_instances")


def generator_values(state: State) -> Values:
    """Everything about a SPADE, CLADE or pix2pixHD generator that its tensors show.

    Beside config keys: `condition_channels`, the channels of the layout (labels and edge) if a
    convolution reads them, and `start_pixels`, the area of the start grid if a latent fills it.

    Raises:
        UserError: the tensors are those of no generator we know.
    """
    if first_tensor(state):
        return pix2pixhd_generator_values(state)
    if not any(name.startswith("head_0.norm_0.") for name in state):
        raise UserError(_not_a("generator", state, "head_0.norm_0.*"))
    fc, norm = _tensor(state, "fc.weight"), "head_0.norm_0"
    affine = f"{norm}.class_specified_affine"
    values: Values = {}
    if f"{norm}.mlp_shared.0.weight" in state:
        mask = state[f"{norm}.mlp_shared.0.weight"]
        values |= {
            "model.norm": "spade",
            "model.hidden_width": mask.shape[0],
            "model.mask_kernel_size": mask.shape[2],
            "condition_channels": mask.shape[1],
        }
    else:
        positions = f"{affine}.dist_conv_w.weight" in state
        values |= {
            "model.norm": "clade_icpe" if positions else "clade",
            "data.num_labels": _tensor(state, f"{affine}.weight").shape[0],
            "data.has_instances": f"{norm}.inst_conv.weight" in state,
        }
    spectral = "head_0.conv_0.weight_orig" in state
    head = _tensor(state, "head_0.conv_0.weight_orig" if spectral else "head_0.conv_0.weight")
    base_width = head.shape[0] // 16
    values |= {"model.base_width": base_width, "model.spectral_norm": spectral}
    if f"{norm}.param_free_norm.running_mean" not in state:
        values["model.param_free_norm"] = "instance"
    if any(name.startswith("up_4.") for name in state):
        values["model.upsampling"] = "most"
    if fc.ndim == 2:
        values |= {
            "model.latent_dim": fc.shape[1],
            "start_pixels": fc.shape[0] // (16 * base_width),
        }
    else:
        values |= {"model.latent_dim": 0, "condition_channels": fc.shape[1]}
    return values


def discriminator_values(state: State) -> Values:
    """Everything about a multi-scale patch discriminator that its tensors show."""
    if is_pix2pixhd_discriminator(state):
        return pix2pixhd_discriminator_values(state)
    places = [re.match(r"discriminator_(\d+)\.model(\d+)\.", name) for name in state]
    found = [(int(place[1]), int(place[2])) for place in places if place]
    if not found:
        raise UserError(_not_a("discriminator", state, "discriminator_0.model0.*"))
    first = _tensor(state, "discriminator_0.model0.0.weight")
    return {
        "discriminator.base_width": first.shape[0],
        "discriminator.num_scales": 1 + max(scale for scale, _ in found),
        "discriminator.num_layers": max(layer for _, layer in found),
        "discriminator.spectral_norm": any(name.endswith(".weight_orig") for name in state),
        "condition_channels": first.shape[1] - 3,
    }


def encoder_values(state: State) -> Values:
    """Everything about a style encoder that its tensors show."""
    layers = [re.match(r"layer(\d+)\.", name) for name in state]
    count = max((int(layer[1]) for layer in layers if layer), default=0)
    if not count or "fc_mu.weight" not in state:
        raise UserError(_not_a("style encoder", state, "layer1.*, fc_mu.*"))
    return {
        "model.latent_dim": state["fc_mu.weight"].shape[0],
        "model.encoder_size": 4 * 2**count,
    }


def overrides(found: Mapping[str, Values], config: Config, asked: set[str]) -> Values:
    """The config values that make our networks those of the files.

    What the tensors show of the model replaces the config's values. What they show of the labels is
    checked against the config, which says what they mean; only `custom` folders have as many labels
    as the checkpoint.

    Args:
        found: the values of each file, by the file's name.
        config: the experiment that the checkpoint is said to be of.
        asked: keys that the user gave on the command line: they are not replaced, but checked.

    Raises:
        UserError: files contradict each other, the config's data, or what the user asked for.
    """
    values: Values = {}
    faults: list[str] = []
    for source, seen in found.items():
        for key, value in seen.items():
            if values.setdefault(key, value) != value:
                faults.append(f"{source} has {key}={value}, another file {values[key]}")
    channels = values.pop("condition_channels", None)
    pixels = values.pop("start_pixels", None)
    if pixels is not None and "model.upsampling" not in values:
        values |= _upsampling(pixels, config, faults)
    fixed = asked if config.data.dataset == "custom" else asked | {*DATA_KEYS}
    if channels is not None and "data.num_labels" not in fixed:
        has_instances = values.get("data.has_instances", config.data.has_instances)
        values.setdefault("data.num_labels", channels - has_instances)
    for key in sorted(fixed & values.keys()):
        if get(config, key) != values[key]:
            faults.append(f"the checkpoint has {key}={values[key]}, the config {get(config, key)}")
    labels, has_instances = (values.get(key, get(config, key)) for key in DATA_KEYS)
    if channels is not None and channels != labels + has_instances and not faults:
        faults.append(
            f"the checkpoint's layout has {channels} channels, the config's "
            f"{labels + has_instances}: data.num_labels={labels} and one more if "
            f"data.has_instances (now {str(has_instances).lower()})"
        )
    if values.get("model.param_free_norm") is None and config.model.param_free_norm == "instance":
        if "model.param_free_norm" in asked:
            faults.append(
                "the checkpoint has batch statistics, the config model.param_free_norm=instance"
            )
        values["model.param_free_norm"] = "sync_batch"
    if faults:
        raise UserError(
            f"the checkpoint does not fit --config={config.name} (nothing was written): "
            f"{'; '.join(faults)}. Give the config of the data set it was trained on, or replace "
            "values with --config.KEY=VALUE"
        )
    return values


def _upsampling(pixels: int, config: Config, faults: list[str]) -> Values:
    """`normal` or `more`, by the area of the start grid."""
    height, width = config.data.height, config.data.width
    for name, doublings in (("normal", 5), ("more", 6)):
        if (height >> doublings) * (width >> doublings) == pixels:
            return {"model.upsampling": name}
    side = math.isqrt(pixels)
    faults.append(
        f"the checkpoint starts from {pixels} pixels ({side}x{side} if square), which doubled 5 or "
        f"6 times is not data.height={height} x data.width={width}"
    )
    return {}


def _tensor(state: State, name: str) -> Any:
    if name not in state:
        raise UserError(f"the checkpoint lacks the tensor {name}: it is cut or of another network")
    return state[name]


def _not_a(network: str, state: State, expected: str) -> str:
    names = ", ".join(list(state)[:3])
    return (
        f"this is no {network} of the SPADE, CLADE or pix2pixHD code: expected tensors such as "
        f"{expected}, found {names}, ..."
    )
