import json

import numpy as np
import pytest
from PIL import Image

from spade_tf.config import load_config
from spade_tf.data.check import full_check
from spade_tf.errors import UserError
from spade_tf.evaluation.labelling.label_photos import label_photos
from spade_tf.evaluation.labelling.photo_segmenter import PhotoSegmenter
from tests.evaluation.labelling.photos import GRASS, PERSON, SKY, StandIn, write_photograph

NAMES = ["a_2", "a_10", "lakes/b #1", "wide"]


@pytest.fixture
def photos(tmp_path):
    """Three photographs of 12x16 pixels and a larger one; beside them what is none."""
    for name in NAMES[:3]:
        write_photograph(tmp_path / "photos" / f"{name}.jpg")
    write_photograph(tmp_path / "photos" / "wide.png", 40, 80)
    (tmp_path / "photos" / "broken.jpg").write_text("no photograph")
    (tmp_path / "photos" / "readme.txt").write_text("mine")
    return tmp_path / "photos"


@pytest.fixture
def output(tmp_path):
    return tmp_path / "data"


def files(output, folder):
    found = (output / folder).rglob("*.*")
    return sorted(path.relative_to(output / folder).as_posix() for path in found)


def report_of(output):
    return json.loads((output / "report.json").read_text(encoding="utf-8"))


def test_the_data_set_is_one_that_training_takes(photos, output):
    stand_in = StandIn()
    outcome = label_photos(photos, output, stand_in.segmenter, batch_size=2, shorter_side=20)
    assert list(outcome.labelled) == NAMES
    assert list(outcome.unreadable) == ["broken"]
    assert (outcome.count("train"), outcome.count("val"), outcome.count("rejected")) == (3, 1, 0)
    assert sorted(stand_in.batches) == [(1, 12, 16, 3), (1, 20, 40, 3), (2, 12, 16, 3)]
    config = load_config("flickr", {"data.root": str(output)})
    train, val = full_check(config)
    assert train.problems == val.problems == []
    assert (train.files, val.files) == (3, 1)
    pixels = train.pixels + val.pixels
    assert pixels == {SKY: 3 * 48 + 5 * 40, GRASS: 3 * 144 + 15 * 40}


def test_label_maps_are_ids_of_the_pixels(photos, output):
    outcome = label_photos(photos, output, StandIn().segmenter)
    split, _ = outcome.labelled["lakes/b #1"]
    with Image.open(output / f"{split}_label" / "lakes" / "b #1.png") as file:
        label_map = np.asarray(file)
    assert label_map.dtype == np.uint8
    expected = np.full((12, 16), GRASS)
    expected[:3] = SKY
    np.testing.assert_array_equal(label_map, expected)


def test_the_report(photos, output):
    def label(images):
        labels = np.full(images.shape[:3], GRASS)
        labels[:, :, :4] = PERSON
        return labels, np.full(labels.shape, 0.75, np.float32)

    segmenter = PhotoSegmenter("net 7", StandIn().segmenter.class_names, label)
    outcome = label_photos(photos, output, segmenter, min_confidence=0.8, shorter_side=20)
    assert outcome.suspicious == NAMES
    report = report_of(output)
    assert (report["segmenter"], report["min_confidence"]) == ("net 7", 0.8)
    assert (report["num_photos"], report["num_suspicious"]) == (4, 4)
    assert "broken.jpg" in report["unreadable"]["broken"]
    photo = report["photos"]["a_2"]
    assert photo.pop("split") in ("train", "val")
    assert photo == {
        "width": 16,
        "height": 12,
        "shares": {"grass": 0.75, "person": 0.25},
        "mean_confidence": 0.75,
        "uncertain_share": 1.0,
        "suspicious": ["uncertain: 100% of the pixels below 0.8", "people: 25%"],
    }


def test_a_run_goes_on_where_it_stopped(photos, output):
    class Stops(StandIn):
        def label(self, images):
            if len(self.batches) == 2:
                raise KeyboardInterrupt
            return super().label(images)

    with pytest.raises(KeyboardInterrupt):
        label_photos(photos, output, Stops().segmenter, batch_size=1)
    assert not (output / "report.json").exists()
    again = StandIn()
    outcome = label_photos(photos, output, again.segmenter, batch_size=1)
    assert len(again.batches) == 2 and list(outcome.labelled) == NAMES
    assert report_of(output)["photos"]["a_2"]["mean_confidence"] == 0.45  # (0.9 + 3 * 0.3) / 4
    finished = StandIn()
    label_photos(photos, output, finished.segmenter, min_confidence=0.2)
    assert finished.batches == []
    assert report_of(output)["photos"]["a_2"]["uncertain_share"] == 0  # by the other threshold


def test_another_networks_label_maps_are_not_mixed_in(photos, output):
    label_photos(photos, output, StandIn().segmenter)
    with pytest.raises(UserError, match="was labelled by stand-in 1, not by stand-in 2"):
        label_photos(photos, output, StandIn("stand-in 2").segmenter)


def test_what_is_rejected_stays_out_until_it_is_taken_back(photos, output, tmp_path):
    label_photos(photos, output, StandIn().segmenter)
    write_photograph(photos / "z.jpg")
    reject = tmp_path / "downloads" / "rejected.txt"
    reject.parent.mkdir()
    reject.write_text("a_10\nz\n")
    outcome = label_photos(photos, output, StandIn().segmenter, reject=reject)
    assert files(output, "rejected_label") == ["a_10.png"]
    assert files(output, "rejected_img") == ["a_10.jpg"]
    assert list(outcome.labelled) == NAMES and outcome.count("rejected") == 1
    assert "a_10" not in outcome.suspicious
    reject.unlink()
    write_photograph(photos / "new.jpg")
    stand_in = StandIn()
    outcome = label_photos(photos, output, stand_in.segmenter)
    assert stand_in.batches == [(1, 12, 16, 3)]
    assert outcome.count("rejected") == 1 and "z" not in outcome.labelled
    (output / "rejected.txt").write_text("z\n")
    outcome = label_photos(photos, output, StandIn().segmenter)
    assert outcome.count("rejected") == 0 and files(output, "rejected_label") == []


def test_output_among_the_photographs_is_refused(photos):
    for output in (photos, photos / "labelled"):
        with pytest.raises(UserError, match="lies in --photos"):
            label_photos(photos, output, StandIn().segmenter)
    assert not (photos / "labelled").exists()


def test_no_photograph_can_be_read(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("no photograph")
    with pytest.raises(UserError, match="none of the photographs could be labelled.*a.jpg"):
        label_photos(tmp_path / "photos", tmp_path / "data", StandIn().segmenter)
