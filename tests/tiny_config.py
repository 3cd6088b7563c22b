"""An experiment small enough to train while one waits."""

from typing import Any

from spade_tf.config import Config, replace, validate

TINY = {
    "name": "tiny",
    "data.num_labels": 5,
    "data.height": 32,
    "data.width": 32,
    "model.base_width": 2,
    "model.hidden_width": 4,
    "model.encoder_size": 16,
    "discriminator.base_width": 2,
    "discriminator.num_scales": 1,
    "discriminator.num_layers": 2,
    "losses.vgg_weight": 0.0,
    "train.batch_size": 2,
    "train.strategy": "one",
    "train.memory_check": "off",
}


def tiny_config(values: dict[str, Any] | None = None) -> Config:
    """The papers' config made tiny, then with some values replaced (dotted keys)."""
    config = Config()
    for key, value in {**TINY, **(values or {})}.items():
        config = replace(config, key, value)
    validate(config)
    return config
