import keras
import numpy as np
import pytest
from keras import ops

from spade_tf.config import load_config
from spade_tf.layers import ResidualBlock
from spade_tf.models import build_generator
from tests.tiny_config import tiny_config

LABELS = 5


def layouts(height=32, width=32, batch=2):
    rng = np.random.default_rng(0)
    instance_map = np.zeros((batch, height, width), "int32")
    instance_map[:, 3:9, 5:20] = 1
    return {
        "label_map": rng.integers(0, LABELS, (batch, height, width)).astype("int32"),
        "instance_map": instance_map,
        "position_map": rng.uniform(-1, 1, (batch, height, width, 2)).astype("float32"),
    }


@pytest.mark.parametrize(
    ("name", "overrides", "expected"),
    [
        ("coco", {}, 97_480_899),
        ("coco", {"model.norm": "clade"}, 72_505_383),
        ("ade20k", {}, 96_492_483),
        ("ade20k", {"model.norm": "clade"}, 71_427_267),
        ("cityscapes", {}, 93_048_003),
        ("cityscapes", {"model.norm": "clade"}, 67_901_991),
        ("cityscapes", {"data.has_instances": False}, 93_018_051),
        ("cityscapes", {"data.has_instances": False, "model.norm": "clade"}, 67_819_203),
    ],
)
def test_has_as_many_weights_as_the_published_network(name, overrides, expected):
    config = load_config(name, overrides)
    with keras.StatelessScope(initialize_variables=False):  # shapes, but no numbers
        generator = build_generator(config)
    keras.backend.clear_session()  # forgets the variables without numbers
    assert sum(int(np.prod(v.shape)) for v in generator.trainable_variables) == expected


@pytest.mark.parametrize(
    ("upsampling", "height", "width", "grids", "widths"),
    [
        (
            "normal",
            64,
            32,
            [(2, 1), (4, 2), (4, 2), (8, 4), (16, 8), (32, 16), (64, 32)],
            [32, 32, 32, 16, 8, 4, 2],
        ),
        (
            "more",
            64,
            128,
            [(1, 2), (2, 4), (4, 8), (8, 16), (16, 32), (32, 64), (64, 128)],
            [32, 32, 32, 16, 8, 4, 2],
        ),
        (
            "most",
            128,
            128,
            [(1, 1), (2, 2), (4, 4), (8, 8), (16, 16), (32, 32), (64, 64), (128, 128)],
            [32, 32, 32, 16, 8, 4, 2, 1],
        ),
    ],
)
@pytest.mark.parametrize("latent_dim", [0, 3])
def test_blocks_grids_and_widths(upsampling, height, width, grids, widths, latent_dim, monkeypatch):
    seen = []

    def block(self, x, pyramid, training=None):
        seen.append((tuple(x.shape[1:3]), self.filters))
        return ops.ones((*x.shape[:3], self.filters))

    generator = build_generator(
        tiny_config(
            {
                "data.height": height,
                "data.width": width,
                "model.upsampling": upsampling,
                "model.latent_dim": latent_dim,
            }
        )
    )
    monkeypatch.setattr(ResidualBlock, "__call__", block)
    image = generator({**layouts(height, width), "z": np.ones((2, latent_dim), "float32")})
    assert seen == list(zip(grids, widths, strict=True))
    assert image.shape == (2, height, width, 3)


def test_start_grid_is_the_layout_picked_at_every_32nd_pixel(monkeypatch):
    """With a kernel that copies one-hot channel 1 into every feature, the grid shows label 1."""
    starts = []
    generator = build_generator(tiny_config({"data.height": 64, "data.width": 96}))
    kernel = np.zeros(generator.start.kernel.shape, "float32")
    kernel[1, 1, 1, :] = 1
    generator.start.kernel.assign(kernel)
    monkeypatch.setattr(
        ResidualBlock,
        "__call__",
        lambda self, x, pyramid, training=None: (
            starts.append(x) or ops.ones((*x.shape[:3], self.filters))
        ),
    )
    label_map = np.zeros((1, 64, 96), "int32")
    label_map[0, 0, 0] = label_map[0, 32, 64] = 1
    label_map[0, 31, 31] = label_map[0, 33, 32] = 1  # between the picked pixels
    generator({"label_map": label_map})
    np.testing.assert_array_equal(starts[0][0, :, :, 7], [[1, 0, 0], [0, 0, 1]])


@pytest.mark.parametrize(
    ("overrides", "changed"),
    [
        ({}, "label_map"),
        ({"data.has_instances": True}, "instance_map"),
        ({"model.norm": "clade", "data.has_instances": True}, "instance_map"),
        ({"model.norm": "clade_icpe"}, "position_map"),
        ({"model.latent_dim": 3}, "z"),
    ],
)
def test_every_input_matters(overrides, changed):
    generator = build_generator(tiny_config({"model.spectral_norm": False, **overrides}))
    rng = np.random.default_rng(1)
    for variable in generator.trainable_variables:
        variable.assign(rng.normal(0, 0.1, variable.shape))
    inputs = {**layouts(), "z": rng.normal(size=(2, 3)).astype("float32")}
    before = generator(inputs, training=True)
    other = {**inputs, changed: inputs[changed][:, ::-1]}
    after = generator(other, training=True)
    assert before.dtype == "float32"
    assert np.abs(before).max() <= 1
    assert np.abs(after - before).max() > 1e-4  # rounding: 1e-7


def test_paints_larger_maps_than_it_was_made_for():
    generator = build_generator(tiny_config())
    assert generator(layouts(64, 96), training=False).shape == (2, 64, 96, 3)


def test_instance_norm_paints_each_image_by_itself():
    generator = build_generator(tiny_config({"model.param_free_norm": "instance"}))
    inputs = layouts(batch=2)
    both = generator(inputs, training=False)
    alone = generator({key: value[1:] for key, value in inputs.items()}, training=False)
    # Small initial weights: instance norm divides by small deviations and enlarges the rounding.
    np.testing.assert_allclose(both[1:], alone, atol=1e-4)
    assert np.abs(both[:1] - alone).max() > 0.1
