import pytest

from spade_tf.benchmark.cases import (
    MODELS,
    Case,
    Workload,
    case_config,
    cases_of,
    parse_size,
    workload_config,
)
from spade_tf.config import Config
from spade_tf.errors import UserError

INFERENCE = Workload("inference", 512, 256, 8)
TRAINING = Workload("training", 64, 64, 2)


def test_every_way_to_run_every_network():
    cases = cases_of(INFERENCE, ["clade", "pytorch_clade"], ["graph", "xla"], ["float32"])
    assert [str(case) for case in cases] == [
        "clade (graph, float32)",
        "clade (xla, float32)",
        "pytorch_clade (eager, float32)",  # PyTorch has one mode
    ]
    assert [case.is_pytorch for case in cases] == [False, False, True]
    two = cases_of(INFERENCE, ["clade"], ["graph"], ["float32", "bfloat16"])
    assert [case.precision for case in two] == ["float32", "bfloat16"]


def test_the_experiment_of_a_workload():
    config = workload_config(Config(), INFERENCE)
    assert (config.data.width, config.data.height, config.train.batch_size) == (512, 256, 8)
    assert config.losses.vgg_weight == 0
    assert str(INFERENCE) == "inference, 512x256, batch 8"
    with pytest.raises(UserError, match="multiple of 32"):
        workload_config(Config(), Workload("inference", 100, 64, 1))


def test_the_experiment_of_a_case():
    def config(model, mode="graph", precision="float32"):
        return case_config(Config(), Case(TRAINING, model, mode, precision))

    assert config("spade_neighbourhoods").model.modulation == "neighbourhoods"
    assert config("spade_convolutions").model.modulation == "convolutions"
    assert config("pytorch_spade").model == config("spade_convolutions").model
    assert config("clade").model.norm == config("pytorch_clade").model.norm == "clade"
    assert config("clade", "xla").train.jit_compile
    assert not config("clade").train.jit_compile
    assert config("clade", precision="bfloat16").train.precision == "mixed_bfloat16"
    with pytest.raises(UserError, match="cannot be compiled with XLA"):
        config("spade_neighbourhoods", "xla")
    assert len({config(model) for model in MODELS}) == 3


def test_sizes():
    assert parse_size("512x256") == (512, 256)
    for text in ("512", "x256", "axb", "512x-1", ""):
        with pytest.raises(UserError, match="write WIDTHxHEIGHT"):
            parse_size(text)
