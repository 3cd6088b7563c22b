import json

import numpy as np
import pytest
from PIL import Image

from spade_tf.training.curves import draw_curves, running_mean


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.05, [0, 3, 6, 3, 0]), (0.4, [1.5, 3, 4, 3, 1.5])],
)
def test_running_mean(share, expected):
    """A reach of int(5 * 0.4 / 2) = 1 pixel each way, cut at the ends."""
    np.testing.assert_allclose(running_mean(np.array([0.0, 3, 6, 3, 0]), share), expected)


def test_curves_are_drawn(tmp_path):
    path, picture = tmp_path / "losses.jsonl", tmp_path / "losses.png"
    draw_curves(path, picture)
    assert not picture.exists()  # nothing to draw
    rows = [{"step": n, "images": 4 * n, "G_GAN": n % 3, "D_Fake": 1 / n} for n in range(1, 30)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    draw_curves(path, picture)
    image = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    height, width = image.shape[:2]
    blue = (image[..., 2] > image[..., 0] + 50) & (image[..., 2] > 150)
    for panel in (blue[:, : width // 2], blue[:, width // 2 :]):  # a curve in each panel
        assert panel.sum() > 100
        assert np.ptp(np.nonzero(panel)[0]) > height / 4
    assert [p.name for p in tmp_path.iterdir() if "partial" in p.name] == []
