"""The same file paints the same picture in Python and in a browser."""

import json
import pathlib

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from spade_tf.export import tflite
from spade_tf.export.contract import ModelCard
from spade_tf.training.workdir import Workdir
from tests.serving.painter.build_painter import PAINTER
from tests.serving.painter.dev_server import DevServer
from tests.tiny_workdir import tiny_workdir

NETWORKS = {
    "spade": {"data.has_instances": True, "model.latent_dim": 3},
    "clade": {"model.norm": "clade"},
}
FILES = {"spade": ("float32", "float16"), "clade": ("float32",)}
SHIPPED = PAINTER / "models"

PAINT = """async ({ file, labels, z }) => {
  const { openShipped } = await import("/src/model/open.ts");
  const model = await openShipped({ name: "", file, style: null, examples: [] });
  const request = { labels: Uint8Array.from(labels), ...(z && { z: Float32Array.from(z) }) };
  const { image } = await model.paint(request);
  model.close();
  return { where: model.where, width: image.width, pixels: [...image.data] };
}"""

READ_STYLE = """async ({ painter, style, width, height, rgba }) => {
  const { openShipped } = await import("/src/model/open.ts");
  const model = await openShipped({ name: "", file: painter, style, examples: [] });
  const image = new ImageData(Uint8ClampedArray.from(rgba), width, height);
  const { mean, logVariance } = await model.readStyle(await createImageBitmap(image));
  model.close();
  return [[...mean], [...logVariance]];
}"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A folder with the files of tiny networks."""
    folder = tmp_path_factory.mktemp("networks")
    known = tflite.VARIANTS
    with pytest.MonkeyPatch.context() as patch:
        for name, values in NETWORKS.items():
            patch.setattr(tflite, "VARIANTS", {variant: known[variant] for variant in FILES[name]})
            tiny_workdir(folder / "runs" / name, values)
            tflite.export_tflite(Workdir(folder / "runs" / name), folder, name=name)
    return folder / tflite.FOLDER


@pytest.fixture
def dev_page(packages, new_page):
    """Opens pages of a development server with the models of a folder."""
    servers = []

    def open_page(models: pathlib.Path):
        servers.append(DevServer(models))
        page = new_page()
        page.goto(servers[-1].__enter__().url)
        return page

    yield open_page
    for server in servers:
        server.__exit__()


def run_in_python(path: pathlib.Path, **inputs: np.ndarray) -> dict[str, np.ndarray]:
    """What LiteRT's Python runtime answers."""
    return Interpreter(model_path=str(path)).get_signature_runner()(**inputs)


def layout(card: ModelCard) -> np.ndarray:
    """A layout with every label in blobs, straight edges and single pixels."""
    draw = np.random.default_rng(3)
    rows, columns = np.mgrid[: card.height, : card.width]
    label_map = (rows * 5 // card.height + columns * 3 // card.width) % len(card.labels)
    specks = draw.random(label_map.shape) < 0.02
    return np.where(specks, draw.integers(0, len(card.labels), label_map.shape), label_map)


def compare(page, path: pathlib.Path) -> None:
    """Paints the same layout in the same style in both runtimes."""
    card = ModelCard.read(path.with_suffix(".json"))
    label_map = layout(card).astype(np.int32)
    z = np.random.default_rng(4).normal(size=card.latent_dim).astype(np.float32)
    inputs = {"label_map": label_map[None]}
    inputs |= {"instance_map": label_map[None]} if card.has_instances else {}
    inputs |= {"z": z[None]} if card.latent_dim else {}
    expected = run_in_python(path, **inputs)["image"][0].astype(int)
    assert expected.std() > 5  # a flat picture would agree with any other
    given = {"file": path.name, "labels": label_map.ravel().tolist()}
    given |= {"z": z.tolist()} if card.latent_dim else {}
    answer = page.evaluate(PAINT, given)
    picture = np.array(answer["pixels"]).reshape(card.height, answer["width"], 4)
    assert (picture[..., 3] == 255).all()
    assert np.abs(picture[..., :3] - expected).max() <= 1


def test_networks_paint_the_same_picture(exported, dev_page):
    page = dev_page(exported)
    for name, variants in FILES.items():
        for variant in variants:
            compare(page, exported / f"{name}_{variant}.tflite")


def test_the_models_that_ship_paint_the_same_picture(dev_page):
    sidecars = {path: json.loads(path.read_text()) for path in SHIPPED.glob("*_*.json")}
    painters = [
        path.with_suffix(".tflite")
        for path, sidecar in sidecars.items()
        if any(output["name"] == "image" for output in sidecar["signature"]["outputs"])
    ]
    if not painters:
        pytest.skip("no model ships yet")
    page = dev_page(SHIPPED)
    for path in painters:
        compare(page, path)


def test_a_photograph_has_the_same_style(exported, dev_page):
    card = ModelCard.read(exported / "spade_style.json")
    height, width = card.style_size
    rgba = np.random.default_rng(5).integers(0, 256, (height, width, 4))
    rgba[..., 3] = 255
    photograph = rgba[None, ..., :3].astype(np.uint8)
    expected = run_in_python(exported / "spade_style.tflite", image=photograph)
    mean, log_variance = dev_page(exported).evaluate(
        READ_STYLE,
        {
            "painter": "spade_float32.tflite",
            "style": "spade_style.tflite",
            "width": width,
            "height": height,
            "rgba": rgba.ravel().tolist(),
        },
    )
    scale = np.abs(expected["mean"]).max()
    np.testing.assert_allclose(mean, expected["mean"][0], atol=1e-3 * scale)
    np.testing.assert_allclose(log_variance, expected["log_variance"][0], atol=1e-3 * scale)


def test_both_kinds_of_wasm_paint_the_same_picture(exported, launch, packages):
    """With threads where the page is isolated, and without SharedArrayBuffer."""
    path = exported / "clade_float32.tflite"
    label_map = layout(ModelCard.read(path.with_suffix(".json")))
    given = {"file": path.name, "labels": label_map.ravel().tolist()}
    answers = []
    with DevServer(exported) as server:
        for isolated in (True, False):
            browser = launch()
            page = browser.new_page()
            if not isolated:
                page.add_init_script(
                    "Object.defineProperty(globalThis, 'crossOriginIsolated', { value: false });"
                    "delete globalThis.SharedArrayBuffer"
                )
            page.goto(server.url)
            answers.append(page.evaluate(PAINT, given))
            browser.close()
    assert answers[1]["where"] == "wasm, 1 thread"
    assert answers[0]["pixels"] == answers[1]["pixels"]
