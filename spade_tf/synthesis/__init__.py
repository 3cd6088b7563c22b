"""Painting with a trained generator: label maps in, images, a sheet and a page out."""

from spade_tf.synthesis.output import synthesize
from spade_tf.synthesis.requests import Request, find_requests
from spade_tf.synthesis.synthesizer import Synthesizer

__all__ = ["Request", "Synthesizer", "find_requests", "synthesize"]
