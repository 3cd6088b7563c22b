"""Scores of images, each by a protocol that its name fixes."""

from spade_tf.evaluation.networks.build import build_network
from spade_tf.evaluation.networks.weights import load_network

__all__ = ["build_network", "load_network"]
