"""Scores of images, each by a protocol that its name fixes."""

from typing import Any

__all__ = ["build_network", "load_network"]


def __getattr__(name: str) -> Any:
    # Late: the networks need TensorFlow, which pages and studies do without.
    if name == "build_network":
        from spade_tf.evaluation.networks.build import build_network

        return build_network
    if name == "load_network":
        from spade_tf.evaluation.networks.weights import load_network

        return load_network
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
