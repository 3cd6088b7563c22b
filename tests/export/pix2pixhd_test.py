"""Encoder-decoders are exported as other models are, with what they paint instances from."""

import numpy as np
import pytest

from spade_tf.export import tflite
from spade_tf.export.contract import ModelCard
from spade_tf.export.load import load_saved_model
from spade_tf.export.saved_model import export_saved_model
from spade_tf.layers import ParameterFreeNorm
from spade_tf.synthesis import Synthesizer
from spade_tf.training.checkpoints import Checkpoints, load_generator
from spade_tf.training.state import copy_variables
from spade_tf.training.workdir import Workdir
from tests.tiny_workdir import tiny_workdir

pytestmark = pytest.mark.slow

MODELS = {
    "pix2pixhd_features": {
        "model.kind": "pix2pixhd",
        "model.norm": "none",
        "model.param_free_norm": "instance",
        "model.spectral_norm": False,
        "model.residual_blocks": 1,
        "model.latent_dim": 3,
        "data.has_instances": True,
    },
    "pix2pixhd_pp_clade": {
        "model.kind": "pix2pixhd_pp",
        "model.norm": "clade",
        "model.residual_blocks": 1,
    },
    "spade_concat": {"model.norm": "concat"},
}
FILES = {"pix2pixhd_features": list(tflite.VARIANTS), "spade_concat": ["float32"]}
"""The files for devices that are made of a model; each takes seconds."""


@pytest.fixture(scope="module", params=MODELS)
def exported(request, tmp_path_factory):
    """A workdir and the serving base path of all that is made of it."""
    folder = tmp_path_factory.mktemp(request.param)
    state = tiny_workdir(folder / "run", MODELS[request.param])
    workdir = Workdir(folder / "run")
    if request.param == "pix2pixhd_features":
        state.ema_generator.clusters.centres.assign(np.random.default_rng(0).normal(size=(50, 3)))
    # Statistics that fit the weights, and little contrast: else images are black and white, and a
    # rounding of 8-bit weights turns one into the other.
    generator = state.ema_generator
    generator.to_image.kernel.assign(0.2 * generator.to_image.kernel)
    maps = np.random.default_rng(0).integers(0, 5, (4, 32, 32)).astype("int32")
    inputs = {"label_map": maps, "instance_map": maps, "z": np.ones((4, 3), "float32")}
    for layer in generator._flatten_layers():
        if isinstance(layer, ParameterFreeNorm):
            layer.momentum = 0.5  # as far in 3 steps as in 20 by 0.9
    for _ in range(3):
        generator(inputs, training=True)
    copy_variables(generator.non_trainable_variables, state.generator.non_trainable_variables)
    state.step.assign(1)
    Checkpoints(workdir, state, 1).save()
    export_saved_model(workdir, folder / "base")
    wanted = FILES.get(request.param, [])
    if wanted:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tflite, "VARIANTS", {name: tflite.VARIANTS[name] for name in wanted})
            files = tflite.export_tflite(workdir, folder / "base")
        # Each was compared with the Keras model before it was written.
        assert [path.stem for path in files] == [f"tiny_{name}" for name in wanted]
    return workdir, folder / "base"


def test_no_photograph_is_needed(exported):
    workdir, base = exported
    card = ModelCard.read(base / "1")
    config = workdir.read_config()
    assert card.style_size is None
    assert card.latent_dim == config.latent_dim
    assert card.parity["saved_model"] <= 1


def test_a_saved_model_paints_what_the_workdir_paints(exported):
    workdir, base = exported
    maps = np.random.default_rng(1).integers(0, 5, (32, 32)).astype("int32")
    images = []
    for loaded in (load_saved_model(base / "1"), load_generator(workdir)):
        synthesizer = Synthesizer(*loaded)
        inputs = {"label_map": maps}
        if synthesizer.config.data.has_instances:
            inputs["instance_map"] = maps
        latent = synthesizer.config.latent_dim
        styles = synthesizer.styles(seed=3, samples=2) if latent else None
        images.append(synthesizer.paint([inputs], styles).astype(int))
        if latent:
            assert np.abs(images[-1][0, 0] - images[-1][0, 1]).mean() > 1  # other clusters
    assert np.abs(images[0] - images[1]).max() <= 1
    assert images[0].std() > 5
