"""Semantic image synthesis with SPADE and CLADE: paint a label map, get a photograph."""

from spade_tf import tensorflow_environment

tensorflow_environment.set_up()
