"""Every loss gives the official value, on feature maps of the official networks."""

import pathlib
import zlib

import numpy as np
import pytest

from spade_tf.losses import DiscriminatorObjective, GeneratorObjective, perceptual, reported
from spade_tf.models import build_perceptual_network
from spade_tf.models.vgg19_weights import CONVOLUTIONS
from spade_tf.pytorch import load_state_dict
from tests.parity.vectors import Vectors

VGG19 = pathlib.Path(__file__).parents[1] / "testdata" / "vgg19_perceptual.npz"


@pytest.mark.parametrize("mode", ["hinge", "ls", "original", "w"])
def test_every_number_of_a_mode(mode, agree):
    vectors = Vectors("spade_discriminator")

    def half(part):
        return [
            [vectors[f"out/d{scale}_layer{layer}"][part] for layer in range(5)]
            for scale in range(2)
        ]

    fake, real = half(slice(2)), half(slice(2, 4))
    generator = GeneratorObjective(mode, feature_matching_weight=10.0, vgg_weight=0.0)
    terms = {**generator(fake, real), **DiscriminatorObjective(mode)(fake, real)}
    ours = reported(terms, global_batch_size=2)
    official = {
        "G_GAN": vectors[f"out/loss_{mode}_G"][0],
        "G_GAN_Feat": vectors["out/loss_feature_matching"],
        "D_Fake": vectors[f"out/loss_{mode}_D_fake"][0],
        "D_Real": vectors[f"out/loss_{mode}_D_real"][0],
    }
    assert ours.keys() == official.keys()
    for name, value in official.items():
        agree(vectors.name, f"{mode}: {name}", ours[name], value, relative=1e-5)


def random_vgg19() -> dict[str, np.ndarray]:
    """The weights behind `vgg19_perceptual.npz`, under torchvision's names.

    Each tensor is drawn from a generator seeded by the CRC-32 of its name.
    """
    state: dict[str, np.ndarray] = {}
    width = 3
    for _, name, filters in CONVOLUTIONS:
        draw = np.random.RandomState(zlib.crc32(f"{name}.weight".encode()))
        kernel = draw.standard_normal((filters, width, 3, 3)) * np.sqrt(2 / (9 * width))
        draw = np.random.RandomState(zlib.crc32(f"{name}.bias".encode()))
        state |= {f"{name}.weight": kernel, f"{name}.bias": 0.1 * draw.standard_normal(filters)}
        width = filters
    return {name: np.float32(x) for name, x in state.items()}


def test_perceptual_network_and_loss(agree):
    """Maps of torchvision's layers, every 16th or 32nd channel kept."""
    vectors = np.load(VGG19)
    network = build_perceptual_network()
    load_state_dict(network, random_vgg19())
    assert network.input_scaling == "none"
    maps, targets = network(vectors["x"]), network(vectors["y"])
    for ours, (name, step) in zip(
        maps, (("1_1", 16), ("2_1", 16), ("3_1", 32), ("4_1", 32), ("5_1", 32)), strict=True
    ):
        official = vectors[f"relu{name}_every{step}"]
        agree("vgg19_perceptual", f"relu{name}", ours[..., ::step], official, relative=1e-4)
    loss = np.mean(perceptual(maps, targets))
    agree("vgg19_perceptual", "loss", loss, vectors["loss"], relative=1e-5)

    network.input_scaling = "imagenet"
    loss = np.mean(perceptual(network(vectors["x"]), network(vectors["y"])))
    agree("vgg19_perceptual", "loss, scaled image", loss, vectors["imagenet_loss"], relative=1e-5)
