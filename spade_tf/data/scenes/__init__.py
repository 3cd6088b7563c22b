"""Procedural landscapes: unlimited label maps with matching photographs, no download."""

from spade_tf.data.scenes.labels import LABEL_NAMES, PALETTE
from spade_tf.data.scenes.render import Scene, render_scene

__all__ = ["LABEL_NAMES", "PALETTE", "Scene", "render_scene"]
