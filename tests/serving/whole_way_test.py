"""From a workdir through export, server and client to the image that the workdir paints."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from serving.client import Client
from spade_tf.export.saved_model import export_saved_model
from spade_tf.synthesis import Request, Synthesizer
from spade_tf.training.checkpoints import load_generator
from spade_tf.training.workdir import Workdir
from tests.serving.server_process import ROOT, ServerProcess
from tests.tiny_workdir import tiny_workdir

pytestmark = pytest.mark.slow

MODEL = {"model.norm": "clade", "data.has_instances": True, "model.latent_dim": 3}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The folder of it all, the workdir's synthesizer and the server."""
    folder = tmp_path_factory.mktemp("served")
    tiny_workdir(folder / "run", MODEL)
    workdir = Workdir(folder / "run")
    export_saved_model(workdir, folder / "base", name="model")
    draw = np.random.default_rng(0)
    for name, count in (("labels", 5), ("instances", 9)):
        ids = draw.integers(0, count, (4, 4)).repeat(8, 0).repeat(8, 1).astype(np.uint8)
        Image.fromarray(ids).save(folder / f"{name}.png")
    flags = (f"--model_base_path={folder}/base", "--model_name=model")
    with ServerProcess(*flags) as server:
        yield folder, Synthesizer(*load_generator(workdir)), server


def painted(folder, synthesizer, seed):
    """What the workdir paints of both files in the style of a seed."""
    request = Request("x", str(folder / "labels.png"), str(folder / "instances.png"))
    item = synthesizer.read(request)
    return item, synthesizer.paint([item], synthesizer.styles(seed, 1))[0, 0].astype(int)


def test_the_clients_image_is_the_workdirs(served):
    folder, synthesizer, server = served
    item, expected = painted(folder, synthesizer, 7)
    with Client(server.address, "model") as client:
        (image,) = client.synthesize(item["label_map"], item["instance_map"], seed=7)
        (other,) = client.synthesize(item["label_map"], item["instance_map"], seed=8)
    assert np.abs(image.astype(int) - expected).max() <= 1
    assert np.abs(other.astype(int) - expected).max() > 20


def test_the_commands_image_is_the_workdirs(served):
    folder, synthesizer, server = served
    _, expected = painted(folder, synthesizer, 7)
    command = [sys.executable, "-m", "serving.client", f"--server={server.address}"]
    command += ["--model_name=model", "--seed=7", f"--output={folder}/image.png"]
    command += [f"--labels={folder}/labels.png", f"--instances={folder}/instances.png"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    image = np.asarray(Image.open(folder / "image.png")).astype(int)
    assert np.abs(image - expected).max() <= 1


def test_the_graphs_refusal_reaches_the_client(served):
    folder, synthesizer, server = served
    item, _ = painted(folder, synthesizer, 7)
    wrong = item["label_map"].copy()
    wrong[0, 0] = 5
    with Client(server.address, "model") as client, pytest.raises(Exception, match=r"0\.\.4"):
        client.synthesize(wrong, item["instance_map"])
