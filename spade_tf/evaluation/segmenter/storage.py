"""A segmenter's folder: its weights and its card."""

import dataclasses
import pathlib

import keras

from spade_tf.errors import UserError
from spade_tf.evaluation.arrays import read_arrays, write_arrays
from spade_tf.evaluation.networks.weights import checksums
from spade_tf.evaluation.segmenter.card import SegmenterCard, read_card
from spade_tf.evaluation.segmenter.deeplab_v3_plus import build_deeplab_v3_plus
from spade_tf.evaluation.segmenter.segmenter import Segmenter
from spade_tf.files import write_beside

CARD, WEIGHTS = "segmenter.json", "weights.npz"


def save_segmenter(folder: pathlib.Path, model: keras.Model, card: SegmenterCard) -> SegmenterCard:
    """Writes the weights and the card, each whole or not at all; makes the folder.

    The same weights give the same bytes, and so the same checksum.

    Returns: the card with the weights' checksum.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_arrays(folder / WEIGHTS, {v.path: v.numpy() for v in model.weights})
    card = dataclasses.replace(card, checksum=_checksum(folder))
    write_beside(folder / CARD, card.to_json())
    return card


def load_segmenter(folder: pathlib.Path) -> Segmenter:
    """What `save_segmenter` wrote.

    Raises:
      UserError: no such folder, or one of something else; files that do not belong together.
    """
    path = folder / CARD
    if not path.is_file():
        raise UserError(
            f"{folder} is no segmenter: it has no {CARD}; give the folder that was --output of "
            "tools.train_segmenter, once its training is done"
        )
    card = read_card(path.read_text(encoding="utf-8"), str(path))
    model = build_deeplab_v3_plus(card.num_classes, card.height, card.width, card.base_width)
    weights = read_arrays(
        folder / WEIGHTS, [variable.path for variable in model.weights], "a segmenter's weights"
    )
    if _checksum(folder) != card.checksum:
        raise UserError(
            f"{folder / WEIGHTS} is not the file that {path} describes: its SHA-256 is "
            f"{_checksum(folder)}, not {card.checksum}; copy both files anew, or train again"
        )
    for variable in model.weights:
        variable.assign(weights[variable.path])
    return Segmenter(model, card)


def _checksum(folder: pathlib.Path) -> str:
    return checksums([folder / WEIGHTS])[WEIGHTS]
