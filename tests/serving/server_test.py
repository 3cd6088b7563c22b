"""The command: its flags, its signals, its limits."""

import concurrent.futures
import socket
import subprocess
import time
import urllib.request

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.run_commands import run_commands
from tests.serving.messages import Stubs, arrays, label_map, refusal
from tests.serving.models import CARD, STYLED, paint, write_version
from tests.serving.server_process import ServerProcess, run_server

pytestmark = pytest.mark.slow  # a start takes seconds

LABELS = {"label_map": label_map()}

WORK = 600
"""Makes a call take half a second or more, so that others come in the meantime."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    base = tmp_path_factory.mktemp("tiny")
    write_version(base, 1, card=CARD)
    return base


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    base = tmp_path_factory.mktemp("slow")
    write_version(base, 1, card=CARD, work=WORK)
    return base


def wait_until(condition, seconds=60.0):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not come to pass"
        time.sleep(0.02)


def in_flight(port):
    """Calls that the server is answering, by its metrics."""
    text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
    (line,) = (x for x in text.splitlines() if x.startswith("spade_tf_in_flight_requests "))
    return float(line.split()[1])


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "give either --model_base_path=DIR or --model_config_file=FILE"),
        (["--model_base_path=a", "--model_config_file=b"], "give either --model_base_path=DIR"),
        (["--model_base_path=a", "--model_name="], "--model_name is empty"),
        (["--model_base_path=a", "--tls_key=k"], "--tls_key and --tls_cert go together"),
        (["--model_base_path=a", "--tls_client_ca=c"], "--tls_client_ca needs"),
        (["--model_base_path=a", "--prot=1"], "unknown flag --prot; did you mean --port?"),
    ],
)
def test_flags_are_refused_in_one_line(flags, message):
    result = run_server(*flags)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr


def test_what_cannot_be_served_is_refused_in_one_line(tiny, tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        missing = ("--port=0", f"--model_base_path={tmp_path}/none", "--model_name=m")
        taken = (f"--port={port}", f"--model_base_path={tiny}")
        commands = {"missing": ["serving.server", *missing], "taken": ["serving.server", *taken]}
        results = run_commands(tmp_path / "said", commands)
    assert [result.status for result in results.values()] == [1, 1]
    missing, taken = (result.stderr.splitlines()[-1] for result in results.values())
    assert missing == f"error: Could not find base path {tmp_path}/none for servable m"
    assert f"error: cannot listen on 127.0.0.1:{port}: another program does" in taken


def test_sigterm_finishes_what_is_in_flight(slow):
    """Eight calls are being answered; later ones are refused."""
    metrics = free_port()
    flags = (f"--model_base_path={slow}", "--model_name=slow", f"--metrics_port={metrics}")
    with (
        ServerProcess(*flags, forked=False) as server,
        server.channel() as channel,
        concurrent.futures.ThreadPoolExecutor(8) as pool,
    ):
        stubs = Stubs(channel)
        answers = [pool.submit(stubs.predict, LABELS, "slow") for _ in range(8)]
        wait_until(lambda: in_flight(metrics) == 8)
        server.terminate()
        wait_until(lambda: any(line["event"] == "stopping" for line in server.log))
        with grpc.insecure_channel(server.address, [("grpc.use_local_subchannel_pool", 1)]) as late:
            late_answer = refusal(lambda: Stubs(late).predict(LABELS, "slow", timeout=30))
        assert late_answer == (grpc.StatusCode.UNAVAILABLE, "the server is stopping")
        for answer in answers:
            np.testing.assert_array_equal(arrays(answer.result())["image"], paint(LABELS))
        assert server.wait() == 0
    stopping, stopped = (x for x in server.log if x["event"] in ("stopping", "stopped"))
    assert (stopping["in_flight"], stopped["unfinished"]) == (8, 0)


def test_the_grace_has_an_end(tmp_path):
    base = tmp_path / "endless"
    write_version(base, 1, card=CARD, work=10**9)
    with (
        ServerProcess(f"--model_base_path={base}", "--grace_seconds=0.2") as server,
        server.channel() as channel,
        concurrent.futures.ThreadPoolExecutor(1) as pool,
    ):
        stubs = Stubs(channel)
        answer = pool.submit(refusal, lambda: stubs.predict(LABELS, "default", timeout=None))
        time.sleep(1)
        server.terminate()
        assert server.wait() == 0
        assert answer.result()[0] in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    assert server.log[-1]["unfinished"] == 1


def test_too_many_at_a_time_are_refused_but_health_is_not(slow):
    with (
        ServerProcess(f"--model_base_path={slow}", "--max_concurrent=3") as server,
        server.channel() as channel,
        concurrent.futures.ThreadPoolExecutor(12) as pool,
    ):
        stubs = Stubs(channel)

        def code():
            try:
                return stubs.predict(LABELS, "default").model_spec.version.value
            except grpc.RpcError as error:
                return error.code(), error.details()

        calls = [pool.submit(code) for _ in range(12)]
        health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), 30)
        assert health.status == health_pb2.HealthCheckResponse.SERVING
        codes = [call.result() for call in calls]
        refused = (grpc.StatusCode.RESOURCE_EXHAUSTED, "Concurrent RPC limit exceeded!")
        assert (codes.count(1), codes.count(refused)) == (3, 9)
        # Places come back.
        assert code() == 1


def test_batching_and_answers_as_bytes(tmp_path):
    base = tmp_path / "styled"
    write_version(base, 1, card=STYLED)
    flags = (
        "--batching",
        "--max_batch_size=4",
        "--batch_timeout_ms=50",
        "--response_encoding=content",
    )
    with (
        ServerProcess(f"--model_base_path={base}", "--model_name=styled", *flags) as server,
        server.channel() as channel,
        concurrent.futures.ThreadPoolExecutor(8) as pool,
    ):
        stubs = Stubs(channel)
        requests = [
            {
                "label_map": label_map(1, seed),
                "instance_map": label_map(1, seed),
                "seed": np.array([seed]),
            }
            for seed in range(32)
        ]
        answers = [pool.submit(stubs.predict, values, "styled") for values in requests]
        for values, answer in zip(requests, answers, strict=True):
            image = answer.result().outputs["image"]
            assert image.tensor_content and not image.int_val
            np.testing.assert_array_equal(arrays(answer.result())["image"], paint(values))
        five = {name: np.repeat(value, 5, 0) for name, value in requests[0].items()}
        message = "Task size 5 is larger than maximum input batch size 4"
        assert refusal(lambda: stubs.predict(five, "styled")) == (
            grpc.StatusCode.INVALID_ARGUMENT,
            message,
        )
        assert Stubs(channel).predict(requests[0], "styled").model_spec.name == "styled"


def test_log_and_metrics(tiny):
    metrics = free_port()
    flags = (f"--model_base_path={tiny}", "--model_name=tiny", f"--metrics_port={metrics}")
    with ServerProcess(*flags) as server, server.channel() as channel:
        stubs = Stubs(channel)
        stubs.predict({"label_map": label_map(3)})
        refusal(lambda: stubs.predict(LABELS, "someone's"))
        url = f"http://127.0.0.1:{metrics}/monitoring/prometheus/metrics"
        text = urllib.request.urlopen(url).read().decode()
        server.terminate()
        assert server.wait() == 0
    assert ':tensorflow:serving:request_count_total{model_name="tiny",status="OK"} 1.0' in text
    # Callers can add no series of their own.
    assert 'request_count_total{model_name="",status="NOT_FOUND"} 1.0' in text
    assert "someone" not in text
    good, bad = (line for line in server.log if line["event"] == "call")
    assert good.pop("ms") > 0
    assert good.pop("peer").startswith("ipv4:127.0.0.1:")
    assert good.pop("time")
    assert good == {
        "event": "call",
        "method": "Predict",
        "model": "tiny",
        "version": 1,
        "signature": "serving_default",
        "rows": 3,
        "status": "OK",
    }
    assert (bad["status"], bad["model"], bad["version"]) == ("NOT_FOUND", "someone's", None)


def openssl(folder, *arguments):
    try:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")


def make_certificates(folder):
    """An authority, and a certificate of its for the server and one for a client."""
    new = ("-newkey", "rsa:2048", "-nodes")
    openssl(
        folder, "req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test"
    )
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    for name in ("server", "client"):
        request = ("-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl(folder, "req", *new, *request)
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem",
                "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-extfile", "names")  # fmt: skip


def test_tls_lets_in_only_those_with_a_certificate(tiny, tmp_path):
    make_certificates(tmp_path)
    key, certificate, ca = (tmp_path / name for name in ("server.key", "server.pem", "ca.pem"))
    flags = (f"--tls_key={key}", f"--tls_cert={certificate}", f"--tls_client_ca={ca}")
    with ServerProcess(f"--model_base_path={tiny}", "--model_name=tiny", *flags) as server:
        pair = ((tmp_path / "client.key").read_bytes(), (tmp_path / "client.pem").read_bytes())
        known = grpc.ssl_channel_credentials(ca.read_bytes(), *pair)
        with grpc.secure_channel(server.address, known) as channel:
            image = arrays(Stubs(channel).predict(LABELS))["image"]
            np.testing.assert_array_equal(image, paint(LABELS))
        unknown = grpc.ssl_channel_credentials(ca.read_bytes())
        with grpc.secure_channel(server.address, unknown) as channel:
            code, _ = refusal(lambda: Stubs(channel).predict(LABELS, timeout=20))
            assert code is grpc.StatusCode.UNAVAILABLE
        with server.channel() as channel:
            code, _ = refusal(lambda: Stubs(channel).predict(LABELS, timeout=20))
            assert code is grpc.StatusCode.UNAVAILABLE
