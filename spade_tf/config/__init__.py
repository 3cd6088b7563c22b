"""The configuration of an experiment: typed, frozen, and checked before anything is built.

`load_config("coco", {"train.steps": 60})` reads `configs/coco.py`, replaces the values named, and
checks the whole. Only the entry points, the data pipeline, `models/build` and the trainer read a
config; layers, losses and transforms take plain arguments.
"""

from spade_tf.config.keys import all_options, get, replace
from spade_tf.config.load import CONFIG_FOLDER, from_json, load_config, to_json
from spade_tf.config.schema import (
    UPSAMPLING_DOUBLINGS,
    Config,
    DataConfig,
    DiscriminatorConfig,
    EvaluationConfig,
    LossesConfig,
    ModelConfig,
    TrainConfig,
    option,
)
from spade_tf.config.validate import validate

__all__ = [
    "CONFIG_FOLDER",
    "UPSAMPLING_DOUBLINGS",
    "Config",
    "DataConfig",
    "DiscriminatorConfig",
    "EvaluationConfig",
    "LossesConfig",
    "ModelConfig",
    "TrainConfig",
    "all_options",
    "from_json",
    "get",
    "load_config",
    "option",
    "replace",
    "to_json",
    "validate",
]
