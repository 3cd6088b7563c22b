"""A cascaded refinement network as servers, phones and the command line run it."""

import json

import numpy as np
import pytest

from spade_tf.export.contract import ModelCard
from spade_tf.export.load import load_saved_model
from spade_tf.export.saved_model import export_saved_model
from spade_tf.export.tflite import export_tflite
from spade_tf.synthesis import Synthesizer
from spade_tf.training.workdir import Workdir
from tests.tiny_crn import CRN
from tests.tiny_workdir import tiny_workdir

pytestmark = pytest.mark.slow

SMALL = {**CRN, "data.height": 16, "data.width": 16}


@pytest.fixture(scope="module")
def crn(tmp_path_factory):
    """A trained generator, its workdir, and where it is exported to."""
    folder = tmp_path_factory.mktemp("crn")
    generator = tiny_workdir(folder / "run", SMALL).ema_generator
    return generator, Workdir(folder / "run"), folder / "base"


def test_saved_model_paints_every_image_of_a_layout(crn):
    generator, workdir, base = crn
    version = export_saved_model(workdir, base)
    card = ModelCard.read(version)
    assert card.latent_dim == 3 and card.style_size is None
    assert card.parity["saved_model"] <= 1
    synthesizer = Synthesizer(*load_saved_model(version))
    label_map = np.random.default_rng(0).integers(0, 5, (16, 16)).astype("int32")
    styles = synthesizer.styles(seed=1, samples=3)
    painted = synthesizer.paint([{"label_map": label_map}], styles)[0]
    images = np.clip(generator.images({"label_map": label_map[None]})[0], -1, 1)
    for image, z in zip(painted, styles, strict=True):
        expected = (images[:, :, int(np.argmax(z))] + 1) * 127.5
        np.testing.assert_allclose(image, expected, atol=1.0)


def test_tflite_files_paint_what_the_generator_paints(crn):
    _, workdir, base = crn
    off = {
        path.name: json.loads(path.with_suffix(".json").read_text())["grey_levels_off"]["mean"]
        for path in export_tflite(workdir, base)
    }
    assert len(off) == 4 and off["tiny_float32.tflite"] < 0.05
