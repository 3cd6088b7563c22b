"""The full check of a data set."""

import numpy as np
import pytest

from spade_tf.config import replace
from spade_tf.data.check import full_check, quick_check
from spade_tf.data.proposal import propose
from spade_tf.errors import UserError
from tests.data.small_sets import custom_set, make_config, write_png


def test_a_good_data_set(tmp_path):
    config = custom_set(tmp_path, train=2, val=1)
    quick_check(config)
    train, val = full_check(config)
    assert train.files == 2 and val.files == 1 and not train.problems + val.problems
    assert sum(train.pixels.values()) == 2 * 40 * 48
    assert set(train.pixels) == set(range(5)) and set(train.files_with_id.values()) == {2}
    assert train.sizes == {(48, 40): 2}
    assert train.has_images and train.has_instances
    proposal = propose(config, [train, val])
    assert proposal == {
        "data.num_labels": "5",
        "data.has_dont_care": "false",
        "data.first_file_id": "0",
        "data.has_instances": "true",
        "data.load_size": "286",
    }


def test_wrong_ids_are_counted_and_the_proposal_fits_them(tmp_path):
    config = custom_set(tmp_path, train=3, val=1)
    label_map = np.zeros((40, 48), np.uint8)
    label_map[0, :3], label_map[1, :7] = 9, 255
    path = write_png(tmp_path / "train_label" / "scene_1.png", label_map)
    reports = full_check(config)
    assert reports[0].pixels[9] == 3 and reports[0].files_with_id[255] == 1
    assert [problem.split(" is no label")[0] for problem in reports[0].problems] == [
        "file id 9",
        "file id 255",
    ]
    assert f"3 pixels in 1 files, the first {path}" in reports[0].problems[0]
    better = config
    for key, value in propose(config, reports).items():
        better = replace(better, key, value)
    assert (better.data.num_labels, better.data.has_dont_care) == (11, True)
    assert not any(report.problems for report in full_check(better))


def test_the_scan_goes_on_after_unpaired_and_bad_files(tmp_path):
    config = custom_set(tmp_path, train=4)
    (tmp_path / "train_img" / "scene_0.png").unlink()
    write_png(tmp_path / "train_label" / "scene_1.png", np.zeros((40, 48), np.uint16))
    (tmp_path / "train_img" / "scene_2.png").write_bytes(b"no picture")
    report = full_check(config)[0]
    assert report.files == 3
    assert "no photograph for scene_0" in report.problems[0]
    assert "scene_1.png is 16-bit grey" in report.problems[1]
    assert "scene_2.png" in report.problems[2]
    assert len(report.problems) == 3 and report.files_with_id[0] == 1
    with pytest.raises(UserError, match="scene_0"):
        quick_check(config)


def test_a_missing_folder_is_a_problem_of_its_split(tmp_path):
    train, val = full_check(make_config(data__root=str(tmp_path)))
    assert "train_label" in train.problems[0] and "val_label" in val.problems[0]
    assert train.files == 0 and propose(make_config(), [train, val]) == {}


def test_load_size_grows_until_all_files_reach_the_crop(tmp_path):
    config = custom_set(tmp_path, data__preprocess="scale_width_and_crop", data__load_size=32)
    reports = full_check(config)
    assert "becomes 32x26" in reports[0].problems[0]
    # 40 * 39 // 48 = 32.
    assert propose(config, reports)["data.load_size"] == "39"
