"""The SavedModel that we export paints the same image in TensorFlow 2.15."""

import numpy as np
import pytest
import tensorflow as tf

from spade_tf.export.contract import ModelCard, signatures
from spade_tf.export.examples import example_inputs
from spade_tf.export.saved_model import export_saved_model
from spade_tf.training.workdir import Workdir
from tests.tiny_workdir import tiny_workdir

MODELS = {
    "spade": {"model.norm": "spade"},
    "spade with edges and style": {"data.has_instances": True, "model.latent_dim": 8},
    "clade": {"model.norm": "clade"},
    "clade with edges and style": {
        "model.norm": "clade",
        "data.has_instances": True,
        "model.latent_dim": 8,
    },
    "clade with positions": {"model.norm": "clade_icpe", "data.has_instances": True},
}


@pytest.mark.parametrize("model", MODELS)
def test_saved_model(model, tmp_path, reference, assert_agree):
    tiny_workdir(tmp_path / "run", MODELS[model])
    version = export_saved_model(Workdir(tmp_path / "run"), tmp_path / "base")
    card = ModelCard.read(version)
    serve = tf.saved_model.load(str(version)).signatures
    # The old runtime's answers to every signature; strings do not go through NumPy's files.
    for signature in signatures(card):
        if signature.inputs[0].dtype == "string":
            continue
        inputs = example_inputs(card, signature, rows=3, seed=2)
        ours = serve[signature.name](**{k: tf.constant(v) for k, v in inputs.items()})
        theirs = reference(
            "saved_model", path=np.array(str(version)), signature=np.array(signature.name), **inputs
        )
        for output in signature.outputs:
            ours_now = ours[output.name].numpy().astype(float)
            assert ours_now.std() > 0  # a flat image would agree with any other
            # Of pixels, one grey level of 255: sums are in another order.
            tolerance = 1 / ours_now.max() if output.dtype == "uint8" else 1e-5
            what = f"{signature.name}, {output.name}"
            assert_agree(what, ours_now, theirs[output.name].astype(float), tolerance)
