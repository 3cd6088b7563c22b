"""Builds serving/painter, as its README says."""

import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import pytest

PAINTER = pathlib.Path(__file__).parents[3] / "serving" / "painter"


def require_packages() -> None:
    """Installs the painter's packages if they are not; skips the test where that cannot be."""
    if not (PAINTER / "package.json").exists():
        pytest.skip("the painter's source is not here (Bazel's copy has none)")
    # npm and node come with the Python environment.
    os.environ["PATH"] = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if not shutil.which("npm"):
        pytest.skip("no npm on the PATH: the painter cannot be built")
    with _one_at_a_time():
        if (PAINTER / "node_modules" / ".package-lock.json").exists():
            return
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund"], cwd=PAINTER, capture_output=True, text=True
        )
    if done.returncode:
        pytest.skip(f"npm ci could not install the painter's packages: {done.stderr[-300:]}")


def build(output: pathlib.Path, models: pathlib.Path | None = None) -> None:
    """Builds the painter into a folder, with the models of another or those that ship."""
    environment = {**os.environ, **({"PAINTER_MODELS": str(models)} if models else {})}
    done = subprocess.run(
        ["npx", "vite", "build", f"--outDir={output}", "--emptyOutDir"],
        cwd=PAINTER,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Test files that run at the same time must not install at the same time."""
    lock = pathlib.Path(tempfile.gettempdir()) / f"painter-packages-{os.getuid()}.lock"
    with open(lock, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
