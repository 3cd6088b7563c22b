"""Generators, discriminator and encoder give the images and features of the official code."""

import numpy as np
import pytest

from spade_tf.config import load_config
from spade_tf.layers import Unmodulated
from spade_tf.losses import DiscriminatorObjective, GeneratorObjective, reported
from spade_tf.models import (
    FeatureEncoder,
    Pix2PixHDGenerator,
    build_discriminator,
    build_encoder,
    build_generator,
)
from spade_tf.models.discriminator import split_fake_real
from spade_tf.pytorch import load_state_dict
from tests.parity.vectors import FOLDER, Vectors

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


def pix2pixhd(name):
    """Numbers of a public pix2pixHD network, its state dict, and its layout."""
    arrays = np.load(FOLDER.parent / "networks" / f"{name}.npz")
    state = {k.removeprefix("state/"): arrays[k] for k in arrays.files if k.startswith("state/")}
    names = {"label": "label_map", "instance": "instance_map"}
    layout = {ours: arrays[f"in/{x}"] for x, ours in names.items() if f"in/{x}" in arrays}
    return arrays, state, layout


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("pix2pixhd_global_generator", {"model.kind": "pix2pixhd", "data.num_labels": 6}),
        (
            "spade_pix2pixhd_generator",
            {
                "model.kind": "pix2pixhd_pp",
                "model.param_free_norm": "instance",
                "data.num_labels": 7,
            },
        ),
    ],
)
def test_pix2pixhd_generator(name, values, agree):
    arrays, state, layout = pix2pixhd(name)
    size = {"data.height": 64, "data.width": 96, "data.has_instances": True}
    generator = build_generator(load_config("custom", {**values, **size, "model.base_width": 4}))
    load_state_dict(generator, state)
    image = generator(layout, training=False)
    agree(name, "image", image, arrays["out/image"], absolute=2e-5)


def test_pix2pixhd_with_enhancer(agree):
    arrays, state, layout = pix2pixhd("pix2pixhd_local_enhancer")
    generator = Pix2PixHDGenerator(
        Unmodulated(6, True, "instance"),
        6,
        has_instances=True,
        base_width=4,
        num_halvings=3,
        num_blocks=4,
        enhancer_blocks=3,
    )
    generator.build()
    load_state_dict(generator, state)
    image = generator(layout, training=False)
    agree("pix2pixhd_local_enhancer", "image", image, arrays["out/image"], absolute=2e-5)


def test_pix2pixhd_feature_encoder(agree):
    arrays, state, layout = pix2pixhd("pix2pixhd_encoder")
    encoder = FeatureEncoder(base_width=4)
    encoder.build()
    load_state_dict(encoder, state)
    image, name = arrays["in/image"], "pix2pixhd_encoder"
    agree(name, "features", encoder.features(image), arrays["out/feature_map"], absolute=2e-5)
    means = encoder({"image": image, **layout})
    agree(name, "means of instances", means, arrays["out/pooled"], absolute=2e-5)


def test_pix2pixhd_discriminator_and_losses(agree):
    name = "pix2pixhd_discriminator"
    arrays, state, layout = pix2pixhd(name)
    values = {"model.kind": "pix2pixhd", "data.num_labels": 6, "data.has_instances": True}
    config = load_config("custom", {**values, "discriminator.base_width": 4})
    discriminator = build_discriminator(config)
    load_state_dict(discriminator, state)
    images = np.concatenate([arrays["in/fake"], arrays["in/real"]])
    features = discriminator({**layout, "image": images}, training=False)
    halves = split_fake_real(features)
    for half, maps in zip(("fake", "real"), halves, strict=True):
        for scale, layers in enumerate(maps):
            for layer, ours in enumerate(layers):
                official = arrays[f"out/d{scale}_layer{layer}_{half}"]
                agree(name, f"{half}, scale {scale}, layer {layer}", ours, official, relative=1e-4)
    losses = config.losses
    generator = GeneratorObjective(losses.gan, vgg_weight=0, convention=losses.convention)
    terms = {
        **generator(*halves),
        **DiscriminatorObjective(losses.gan, losses.convention)(*halves),
    }
    official = {
        "G_GAN": arrays["out/loss_G_lsgan"][0],
        "G_GAN_Feat": arrays["out/loss_feature_matching"][0],
        "D_Fake": arrays["out/loss_D_fake"][0] / 2,
        "D_Real": arrays["out/loss_D_real"][0] / 2,
    }
    for term, value in reported(terms, global_batch_size=2).items():
        agree(name, term, value, official[term], relative=1e-5)
