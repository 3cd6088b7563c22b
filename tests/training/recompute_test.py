import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

from spade_tf.layers import (
    CLADE,
    SPADE,
    LayoutPyramid,
    NormalisedConv,
    NormalisedResidualBlock,
    ResidualBlock,
    Unmodulated,
)
from spade_tf.layers.refinement_module import RefinementModule
from spade_tf.models import build_generator
from spade_tf.training import Trainer
from spade_tf.training.recompute import blocks_of, recompute_blocks
from tests.tiny_config import tiny_config
from tests.training.small_batches import make_batch, values_of

LABELS = 3


class Network(keras.layers.Layer):
    """One block after another, of 4 channels and then of 2."""

    def __init__(self, kind, dtype="float32"):
        super().__init__(dtype=dtype, name="network")
        # Not of sync_batch: spectral vectors and running statistics are states of both kinds.
        batch = Unmodulated(LABELS, param_free_norm="batch")
        make = {
            "spade": lambda n, **own: ResidualBlock(n, SPADE(LABELS, True, 3), **own),
            "clade": lambda n, **own: ResidualBlock(n, CLADE(LABELS), **own),
            "convolutions": lambda n, **own: NormalisedConv(n, batch, spectral_norm=True, **own),
            "residual": lambda n, **own: NormalisedResidualBlock(batch, True, **own),
            "refinement": lambda n, **own: RefinementModule(n, **own),
        }[kind]
        self.blocks = [make(n, name=f"block_{n}", dtype=dtype) for n in (4, 2)]
        shape = (None, None, None, 4)
        for block in self.blocks:
            block.build(shape)
            shape = block.compute_output_shape(shape)
        self.built = True

    def call(self, x, label_map, instance_map):
        pyramid = LayoutPyramid(label_map, LABELS, instance_map)
        for block in self.blocks:
            reads_layout = not isinstance(block, RefinementModule)
            x = block(x, pyramid, training=True) if reads_layout else block(x)
        return x


def make_network(kind, recompute, dtype="float32"):
    keras.utils.set_random_seed(0)
    network = Network(kind, dtype)
    if recompute:
        recompute_blocks(network)
    return network


def step(strategy, kind, dtype, recompute):
    """Output, gradients and states of each replica, by name."""
    with strategy.scope():
        network = make_network(kind, recompute, dtype)
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=(4, 8, 8, 4)), *rng.integers(0, LABELS, (2, 4, 8, 8))]
    weights = network.trainable_variables

    def of_replica():
        replicas = tf.distribute.get_replica_context()
        share = 4 // replicas.num_replicas_in_sync
        first = share * replicas.replica_id_in_sync_group
        x, *layout = (tf.constant(value[first : first + share]) for value in inputs)
        x = tf.cast(x, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = network(x, *(tf.cast(value, tf.int32) for value in layout))
            loss = tf.reduce_sum(tf.cast(y, tf.float32) ** 2)
        sources = [x, *(weight.value for weight in weights)]
        gradients = tape.gradient(loss, sources, unconnected_gradients="zero")
        return {
            "output": y,
            "input": gradients[0],
            **{f"gradient {v.path}": g for v, g in zip(weights, gradients[1:], strict=True)},
            **{v.path: tf.identity(v.value) for v in network.non_trainable_variables},
        }

    return [
        {name: strategy.experimental_local_results(value)[replica] for name, value in got.items()}
        for got in [strategy.run(of_replica)]
        for replica in range(strategy.num_replicas_in_sync)
    ]


@pytest.mark.parametrize(
    ("kind", "dtype", "replicas"),
    [
        ("spade", "float32", 1),
        ("spade", "mixed_bfloat16", 2),
        ("clade", "mixed_bfloat16", 1),
        ("clade", "float32", 2),
        ("convolutions", "float32", 1),
        ("residual", "mixed_bfloat16", 1),
        ("refinement", "float32", 1),
    ],
)
def test_gradients_and_states_are_those_without_bit_for_bit(two_replicas, kind, dtype, replicas):
    strategy = two_replicas if replicas == 2 else tf.distribute.get_strategy()
    kept, recomputed = (step(strategy, kind, dtype, recompute) for recompute in (False, True))
    assert len(kept) == replicas
    for expected, actual in zip(kept, recomputed, strict=True):
        assert expected.keys() == actual.keys()
        for name, value in expected.items():
            np.testing.assert_array_equal(actual[name], value, err_msg=name)
            assert np.any(value != 0) or "conv/bias" in name or "edge" in name, name


def test_a_training_step_is_that_without(eager, tmp_path):
    """With beta_1 = 0 Adam's momentum is the gradient: it too is compared."""
    values = {"model.norm": "clade", "model.latent_dim": 3, "train.discriminator_fake": "shared"}
    results = []
    for recompute in (False, True):
        trainer = Trainer(tiny_config({**values, "train.recompute": recompute}))
        start = values_of(trainer.generator.variables)
        losses = trainer.train_step(make_batch())
        state = trainer.state.checkpoint()
        names = {name for name, _ in tf.train.list_variables(state.write(str(tmp_path / "state")))}
        parts = trainer.generator, trainer.encoder, trainer.state.ema_generator
        owners = [*parts, trainer.discriminator, trainer.state.generator_optimizer]
        values_after = [values_of(owner.variables) for owner in owners]
        results.append((losses, names, values_after))
    (losses, names, expected), (same_losses, same_names, actual) = results
    assert losses == same_losses
    assert names == same_names  # a checkpoint does not depend on it
    for part, same_part in zip(expected, actual, strict=True):
        for path, value in part.items():
            np.testing.assert_array_equal(same_part[path], value, err_msg=path)
    moved = [path for path, value in start.items() if np.any(actual[0][path] != value)]
    for kind in ("moving_mean", "moving_variance", "vector_u", "vector_v", "conv/kernel", "gamma"):
        assert any(kind in path for path in moved), kind


@pytest.mark.parametrize(
    ("values", "blocks"),
    [
        ({"model.upsampling": "most"}, 8),
        (
            {"model.kind": "pix2pixhd", "model.norm": "none", "model.residual_blocks": 2},
            1 + 4 + 2 + 4,
        ),
        (
            {
                "model.kind": "pix2pixhd_pp",
                "model.residual_blocks": 1,
                "model.local_enhancer": True,
            },
            (1 + 4 + 1 + 4) + (2 + 3 + 1),
        ),
        ({"model.kind": "crn", "losses.gan": "none", "losses.vgg_weight": 1.0}, 6),
        ({"model.kind": "sims", "losses.gan": "none"}, 6 + 6 + 1),
    ],
    ids=lambda value: value.get("model.kind", "spade") if isinstance(value, dict) else None,
)
def test_blocks_of_every_kind_of_generator(values, blocks):
    size = {"data.height": 128, "data.width": 128}
    generator = build_generator(tiny_config({**size, **values}))
    found = list(blocks_of(generator))
    assert len(found) == len({id(block) for block in found}) == blocks


def convolutions_run(recompute):
    """Convolutions that the optimized graph of loss and gradients runs forwards."""
    network = make_network("clade", recompute)
    variables = [variable.value for variable in network.trainable_variables]

    @tf.function
    def gradients(x, label_map):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(network(x, label_map, label_map) ** 2)
        return tape.gradient(loss, variables)

    x = tf.random.stateless_normal((1, 8, 8, 4), (0, 0))
    context.enable_run_metadata()
    try:
        gradients(x, tf.zeros((1, 8, 8), tf.int32))
        graphs = context.export_run_metadata().partition_graphs
    finally:
        context.disable_run_metadata()
    kinds = ("Conv2D", "_FusedConv2D", "_MklNativeConv2D", "_MklNativeFusedConv2D")
    return sum(node.op in kinds for graph in graphs for node in graph.node)


def test_a_compiled_step_does_compute_twice():
    """TensorFlow computes equal things once, and would keep what was to be forgotten."""
    assert convolutions_run(recompute=False) == 5
    # conv_0 of each block: what comes after the last norm has no gradient that reads it.
    assert convolutions_run(recompute=True) == 5 + 2
