"""From label maps to the canvases that a semi-parametric model paints from."""

from collections.abc import Callable
from typing import Any

import numpy as np

from spade_tf.config import Config
from spade_tf.data.canvases import open_bank, unknown_label
from spade_tf.models.sims_transformer import SpatialTransformer, warp
from spade_tf.sims.canvas import Piece, paste
from spade_tf.sims.segments import Segment
from spade_tf.sims.synthesis_canvas import Move, retrieved_canvas


class Retrieval:
    """Adds canvases to a refinement network's inputs; inputs that have them are left as they are.

    Args:
      config: of the run that trained it.
      generator: a `RefinementNetwork`; if it has a spatial transformer, that moves what is
        retrieved, and canvases are always made anew.

    Raises:
      UserError: the bank is missing or damaged.
    """

    def __init__(self, config: Config, generator: Callable[..., Any]):
        self.bank, self.unknown = open_bank(config), unknown_label(config.data)
        transformer = getattr(generator, "transformer", None)
        self.move: Move | None = transformer_move(transformer) if transformer else None

    def __call__(self, inputs: dict[str, Any]) -> dict[str, Any]:
        if "canvas" in inputs and not self.move:
            return inputs
        made = [
            retrieved_canvas(label_map, self.bank, self.unknown, self.move).as_input()
            for label_map in np.asarray(inputs["label_map"])
        ]
        return {**inputs, **{key: np.stack([one[key] for one in made]) for key in made[0]}}


def transformer_move(transformer: SpatialTransformer) -> Move:
    """What moves pieces by a trained spatial transformer."""

    def move(query: Segment, piece: Piece, label_map: np.ndarray) -> Piece:
        height, width = label_map.shape
        pixels, owner = paste([piece], height, width)
        segment = pixels.astype(np.float32)[np.newaxis] / 255
        target = query.on(height, width)[np.newaxis].astype(np.float32)
        affine = transformer(segment, target, label_map[np.newaxis])
        there = (owner == 0).astype(np.float32)[np.newaxis, ..., np.newaxis]
        moved = np.asarray(warp(np.concatenate([segment, there], axis=-1), affine))[0]
        mask = moved[..., 3] > 0.5
        # At its border a moved segment is mixed with the nothing around it: take that out again.
        colors = moved[..., :3] / np.maximum(moved[..., 3:], 0.5)
        return Piece(piece.label, 0, 0, mask, np.rint(255 * np.clip(colors, 0, 1)).astype(np.uint8))

    return move
