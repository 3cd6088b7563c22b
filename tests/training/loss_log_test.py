import json

import numpy as np
import pytest
from PIL import Image

from spade_tf.training.loss_log import LossLog, draw_loss_curves, read_losses, running_mean


def test_a_line_holds_the_means_since_the_last_one(tmp_path):
    log = LossLog(tmp_path / "losses.jsonl")
    log.add({"G_GAN": np.array([1.0, 2.0]), "D_Real": np.array([0.0, 4.0])})
    log.add({"G_GAN": np.array([6.0]), "D_Real": np.array([2.0])})
    assert log.write(3, 12) == {"G_GAN": 3.0, "D_Real": 2.0}
    log.add({"G_GAN": np.array([5.0]), "D_Real": np.array([7.0])})
    log.write(4, 16)
    assert log.write(5, 20) == {}  # nothing new, no line
    assert read_losses(log.path) == [
        {"step": 3, "images": 12, "G_GAN": 3.0, "D_Real": 2.0},
        {"step": 4, "images": 16, "G_GAN": 5.0, "D_Real": 7.0},
    ]


def test_lines_of_steps_that_were_not_saved_are_dropped(tmp_path):
    log = LossLog(tmp_path / "losses.jsonl")
    log.forget_after(0)  # no file yet
    assert not log.path.exists()
    for step in range(1, 6):
        log.add({"G_GAN": np.array([float(step)])})
        log.write(step, step)
    log.forget_after(3)
    assert [row["step"] for row in read_losses(log.path)] == [1, 2, 3]


def test_a_last_line_cut_short_is_left_out(tmp_path):
    path = tmp_path / "losses.jsonl"
    path.write_text(json.dumps({"step": 1, "images": 4, "G_GAN": 1.0}) + '\n{"step": 2, "im')
    assert [row["step"] for row in read_losses(path)] == [1]
    LossLog(path).forget_after(9)
    assert path.read_text().endswith("}\n")


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.05, [0, 3, 6, 3, 0]), (0.4, [1.5, 3, 4, 3, 1.5])],
)
def test_running_mean(share, expected):
    """A reach of int(5 * 0.4 / 2) = 1 pixel each way, cut at the ends."""
    np.testing.assert_allclose(running_mean(np.array([0.0, 3, 6, 3, 0]), share), expected)


def test_loss_curves_are_drawn(tmp_path):
    path, picture = tmp_path / "losses.jsonl", tmp_path / "losses.png"
    draw_loss_curves(path, picture)
    assert not picture.exists()  # nothing to draw
    rows = [{"step": n, "images": 4 * n, "G_GAN": n % 3, "D_Fake": 1 / n} for n in range(1, 30)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    draw_loss_curves(path, picture)
    image = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    height, width = image.shape[:2]
    blue = (image[..., 2] > image[..., 0] + 50) & (image[..., 2] > 150)
    for panel in (blue[:, : width // 2], blue[:, width // 2 :]):  # a curve in each panel
        assert panel.sum() > 100
        assert np.ptp(np.nonzero(panel)[0]) > height / 4
    assert [p.name for p in tmp_path.iterdir() if "partial" in p.name] == []
