"""What each project does to an image before its network sees it, by hand."""

import numpy as np
import pytest

from spade_tf.evaluation.networks import deeplab_v2, drn, fid_inception, upernet

PIXEL = np.float32([255, 0, 51]).reshape(1, 1, 1, 3)


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (deeplab_v2.preprocess(PIXEL), [51 - 104.008, -116.669, 255 - 122.675]),
        (upernet.preprocess(PIXEL), [0.515 / 0.229, -0.456 / 0.224, -0.206 / 0.225]),
        (upernet.preprocess(PIXEL, "bgr"), [51 - 102.9801, -115.9465, 255 - 122.7717]),
        (
            drn.preprocess(PIXEL),
            [0.709898976 / 0.182954051, -0.328081448 / 0.18656561, -0.0869639442 / 0.18447509],
        ),
        (fid_inception.preprocess(PIXEL)[:, :1, :1], [1, -1, -0.6]),
    ],
    ids=["deeplab_v2", "upernet101", "upernet101_bgr", "drn_d_105", "inception_fid"],
)
def test_one_pixel(ours, expected):
    np.testing.assert_allclose(np.ravel(ours), expected, rtol=1e-5)


def test_inception_sees_299_pixels():
    assert fid_inception.preprocess(np.zeros((2, 40, 500, 3), "float32")).shape == (2, 299, 299, 3)


def test_published_sizes_of_upernet():
    """A square of 256 is stretched to these; a long image meets the limit of 1000."""
    square = upernet.sized_images(np.zeros((256, 256, 3), np.uint8))
    assert [image.shape for image in square] == [(n, n, 3) for n in (320, 384, 480, 544, 608)]
    # 100 x 400 with short side 300 would be 1200 long: 250 x 1000, then up to multiples of 32.
    (long,) = upernet.sized_images(np.zeros((100, 400, 3), np.uint8), [300])
    assert long.shape == (256, 1024, 3)


def test_sizes_of_the_multi_scale_test():
    sizes = [image.shape[:2] for image in drn.scaled_images(np.zeros((10, 21, 3), np.uint8))]
    assert sizes == [(10, 21), (5, 10), (7, 15), (12, 26), (15, 31), (17, 36)]


def test_an_unknown_input_scaling():
    with pytest.raises(ValueError, match="input_scaling is 'caffe'; write one of imagenet, bgr"):
        upernet.UperNet101(input_scaling="caffe")
