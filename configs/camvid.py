"""SPADE on CamVid street scenes, 256x256: 11 classes and "Unlabelled".

Paper     none; a data set small enough (367 training, 101 validation images) to try things on.
Data      train_img/*.jpg, train_label/*.png, val_img, val_label; file ids 0 Sky .. 10 Bicyclist,
          11 Unlabelled.
Hardware  one GPU, or patience: batch 4.
Command   bazel run //spade_tf:train -- --config=camvid --config.data.root=DIR --workdir=runs/camvid
Our score not measured yet (evaluation is to come).
"""

from spade_tf.config import Config, DataConfig, TrainConfig


def config() -> Config:
    return Config(
        name="camvid",
        data=DataConfig(dataset="camvid", num_labels=12, has_dont_care=True),
        train=TrainConfig(epochs=200, decay_epochs=100),
    )
