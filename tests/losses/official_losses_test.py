"""Our losses against the official ones, on feature maps of the official discriminator.

`testdata/discriminator_losses.npz` was made by running the public PyTorch code of SPADE (NVlabs):
a small two-scale discriminator with random weights on two fake and two real images, then its GAN
loss in each mode and its feature matching (weight 10 included). `d<scale>_layer<k>` are the maps,
`[batch, height, width, channels]` with the batch fake, fake, real, real; k = 4 are the logits.
The hidden maps are rounded to float16 to keep the file small, which moves feature matching by 1.5
parts in a million.
"""

from pathlib import Path

import numpy as np
import pytest

from spade_tf.losses import DiscriminatorObjective, GeneratorObjective, reported

VECTORS = np.load(Path(__file__).parents[1] / "testdata" / "discriminator_losses.npz")
FAKE = [[VECTORS[f"d{scale}_layer{k}"][:2] for k in range(5)] for scale in range(2)]
REAL = [[VECTORS[f"d{scale}_layer{k}"][2:] for k in range(5)] for scale in range(2)]


@pytest.mark.parametrize("mode", ["hinge", "ls", "original", "w"])
def test_every_number_of_a_mode(mode):
    generator = GeneratorObjective(mode, feature_matching_weight=10.0, vgg_weight=0.0)
    terms = {**generator(FAKE, REAL), **DiscriminatorObjective(mode)(FAKE, REAL)}
    ours = reported(terms, global_batch_size=2)
    official = {
        "G_GAN": VECTORS[f"loss_{mode}_G"],
        "G_GAN_Feat": VECTORS["loss_feature_matching"],
        "D_Fake": VECTORS[f"loss_{mode}_D_fake"],
        "D_Real": VECTORS[f"loss_{mode}_D_real"],
    }
    assert ours.keys() == official.keys()
    for name, value in official.items():
        np.testing.assert_allclose(ours[name], value, rtol=1e-5, err_msg=name)
