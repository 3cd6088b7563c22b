import numpy as np
import pytest
from PIL import Image

from spade_tf.evaluation.pages.page_pictures import save_image, save_layout


@pytest.mark.parametrize("num_labels", [3, 256, 300])
def test_a_layout_in_class_colours(tmp_path, num_labels):
    palette = np.random.default_rng(0).integers(0, 256, (num_labels, 3)).astype(np.uint8)
    label_map = np.array([[0, 1, 2], [num_labels - 1, 1, 0]])
    path = tmp_path / "sub" / "a.png"
    save_layout(label_map, palette, path)
    with Image.open(path) as picture:
        assert picture.mode == ("P" if num_labels <= 256 else "RGB")
        np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), palette[label_map])


def test_a_small_image_is_its_own_thumbnail(tmp_path):
    image = np.full((40, 60, 3), (200, 100, 50), np.uint8)
    assert save_image(image, tmp_path, "photograph", "a/b") == ("pictures/photograph/a/b.jpg",) * 2
    with Image.open(tmp_path / "pictures/photograph/a/b.jpg") as picture:
        np.testing.assert_allclose(np.asarray(picture, int), image, atol=2)  # JPEG
    assert not (tmp_path / "thumbnails").exists()


def test_a_large_image_has_a_thumbnail_of_its_shape(tmp_path):
    image = np.full((250, 1000, 3), 90, np.uint8)
    large, small = save_image(image, tmp_path, "method_1", "a")
    assert (large, small) == ("pictures/method_1/a.jpg", "thumbnails/method_1/a.jpg")
    with Image.open(tmp_path / large) as picture:
        assert picture.size == (1000, 250)
    with Image.open(tmp_path / small) as picture:
        assert picture.size == (320, 80)
