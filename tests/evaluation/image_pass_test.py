import dataclasses
import os
import signal

import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation import image_pass
from spade_tf.evaluation.examples import Examples
from spade_tf.evaluation.feature_networks import FeatureNetwork
from spade_tf.evaluation.image_pass import SavedPass, look_at_all
from spade_tf.evaluation.image_sources import ImageSource
from spade_tf.evaluation.scorers import FeatureScorer, SegmentationScorer
from spade_tf.evaluation.segmentation import find_segmentation
from tests.data.small_sets import custom_set
from tests.evaluation.tiny_segmenter import tiny_segmenter
from tests.tiny_config import tiny_config

COLORS = FeatureNetwork("colors", 3, lambda images: images.mean(axis=(1, 2)), {})


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pass")
    custom_set(folder / "data", train=1, val=5)
    config = tiny_config({"data.root": str(folder / "data"), "data.preprocess": "crop"})
    return config, find_segmentation(config, tiny_segmenter(folder / "segmenter", config), {})


def noise(batch, seed):
    return np.stack(
        [
            np.random.default_rng([seed, n]).integers(0, 256, (32, 32, 3), np.uint8)
            for n in batch.numbers
        ]
    )


def scorers_of(setting):
    return [SegmentationScorer(setting[1]), FeatureScorer(COLORS, keep=True)]


def look(setting, folder, paint=noise, subject="a", batch_size=2):
    scorers = scorers_of(setting)
    source = ImageSource({"kind": "noise"}, paint)
    progress = SavedPass(folder, {"subject": subject})
    examples = Examples(setting[0], "val")
    look_at_all(examples, source, scorers, progress, batch_size=batch_size)
    return scorers


def assert_same(ours, theirs):
    np.testing.assert_array_equal(ours[0].confusion.counts, theirs[0].confusion.counts)
    assert ours[0].confusion.num_images == theirs[0].confusion.num_images == 5
    np.testing.assert_allclose(ours[1].statistics.scatter, theirs[1].statistics.scatter, rtol=1e-12)
    np.testing.assert_array_equal(ours[1].features, theirs[1].features)


def test_the_batch_does_not_matter(setting, tmp_path):
    assert_same(look(setting, tmp_path / "2"), look(setting, tmp_path / "5", batch_size=5))


@dataclasses.dataclass
class Stops:
    """Paints, and does something before a certain image."""

    at: int
    act: object
    painted: list

    def __call__(self, batch, seed):
        if self.at in batch.numbers:
            self.act()
        self.painted += list(batch.numbers)
        return noise(batch, seed)


def crash():
    raise RuntimeError("power cut")


def test_it_goes_on_after_a_crash(setting, tmp_path, monkeypatch):
    monkeypatch.setattr(image_pass, "SAVE_SECONDS", 0.0)
    with pytest.raises(RuntimeError):
        look(setting, tmp_path / "p", Stops(3, crash, []))
    again = Stops(-1, crash, [])
    resumed = look(setting, tmp_path / "p", again)
    assert again.painted == [2, 3, 4]
    assert_same(resumed, look(setting, tmp_path / "whole"))


def test_sigterm_saves_and_says_how_to_go_on(setting, tmp_path):
    stop = Stops(2, lambda: os.kill(os.getpid(), signal.SIGTERM), [])
    with pytest.raises(UserError, match="SIGTERM after 4 of 5 images; run the same command"):
        look(setting, tmp_path / "p", stop)
    again = Stops(-1, crash, [])
    assert_same(look(setting, tmp_path / "p", again), look(setting, tmp_path / "whole"))
    assert again.painted == [4]


def test_what_was_saved_of_another_subject_is_dropped(setting, tmp_path, monkeypatch):
    monkeypatch.setattr(image_pass, "SAVE_SECONDS", 0.0)
    with pytest.raises(RuntimeError):
        look(setting, tmp_path / "p", Stops(3, crash, []))
    again = Stops(-1, crash, [])
    look(setting, tmp_path / "p", again, subject="b")
    assert again.painted == [0, 1, 2, 3, 4]


def test_a_save_that_was_cut_short_is_not_used(setting, tmp_path, monkeypatch):
    monkeypatch.setattr(image_pass, "SAVE_SECONDS", 0.0)
    scorers = scorers_of(setting)
    progress = SavedPass(tmp_path / "p", {})
    monkeypatch.setattr(scorers[1], "save", lambda folder: crash())
    with pytest.raises(RuntimeError):
        progress.save(scorers, 2)
    assert progress.load(scorers_of(setting)) == 0
