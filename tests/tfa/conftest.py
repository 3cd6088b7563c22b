"""What the tests against tensorflow-addons share: its runtime, and a list of the differences."""

import os
import pathlib
import subprocess
from collections.abc import Callable

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parents[2]
PYTHON = ROOT / ".venv-tfa/bin/python"
REFERENCE = pathlib.Path(__file__).with_name("reference.py")
VERSIONS = {"tensorflow": "2.15.1", "tensorflow_addons": "0.23.0"}


@pytest.fixture
def reference(tmp_path: pathlib.Path) -> Callable[..., dict[str, np.ndarray]]:
    """Calls a function of reference.py in the old runtime: arrays by name in and out."""
    # A skipped comparison would look like a passed one.
    assert PYTHON.exists(), f"{PYTHON} is missing: `make test-tfa` makes it and runs these tests"

    def call(function: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        np.savez(tmp_path / "inputs.npz", **inputs)
        subprocess.run(
            # -I: nothing of our environment gets in; -W: both packages warn of their age.
            [PYTHON, "-I", "-W", "ignore", REFERENCE, function, tmp_path],
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            check=True,
        )
        outputs = dict(np.load(tmp_path / "outputs.npz"))
        assert {name: str(outputs.pop(name)) for name in VERSIONS} == VERSIONS
        return outputs

    return call


@pytest.fixture
def assert_agree(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Asserts that two arrays agree and notes their largest difference.

    Differences and tolerance are relative to the largest value of the reference.
    """

    def check(what: str, ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> None:
        scale = np.abs(theirs).max()
        ours, theirs = np.asarray(ours) / scale, np.asarray(theirs) / scale
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance, err_msg=what)
        difference = np.abs(ours - theirs).max()
        record_property(what, f"{difference:.1e} (tolerance {tolerance:.0e})")

    return check


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("largest differences, relative to the largest value")
    for report in terminalreporter.getreports("passed"):
        for what, text in report.user_properties:
            terminalreporter.write_line(f"{report.location[2]}, {what}: {text}")
