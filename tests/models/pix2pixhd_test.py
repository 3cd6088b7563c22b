import keras
import numpy as np
import pytest

from spade_tf.models import build_generator
from spade_tf.models.pix2pixhd import Pix2PixHDGenerator
from tests.tiny_config import tiny_config

PLAIN = {
    "model.kind": "pix2pixhd",
    "model.norm": "none",
    "model.param_free_norm": "instance",
    "model.residual_blocks": 2,
}
LABELS = np.random.default_rng(0).integers(0, 5, (1, 64, 64)).astype("int32")


def test_layers_of_the_global_generator():
    generator = build_generator(tiny_config({**PLAIN, "model.spectral_norm": False}))
    names = [stage.name for stage in generator.trunk.stages]
    blocks = [f"block_{i}" for i in range(2)]
    downs, ups = ([f"{way}_{i}" for i in range(4)] for way in ("down", "up"))
    assert names == ["stem", *downs, *blocks, *reversed(ups)]
    shapes = {v.path: v.shape for v in generator.trainable_variables if v.name == "kernel"}
    assert shapes["generator/trunk/stem/conv/kernel"] == (7, 7, 5, 2)
    assert shapes["generator/trunk/down_3/conv/kernel"] == (3, 3, 16, 32)
    assert shapes["generator/trunk/up_0/conv/kernel"] == (3, 3, 4, 2)
    assert shapes["generator/to_image/kernel"] == (7, 7, 2, 3)


def test_the_enhancer_adds_to_the_trunk_at_half_the_size():
    config = tiny_config({**PLAIN, "model.local_enhancer": True, "data.height": 64,
                          "data.width": 64})  # fmt: skip
    generator = build_generator(config)
    sizes = []
    call = generator.trunk.call
    generator.trunk.call = lambda x, *a, **k: sizes.append(x.shape) or call(x, *a, **k)
    assert generator({"label_map": LABELS}).shape == (1, 64, 64, 3)
    assert sizes == [(1, 32, 32, 5)]
    assert len(generator.enhancer.blocks) == 3
    assert generator.to_image.kernel.shape == (7, 7, 1, 3)  # half the base width
    trunk = {v.path: v.shape for v in generator.trunk.variables}
    alone = build_generator(tiny_config(PLAIN)).trunk.variables
    assert trunk == {v.path: v.shape for v in alone}  # so that a run can begin with its weights


@pytest.mark.parametrize("norm", ["none", "concat", "spade", "clade", "clade_icpe"])
def test_what_the_norm_of_pix2pixhd_pp_is(norm):
    values = {"model.kind": "pix2pixhd_pp", "model.norm": norm, "data.has_instances": True,
              "model.residual_blocks": 1}  # fmt: skip
    generator = build_generator(tiny_config(values))
    names = {type(layer).__name__ for layer in generator._flatten_layers()}
    expected = {"spade": "SPADE", "clade": "CLADE", "clade_icpe": "CLADE"}
    assert expected.get(norm, "Unmodulated") in names
    assert "SpectralNormalization" in names
    block = generator.trunk.stages[5]
    # The residual blocks alone read the layout again: 5 labels and the edges.
    assert block.conv_0.conv.layer.kernel.shape[2] == 32 + (6 if norm == "concat" else 0)
    assert generator.has_positions == (norm == "clade_icpe")


def test_given_features_take_the_place_of_clusters():
    values = {**PLAIN, "model.latent_dim": 5, "data.has_instances": True, "model.init_gain": 1.0}
    generator = build_generator(tiny_config(values))
    maps = {"label_map": LABELS, "instance_map": LABELS}
    z = np.zeros((1, 5), "float32")
    features = np.random.default_rng(1).normal(size=(1, 64, 64, 3)).astype("float32")
    by_clusters, by_features = (
        generator({**maps, "z": z}),
        generator({**maps, "features": features}),
    )
    assert np.abs(by_clusters - by_features).max() > 0.01
    zeros = generator({**maps, "features": 0 * features})
    np.testing.assert_array_equal(by_clusters, zeros)  # the clusters are zeros before training


def test_it_is_saved_with_its_clusters(tmp_path):
    keras.utils.set_random_seed(0)
    values = {**PLAIN, "model.latent_dim": 5, "data.has_instances": True}
    generator = build_generator(tiny_config(values))
    generator.clusters.centres.assign(np.random.default_rng(0).normal(size=(50, 3)))
    path = str(tmp_path / "model.keras")
    generator.save(path)
    loaded = keras.models.load_model(path)
    assert isinstance(loaded, Pix2PixHDGenerator)
    np.testing.assert_array_equal(loaded.clusters.centres, generator.clusters.centres)
