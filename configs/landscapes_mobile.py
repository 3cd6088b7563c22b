"""CLADE with a style on procedural landscapes, 128x128, for phones: the painter's own model.

Paper     none.
Data      rendered by spade_tf/data/scenes, the same always for the same seed; no download.
Hardware  two CPU cores; an hour while they did other work beside (5 images/s when they did not).
Command   bazel run //spade_tf:train -- --config=landscapes_mobile --workdir=runs/landscapes_mobile
"""

import dataclasses

from spade_tf.config import Config, DiscriminatorConfig, load_config


def config() -> Config:
    demo = load_config("landscapes")
    return dataclasses.replace(
        demo,
        name="landscapes_mobile",
        data=dataclasses.replace(demo.data, num_scenes=2000),
        # 14 is the widest whose weights fit into 4 MB, a byte each.
        model=dataclasses.replace(demo.model, norm="clade", base_width=14, latent_dim=16),
        discriminator=DiscriminatorConfig(base_width=32),
        train=dataclasses.replace(
            demo.train,
            steps=3000,
            epochs=6,
            decay_epochs=3,
            learning_rate=4e-4,
            ema_decay=0.998,
            sample_every_steps=500,
            save_every_steps=250,
        ),
    )
