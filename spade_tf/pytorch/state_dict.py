"""State dicts as numpy arrays: reading files safely, and bringing old ones into today's form."""

import pickle
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from spade_tf.errors import UserError

State = dict[str, np.ndarray]


def read_state_dict(path: Path) -> State:
    """Reads a file that PyTorch saved, in today's zip format or the one of before 2020.

    torch's own loader reads it, restricted to tensors: a file that asks for anything else to be run
    is refused.

    Raises:
        UserError: no such file, torch is not installed, or the file is no plain state dict.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    try:
        import torch
    except ImportError as error:
        raise UserError(
            f"{path}: reading a PyTorch file needs torch, the optional extra `import`: "
            "make extra-import, or pip install 'spade_tf[import]'"
        ) from error
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        reason = str(error).strip().splitlines()[0]
        raise UserError(
            f"{path} was refused: it holds more than tensors, or is damaged ({reason}). Give a "
            "state dict, such as the *_net_G.pth that the official code saves"
        ) from error
    # What torch raises for a file that is cut short or no checkpoint at all.
    except (RuntimeError, EOFError, ValueError, KeyError, OSError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(f"{path} is no readable PyTorch file ({reason})") from error
    is_state = isinstance(content, Mapping) and all(
        isinstance(value, torch.Tensor) for value in content.values()
    )
    if not is_state or not content:
        raise UserError(
            f"{path} holds a {type(content).__name__}, not a state dict of tensors; save one with "
            "torch.save(network.state_dict(), FILE)"
        )
    return {
        name: (x.float() if x.is_floating_point() else x).numpy() for name, x in content.items()
    }


def normalised(state: Mapping[str, np.ndarray]) -> State:
    """Float32 arrays under the names that PyTorch gives today.

    Takes away the `module.` of DataParallel and the counters of BatchNorm; PyTorch before 1.1 saved
    spectral normalisation with the normalised weight and without v, which follows from the others.
    """
    plain = {
        name.removeprefix("module."): np.asarray(value, np.float32)
        for name, value in state.items()
        if not name.endswith(".num_batches_tracked")
    }
    for original in [name for name in plain if name.endswith(".weight_orig")]:
        prefix = original.removesuffix("_orig")
        divided = plain.pop(prefix, None)
        if f"{prefix}_v" not in plain and f"{prefix}_u" in plain:
            plain[f"{prefix}_v"] = right_vector(plain[original], plain[f"{prefix}_u"], divided)
    return plain


def right_vector(weight: np.ndarray, u: np.ndarray, divided: np.ndarray | None) -> np.ndarray:
    """The v that went with u, from u = normalise(W v) and sigma = u^T W v.

    v lies in the row space of W, so it is W's pseudo-inverse times u, up to its length; sigma, the
    ratio of the stored weight and the divided one, gives that. Without the divided weight v has
    length one.

    Args:
        weight: [out, ...].
        u: [out].
        divided: weight / sigma, or None.

    Returns:
        float32 [fan_in].
    """
    matrix = weight.reshape(len(weight), -1).astype(np.float64)
    v = np.linalg.pinv(matrix) @ u
    if divided is None:
        return (v / np.linalg.norm(v)).astype(np.float32)
    flat = divided.reshape(matrix.shape).astype(np.float64)
    sigma = np.sum(matrix * flat) / np.sum(flat * flat)
    return (v * sigma / (u @ matrix @ v)).astype(np.float32)
