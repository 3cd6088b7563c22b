import numpy as np
import pytest
import tensorflow as tf

from spade_tf.config import load_config
from spade_tf.training import Trainer, feature_clusters
from spade_tf.training.feature_clusters import FeatureClusterer, k_means


def test_k_means_finds_the_groups():
    points = np.float32([[0, 0], [0, 2], [10, 0], [10, 2], [50, 50]])
    centres = k_means(points, 3)
    assert sorted(map(tuple, centres)) == [(0, 1), (10, 1), (50, 50)]


def test_fewer_points_than_clusters():
    centres = k_means(np.float32([[1], [5]]), 4)
    assert centres.shape == (4, 1)
    assert set(centres.ravel()) == {1, 5}


@pytest.mark.slow
def test_features_are_learnt_and_clustered(eager, monkeypatch):
    rng = np.random.default_rng(0)
    batch = {
        "label_map": rng.integers(0, 4, (1, 32, 32)).astype("int32"),  # label 4 is nowhere
        "instance_map": rng.integers(0, 30, (1, 32, 32)).astype("int32"),
        "image": rng.uniform(-1, 1, (1, 32, 32, 3)).astype("float32"),
    }
    values = {
        "model.kind": "pix2pixhd",
        "model.residual_blocks": 1,
        "model.latent_dim": 5,
        "model.base_width": 4,
        "data.num_labels": 5,
        "data.has_instances": True,
        "data.height": 32,
        "data.width": 32,
        "discriminator.base_width": 2,
        "losses.vgg_weight": 0.0,
        "train.strategy": "one",
    }
    trainer = Trainer(load_config("custom", values))
    before = [np.array(kernel) for kernel in trainer.encoder.get_weights()]
    terms = trainer.train_step(batch)
    assert set(terms) == {"G_GAN", "G_GAN_Feat", "D_Fake", "D_Real"}  # there is no distribution
    kernels = [i for i, v in enumerate(trainer.encoder.variables) if v.name == "kernel"]
    after = trainer.encoder.get_weights()
    assert all(np.abs(before[i] - after[i]).max() > 0 for i in kernels)

    images = tf.data.Dataset.from_tensors(batch)
    monkeypatch.setattr(feature_clusters, "make_dataset", lambda *_: images)
    clusterer = FeatureClusterer(trainer.config, trainer, num_images=1)
    clusterer.update(step=1)
    centres = np.asarray(trainer.generator.clusters.centres).reshape(5, 10, 3)
    seen = np.asarray(trainer.encoder(batch)).reshape(-1, 3)
    assert (centres[:4] >= seen.min(axis=0) - 1e-6).all()
    assert (centres[:4] <= seen.max(axis=0) + 1e-6).all()
    assert np.ptp(centres[:4], axis=1).min() > 0
    assert not centres[4].any()
    trainer.synthesize({**batch, "z": np.zeros((1, 5), "float32")})
    np.testing.assert_array_equal(
        trainer.state.ema_generator.clusters.centres, trainer.generator.clusters.centres
    )
