"""Generators, discriminator and encoder give the images and features of the official code."""

import numpy as np
import pytest

from spade_tf.models import build_discriminator, build_encoder, build_generator
from spade_tf.pytorch import load_state_dict
from tests.parity.vectors import Vectors

SPADE = ["spade_generator", "spade_generator_vae", "spade_generator_more"]
CLADE = ["clade_generator", "clade_generator_instance", "clade_generator_icpe"]


@pytest.mark.parametrize(
    ("name", "modulation"),
    [(name, by) for name in SPADE for by in ("neighbourhoods", "convolutions")]
    + [(name, "auto") for name in CLADE],
)
def test_generator(name, modulation, agree):
    vectors = Vectors(name)
    generator = build_generator(vectors.config({"model.modulation": modulation}))
    load_state_dict(generator, vectors.state())
    inputs = vectors.layout()
    if "in/z" in vectors:
        inputs["z"] = vectors["in/z"]
    image = generator(inputs, training=False)
    what = "image" if modulation == "auto" else f"image, by {modulation}"
    agree(name, what, image, vectors["out/image"], absolute=2e-5)


def test_discriminator(agree):
    vectors = Vectors("spade_discriminator")
    discriminator = build_discriminator(vectors.config())
    load_state_dict(discriminator, vectors.state())
    images = np.concatenate([vectors["in/fake"], vectors["in/real"]])
    features = discriminator({**vectors.layout(len(images)), "image": images}, training=False)
    for scale, maps in enumerate(features):
        for layer, ours in enumerate(maps):
            official = vectors[f"out/d{scale}_layer{layer}"]
            what = f"scale {scale}, layer {layer}"
            agree(vectors.name, what, ours, official, relative=1e-4)


def test_encoder(agree):
    vectors = Vectors("spade_encoder")
    encoder = build_encoder(vectors.config({"model.latent_dim": 256}))
    load_state_dict(encoder, vectors.state())
    mean, log_variance = encoder(vectors["in/image"], training=False)
    agree(vectors.name, "mean", mean, vectors["out/mu"], relative=1e-4)
    agree(vectors.name, "log variance", log_variance, vectors["out/logvar"], relative=1e-4)
