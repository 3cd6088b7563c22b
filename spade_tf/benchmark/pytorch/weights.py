"""Our weights as a PyTorch state dict."""

import keras
import numpy as np
import torch

from spade_tf.pytorch.slots import slots_of


def state_dict_of(model: keras.Model) -> dict[str, torch.Tensor]:
    """The tensors that `spade_tf.pytorch.load_state_dict` would fill this network with.

    A slot only moves numbers, so moving their indices shows where each came from.

    Args:
        model: a built generator or discriminator.
    """
    state = {}
    for name, slot in slots_of(model).items():
        size = int(np.prod(slot.shape))
        source = np.ravel(slot.convert(np.arange(size).reshape(slot.shape)))
        tensor = np.empty(size, np.float32)
        tensor[source] = np.ravel(slot.variable)
        state[name] = torch.from_numpy(tensor.reshape(slot.shape))
    return state
