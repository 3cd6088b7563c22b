"""SPADE on CMP Facades, 256x256: 12 classes and background.

Paper     none of the two reports facades; the official code has the mode, with these values.
Data      CMP Facade Database, base set (378) and extended set (228): ID.jpg beside ID.png.
Hardware  one GPU, or patience: batch 4.
Command   bazel run //spade_tf:train -- --config=facades --config.data.root=DIR
Our score not measured.
"""

from spade_tf.config import Config, DataConfig, TrainConfig


def config() -> Config:
    return Config(
        name="facades",
        data=DataConfig(dataset="facades", num_labels=13),
        train=TrainConfig(epochs=200, decay_epochs=100),
    )
