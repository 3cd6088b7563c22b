"""A trained generator made ready to paint: the same images for less work."""

from spade_tf.inference.generator import InferenceGenerator
from spade_tf.inference.plain import PlainGenerator

__all__ = ["InferenceGenerator", "PlainGenerator"]
