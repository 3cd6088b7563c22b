"""Training: strategy, state, steps, and the loop around them."""

from spade_tf.training.trainer import Trainer

__all__ = ["Trainer"]
