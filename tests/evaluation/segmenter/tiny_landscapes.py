"""Scenes and a segmenter small enough to train while one waits."""

from spade_tf.config import Config
from spade_tf.evaluation.segmenter.card import SegmenterCard, make_card
from tests.tiny_config import tiny_config


def tiny_landscapes(num_scenes: int = 24) -> Config:
    """Procedural scenes of 32x32 pixels."""
    return tiny_config(
        {
            "name": "tiny_landscapes",
            "data.dataset": "landscapes",
            "data.num_labels": 13,
            "data.num_scenes": num_scenes,
            "data.preprocess": "none",
            "data.cache": True,
        }
    )


def tiny_card(steps: int = 4, base_width: int = 2) -> SegmenterCard:
    """Of a training on them."""
    return make_card(tiny_landscapes(), base_width, steps, batch_size=8)
