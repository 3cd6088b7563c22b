"""The tests beside the painter's source, which need no browser."""

import subprocess

from tests.serving.painter.build_painter import PAINTER


def test_types_and_units(packages):
    for script in ("check", "test"):
        done = subprocess.run(
            ["npm", "run", script], cwd=PAINTER, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
