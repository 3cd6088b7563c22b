import pathlib

import grpc
import numpy as np
import pytest
from PIL import Image

from tests.serving import models
from tests.serving.conftest import SHIFT_OF_2
from tests.serving.messages import png
from tests.serving.models import CARD
from tests.serving.run_serving import run_serving

LABELS = np.random.default_rng(0).integers(0, 5, (8, 12)).astype(np.int32)
COLORS = np.array([label.color for label in CARD.labels], np.uint8)


@pytest.fixture
def folder(tmp_path):
    """Label files of one map: grey, of the data set's ids, coloured; and of another size."""
    (tmp_path / "grey.png").write_bytes(png(LABELS.astype(np.uint8)))
    (tmp_path / "ids.png").write_bytes(png(np.where(LABELS == 4, 255, LABELS).astype(np.uint8)))
    (tmp_path / "color.png").write_bytes(png(COLORS[LABELS]))
    doubled = LABELS.repeat(2, axis=0).repeat(2, axis=1)
    (tmp_path / "double.png").write_bytes(png(doubled.astype(np.uint8)))
    (tmp_path / "instances.png").write_bytes(png((LABELS + 300).astype(np.uint16)))
    (tmp_path / "photo.png").write_bytes(png(np.full((4, 6, 3), 100, np.uint8)))
    return tmp_path


@pytest.fixture
def client(served, folder):
    def run(model, labels, *flags, output="out.png"):
        return run_serving(
            "client",
            f"--server={served.address}",
            f"--model_name={model}",
            f"--labels={labels}",
            f"--output={output}",
            *flags,
            folder=folder,
        )

    return run


def image(path):
    return np.asarray(Image.open(path))


def painted(shift=0, **inputs):
    inputs = {"label_map": LABELS, **inputs}
    batch = {name: np.asarray(value)[None] for name, value in inputs.items()}
    return models.paint(batch, shift)[0]


def fails(result, message):
    assert result.returncode == 1
    assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1, result.stderr
    assert message in result.stderr
    assert not result.stdout


@pytest.mark.slow
class TestServed:
    def test_a_grey_label_map_needs_no_card(self, client, folder, served):
        result = client("tiny", "grey.png")
        assert result.returncode == 0, result.stderr
        np.testing.assert_array_equal(image(folder / "out.png"), painted(SHIFT_OF_2), strict=True)
        assert f"out.png: 12x8, tiny version 2 on {served.address}" in result.stdout

    @pytest.mark.parametrize("labels", ["ids.png", "color.png"])
    @pytest.mark.parametrize("whole_version", [False, True])
    def test_ids_and_colors_are_read_by_the_card(
        self, client, folder, served, labels, whole_version
    ):
        card = served.models / "tiny" / "1" if whole_version else served.card_file("tiny")
        result = client("tiny", labels, f"--model_card={card}", "--version_label=stable")
        assert result.returncode == 0, result.stderr
        np.testing.assert_array_equal(image(folder / "out.png"), painted())

    def test_files_that_do_not_fit_are_refused(self, client, folder):
        fails(client("tiny", "color.png"), "give --model_card=FILE")
        fails(client("tiny", "ids.png"), "INVALID_ARGUMENT")
        fails(client("tiny", "none.png"), "cannot read")
        fails(client("tiny", "grey.png", "--model_card=none.json"), "none.json does not exist")
        fails(client("tiny", "grey.png", "--instances=instances.png"), "reads no instances")
        fails(client("tiny", "grey.png", "--style=photo.png"), "has no signature 'encode_style'")
        fails(client("tiny", "grey.png", "--seed=3"), "has no style")
        fails(client("nope", "grey.png"), "NOT_FOUND: Servable not found for request: Latest(nope)")
        assert not (folder / "out.png").exists()

    def test_tls_where_the_server_has_none_is_one_line(self, client):
        certificates = pathlib.Path(grpc.__file__).parent / "_cython/_credentials/roots.pem"
        assert certificates.is_file()
        result = client("tiny", "grey.png", f"--tls_ca={certificates}")
        fails(result, "check the address, and whether the server uses TLS")

    def test_another_size_may_be_scaled(self, client, folder):
        fails(client("tiny", "double.png"), "double.png is 24x16 pixels; the model paints 12x8")
        assert client("tiny", "double.png", "--resize", "--version=1").returncode == 0
        np.testing.assert_array_equal(image(folder / "out.png"), painted())

    def test_samples_are_numbered(self, client, folder):
        result = client(
            "styled", "grey.png", "--instances=instances.png", "--seed=7", "--samples=2"
        )
        assert result.returncode == 0, result.stderr
        for k in range(2):
            expected = painted(instance_map=LABELS + 300, seed=7 + k)
            np.testing.assert_array_equal(image(folder / f"out_{k}.png"), expected)
        assert not (folder / "out.png").exists()

    def test_the_first_sample_of_a_photograph_has_its_mean_style(self, client, folder):
        assert client("styled", "grey.png", "--style=photo.png", "--samples=3").returncode == 0
        # mean of grey 100: 100, 101, 102
        expected = painted(instance_map=LABELS, z=[100, 101, 102])
        np.testing.assert_array_equal(image(folder / "out_0.png"), expected)
        samples = [image(folder / f"out_{k}.png") for k in range(3)]
        assert not np.array_equal(samples[1], samples[2])

    def test_instances_must_be_of_the_same_size(self, client):
        result = client("styled", "double.png", "--resize", "--instances=instances.png")
        fails(result, "instances.png is 12x8 pixels, double.png 24x16; expected the same size")

    def test_a_photograph_of_any_size_is_cut(self, client, folder):
        (folder / "wide.png").write_bytes(png(np.full((40, 90, 3), 100, np.uint8)))
        assert client("styled", "grey.png", "--style=wide.png").returncode == 0
        expected = painted(instance_map=LABELS, z=[100, 101, 102])
        np.testing.assert_array_equal(image(folder / "out.png"), expected)


@pytest.mark.parametrize(
    "flags, message",
    [
        ([], "give --labels=FILE and --output=FILE"),
        (["--output=out.png"], "give --labels=FILE and --output=FILE"),
        (["--output=out.jpg", "--labels=grey.png"], "must be a file that ends in .png"),
        (["--output=grey.png", "--labels=grey.png"], "written over --labels=grey.png"),
        (["--output=o.png", "--labels=grey.png"], "give --model_name=NAME"),
        (
            ["--output=o.png", "--labels=grey.png", "--model_name=x", "--server=localhost"],
            "must be HOST:PORT",
        ),
        (["--lables=grey.png"], "unknown flag --lables; did you mean --labels?"),
        (["--seed=-1"], "seed"),
    ],
)
def test_bad_command_lines_are_one_line(folder, flags, message):
    fails(run_serving("client", *flags, folder=folder), message)


def test_numbered_outputs_do_not_replace_inputs(folder):
    (folder / "x_1.png").write_bytes((folder / "grey.png").read_bytes())
    flags = ["--labels=x_1.png", "--output=x.png", "--samples=2", "--model_name=x"]
    fails(run_serving("client", *flags, folder=folder), "written over --labels=x_1.png")
    assert (folder / "x_1.png").read_bytes() == (folder / "grey.png").read_bytes()
