import concurrent.futures
import dataclasses
import subprocess
import sys
import threading
import time

import grpc
import numpy as np
import pytest

from serving import wire
from serving.client import Client, ServingError, Tls
from spade_tf.errors import UserError
from spade_tf.export import contract
from tests.serving import models
from tests.serving.conftest import LARGE, SHIFT_OF_2
from tests.serving.free_port import free_port
from tests.serving.messages import png
from tests.serving.models import CARD, STYLED, write_version
from tests.serving.server_process import ROOT

SHAPE = (CARD.height, CARD.width)


def maps(rows, seed=0):
    return np.random.default_rng(seed).integers(0, 5, (rows, *SHAPE)).astype(np.int32)


def code_of(call):
    with pytest.raises(ServingError) as caught:
        call()
    return caught.value.code


@pytest.mark.slow
class TestServed:
    def test_images_are_the_models(self, served):
        with Client(served.address, "tiny", version=1) as client:
            images = client.synthesize(maps(3))
            single = client.synthesize(maps(3)[1])
        np.testing.assert_array_equal(images, models.paint({"label_map": maps(3)}), strict=True)
        np.testing.assert_array_equal(single, images[1:2])

    def test_versions_and_labels_choose(self, served):
        for choice, shift in (({}, SHIFT_OF_2), ({"version": 2}, SHIFT_OF_2), ({"version": 1}, 0)):
            with Client(served.address, "tiny", **choice) as client:
                expected = models.paint({"label_map": maps(1)}, shift)
                np.testing.assert_array_equal(client.synthesize(maps(1)), expected)
        with Client(served.address, "tiny", version_label="stable") as client:
            assert client.metadata().version == 1
            expected = models.paint({"label_map": maps(1)})
            np.testing.assert_array_equal(client.synthesize(maps(1)), expected)

    def test_seeds_styles_and_instances_arrive(self, served):
        instances = maps(2, seed=1) + 70_000
        with Client(served.address, "styled") as client:
            images = client.synthesize(maps(2), instances, seed=[3, 9], samples=2)
            styled = client.synthesize(maps(2), instances, z=[[1, 2, 3], [4, 5, 6]])
            without = client.synthesize(maps(2), seed=3)
        rows = {
            "label_map": np.repeat(maps(2), 2, axis=0),
            "instance_map": np.repeat(instances, 2, axis=0),
            "seed": [3, 4, 9, 10],
        }
        np.testing.assert_array_equal(images, models.paint(rows))
        inputs = {"label_map": maps(2), "instance_map": instances, "z": [[1, 2, 3], [4, 5, 6]]}
        np.testing.assert_array_equal(styled, models.paint(inputs))
        inputs = {"label_map": maps(2), "instance_map": maps(2), "seed": [3, 3]}
        np.testing.assert_array_equal(without, models.paint(inputs))

    def test_styles_of_photographs(self, served):
        photographs = np.random.default_rng(0).integers(0, 256, (2, 4, 6, 3)).astype(np.uint8)
        with Client(served.address, "styled") as client:
            mean, log_variance = client.encode_style(photographs)
            single, _ = client.encode_style(photographs[0])
            with pytest.raises(UserError, match=r"image is of shape \[1, 5, 6, 3\]; .* 4, 6, 3"):
                client.encode_style(np.zeros((5, 6, 3), np.uint8))
            with pytest.raises(UserError, match="image is of type float64; expected uint8"):
                client.encode_style(photographs / 255)
        expected = models.encode_style(photographs, 3)
        np.testing.assert_allclose(mean, expected["mean"], rtol=1e-6)
        np.testing.assert_allclose(log_variance, expected["log_variance"])
        np.testing.assert_array_equal(single, mean[:1])

    def test_label_files_are_painted_by_the_server(self, served):
        import io

        from PIL import Image

        file_ids = maps(1)[0].astype(np.uint8)
        with Client(served.address, "tiny", version=1) as client:
            painted = client.synthesize_png(png(file_ids))
            with pytest.raises(UserError, match="label PNG is 4x4 pixels; the model paints 12x8"):
                client.synthesize_png(png(np.zeros((4, 4), np.uint8)))
            with pytest.raises(UserError, match="8-bit RGB PNG; expected an 8-bit grey"):
                client.synthesize_png(png(np.zeros((*SHAPE, 3), np.uint8)))
        expected = models.paint({"label_map": maps(1)})[0]
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(painted))), expected)

    @pytest.mark.parametrize("card", [CARD, STYLED], ids=lambda card: card.name)
    def test_metadata_are_the_contract(self, served, card):
        with Client(served.address, card.name) as client:
            metadata = client.metadata()
        assert metadata.model_name == card.name
        assert metadata.signatures == {
            s.name: contract.Signature(s.name, "", undocumented(s.inputs), undocumented(s.outputs))
            for s in contract.signatures(card)
        }

    def test_status_lists_versions(self, served):
        with Client(served.address, "tiny") as client:
            found = {entry.version: entry.state for entry in client.status()}
        assert found == {1: "AVAILABLE", 2: "AVAILABLE"}

    def test_answers_over_4_mib_arrive(self, served):
        label_map = np.random.default_rng(0).integers(0, 5, (3, LARGE.height, LARGE.width))
        with Client(served.address, "large") as client:
            images = client.synthesize(label_map)
        assert images.nbytes > 4 << 20
        np.testing.assert_array_equal(images, models.paint({"label_map": label_map}))

    def test_refusals_of_the_server_have_its_code(self, served):
        def client(model, **choice):
            return Client(served.address, model, **choice)

        not_found = grpc.StatusCode.NOT_FOUND
        assert code_of(lambda: client("nope").synthesize(maps(1))) == not_found
        assert code_of(lambda: client("tiny", version=9).metadata()) == not_found
        assert code_of(lambda: client("tiny", version=9).status()) == not_found
        invalid = grpc.StatusCode.INVALID_ARGUMENT
        assert code_of(lambda: client("tiny", version_label="nope").metadata()) == invalid
        assert code_of(lambda: client("tiny").synthesize(maps(1) + 5)) == invalid
        with pytest.raises(ServingError, match=r"INVALID_ARGUMENT: .*must hold labels 0\.\.4"):
            client("tiny").synthesize(maps(1) - 3)

    def test_deadlines_hold(self, served):
        with Client(served.address, "slow", timeout_s=0.5) as client:
            assert code_of(lambda: client.synthesize(maps(1))) == grpc.StatusCode.DEADLINE_EXCEEDED

    def test_wrong_inputs_are_not_sent(self, served):
        with Client(served.address, "tiny") as client:
            with pytest.raises(UserError, match=r"\[1, 12, 8\]; expected \[batch, 8, 12\]") as err:
                client.synthesize(np.zeros((12, 8), np.int32))
            assert not isinstance(err.value, ServingError)
            with pytest.raises(UserError, match="no signature 'encode_style'; it has serving_def"):
                client.encode_style(np.zeros((4, 6, 3), np.uint8))

    def test_a_new_version_of_another_size_is_noticed(self, served, tmp_path):
        from tests.serving.server_process import ServerProcess

        base = tmp_path / "changing"
        write_version(base, 1, card=CARD)
        flags = (f"--model_base_path={base}", "--model_name=changing", "--poll_seconds=0.05")
        with ServerProcess(*flags) as process, Client(process.address, "changing") as client:
            client.synthesize(maps(1))
            write_version(base, 2, card=dataclasses.replace(CARD, height=4))
            with Client(process.address, "changing") as other:
                for _ in range(600):
                    if other.metadata().version == 2:
                        break
                    time.sleep(0.05)
            assert client.synthesize(maps(1)[:, :4]).shape == (1, 4, 12, 3)

    def test_threads_may_share_a_client(self, served):
        with (
            Client(served.address, "tiny", version=1) as client,
            concurrent.futures.ThreadPoolExecutor(8) as pool,
        ):
            answers = pool.map(lambda seed: client.synthesize(maps(2, seed)), range(32))
            for seed, images in enumerate(answers):
                expected = models.paint({"label_map": maps(2, seed)})
                np.testing.assert_array_equal(images, expected)


def undocumented(tensors):
    ordered = sorted(tensors, key=lambda tensor: tensor.name)
    return tuple(dataclasses.replace(tensor, doc="") for tensor in ordered)


class Status(grpc.GenericRpcHandler):
    """A server that knows one version of every model."""

    def service(self, details):
        response = wire.message("tensorflow.serving.GetModelStatusResponse")()
        response.model_version_status.add(version=7, state=30)
        response.model_version_status.add(version=8, state=99)
        if details.method != "/tensorflow.serving.ModelService/GetModelStatus":
            return None
        return grpc.unary_unary_rpc_method_handler(lambda *_: response.SerializeToString())


def status_server(port, credentials=None):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2), handlers=[Status()])
    if credentials:
        server.add_secure_port(f"localhost:{port}", credentials)
    else:
        server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server


def test_retries_wait_for_a_server_that_comes_up():
    port = free_port()
    with Client(f"127.0.0.1:{port}", "any", retries=20, timeout_s=30) as client:
        assert code_of(Client(f"127.0.0.1:{port}", "any", retries=0).status)
        servers = []
        timer = threading.Timer(0.5, lambda: servers.append(status_server(port)))
        timer.start()
        try:
            states = {entry.version: entry.state for entry in client.status()}
        finally:
            timer.join()
            servers[0].stop(None).wait()
    assert states == {7: "AVAILABLE", 8: "99"}


def test_a_method_that_is_not_there_is_no_tensorflow_serving():
    port = free_port()
    server = status_server(port)
    with Client(f"127.0.0.1:{port}", "any") as client:
        with pytest.raises(ServingError, match="UNIMPLEMENTED: .*gRPC port, not REST"):
            client.metadata()
    server.stop(None).wait()


def test_tls(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    try:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
            + ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("needs the command openssl")
    pair = (key.read_bytes(), certificate.read_bytes())
    port = free_port()
    server = status_server(port, grpc.ssl_server_credentials([pair]))
    address = f"localhost:{port}"
    with Client(address, "any", tls=Tls(ca=str(certificate))) as client:
        assert client.status()[0].version == 7
    for tls in (None, Tls()):
        with Client(address, "any", tls=tls, retries=0, timeout_s=10) as client:
            assert code_of(client.status) == grpc.StatusCode.UNAVAILABLE
    server.stop(None).wait()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"version": 1, "version_label": "x"}, "a version or a version label, not both"),
        ({"model_name": ""}, "model_name is empty"),
        ({"timeout_s": 0}, "timeout_s=0"),
        ({"retries": -1}, "retries=-1"),
        ({"server": "localhost"}, "must be HOST:PORT"),
    ],
)
def test_wrong_settings_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        Client(**{"server": "localhost:1", "model_name": "x", **arguments})


def test_imports_are_few():
    program = (
        "import sys\n"
        "import serving.client\n"
        "heavy = {'tensorflow', 'keras', 'tensorflow_serving', 'scipy', 'matplotlib', 'absl'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "import serving.client_command, serving.load_command\n"
        "heavy.discard('absl')\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
