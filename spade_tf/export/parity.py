"""How far an export's images are from those of the Keras model, on the same label maps."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from spade_tf.data.position_map import position_map
from spade_tf.export.contract import ModelCard, Signature
from spade_tf.export.examples import example_inputs
from spade_tf.models import Generator
from spade_tf.pictures import to_uint8

BATCHES = 4
"""Of procedural layouts, in the styles of random latents if there are any."""


@dataclasses.dataclass(frozen=True)
class Painted:
    """Inputs of a signature, and the Keras model's image [batch, height, width, 3], 0..255."""

    inputs: Mapping[str, np.ndarray]
    image: np.ndarray


def paint_examples(card: ModelCard, generator: Generator, signature: Signature) -> list[Painted]:
    """What exports are compared with.

    Args:
        card: of the model.
        generator: the Keras model.
        signature: what the exports are called with; a batch of its own size, or of 2.
    """
    rows = signature.inputs[0].shape[0] or 2
    batches = [example_inputs(card, signature, rows, seed) for seed in range(BATCHES)]
    return [Painted(inputs, keras_image(card, generator, inputs)) for inputs in batches]


def grey_levels_off(examples: Sequence[Painted], run: Callable[..., Mapping]) -> dict[str, float]:
    """`mean` and `max` difference of an export's images to its generator's, 0..255; `psnr`, dB.

    Equal images have no `psnr`: it would be infinite.

    Args:
        examples: from `paint_examples`.
        run: the export: its inputs by name to its outputs by name.
    """
    errors = []
    for example in examples:
        image = np.asarray(run(**example.inputs)["image"]).astype(int)
        errors.append(np.abs(example.image - image))
    square = float(np.mean(np.square(errors)))
    off = {"mean": float(np.mean(errors)), "max": float(np.max(errors))}
    return {**off, "psnr": float(10 * np.log10(255**2 / square))} if square else off


def keras_image(
    card: ModelCard, generator: Generator, inputs: Mapping[str, np.ndarray]
) -> np.ndarray:
    """What the Keras model paints of a signature's inputs, [batch, height, width, 3], 0..255."""
    inputs = dict(inputs)
    if generator.has_positions:
        positions = [position_map(one, card.dont_care) for one in inputs["label_map"]]
        inputs["position_map"] = np.stack(positions)
    return to_uint8(generator(inputs, training=False)).astype(int)
