import json
import threading

import grpc
import numpy as np
import pytest
from PIL import Image

from serving import load, load_report
from serving.client import Client, ServingError
from serving.load import Measurement, Recorder, measure
from spade_tf.errors import UserError
from tests.serving.free_port import free_port
from tests.serving.messages import png
from tests.serving.models import CARD
from tests.serving.run_serving import run_serving

RESULTS = [
    Measurement(1, 2.0, np.array([0.010, 0.020, 0.030, 0.040]), {}),
    Measurement(16, 2.0, np.array([]), {"UNAVAILABLE": 7}),
]


def test_percentiles_are_latencies_that_occurred():
    result = Measurement(1, 2.0, np.arange(1, 101) / 1000, {})
    assert [result.percentile(p) for p in (50, 95, 99)] == [0.050, 0.095, 0.099]
    assert result.throughput == 50.0
    assert np.isnan(RESULTS[1].percentile(50))


def test_only_calls_that_end_within_the_time_are_counted():
    recorder = Recorder(10.0, 20.0)
    recorder.record(8.0, 9.9, None)  # warm-up
    recorder.record(9.0, 10.0, None)
    recorder.record(19.0, 20.0, "UNAVAILABLE")
    recorder.record(19.0, 20.1, None)
    result = recorder.measurement(3)
    assert (result.clients, result.seconds) == (3, 10.0)
    assert result.latencies.tolist() == [1.0]
    assert result.errors == {"UNAVAILABLE": 1}


def test_a_client_has_one_call_under_way():
    lock, most, now, seen = threading.Lock(), 0, 0, []

    def call(number):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            seen.append(number)
        threading.Event().wait(0.005)
        with lock:
            now -= 1

    result = measure(call, 3, seconds=0.2, warm_up_s=0.05)
    assert most == 3
    assert len(result.latencies) > 3
    assert set(seen) >= {0, 1, 2, 3, 4, 5}
    assert len(set(seen)) == len(seen)  # no two clients make the same call
    assert result.latencies.min() >= 0.005


def test_refusals_are_counted_and_other_errors_end_it():
    def refuse(_):
        raise ServingError("host:1", grpc.StatusCode.NOT_FOUND, "no such model")

    result = measure(refuse, 2, seconds=0.2, warm_up_s=0)
    assert len(result.latencies) == 0
    # a client pauses 0.05 s after each
    assert set(result.errors) == {"NOT_FOUND"} and 2 <= result.errors["NOT_FOUND"] <= 10

    def fail(_):
        raise UserError("not what the model reads")

    with pytest.raises(UserError, match="not what"):
        measure(fail, 2, seconds=60, warm_up_s=0)


@pytest.mark.parametrize("text", ["", "0", "1,,2", "-1", "x", "1,257", "1.5"])
def test_numbers_of_clients_are_bounded(text):
    with pytest.raises(UserError, match="expected numbers from 1 to 256, as 1,4,16"):
        load.parse_clients(text)


def test_numbers_of_clients_are_read():
    assert load.parse_clients("1,4,256") == [1, 4, 256]


def test_the_table_has_a_row_for_each_number_of_clients():
    lines = load_report.table(RESULTS).splitlines()
    assert lines[0].split() == "clients images/s p50 ms p95 ms p99 ms answers errors".split()
    assert lines[1].split() == ["1", "2.0", "20.00", "40.00", "40.00", "4", "none"]
    assert lines[2].split() == ["16", "0.0", "nan", "nan", "nan", "0", "UNAVAILABLE", "7"]


def test_the_report_is_json_and_a_picture(tmp_path):
    numbers, picture = load_report.save(RESULTS, "tiny", tmp_path / "new")
    one, sixteen = json.loads(numbers.read_text())
    assert one["p50_ms"] == 20.0 and one["errors"] == {}
    assert sixteen["p99_ms"] is None and sixteen["errors"] == {"UNAVAILABLE": 7}
    with Image.open(picture) as image:
        assert image.size == (1080, 480)
    assert {path.name for path in numbers.parent.iterdir()} == {"load.json", "load.png"}


def test_a_server_that_is_away_is_one_line():
    result = run_serving(
        "load",
        "--model_name=tiny",
        f"--server=127.0.0.1:{free_port()}",
        "--labels=none.png",
        "--retries=0",
    )
    assert result.returncode == 1
    assert "UNAVAILABLE" in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_server_is_measured(served, tmp_path):
    labels = tmp_path / "labels"
    labels.mkdir()
    for number in range(3):
        (labels / f"{number}.png").write_bytes(png(np.full((8, 12), number, np.uint8)))
    result = run_serving(
        "load",
        f"--server={served.address}",
        "--model_name=tiny",
        f"--labels={labels}",
        "--clients=1,2",
        "--seconds=0.5",
        "--warm_up_s=0.1",
        f"--output={tmp_path / 'report'}",
    )
    assert result.returncode == 0, result.stderr
    rows = json.loads((tmp_path / "report" / "load.json").read_text())
    assert [row["clients"] for row in rows] == [1, 2]
    assert all(row["answers"] > 5 and row["errors"] == {} for row in rows)
    assert result.stdout.splitlines()[1].split()[0] == "1"
    assert "1 clients, 0.1 s + 0.5 s" in result.stderr


@pytest.mark.slow
def test_label_maps_are_read_by_the_card_and_bounded(served, tmp_path):
    with Client(served.address, "tiny") as client:
        metadata = client.metadata()
    (tmp_path / "a.png").write_bytes(png(np.full((8, 12), 255, np.uint8)))
    (tmp_path / "b.png").write_bytes(png(np.full((4, 6), 1, np.uint8)))
    with pytest.raises(UserError, match="b.png is 6x4 pixels"):
        load.read_label_maps(tmp_path, metadata, CARD, False)
    first, second = load.read_label_maps(tmp_path, metadata, CARD, True)
    assert (first == 4).all() and (second == 1).all() and second.shape == (8, 12)
    with pytest.raises(UserError, match="holds 0 PNG files"):
        load.read_label_maps(served.models, metadata, CARD, False)
