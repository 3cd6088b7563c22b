"""Values of metrics against sums made here, on a segmenter that nobody trained."""

import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation import evaluator as evaluator_module
from spade_tf.evaluation.evaluator import Evaluator
from spade_tf.evaluation.image_sources import ImageSource, open_source
from spade_tf.evaluation.metrics import find_metrics
from spade_tf.evaluation.results import describe, draw, read_lines, summary, write_lines
from spade_tf.evaluation.segmenter import load_segmenter
from tests.data.small_sets import custom_set
from tests.evaluation.tiny_segmenter import tiny_segmenter
from tests.tiny_config import tiny_config

METRICS = ["miou", "miou_with_dont_care", "accuracy", "accuracy_with_dont_care"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("evaluator")


@pytest.fixture(scope="module")
def config(folder):
    custom_set(folder / "data", train=4, val=4)
    values = {"data.root": str(folder / "data"), "data.preprocess": "crop"}
    config = tiny_config({**values, "data.has_dont_care": True})
    tiny_segmenter(folder / "segmenter", config)
    return config


@pytest.fixture(autouse=True)
def references(folder, monkeypatch):
    monkeypatch.setenv("SPADE_REFERENCES", str(folder / "references"))


def evaluate(config, folder, names, model="photographs", **options):
    evaluator = Evaluator(config, find_metrics(names), segmenter=folder / "segmenter", **options)
    source = open_source(model, config, evaluator.examples)
    return evaluator, source, evaluator.evaluate(source, folder / "progress")


def test_segmentation_values_are_those_counted_pixel_by_pixel(config, folder):
    evaluator, _, values = evaluate(config, folder, METRICS)
    segmenter = load_segmenter(folder / "segmenter")
    (batch,) = evaluator.examples.batches(4)
    truth, found = batch.inputs["label_map"], segmenter.predict(batch.photographs)
    assert (truth == 4).any()
    labelled = truth != 4
    for value, counts in zip(values, [labelled, truth >= 0, labelled, truth >= 0], strict=True):
        ious = []
        for label in np.unique(truth[labelled]):
            both = ((truth == label) & (found == label)).sum()
            either = (((truth == label) | (found == label)) & counts).sum()
            ious.append(both / either)
        right = (truth == found).sum() / counts.sum()
        expected = np.mean(ious) if "miou" in value.metric.name else right
        assert value.value == pytest.approx(100 * expected, rel=1e-12)
    assert values[0].value > values[1].value


def test_the_photographs_have_no_distance_to_themselves(config, folder):
    _, _, (value,) = evaluate(config, folder, ["frechet_segmenter"])
    assert abs(value.value) < 1e-3
    assert value.protocol["num_reference"] == 4


def test_other_images_are_further_away_and_a_reference_is_made_once(config, folder, capfd):
    noise = ImageSource({"kind": "noise"}, lambda batch, _: make_noise(batch))
    evaluator = Evaluator(
        config, find_metrics(["frechet_segmenter"]), segmenter=folder / "segmenter"
    )
    evaluate(config, folder, ["frechet_segmenter"])
    capfd.readouterr()
    (value,) = evaluator.evaluate(noise, folder / "progress")
    assert value.value > 1e-2
    assert "photographs" not in capfd.readouterr().err
    assert not (folder / "progress").exists()


def make_noise(batch):
    draw = np.random.default_rng(0)
    return draw.integers(0, 256, (len(batch.numbers), 32, 32, 3), np.uint8)


def test_lines_tie_a_value_to_what_it_is_of(config, folder):
    evaluator, source, values = evaluate(config, folder, ["miou", "accuracy"], limit=3)
    lines = [describe(value, source, evaluator) for value in values]
    write_lines(folder / "out" / "results.json", lines)
    assert read_lines(folder / "out" / "results.json") == lines
    first = lines[0]
    assert (first["metric"], first["unit"], first["higher_is_better"]) == ("miou", "%", True)
    assert first["num_images"] == 3
    assert first["protocol"]["rule"] == "cocostuff"
    assert first["protocol"]["pixels_without_label"] == "ignored"
    assert first["weights_sha256"] == {"segmenter": load_segmenter(folder / "segmenter").checksum}
    assert set(first["per_class"]) == {"label 0", "label 1", "label 2", "label 3"}
    assert first["source"] == {"kind": "photographs"}
    pictures = draw(folder / "out" / "results.json", evaluator.confusion, evaluator.segmentation)
    assert [x.name for x in pictures] == ["results_class_iou.png", "results_confusion.png"]
    assert all(path.stat().st_size > 1000 for path in pictures)
    assert f"{values[0].value:.4g} %" in summary(values[0])


def test_a_file_of_something_else_is_no_results(tmp_path):
    (tmp_path / "x.json").write_text("[1]\n")
    with pytest.raises(UserError, match="holds lines that are no results"):
        read_lines(tmp_path / "x.json")
    with pytest.raises(UserError, match="holds no results"):
        read_lines(tmp_path / "missing.json")


def test_too_few_images_are_said_before_anything_is_loaded(config):
    with pytest.raises(UserError, match="kid needs 1000 images or more, but there are 4"):
        Evaluator(config, find_metrics(["kid"]))


def test_missing_weights_are_said_before_anything_is_painted(config, tmp_path, monkeypatch):
    monkeypatch.setenv("SPADE_WEIGHTS", str(tmp_path))
    with pytest.raises(UserError, match="the weights of inception_fid are not in"):
        Evaluator(config, find_metrics(["fid"]))


@pytest.fixture
def pixels_as_layer(monkeypatch):
    """In place of VGG19's maps the image itself."""
    monkeypatch.setattr(evaluator_module, "_vgg19", lambda place: lambda images: [images])


def test_styles_are_needed_for_diversity(config, folder, pixels_as_layer):
    with pytest.raises(UserError, match="diversity compares styles of one layout"):
        evaluate(config, folder, ["diversity"])


def test_diversity_is_the_mean_over_layouts(config, folder, pixels_as_layer):
    def paint(batch, seed):
        color = (255, 0, 0) if seed % 2 else (0, 255, 0)
        return np.full((len(batch.numbers), 32, 32, 3), color, np.uint8)

    evaluator = Evaluator(config, find_metrics(["diversity"]))
    source = ImageSource({"kind": "two colours"}, paint, has_styles=True)
    (value,) = evaluator.evaluate(source, folder / "progress")
    # Unit vectors (1, -1, -1) / sqrt 3 and (-1, 1, -1) / sqrt 3 have the squared distance 8 / 3.
    # Of ten samples five are of each colour: 25 of 45 pairs differ.
    assert value.value == pytest.approx(8 / 3 * 25 / 45, rel=1e-6)
    assert value.details == {"std": pytest.approx(0, abs=1e-9), "num_layouts": 4}
