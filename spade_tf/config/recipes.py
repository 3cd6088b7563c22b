"""What each kind of model was published with, where it differs from SPADE."""

from typing import Any

# Chen and Koltun 2017, section 3: one image a step, no discriminator, no average of weights.
WITHOUT_DISCRIMINATOR: dict[str, Any] = {
    "model.norm": "none",
    "model.latent_dim": 0,
    "model.init_gain": 1.0,
    "losses.gan": "none",
    "losses.vgg_weight": 1.0,
    "train.batch_size": 1,
    "train.learning_rate": 1e-4,
    "train.decay_epochs": 0,
    "train.ttur": False,
    "train.beta_1": 0.9,
    "train.beta_2": 0.999,
    "train.discriminator_steps": 1,
    "train.ema_decay": 0.0,
}

RECIPES: dict[str, dict[str, Any]] = {
    # Wang et al. 2018, section 4; its discriminator has neither spectral normalisation nor TTUR.
    "pix2pixhd": {
        "model.norm": "none",
        "model.latent_dim": 0,
        "model.param_free_norm": "instance",
        "model.spectral_norm": False,
        "model.initializer": "normal",
        "model.init_gain": 0.02,
        "discriminator.spectral_norm": False,
        "losses.gan": "least_squares",
        "losses.convention": "pix2pixhd",
        "losses.feature_matching_weight": 10.0,
        "losses.vgg_weight": 10.0,
        "train.batch_size": 1,
        "train.learning_rate": 2e-4,
        "train.ttur": False,
        "train.beta_1": 0.5,
        "train.beta_2": 0.999,
        "train.discriminator_fake": "shared",
    },
    # Park et al. 2019, section 4: pix2pixHD with all that made SPADE better but SPADE itself.
    "pix2pixhd_pp": {"model.norm": "none", "model.latent_dim": 0},
    "crn": WITHOUT_DISCRIMINATOR,
    # Qi et al. 2018, section 5, at 512 rows.
    "sims": WITHOUT_DISCRIMINATOR,
}
"""Values by `model.kind`: `--config.model.kind=KIND` brings them along to any experiment. Other
overrides come after them, and a config file that names a kind says all values itself."""
