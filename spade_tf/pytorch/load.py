"""Filling a network from a PyTorch state dict: all of it, or nothing and one message."""

import re
from collections.abc import Mapping

import keras
import numpy as np

from spade_tf.errors import UserError
from spade_tf.models.perceptual_network import PerceptualNetwork
from spade_tf.pytorch.published_network import PublishedNetwork
from spade_tf.pytorch.slots import Slots, slots_of
from spade_tf.pytorch.state_dict import State, normalised

BEYOND_RELU5_1 = r"classifier\.|features\.3\d\."
"""Tensors of torchvision's VGG19 that the perceptual network has no use for."""

MOST_FAULTS = 40
"""Faults listed in a message; the others are counted."""


def load_state_dict(model: keras.Model, state: Mapping[str, np.ndarray]) -> None:
    """Fills a built network with the tensors of a PyTorch state dict.

    Args:
        model: a generator, discriminator, style encoder, perceptual network (VGG19) or one of
            `spade_tf.evaluation.build_network`.
        state: PyTorch's names to arrays, as the official code saves them; VGG19 as torchvision
            does (its layers beyond relu5_1 may be there), others as in their published files.

    Raises:
        UserError: tensors are missing, unknown, of another shape or not finite. Each is listed, and
            the model is as it was.
    """
    state = normalised(state)
    slots = slots_of(model)
    unused = _unused(model)
    if unused:
        state = {name: x for name, x in state.items() if not re.match(unused, name)}
    faults = find_faults(slots, state)
    if faults:
        more = f" and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
        listed = "\n  ".join(faults[:MOST_FAULTS])
        raise UserError(
            f"the PyTorch state dict is not one of this {type(model).__name__} (nothing was "
            f"loaded):\n  {listed}{more}"
        )
    for name, slot in slots.items():
        slot.variable.assign(slot.convert(state[name]))


def _unused(model: keras.Model) -> str:
    if isinstance(model, PerceptualNetwork):
        return BEYOND_RELU5_1
    return model.unused if isinstance(model, PublishedNetwork) else ""


def find_faults(slots: Slots, state: State) -> list[str]:
    """What keeps a state dict from filling the slots, one line a tensor."""
    missing = [f"missing: {name} {slot.shape}" for name, slot in slots.items() if name not in state]
    unknown = [f"unknown: {name} {x.shape}" for name, x in state.items() if name not in slots]
    misshaped = [
        f"misshaped: {name} is {state[name].shape}, expected {slot.shape}"
        for name, slot in slots.items()
        if name in state and state[name].shape != slot.shape
    ]
    not_finite = [
        f"not finite: {name}"
        for name in slots
        if name in state and not np.isfinite(state[name]).all()
    ]
    return missing + unknown + misshaped + not_finite
