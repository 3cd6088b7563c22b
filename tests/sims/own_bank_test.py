import shutil

import pytest

from spade_tf.config import replace
from spade_tf.errors import UserError
from spade_tf.sims.own_bank import found_bank, with_bank
from spade_tf.training.workdir import Workdir
from tests.sims.small_banks import block_set


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return block_set(tmp_path_factory.mktemp("set"), images=2)


def test_other_kinds_need_none(config, tmp_path):
    other = replace(config, "model.kind", "spade")
    assert with_bank(other, tmp_path) is other
    assert not any(tmp_path.iterdir())


def test_is_built_in_the_workdir_and_found_there_again(config, tmp_path, capsys):
    own = with_bank(config, tmp_path / "run")
    assert own.model.bank == str(tmp_path / "run" / "bank")
    assert "memory bank of 6 segments" in capsys.readouterr().out
    written = (tmp_path / "run" / "bank" / "bank.json").stat().st_mtime_ns
    assert with_bank(config, tmp_path / "run") == own == with_bank(own, tmp_path / "other")
    assert (tmp_path / "run" / "bank" / "bank.json").stat().st_mtime_ns == written

    # A workdir that was moved finds its bank where it is now.
    Workdir(tmp_path / "run").describe(own)
    moved = shutil.move(tmp_path / "run", tmp_path / "moved")
    assert Workdir(moved).read_config().model.bank == str(moved / "bank")
    assert found_bank(own, tmp_path / "nowhere") is own


def test_one_that_is_named_must_be_there(config, tmp_path):
    with pytest.raises(UserError, match="is no memory bank"):
        with_bank(replace(config, "model.bank", str(tmp_path)), tmp_path / "run")
