import numpy as np
import pytest
from PIL import Image

from spade_tf.benchmark.layouts import Layout, make_batch, make_layouts
from spade_tf.errors import UserError
from tests.tiny_config import tiny_config


def save(array, path):
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.uint8(array)).save(path)


def test_ids_become_labels_and_maps_are_scaled(tmp_path):
    config = tiny_config({"data.has_dont_care": True})  # labels 0..4, of which 4 is don't-care
    save([[3, 7], [255, 11]], tmp_path / "val_label" / "b.png")
    save([[1, 2], [3, 4]], tmp_path / "val_inst" / "b.png")
    save([[6]], tmp_path / "train_label" / "a.png")
    first, second = make_layouts(str(tmp_path), config)
    np.testing.assert_array_equal(first.label_map, np.full((32, 32), 1))  # 6 modulo 5
    np.testing.assert_array_equal(first.instance_map, np.full((32, 32), 6))  # without a file
    quarters = np.ones((16, 16))
    np.testing.assert_array_equal(second.label_map, np.kron([[3, 2], [4, 1]], quarters))
    np.testing.assert_array_equal(second.instance_map, np.kron([[1, 2], [3, 4]], quarters))
    assert second.label_map.dtype == second.instance_map.dtype == np.int32


def test_a_folder_without_label_maps(tmp_path):
    with pytest.raises(UserError, match="has no .*_label"):
        make_layouts(str(tmp_path), tiny_config())


def test_procedural_scenes():
    layouts = make_layouts(None, tiny_config())
    labels = np.stack([layout.label_map for layout in layouts])
    assert labels.shape == (20, 32, 32)
    assert set(np.unique(labels)) == set(range(5))
    assert (labels[0] != labels[1]).any()


def test_batches_go_on_where_the_last_ended():
    config = tiny_config({"data.has_instances": True, "model.latent_dim": 3})  # batches of two
    layouts = [Layout(np.full((2, 2), k), np.full((2, 2), 10 * k)) for k in range(3)]
    painted = make_batch(layouts, 1, config, training=False)
    assert painted["label_map"][:, 0, 0].tolist() == [2, 0]
    assert painted["instance_map"][:, 0, 0].tolist() == [20, 0]
    assert painted["z"].shape == (2, 3)
    trained = make_batch(layouts, 0, config, training=True)
    assert trained["label_map"][:, 0, 0].tolist() == [0, 1]
    assert trained["image"].shape == (2, 2, 2, 3)
    assert trained.keys() == {"label_map", "instance_map", "image"}
    plain = make_batch(layouts, 0, tiny_config(), training=False)
    assert plain.keys() == {"label_map"}
