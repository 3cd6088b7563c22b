"""A run that begins with what another has learnt."""

import keras
import numpy as np

from spade_tf.errors import UserError
from spade_tf.training.checkpoints import load_networks
from spade_tf.training.state import TrainingState
from spade_tf.training.workdir import Workdir


def load_initial_weights(state: TrainingState, path: str) -> str:
    """Gives generator and encoder the weights of a workdir's, by name, where their shapes fit.

    The generator gets the averaged weights. Whatever else there is begins as it was drawn.

    Returns: how many fitted, and which layers are new, in a line.

    Raises:
      UserError: no workdir, nothing saved in it, or nothing in it that fits.
    """
    _, generator, encoder = load_networks(Workdir(path))
    fitting = _copy(generator, state.generator)
    _copy(generator, state.ema_generator)
    if encoder and state.encoder:
        _copy(encoder, state.encoder)
    everything = state.generator.variables
    if not fitting:
        raise UserError(
            f"train.initial_workdir={path}: no weight of its generator fits this one; give "
            "a workdir of the same model.kind and model.base_width"
        )
    new = [v.path.split("/")[1] for v in everything if v.path not in fitting]
    rest = f"; drawn anew: {', '.join(dict.fromkeys(new))}" if new else ""
    return f"{len(fitting)} of {len(everything)} of the generator's weights are from {path}{rest}"


def _copy(source: keras.Model, target: keras.Model) -> set[str]:
    """Assigns what has the same path and shape; returns these paths."""
    values = {variable.path: variable for variable in source.variables}
    copied = set()
    for variable in target.variables:
        value = values.get(variable.path)
        if value is not None and value.shape == variable.shape:
            variable.assign(np.asarray(value))
            copied.add(variable.path)
    return copied
