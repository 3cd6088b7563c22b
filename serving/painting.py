"""The inputs of a call that paints: rows of label maps, each with its instances and its style."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from serving.metadata import Metadata
from spade_tf.errors import UserError
from spade_tf.export.contract import DEFAULT, STYLE

_INT32 = np.iinfo(np.int32)
_INT64 = np.iinfo(np.int64)


def painting_inputs(
    metadata: Metadata,
    label_map: Any,
    instance_map: Any = None,
    *,
    seed: int | Sequence[int] = 0,
    z: Any = None,
    samples: int = 1,
) -> tuple[str, dict[str, np.ndarray]]:
    """The signature to call and its inputs, one row for each image; see `Client.synthesize`.

    Raises:
        UserError: values that are no label map, seed or style, or that the model does not read.
    """
    if samples < 1:
        raise UserError(f"samples={samples}; expected 1 or more")
    label_map = _rows_of_ids(label_map, "label_map")
    known = {tensor.name for tensor in metadata.signature(DEFAULT).inputs}
    inputs = {"label_map": label_map}
    if "instance_map" in known:
        # Without instance maps the borders of the labels are the best guess at them.
        given = label_map if instance_map is None else instance_map
        inputs["instance_map"] = _rows_of_ids(given, "instance_map")
    elif instance_map is not None:
        raise UserError(f"model {metadata.model_name!r} reads no instances; leave instance_map out")
    inputs = {name: np.repeat(rows, samples, axis=0) for name, rows in inputs.items()}
    if "seed" not in known:
        _refuse_style(metadata, seed, z, samples)
        return DEFAULT, inputs
    if z is None:
        return DEFAULT, {**inputs, "seed": _seeds(seed, len(label_map), samples)}
    return STYLE, {**inputs, "z": _styles(z, len(label_map), samples)}


def styles_around(
    mean: np.ndarray, log_variance: np.ndarray, *, seed: int, samples: int
) -> np.ndarray:
    """Styles of a photograph, [samples, latent_dim]: the mean, then draws of its distribution.

    Args:
        mean, log_variance: [1, latent_dim], as `Client.encode_style` returns them.
        seed: of the draws; sample k is the same however many there are.
        samples: how many.
    """
    noise = np.random.default_rng(seed).standard_normal((samples, mean.shape[1]))
    noise[0] = 0.0
    return (mean + np.exp(0.5 * log_variance) * noise).astype(np.float32)


def _rows_of_ids(values: Any, name: str) -> np.ndarray:
    """[batch, height, width] int32 of one map or several."""
    ids = np.asarray(values)
    if ids.dtype.kind not in "iu" or ids.ndim not in (2, 3):
        raise UserError(
            f"{name} is {ids.dtype.name} of shape {list(ids.shape)}; expected whole numbers, "
            "[height, width] or [batch, height, width]"
        )
    if ids.size and not _INT32.min <= ids.min() <= ids.max() <= _INT32.max:
        raise UserError(f"{name} holds {ids.min()}..{ids.max()}; expected ids of 32 bits")
    return ids.astype(np.int32).reshape(-1, *ids.shape[-2:])


def _seeds(seed: int | Sequence[int], maps: int, samples: int) -> np.ndarray:
    """Sample k of a label map is painted with its seed + k."""
    seeds: list[Any] = [seed] * maps if np.ndim(seed) == 0 else list(seed)  # type: ignore[arg-type]
    whole = all(isinstance(value, int | np.integer) for value in seeds)
    if not whole or len(seeds) != maps:
        raise UserError(f"seed={seed}; expected a whole number, or one for each of {maps} maps")
    every = [int(value) + k for value in seeds for k in range(samples)]
    if min(every) < _INT64.min or max(every) > _INT64.max:
        raise UserError(f"seed={seed}; expected whole numbers of 64 bits")
    return np.array(every, np.int64)


def _styles(z: Any, maps: int, samples: int) -> np.ndarray:
    styles = np.asarray(z, np.float32)
    styles = styles[None] if styles.ndim == 1 else styles
    if styles.ndim != 2 or len(styles) not in {samples, maps * samples}:
        raise UserError(
            f"z is of shape {list(styles.shape)}; expected [rows, latent_dim] with a row for each "
            f"of {samples} samples, or for each of {maps * samples} images"
        )
    if not np.isfinite(styles).all():
        raise UserError("z holds numbers that are infinite or none (NaN)")
    return styles if len(styles) == maps * samples else np.tile(styles, (maps, 1))


def _refuse_style(metadata: Metadata, seed: Any, z: Any, samples: int) -> None:
    asked = [f"samples={samples}"] if samples > 1 else []
    asked += ["z"] if z is not None else []
    asked += ["seed"] if np.any(seed) else []
    if asked:
        raise UserError(
            f"model {metadata.model_name!r} has no style and paints one image of a label map; "
            f"leave out {', '.join(asked)}"
        )
