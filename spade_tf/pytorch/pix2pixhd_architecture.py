"""What a PyTorch state dict says about the pix2pixHD network it belongs to."""

import re
from typing import Any

from spade_tf.errors import UserError
from spade_tf.models.build.pix2pixhd import ENHANCER_BLOCKS
from spade_tf.pytorch.state_dict import State

FIRST = {
    "model1_1.1.weight": ("pix2pixhd", True),
    "model.1.weight": ("pix2pixhd", False),
    "model.1.0.weight_orig": ("pix2pixhd_pp", False),
    "model.1.0.weight": ("pix2pixhd_pp", False),
}
"""Kernel of the first convolution: the kind of model, and whether it has a local enhancer. Names
without `.0` are NVIDIA/pix2pixHD's, the others those of `--netG pix2pixhd` in NVlabs/SPADE."""


def first_tensor(state: State) -> str | None:
    """Name of the kernel that reads the layout; None if this is no pix2pixHD generator."""
    return next((name for name in FIRST if name in state and state[name].ndim == 4), None)


def pix2pixhd_generator_values(state: State) -> dict[str, Any]:
    """Config keys of a pix2pixHD generator, as `generator_values`.

    Raises:
        UserError: an enhancer of another depth, or norms that learn.
    """
    first = first_tensor(state)
    assert first
    kind, has_enhancer = FIRST[first]
    width, channels = state[first].shape[:2]
    blocks = {name.split(".conv_block")[0] for name in state if ".conv_block." in name}
    in_enhancer = sum(name.startswith("model1_2.") for name in blocks)
    if has_enhancer and in_enhancer != ENHANCER_BLOCKS:
        raise UserError(
            f"the enhancer of this pix2pixHD generator has {in_enhancer} residual blocks, expected "
            f"{ENHANCER_BLOCKS}"
        )
    if any(re.search(r"running_mean$", name) for name in state):
        raise UserError(
            "this pix2pixHD generator normalises by batches with learned factors, which ours has "
            "not: only instance normalisation can be imported"
        )
    return {
        "model.kind": kind,
        "model.norm": "none",
        "model.param_free_norm": "instance",
        "model.spectral_norm": first.endswith("_orig"),
        "model.residual_blocks": len(blocks) - in_enhancer,
        "model.local_enhancer": has_enhancer,
        "model.base_width": 2 * width if has_enhancer else width,
        "model.latent_dim": 0,
        "condition_channels": channels,
    }


def is_pix2pixhd_discriminator(state: State) -> bool:
    """Whether these are the names of NVIDIA/pix2pixHD's discriminator."""
    return "scale0_layer0.0.weight" in state


def pix2pixhd_discriminator_values(state: State) -> dict[str, Any]:
    """Config keys of a pix2pixHD discriminator, as `discriminator_values`."""
    places = [re.match(r"scale(\d+)_layer(\d+)\.0\.weight$", name) for name in state]
    found = [(int(place[1]), int(place[2])) for place in places if place]
    first = state["scale0_layer0.0.weight"]
    return {
        "discriminator.base_width": first.shape[0],
        "discriminator.num_scales": 1 + max(scale for scale, _ in found),
        "discriminator.num_layers": max(layer for _, layer in found),
        "discriminator.spectral_norm": False,
        "condition_channels": first.shape[1] - 3,
    }
