"""A trained generator made ready to paint: the same images for less work."""

from spade_tf.inference.generator import InferenceGenerator

__all__ = ["InferenceGenerator"]
