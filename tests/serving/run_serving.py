"""Runs the commands of `serving` that need no TensorFlow, as users do."""

import os
import pathlib
import subprocess
import sys

from tests.serving.server_process import ROOT


def run_serving(
    command: str, *flags: str, folder: pathlib.Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs `python -m serving.COMMAND FLAGS` in a folder."""
    return subprocess.run(
        [sys.executable, "-m", f"serving.{command}", *flags],
        cwd=folder or ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
