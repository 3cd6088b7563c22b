"""PyTorch checkpoints of the papers' code: read them, recognise the network, fill ours.

Works on state dicts as numpy arrays; torch itself is needed only to read files.
"""

from spade_tf.pytorch.load import load_state_dict
from spade_tf.pytorch.published_network import PublishedNetwork

__all__ = ["PublishedNetwork", "load_state_dict"]
