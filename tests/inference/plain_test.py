import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.inference import PlainGenerator
from spade_tf.models import build_generator
from tests.tiny_config import tiny_config

KIND = {"model.kind": "pix2pixhd_pp", "model.residual_blocks": 1, "data.has_instances": True}
MAPS = np.random.default_rng(0).integers(0, 5, (2, 32, 32)).astype("int32")
INPUTS = {"label_map": MAPS, "instance_map": MAPS}


@pytest.fixture(scope="module")
def trained():
    """pix2pixHD++ with SPADE, with statistics that fit its weights."""
    generator = build_generator(
        tiny_config({**KIND, "model.norm": "spade", "model.init_gain": 1.0})
    )
    generator(INPUTS, training=True)
    return generator


@pytest.mark.parametrize("modulation", ["neighbourhoods", "lite_neighbourhoods"])
def test_images_are_the_generators(trained, modulation):
    folded = PlainGenerator(trained, modulation=modulation)
    expected = np.asarray(trained(INPUTS, training=False))
    assert expected.std() > 0.01
    np.testing.assert_allclose(folded(INPUTS), expected, atol=2e-5)
    assert not [v for v in folded.weights if "vector_u" in v.name]


def test_bfloat16_is_close(trained):
    image = PlainGenerator(trained, "bfloat16")(INPUTS)
    assert image.dtype == "float32"
    off = np.abs(image - trained(INPUTS, training=False)).mean()
    assert 0 < off < 0.05


def test_another_precision_is_refused(trained):
    with pytest.raises(UserError, match="precision 'half': expected one of float32, bfloat16"):
        PlainGenerator(trained, "half")
