"""CLADE on CamVid street scenes, 128x96: real photographs on two CPU cores.

Paper     none; small enough to train on a laptop, so that every step of an evaluation can be seen.
Data      as `camvid`: 367 training and 101 validation images; file ids 0 Sky .. 10 Bicyclist,
          11 Unlabelled.
Hardware  two CPU cores.
Command   bazel run //spade_tf:train -- --config=camvid_small --config.data.root=DIR
          --workdir=runs/camvid_small
"""

import dataclasses

from spade_tf.config import (
    Config,
    DiscriminatorConfig,
    LossesConfig,
    ModelConfig,
    TrainConfig,
    load_config,
)


def config() -> Config:
    camvid = load_config("camvid")
    return dataclasses.replace(
        camvid,
        name="camvid_small",
        # The files are 4:3 and the generator doubles a 3 x 4 grid five times.
        data=dataclasses.replace(camvid.data, height=96, width=128, load_size=108, cache=True),
        model=ModelConfig(norm="clade", base_width=16, init_gain=1.0),
        discriminator=DiscriminatorConfig(base_width=32),
        losses=LossesConfig(vgg_weight=0.0),
        train=TrainConfig(
            batch_size=4,
            steps=2000,
            epochs=22,
            decay_epochs=10,
            learning_rate=4e-4,
            ttur=False,
            beta_2=0.99,
            discriminator_fake="shared",
            ema_decay=0.998,
            sample_every_steps=500,
            save_every_steps=250,
            steps_per_execution=10,
        ),
    )
