"""The command that writes the page of a run."""

import pytest

from spade_tf.training.workdir import Workdir
from tests.run_commands import run_commands
from tests.tiny_config import tiny_config


@pytest.mark.slow  # starts TensorFlow
def test_a_page_is_written_beside_the_run(tmp_path):
    workdir = Workdir(tmp_path / "run")
    workdir.describe(tiny_config())
    ran = run_commands(
        tmp_path,
        {
            "good": ["tools.run_page", "--workdir=run"],
            "no_run": ["tools.run_page", "--workdir=elsewhere"],
        },
    )
    assert ran["good"].status == 0, ran["good"].stderr
    assert ran["good"].stdout == f"open {workdir.run_page}\n"
    assert "tiny: run" in workdir.run_page.read_text()
    assert ran["no_run"].status == 1
    assert "elsewhere is no workdir of a training run" in ran["no_run"].stderr
    assert not (tmp_path / "elsewhere").exists()
