import functools
import io
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow.core.protobuf import config_pb2

from spade_tf.data.position_map import position_map
from spade_tf.export.contract import ModelCard, signatures
from spade_tf.export.examples import example_inputs
from spade_tf.export.load import load_saved_model
from spade_tf.export.saved_model import export_saved_model, next_version
from spade_tf.synthesis import Synthesizer
from spade_tf.training.checkpoints import load_generator
from spade_tf.training.workdir import Workdir
from tests.tiny_workdir import tiny_workdir

pytestmark = pytest.mark.slow

VARIANTS = {
    # With convolutions of 128 channels.
    "spade": {"data.has_instances": True, "model.base_width": 8},
    # With a palette, and a style, as its graph is loaded sooner.
    "clade_icpe": {"model.norm": "clade_icpe", "model.latent_dim": 3, "data.num_labels": 3},
}
styled = pytest.mark.parametrize("version", ["clade_icpe"], indirect=True, scope="module")


@pytest.fixture(scope="module", params=VARIANTS)
def version(request, tmp_path_factory):
    """A version folder of each variant, beside the workdir it was exported from."""
    folder = tmp_path_factory.mktemp(request.param)
    values, palette = VARIANTS[request.param], folder / "palette.txt"
    if request.param == "clade_icpe":
        palette.write_text("1 2 3 sky\n4 5 6 sea\n7 8 9 land\n")
        values = {**values, "data.palette": str(palette)}
    tiny_workdir(folder / "run", values)
    version = export_saved_model(Workdir(folder / "run"), folder / "base")
    palette.unlink(missing_ok=True)  # it travels with the model
    return version


@functools.cache  # loading takes seconds
def session_of(version):
    """A session with the graph of a version, and what its signatures are."""
    graph = tf.Graph()
    with graph.as_default():
        session = tf.compat.v1.Session(graph=graph)
        meta = tf.compat.v1.saved_model.load(session, ["serve"], str(version))
    return session, meta.signature_def


@functools.cache  # so does preparing a graph
def serve(version, signature):
    """Runs a signature as TensorFlow Serving does: a session's callable, by the tensors' names.

    Session.run would look at shapes first, and so would tf.saved_model.load's functions.
    """
    session, signatures = session_of(version)
    definition = signatures[signature]
    options = config_pb2.CallableOptions(
        feed=[info.name for info in definition.inputs.values()],
        fetch=[info.name for info in definition.outputs.values()],
    )
    run = session._make_callable_from_options(options)

    def call(**inputs):
        values = run(*(inputs[name] for name in definition.inputs))
        return dict(zip(definition.outputs, values, strict=True))

    return call, definition


@functools.cache  # folding a generator takes seconds, too
def synthesizers(version):
    """What paints with the workdir that a version was exported from, and with the version."""
    loaded = load_generator(Workdir(version.parents[1] / "run")), load_saved_model(version)
    return tuple(Synthesizer(*parts) for parts in loaded)


@pytest.mark.parametrize("version", ["spade"], indirect=True, scope="module")
def test_large_convolutions_are_winograds(version):
    session, _ = session_of(version)
    variables = [x for x in session.graph.get_operations() if x.type == "VarHandleOp"]
    shapes = [tuple(tf.TensorShape(x.get_attr("shape"))) for x in variables]
    assert shapes.count((1, 3, 128, 128)) == 4 * 6  # of the first three blocks
    assert (3, 3, 128, 128) not in shapes


def inputs_of(version, signature, rows=3, seed=5):
    card = ModelCard.read(version)
    wanted = {x.name: x for x in signatures(card)}[signature]
    return card, example_inputs(card, wanted, rows, seed)


def test_the_files_and_names_are_the_contracts(version):
    card = ModelCard.read(version)
    assert version.name == "1"
    assert (version / "assets.extra/tf_serving_warmup_requests").stat().st_size > 0
    for signature in signatures(card):
        _, definition = serve(version, signature.name)
        assert definition.method_name == "tensorflow/serving/predict"
        for side, tensors in (("inputs", signature.inputs), ("outputs", signature.outputs)):
            stored = {
                name: (tf.dtypes.as_dtype(info.dtype), tf.TensorShape(info.tensor_shape).as_list())
                for name, info in getattr(definition, side).items()
            }
            assert stored == {
                tensor.name: (tf.dtypes.as_dtype(tensor.dtype), list(tensor.shape))
                for tensor in tensors
            }
    assert card.parity["saved_model"] <= 1


def test_a_row_is_painted_alike_alone_and_in_a_batch(version):
    call, _ = serve(version, "serving_default")
    _, inputs = inputs_of(version, "serving_default")
    together = call(**inputs)["image"]
    assert together.std() > 5  # a flat picture would agree with any other
    for row in range(3):
        alone = call(**{name: value[row : row + 1] for name, value in inputs.items()})["image"]
        # Sums over a batch may be split differently: a value at .5 can round the other way.
        assert np.abs(alone[0].astype(int) - together[row]).max() <= 1


@styled
def test_a_seed_means_the_style_that_synthesize_gives_it(version):
    card, inputs = inputs_of(version, "serving_default", rows=1)
    call, _ = serve(version, "serving_default")
    synthesizer, _ = synthesizers(version)
    item = item_of(card, inputs)
    images = synthesizer.paint([item], synthesizer.styles(41, 1))[:, 0]
    served = call(**{**inputs, "seed": np.array([41])})["image"]
    assert np.abs(served.astype(int) - images).max() <= 1
    other = call(**{**inputs, "seed": np.array([42])})["image"]
    assert np.abs(other.astype(int) - images).max() > 20


def test_a_png_is_painted_as_its_labels(version):
    card, inputs = inputs_of(version, "serving_default", rows=2)
    png, _ = serve(version, "synthesize_png")
    paint, _ = serve(version, "serving_default")
    files = example_inputs(card, {x.name: x for x in signatures(card)}["synthesize_png"], 2, 5)
    images = [np.asarray(Image.open(io.BytesIO(x))) for x in png(**files)["image_bytes"]]
    grey = [np.asarray(Image.open(io.BytesIO(x))) for x in files["label_png_bytes"]]
    labels = np.array(card.label_of_file_id, np.int32)[np.stack(grey)]
    inputs["label_map"] = labels
    if card.has_instances:
        inputs["instance_map"] = labels
    if card.latent_dim:
        inputs["seed"] = np.zeros(2, np.int64)
    expected = paint(**inputs)["image"]
    assert np.abs(np.stack(images).astype(int) - expected).max() <= 1


def item_of(card, inputs):
    """What a `Synthesizer` paints, of the first row of a signature's inputs."""
    item = {name: value[0] for name, value in inputs.items() if name != "seed"}
    return {**item, "position_map": position_map(item["label_map"], card.dont_care)}


def wrong_inputs(card, inputs):
    """Name, inputs and what the error must say."""
    labels = inputs["label_map"]
    yield {**inputs, "label_map": labels[:, :16]}, r"label_map: expected the shape \[batch, 32, 32"
    yield {**inputs, "label_map": labels[0]}, "label_map: expected the shape"
    empty = {name: value[:0] for name, value in inputs.items()}
    yield empty, "at least one row"
    high = labels.copy()
    high[0, 3, 4] = len(card.labels)
    yield {**inputs, "label_map": high}, rf"0\.\.{len(card.labels) - 1}"
    yield {**inputs, "label_map": labels - 1 - labels.min()}, "labels are 0"
    for name in inputs:
        if name != "label_map":
            fewer = {**inputs, name: inputs[name][:1]}
            yield fewer, f"{name} and label_map must have as many rows"


def test_a_wrong_request_is_refused_in_the_graph(version):
    call, _ = serve(version, "serving_default")
    card, inputs = inputs_of(version, "serving_default", rows=2)
    for wrong, message in wrong_inputs(card, inputs):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            call(**wrong)
    assert call(**inputs)["image"].shape == (2, 32, 32, 3)


def png(array, mode):
    buffer = io.BytesIO()
    Image.fromarray(array).convert(mode).save(buffer, format="png")
    return buffer.getvalue()


def test_a_wrong_png_is_refused_in_the_graph(version):
    card, _ = inputs_of(version, "serving_default")
    call, _ = serve(version, "synthesize_png")
    grey = np.zeros((32, 32), np.uint8)
    jpeg = io.BytesIO()
    Image.fromarray(grey).save(jpeg, format="jpeg")
    unknown = card.label_of_file_id.index(-1)
    wrong = {
        "expected PNG files": [b"", b"short", jpeg.getvalue()],
        "8-bit grey": [png(grey, "RGB"), png(grey, "P"), png(grey, "1"), png(grey, "LA")],
        "32x32 pixels": [png(np.zeros((32, 64), np.uint8), "L")],
        "no label": [png(np.full((32, 32), unknown, np.uint8), "L")],
    }
    for message, files in wrong.items():
        for data in files:
            with pytest.raises(tf.errors.InvalidArgumentError, match=message):
                call(label_png_bytes=np.array([data], object))
    with pytest.raises(tf.errors.InvalidArgumentError):
        call(label_png_bytes=np.array([png(grey, "L")[:50]], object))


@styled
def test_a_saved_model_paints_as_its_workdir(version):
    card, inputs = inputs_of(version, "serving_default", rows=1)
    item = item_of(card, inputs)
    ours, theirs = (x.paint([item], x.styles(3, 2)) for x in synthesizers(version))
    assert ours.shape == theirs.shape
    assert np.abs(ours.astype(int) - theirs).max() <= 1


@styled
def test_a_photograph_has_the_style_that_the_encoder_gives_it(version, tmp_path):
    photograph = tmp_path / "photograph.png"
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(photograph)
    ours, theirs = (x.styles(0, 1, str(photograph)) for x in synthesizers(version))
    np.testing.assert_allclose(theirs, ours, atol=0.02 * np.abs(ours).max())


def test_versions_count_up_and_others_stay(tmp_path):
    assert next_version(tmp_path / "missing") == 1
    for name in ("1", "7", "notes", ".8.partial"):
        (tmp_path / name).mkdir()
    assert next_version(tmp_path) == 8


def test_an_export_that_is_killed_leaves_no_version(tmp_path):
    tiny_workdir(tmp_path / "run", {"model.norm": "clade"})
    base = tmp_path / "base"
    command = [sys.executable, "-m", "spade_tf.export_model"]
    command += [f"--workdir={tmp_path}/run", f"--output={base}"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    # As soon as it writes. What it wrote by then is not under a version's name.
    while not list(base.glob(".1.*/*")):
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [path.name for path in base.iterdir() if path.name.isdecimal()] == []
    assert next_version(base) == 1  # and what it left is in nobody's way


@styled
def test_the_palette_of_an_experiment_travels_with_the_model(version):
    card, config = ModelCard.read(version), synthesizers(version)[1].config
    assert pathlib.Path(config.data.palette).read_text().startswith("1 2 3 sky")
    assert [label.name for label in card.labels] == ["sky", "sea", "land"]
