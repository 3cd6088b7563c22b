import numpy as np
import pytest
from PIL import Image

from spade_tf.evaluation.resize import bilinear_weights, resize_bilinear
from tests.evaluation.stored import stored


def test_twice_the_size_by_hand():
    expected = [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]]
    assert bilinear_weights(2, 4).tolist() == expected
    assert bilinear_weights(2, 4, antialias=True).tolist() == expected


def test_shrinking_by_hand():
    """Four to one: the centre lies between the middle two; the wide triangle sees all four."""
    assert bilinear_weights(4, 1).tolist() == [[0, 0.5, 0.5, 0]]
    np.testing.assert_allclose(
        bilinear_weights(4, 1, antialias=True), [[5 / 24, 7 / 24, 7 / 24, 5 / 24]]
    )


@pytest.mark.parametrize("name", ["small", "large"])
def test_the_maps_of_the_multi_scale_test(name):
    vectors = stored("metric_cityscapes")
    maps = resize_bilinear(vectors[f"in/map_{name}"], 24, 32, antialias=True)
    assert maps.dtype == np.float32
    np.testing.assert_allclose(maps, vectors[f"out/map_{name}_resized"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [(3, 20), (11, 5), (1, 1), (7, 30)])
def test_odd_sizes_as_pillow(size):
    image = np.random.default_rng(0).normal(size=(7, 9)).astype(np.float32)
    height, width = size
    expected = Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR)
    ours = resize_bilinear(image[np.newaxis, :, :, np.newaxis], height, width, antialias=True)
    np.testing.assert_allclose(ours[0, :, :, 0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [(3, 20), (11, 5), (1, 1), (7, 30)])
def test_odd_sizes_as_pytorch_defines_it(size):
    """Without anti-aliasing: each pixel from the two nearest rows and columns, one by one."""
    maps = np.random.default_rng(0).normal(size=(2, 7, 9, 3))
    ours = resize_bilinear(maps, *size)
    for i, j in np.ndindex(*size):
        y = min(max((i + 0.5) * 7 / size[0] - 0.5, 0), 6)
        x = min(max((j + 0.5) * 9 / size[1] - 0.5, 0), 8)
        y0, x0 = int(y), int(x)
        y1, x1 = min(y0 + 1, 6), min(x0 + 1, 8)
        top = maps[:, y0, x0] * (1 - x + x0) + maps[:, y0, x1] * (x - x0)
        bottom = maps[:, y1, x0] * (1 - x + x0) + maps[:, y1, x1] * (x - x0)
        np.testing.assert_allclose(
            ours[:, i, j], top * (1 - y + y0) + bottom * (y - y0), atol=1e-12
        )


def test_the_same_size_stays_as_it_is():
    maps = np.random.default_rng(0).normal(size=(1, 3, 4, 2))
    assert np.array_equal(resize_bilinear(maps, 3, 4), maps)
