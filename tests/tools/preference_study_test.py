"""The command of the user study, from its flags to the report."""

import http.client
import json
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

from tests.data.small_sets import ROOT, write_png

COMMAND = [sys.executable, "-m", "tools.preference_study"]


@pytest.fixture
def flags(tmp_path):
    """Two label maps with images of two methods."""
    for i in range(2):
        write_png(tmp_path / "labels" / f"s{i}.png", np.full((32, 32), i, np.uint8))
        for method in ("a", "b"):
            pixels = np.full((32, 32, 3), 100 * i + len(method), np.uint8)
            write_png(tmp_path / method / f"s{i}.png", pixels)
    return [
        f"--database={tmp_path}/new/answers.sqlite",
        f"--labels={tmp_path}/labels",
        f"--method_a=spade={tmp_path}/a",
        f"--method_b=crn={tmp_path}/b",
    ]


def run(*given):
    return subprocess.run([*COMMAND, *given], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.slow  # TensorFlow's import
def test_asking_and_reporting(flags, tmp_path):
    process = subprocess.Popen(
        [*COMMAND, *flags, "--config=landscapes", "--port=0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        port = re.fullmatch(r"2 questions at http://127.0.0.1:(\d+)/ - Ctrl-C ends\n", line)[1]
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
        connection.request("POST", "/api/join", "{}", {"Content-Type": "application/json"})
        response = connection.getresponse()
        state = json.loads(response.read())
        headers = {
            "Content-Type": "application/json",
            "Cookie": response.headers["Set-Cookie"].split(";")[0],
        }
        answer = {"id": state["question"]["id"], "choice": "first", "milliseconds": 7}
        connection.request("POST", "/api/answer", json.dumps(answer), headers)
        assert connection.getresponse().status == 200
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    assert output.endswith(f"stopped; 1 answers are in {tmp_path}/new/answers.sqlite\n")
    assert "Traceback" not in errors

    outputs = f"--report={tmp_path}/out/report.md", f"--csv={tmp_path}/out/answers.csv"
    result = run(flags[0], *outputs)
    assert result.returncode == 0, result.stderr
    (record,) = (json.loads(x) for x in result.stdout.splitlines() if x.startswith("{"))
    (study,) = record["studies"]
    assert (study["settings"]["dataset"], study["scores"]["answers"]) == ("landscapes", 1)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["answers.csv", "report.json", "report.md", "report.png"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "give --database=PATH"),
        (["--database=x", "--labels=y", "--method_a=spade"], "give --method_a=NAME=DIR, such as"),
        (["--database=x", "--labels=y", "--report=z.md"], "--labels is for asking"),
    ],
)
def test_flags_that_do_not_fit_are_told(given, message):
    result = run(*given)
    assert result.returncode == 1
    assert message in result.stderr and result.stderr.count("\n") == 1
