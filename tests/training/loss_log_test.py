import numpy as np

from spade_tf.training.json_lines import read_lines
from spade_tf.training.loss_log import LossLog


def test_a_line_holds_the_means_since_the_last_one(tmp_path):
    log = LossLog(tmp_path / "losses.jsonl")
    log.add({"G_GAN": np.array([1.0, 2.0]), "D_Real": np.array([0.0, 4.0])})
    log.add({"G_GAN": np.array([6.0]), "D_Real": np.array([2.0])})
    assert log.write(3, 12) == {"G_GAN": 3.0, "D_Real": 2.0}
    log.add({"G_GAN": np.array([5.0]), "D_Real": np.array([7.0])})
    log.write(4, 16)
    assert log.write(5, 20) == {}  # nothing new, no line
    assert read_lines(log.path) == [
        {"step": 3, "images": 12, "G_GAN": 3.0, "D_Real": 2.0},
        {"step": 4, "images": 16, "G_GAN": 5.0, "D_Real": 7.0},
    ]
