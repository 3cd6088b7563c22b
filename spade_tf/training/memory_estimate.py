"""How much memory training will take on each device, before anything is built.

The networks are traced once, as a graph that never runs, and sized: weights and what goes with
them, and the features that the backward pass reads. docs/memory.md says how far off that is.
"""

import types
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from spade_tf.config import Config, replace
from spade_tf.models import build_discriminator, build_encoder, build_generator
from spade_tf.models.perceptual_network import CRN_MAPS, build_perceptual_network
from spade_tf.training.kept_features import KeptFeatures, kept_features, noted_operations
from spade_tf.training.recompute import blocks_of
from spade_tf.training.trainer import STEPS, Steps

FLOAT32 = 4

DISTINCT = ((16, 0.8), (32, 0.54), (64, 0.3), (128, 0.15), (256, 0.06))
"""Distinct 5x5 neighbourhoods of labels per pixel of so many rows (21 COCO-Stuff maps)."""

WORKING_MAPS, RECOMPUTE_MAPS = 8, 3
"""What a step holds at once beside the kept features, in units of the largest of them; and what
recomputing adds. Measured on CPU, as the next one."""

RUNTIME = {"CPU": 1150 << 20, "GPU": 600 << 20}
"""TensorFlow itself: libraries and the compiled step, which is the larger with neighbourhoods by
`NEIGHBOURHOOD_GRAPH`. Of a GPU's own memory, cuDNN's scratch; that is not measured."""

NEIGHBOURHOOD_GRAPH = 300 << 20


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes on each device.

    Attributes:
      state: weights, their average, the optimizers' moments, gradient accumulators.
      gradients: of the generator's weights, all of which are there before the update.
      features: what the backward pass reads.
      working: everything else that a step holds at once, about as much again for the update.
      runtime: TensorFlow itself.
    """

    state: int
    gradients: int
    features: int
    working: int
    runtime: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.state + self.gradients + self.features + self.working + self.runtime

    def __str__(self) -> str:
        return (
            f"about {gib(self.total)} GiB (weights and optimizers "
            f"{gib(self.state + self.gradients)}, features kept for the backward pass "
            f"{gib(self.features)}, working memory {gib(self.working)}, TensorFlow itself "
            f"{gib(self.runtime)})"
        )


def gib(size: float) -> str:
    """Bytes as GiB."""
    return f"{size / 2**30:.1f}"


def estimate_memory(config: Config, examples: int, device: str = "CPU") -> MemoryEstimate:
    """Memory that training takes on each device; takes seconds.

    Args:
      config: the experiment; the number of devices shows only in `examples`.
      examples: of the batch, on one device.
      device: `CPU` or `GPU`.
    """
    # The graph of neighbourhoods has sizes that only the label maps know.
    shares = config.model.modulation != "convolutions" and not config.train.jit_compile
    traced = replace(config, "model.modulation", "convolutions")
    with tf.Graph().as_default() as graph:
        networks = types.SimpleNamespace(
            generator=build_generator(traced),
            discriminator=build_discriminator(traced),
            encoder=build_encoder(traced),
        )
        perceptual = None
        if config.losses.vgg_weight:
            options: dict[str, Any] = {"maps": CRN_MAPS} if config.vgg_maps != "spade" else {}
            perceptual = build_perceptual_network(seed=0, **options)
        kept = _trace(traced, graph, networks, perceptual, examples, shares)
    generator, encoder = networks.generator, networks.encoder
    learning = generator.count_params() + (encoder.count_params() if encoder else 0)
    judging = networks.discriminator.count_params() if networks.discriminator else 0
    moments = 2 + (config.train.gradient_accumulation > 1)
    state = (
        (learning + judging) * (1 + moments)
        + generator.count_params()  # the average
        + (perceptual.count_params() if perceptual else 0)
    )
    recompute = config.train.recompute
    maps = WORKING_MAPS + (RECOMPUTE_MAPS if recompute else 0)
    runtime = RUNTIME[device]
    if device == "CPU" and shares and config.model.norm == "spade":
        runtime += NEIGHBOURHOOD_GRAPH
    return MemoryEstimate(
        state=state * FLOAT32,
        gradients=learning * FLOAT32,
        features=kept.with_recompute if recompute else kept.total,
        working=maps * kept.largest + learning * FLOAT32,
        runtime=runtime,
    )


def _trace(
    config: Config,
    graph: tf.Graph,
    networks: Any,
    perceptual: Any,
    examples: int,
    shares: bool,
) -> KeptFeatures:
    """The features of a generator step, which keeps more than a discriminator step."""
    steps = STEPS.get(config.model.kind, Steps)(config, networks, perceptual, examples)
    batch = _inputs(config, examples)
    blocks = list(blocks_of(networks.generator))
    variables = networks.generator.trainable_variables
    variables = variables + (networks.encoder.trainable_variables if networks.encoder else [])
    with (
        noted_operations(graph, blocks) as operations,
        tf.GradientTape(watch_accessed_variables=False) as tape,
    ):
        steps.generator_terms(batch, tf.constant(0, tf.int64), tape)

    def share(operation: tf.Operation) -> float:
        if not shares or "mask_conv" not in operation.name:
            return 1.0
        rows = operation.outputs[0].shape[1] if operation.outputs[0].shape.rank == 4 else 0
        return next((part for most, part in DISTINCT if rows <= most), DISTINCT[-1][1])

    return kept_features(graph, [v.value for v in variables], operations, share)


def _inputs(config: Config, examples: int) -> dict[str, tf.Tensor]:
    """A batch of everything that there is; a network reads what it needs."""
    maps = (examples, config.data.height, config.data.width)
    shapes = {
        "label_map": (tf.int32, maps),
        "instance_map": (tf.int32, maps),
        "position_map": (tf.float32, (*maps, 2)),
        "image": (tf.float32, (*maps, 3)),
        "canvas": (tf.float32, (*maps, 4)),
        "canvas_label_map": (tf.int32, maps),
        "segment": (tf.float32, (*maps, 4)),
    }
    return {name: tf.compat.v1.placeholder(dtype, shape) for name, (dtype, shape) in shapes.items()}
