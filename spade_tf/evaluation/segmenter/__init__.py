"""Our own segmentation network, for data sets that nobody has published one for."""

from spade_tf.evaluation.segmenter.card import SegmenterCard
from spade_tf.evaluation.segmenter.segmenter import Segmenter
from spade_tf.evaluation.segmenter.storage import load_segmenter, save_segmenter

__all__ = ["Segmenter", "SegmenterCard", "load_segmenter", "save_segmenter"]
