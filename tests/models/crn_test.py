import numpy as np
import pytest
import tensorflow as tf

from spade_tf.complexity import measure
from spade_tf.config import load_config, replace
from spade_tf.models import build_discriminator, build_generator
from spade_tf.models.crn import CascadedRefinementNetwork, module_width
from tests.tiny_config import tiny_config
from tests.tiny_crn import CRN

ONE = {**CRN, "model.diversity": 1}


def make_batch(size=2, height=32, width=32):
    draw = np.random.default_rng(0)
    return {
        "label_map": draw.integers(0, 5, (size, height, width)).astype("int32"),
        "z": np.eye(3, dtype="float32")[[1, 2]] - 0.5,
    }


@pytest.fixture(scope="module")
def three_images():
    return build_generator(tiny_config(CRN))


def test_parameters_of_the_paper():
    """97.9 M with 20 labels at 256 rows and 9 images."""
    config = load_config("crn_cityscapes")
    assert (config.data.num_labels, config.data.height, config.data.width) == (20, 256, 512)
    complexity = measure(config)
    # First module, second convolutions, modules 8 to 64, 128, 256, norms, to_image.
    by_hand = 9 * 20 * 1024 + 5 * 9 * 1024**2 + 4 * 9 * 1044 * 1024
    by_hand += 9 * (1044 + 512) * 512 + 9 * (532 + 512) * 512
    by_hand += 2 * 2 * (5 * 1024 + 2 * 512) + 512 * 27 + 27
    assert complexity.parameters() == by_hand == 97_875_483
    layers = {layer.name: layer for layer in complexity.layers}
    assert layers["module_4/conv_0"].output == (4, 8, 1024)
    assert layers["module_256/conv_1"].macs == 256 * 512 * 9 * 512 * 512


def test_widths_of_the_paper():
    rows = [4, 8, 16, 32, 64, 128, 256, 512, 1024]
    assert [module_width(size, 64) for size in rows] == [1024] * 5 + [512, 512, 128, 32]
    assert [module_width(size, 1) for size in (64, 256, 512, 1024)] == [16, 8, 2, 1]


@pytest.mark.parametrize(
    ("height", "width", "start"),
    [(32, 32, (4, 4)), (32, 64, (4, 8)), (48, 32, (6, 4)), (16, 16, (4, 4))],
)
def test_the_start_grid_has_the_shape_of_the_image(height, width, start):
    config = tiny_config({**ONE, "data.height": height, "data.width": width})
    layers = measure(config).layers
    assert layers[0].name == f"module_{start[0]}/conv_0" and layers[0].output[:2] == start
    assert layers[-1].name == "to_image" and layers[-1].output == (height, width, 3)


def test_z_chooses_the_image(three_images):
    batch = make_batch()
    images = np.clip(three_images.images(batch), -1, 1)
    assert images.shape == (2, 32, 32, 3, 3) and three_images.latent_dim == 3
    assert all(np.abs(images[:, :, :, 0] - images[:, :, :, k]).max() > 0.1 for k in (1, 2))
    chosen = three_images(batch)
    np.testing.assert_array_equal(chosen[0], images[0, :, :, 1])
    np.testing.assert_array_equal(chosen[1], images[1, :, :, 2])
    first = three_images({"label_map": batch["label_map"]})
    np.testing.assert_array_equal(first, images[:, :, :, 0])


def test_only_what_is_painted_is_clipped(three_images):
    copy = CascadedRefinementNetwork.from_config(three_images.get_config())
    copy.build()
    copy.to_image.bias.assign([2.0, -2.0, 0.0] * 3)
    copy.to_image.kernel.assign(0 * copy.to_image.kernel)
    batch = make_batch()
    np.testing.assert_array_equal(copy.images(batch)[0, 0, 0, 1], [2.0, -2.0, 0.0])
    np.testing.assert_array_equal(copy(batch)[0, 0, 0], [1.0, -1.0, 0.0])


def test_modules_read_the_shares_of_the_labels(three_images):
    label_map = np.zeros((1, 32, 32), "int32")
    label_map[0, :6, :8] = 3  # 48 of the first start pixel's 64
    layouts = three_images._layouts({"label_map": label_map})
    assert [layout.shape[1] for layout in layouts] == [32, 16, 8, 4]
    np.testing.assert_allclose(layouts[-1][0, 0, 0], [0.25, 0, 0, 0.75, 0])
    np.testing.assert_allclose(layouts[-1][0, 0, 1], [1, 0, 0, 0, 0])


def test_instance_borders_are_one_more_channel():
    model = build_generator(tiny_config({**CRN, "data.has_instances": True}))
    assert model.modules[0].convolutions[0].kernel.shape[2] == 6
    instance_map = np.zeros((2, 32, 32), "int32")
    instance_map[:, :, 16:] = 1
    layouts = model._layouts({**make_batch(), "instance_map": instance_map})
    np.testing.assert_allclose(layouts[-1][0, 0, :, 5], [0, 1 / 8, 1 / 8, 0])


def test_another_size_than_it_was_made_for(three_images):
    paint = tf.function(three_images)
    assert paint(make_batch(width=64)).shape == (2, 32, 64, 3)


def test_no_discriminator():
    assert build_discriminator(tiny_config(CRN)) is None


def test_weights_of_fewer_rows_have_the_same_names():
    """What 512 rows add to 256: one module, and the image is made of its features."""
    small, large = load_config("crn_cityscapes"), load_config("crn_cityscapes")
    small = replace(small, "model.base_width", 1)
    for key, value in {"model.base_width": 1, "data.height": 512, "data.width": 1024}.items():
        large = replace(large, key, value)
    small_shapes, large_shapes = (
        {v.path: tuple(v.shape) for v in build_generator(config).variables}
        for config in (small, large)
    )
    added = large_shapes.items() - small_shapes.items()
    assert {path.split("/")[1] for path, _ in added} == {"module_512", "to_image"}
