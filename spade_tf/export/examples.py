"""Inputs that fit a signature: for warm-up requests and for comparing formats."""

import io
from typing import Any

import numpy as np
from PIL import Image

from spade_tf.data.scenes import render_scene
from spade_tf.export.contract import ModelCard, Signature


def example_inputs(
    card: ModelCard, signature: Signature, rows: int, seed: int = 0
) -> dict[str, np.ndarray]:
    """Values for every input: layouts of procedural scenes, photographs of noise.

    Args:
        card: of the model.
        signature: one of its signatures.
        rows: how many.
        seed: other seeds give other values.
    """
    draw = np.random.default_rng(seed)
    layouts = np.stack([_layout(card, draw) for _ in range(rows)])
    values: dict[str, Any] = {
        "label_map": layouts,
        "instance_map": layouts // 2 + layouts,
        "seed": draw.integers(0, 2**31, rows),
        "z": draw.normal(size=(rows, card.latent_dim)).astype(np.float32),
        "label_png_bytes": np.array([_label_png(card, layout) for layout in layouts], object),
    }
    if card.style_size:
        values["image"] = draw.integers(0, 256, (rows, *card.style_size, 3)).astype(np.uint8)
    return {tensor.name: values[tensor.name] for tensor in signature.inputs}


def _layout(card: ModelCard, draw: np.random.Generator) -> np.ndarray:
    """A scene's label map whose labels are moved into the model's, every label equally likely."""
    scene = render_scene(int(draw.integers(2**31)), card.height, card.width)
    places = draw.permutation(max(len(card.labels), int(scene.label_map.max()) + 1))
    return (places[scene.label_map] % len(card.labels)).astype(np.int32)


def _label_png(card: ModelCard, layout: np.ndarray) -> bytes:
    """The 8-bit grey file whose ids mean a layout; labels without a file id become others."""
    file_ids: dict[int, int] = {}
    for file_id, label in enumerate(card.label_of_file_id):
        file_ids.setdefault(label, file_id)
    known = [label for label in file_ids if label >= 0]
    table = [file_ids.get(label, file_ids[known[0]]) for label in range(len(card.labels))]
    buffer = io.BytesIO()
    Image.fromarray(np.array(table, np.uint8)[layout]).save(buffer, format="png")
    return buffer.getvalue()
