"""The pipeline on Beam's DirectRunner writes what one process writes; Beam is an optional extra."""

import importlib.util

import pytest

from spade_tf.data.shards.beam_pipeline import beam_runner
from spade_tf.data.shards.prepare import Request, prepare
from spade_tf.errors import UserError
from tests.data.small_sets import custom_set

HAS_BEAM = importlib.util.find_spec("apache_beam") is not None


@pytest.mark.slow
@pytest.mark.skipif(not HAS_BEAM, reason="apache-beam is not installed; `make extra-beam` adds it")
def test_the_direct_runner_writes_the_same_shards(tmp_path):
    config = custom_set(tmp_path / "set", train=5, val=2)
    prepare(Request(config, tmp_path / "plain", num_shards=3))
    prepare(Request(config, tmp_path / "beam", num_shards=3), beam_runner("DirectRunner"))
    plain, beam = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("plain", "beam")
    )
    assert beam == plain and len(plain) == 11

    (tmp_path / "set" / "train_img" / "scene_1.png").write_bytes(b"")
    with pytest.raises(UserError, match="1 example is bad:\n  scene_1: cannot decode"):
        prepare(Request(config, tmp_path / "beam", num_shards=3), beam_runner("DirectRunner"))


@pytest.mark.skipif(HAS_BEAM, reason="apache-beam is installed")
def test_without_beam_it_says_what_to_install():
    with pytest.raises(UserError, match="--runner=DirectRunner needs Apache Beam.*make extra-beam"):
        beam_runner("DirectRunner")
