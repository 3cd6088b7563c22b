"""The experiment of the SPADE paper's Figure 3."""

import numpy as np
import pytest

from tools.flat_labels import MODELS, flat_config, paint_flat_labels


@pytest.mark.parametrize("name", MODELS)
def test_only_modulation_tells_uniform_layouts_apart(name):
    config = flat_config({**MODELS[name], "model.hidden_width": 8}, base_width=4, size=64)
    images = paint_flat_labels(config)
    inside = images[:, 16:-16, 16:-16]
    differences = np.ptp(inside, axis=0).max()
    if name == "pix2pixHD":
        assert differences < 1e-5
    else:
        assert differences > 0.1
