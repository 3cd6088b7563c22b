import keras
import numpy as np
import pytest

from spade_tf.config import load_config
from spade_tf.models import MultiScaleDiscriminator, build_discriminator
from spade_tf.models.discriminator import PatchDiscriminator, split_fake_real


def judged(height=32, width=32, batch=2):
    rng = np.random.default_rng(0)
    return {
        "label_map": rng.integers(0, 4, (batch, height, width)).astype("int32"),
        "instance_map": rng.integers(0, 3, (batch, height, width)).astype("int32"),
        "image": rng.uniform(-1, 1, (batch, height, width, 3)).astype("float32"),
    }


def make(**arguments):
    discriminator = MultiScaleDiscriminator(4, **{"base_width": 2, **arguments})
    discriminator.build()
    return discriminator


@pytest.mark.parametrize(("name", "channels"), [("coco", 183 + 1 + 3), ("facades", 13 + 3)])
def test_has_as_many_weights_as_the_published_network(name, channels):
    kernels = channels * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512 * 1
    biases = 64 + 1  # the layers before a normalisation have none
    with keras.StatelessScope(initialize_variables=False):
        discriminator = build_discriminator(load_config(name))
    keras.backend.clear_session()
    weights = sum(int(np.prod(v.shape)) for v in discriminator.trainable_variables)
    assert weights == 2 * (16 * kernels + biases)


# Sides of a 4x4 convolution with two zeros on each side: n // 2 + 1 with stride 2, n + 1 with 1.
SIDES = {
    (32, 1): [17, 18],
    (32, 2): [17, 18, 19],
    (32, 3): [17, 9, 10, 11],
    (32, 4): [17, 9, 5, 6, 7],
    (16, 1): [9, 10],
    (16, 2): [9, 10, 11],
    (16, 3): [9, 5, 6, 7],
    (16, 4): [9, 5, 3, 4, 5],
    (8, 1): [5, 6],
    (8, 2): [5, 6, 7],
    (8, 3): [5, 3, 4, 5],
    (8, 4): [5, 3, 2, 3, 4],
}


@pytest.mark.parametrize("num_layers", [1, 2, 3, 4])
@pytest.mark.parametrize("num_scales", [1, 2, 3])
def test_list_over_scales_of_feature_maps_and_logits(num_scales, num_layers):
    features = make(num_scales=num_scales, num_layers=num_layers)(judged())
    assert len(features) == num_scales
    for scale, side in zip(features, (32, 16, 8), strict=False):
        expected = [
            (2, n, n, channels)
            for n, channels in zip(
                SIDES[side, num_layers], [2, 4, 8, 16][:num_layers] + [1], strict=True
            )
        ]
        assert [tuple(x.shape) for x in scale] == expected


def test_width_stops_at_512():
    with keras.StatelessScope(initialize_variables=False):
        scale = PatchDiscriminator(base_width=64, num_layers=6)
        scale.build((None, None, None, 7))
    keras.backend.clear_session()
    filters = [(c if i == 0 else c.layer).filters for i, c in enumerate(scale.convolutions)]
    assert filters == [64, 128, 256, 512, 512, 512]
    assert scale.logits.kernel.shape == (4, 4, 512, 1)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        (0, lambda x: x["label_map"] == 0),
        (3, lambda x: x["label_map"] == 3),
        (5, lambda x: x["image"][..., 0]),
        (7, lambda x: x["image"][..., 2]),
    ],
)
def test_channels_are_labels_then_edges_then_image(channel, expected):
    """A first layer that picks one channel shows which it is: 4 labels, 1 edge, 3 colours."""
    discriminator = make(num_scales=1, num_layers=1, has_instances=True)
    first = discriminator.scales[0].convolutions[0]
    kernel = np.zeros(first.kernel.shape, "float32")
    kernel[2, 2, channel, :] = 1  # with two zeros before: pixels 0, 2, 4, ...
    first.kernel.assign(kernel)
    batch = judged()
    seen = expected(batch)[:, ::2, ::2].astype("float32")
    seen = np.where(seen < 0, 0.2 * seen, seen)
    np.testing.assert_allclose(discriminator(batch)[0][0][:, :16, :16, 0], seen, rtol=1e-6)


def test_second_scale_sees_the_halved_layout_and_image():
    """Label 1 fills the left half: the mean of a 3x3 window on the border is 2/3."""
    discriminator = make(num_scales=2, num_layers=1)
    first = discriminator.scales[1].convolutions[0]
    kernel = np.zeros(first.kernel.shape, "float32")
    kernel[2, 2, 1, :] = 1
    first.kernel.assign(kernel)
    label_map = np.zeros((1, 16, 16), "int32")
    label_map[..., :8] = 1  # windows at columns 0, 2, 4, ...; number 4 is columns 7, 8, 9
    image = np.zeros((1, 16, 16, 3), "float32")
    features = discriminator({"label_map": label_map, "image": image})
    np.testing.assert_allclose(features[1][0][0, 0, :4, 0], [1, 1, 1 / 3, 0], rtol=1e-6)


def test_fake_and_real_do_not_touch_each_other():
    discriminator = make(num_scales=1, num_layers=3)
    fake, real = judged(), {**judged(), "image": judged()["image"][:, ::-1]}
    both = {key: np.concatenate([fake[key], real[key]]) for key in fake}
    fake_features, real_features = split_fake_real(discriminator(both))
    for together, alone in ((fake_features, fake), (real_features, real)):
        for a, b in zip(together[0], discriminator(alone)[0], strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)


def test_logits_are_float32_under_mixed_precision():
    discriminator = make(num_scales=1, num_layers=2, dtype="mixed_bfloat16")
    features = discriminator(judged())[0]
    assert [keras.backend.standardize_dtype(x.dtype) for x in features] == [
        "bfloat16",
        "bfloat16",
        "float32",
    ]


def test_without_spectral_norm():
    with_it, without = make(), make(spectral_norm=False)
    assert any("vector_u" in v.path for v in with_it.variables)
    assert not any("vector_u" in v.path for v in without.variables)
    assert len(without(judged())) == 2
