import numpy as np
import pytest

from spade_tf.config import replace
from spade_tf.data.canvases import unknown_label
from spade_tf.data.pipeline import make_dataset
from spade_tf.errors import UserError
from spade_tf.sims.build_bank import build_bank
from tests.sims.small_banks import block_set, layout, photograph

NOTHING = 3


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    root = tmp_path_factory.mktemp("set")
    config = replace(block_set(root), "model.spatial_transformer", True)
    build_bank(config, root / "bank")
    return replace(config, "model.bank", str(root / "bank"))


def batches(config, split, count=1, **values):
    dataset = make_dataset(config, split, 2, **values).take(count)
    return [{k: v.numpy() for k, v in batch.items()} for batch in dataset]


def test_training_canvases_are_of_the_photograph_itself(config):
    (batch,) = batches(config, "train")
    assert batch["canvas"].shape == (2, 32, 32, 4) and batch["canvas"].dtype == np.float32
    for canvas, label_map, image, edited in zip(
        batch["canvas"],
        batch["label_map"],
        batch["image"],
        batch["canvas_label_map"],
        strict=True,
    ):
        valid = canvas[..., 3] == 1
        assert 0.5 < valid.mean() < 1
        # Blue is the column, which some pieces change with their colours; most do not.
        same = np.abs(canvas[valid][:, :3] - (image[valid] + 1) / 2).max(axis=-1) < 0.01
        assert same.mean() > 0.5
        assert ((edited == label_map) | (edited == NOTHING)).all()
    target = batch["segment"][..., 3]
    assert set(np.unique(target)) == {0, 1} and target.any(axis=(1, 2)).all()


def test_the_stream_does_not_depend_on_where_it_starts(config):
    later = batches(config, "train", 2)[1]
    started = batches(config, "train", start_image=2)[0]
    for key in later:
        np.testing.assert_array_equal(later[key], started[key], err_msg=key)


def test_validation_canvases_are_retrieved(config):
    (batch,) = batches(config, "val")
    assert set(batch) == {"label_map", "image", "canvas", "canvas_label_map"}
    # The only validation picture is picture 0, which is in the bank too: it finds itself.
    expected = photograph(0).astype(np.float32) / 255
    np.testing.assert_allclose(batch["canvas"][0, ..., :3], expected, atol=1e-6)


def test_training_pictures_do_not_find_themselves(config):
    (batch,) = batches(config, "train", training=False)
    np.testing.assert_array_equal(batch["label_map"][0], layout(0))
    # Grey levels of 50, 100 and 150 plus the picture's number: none is of picture 0.
    valid = batch["canvas"][0, ..., 3] == 1
    found = np.rint(255 * batch["canvas"][0][valid][:, 0]).astype(int) % 50
    assert set(np.unique(found)) <= {1, 2, 3, 4}


def test_unknown_is_dont_care_or_no_channel(config):
    assert unknown_label(config.data) == 3
    assert unknown_label(replace(config, "data.has_dont_care", False).data) == 4


def test_banks_that_do_not_fit(config):
    with pytest.raises(UserError, match="model.kind=sims needs its memory bank: .*build_bank"):
        make_dataset(replace(config, "model.bank", ""), "train", 1)
    with pytest.raises(UserError, match="32x32 pixels; the config has 32x16"):
        make_dataset(replace(config, "data.height", 16), "val", 1)
