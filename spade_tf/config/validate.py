"""Refuses values that do not fit together."""

from spade_tf.config.keys import get
from spade_tf.config.schema import Config
from spade_tf.errors import UserError

PIX2PIXHD_KINDS = ("pix2pixhd", "pix2pixhd_pp")

SMALLEST_SIDE = 16
"""Pixels that are one in the smallest maps of VGG19."""


def validate(config: Config) -> None:
    """Refuses values that do not fit together. Raises UserError: the key and what to write."""
    data, model, train = config.data, config.model, config.train
    positive = (
        "data.num_labels data.height data.width data.load_size model.base_width model.hidden_width "
        "model.residual_blocks "
        "discriminator.base_width discriminator.num_scales "
        "discriminator.num_layers train.discriminator_steps train.gradient_accumulation "
        "train.steps_per_execution train.log_every_steps train.sample_every_steps "
        "train.save_every_steps train.keep_checkpoints data.num_scenes"
    ).split()
    not_negative = (
        "model.latent_dim losses.feature_matching_weight losses.vgg_weight losses.kl_weight "
        "losses.kl_examples train.batch_size train.steps train.epochs train.decay_epochs "
        "train.learning_rate model.diversity model.init_gain data.rotation_degrees "
        "data.first_file_id data.max_bad_examples train.seed train.gradient_norms_every_steps "
        "evaluation.every_epochs evaluation.num_images"
    ).split()
    for key in positive + not_negative:
        value = get(config, key)
        low = 1 if key in positive else 0
        if value < low:
            raise UserError(f"{key} is {value}; write {low} or more")
    _check_size(config)
    _check_kind(config)
    _check_sims(config)
    _check_norm(config)
    if config.has_features:
        _check_features(config)
    _check_terms(config)
    if model.encoder_size < 8 or model.encoder_size & (model.encoder_size - 1):
        raise UserError(
            f"model.encoder_size is {model.encoder_size}; write a power of two from 8, such as 256"
        )
    if train.decay_epochs > train.epochs:
        raise UserError(
            f"train.decay_epochs is {train.decay_epochs} of train.epochs {train.epochs}; decay is "
            "the last part of the epochs: write at most that many"
        )
    for key in ("train.ema_decay", "train.beta_1", "train.beta_2"):
        if not 0 <= get(config, key) < 1:
            raise UserError(f"{key} is {get(config, key)}; write a number from 0 to below 1")
    if train.adam_epsilon <= 0:
        raise UserError(f"train.adam_epsilon is {train.adam_epsilon}; write a number above 0")
    if train.jit_compile and model.modulation == "neighbourhoods":
        raise UserError(
            "model.modulation=neighbourhoods cannot be compiled with XLA, which needs sizes known "
            "beforehand; write auto or convolutions, or train.jit_compile=false"
        )
    if train.seed >= 2**31:
        raise UserError(f"train.seed is {train.seed}; write a number below {2**31}")
    if data.has_dont_care and data.num_labels < 2:
        raise UserError("data.num_labels counts the don't-care label: write at least 2")
    if not train.steps and not train.epochs:
        raise UserError("train.steps and train.epochs are both 0; give one of them")


def _check_size(config: Config) -> None:
    """Refuses images that are no whole number of start grids, or too small to be compared."""
    step = 2**config.doublings
    model = config.model
    is_pix2pixhd = model.kind in PIX2PIXHD_KINDS
    what = f"model.upsampling={model.upsampling}" if model.kind == "spade" else model.kind
    for side in ("height", "width"):
        size = getattr(config.data, side)
        if size % step:
            near = max(step, round(size / step) * step)
            raise UserError(
                f"data.{side} is {size}, but {what} doubles the image {config.doublings} times: "
                f"write a multiple of {step}, such as {near}"
            )
        if is_pix2pixhd and size < 2 * step:
            raise UserError(
                f"data.{side} is {size}; {what} mirrors a row at each border of its smallest "
                f"features: write {2 * step} or more"
            )
        if size < SMALLEST_SIDE:
            raise UserError(f"data.{side} is {size}; write {SMALLEST_SIDE} or more")


def _check_kind(config: Config) -> None:
    """Refuses keys of one kind of model with another."""
    model = config.model
    if model.kind != "crn":
        if model.diversity > 1:
            raise UserError(
                f"model.diversity={model.diversity} is of model.kind=crn; write 0, and "
                "model.latent_dim=256 for several images of one layout"
            )
        return
    if model.latent_dim:
        raise UserError(
            f"model.latent_dim={model.latent_dim}: a crn has no latent style; write 0, and "
            "model.diversity=9 for several images of one layout"
        )
    if config.losses.gan != "none":
        raise UserError(
            f"losses.gan={config.losses.gan}, but a crn has no discriminator: write none"
        )


def _check_sims(config: Config) -> None:
    """Refuses what a semi-parametric model has no place for."""
    if config.model.kind != "sims":
        return
    reason = "a sims paints one image of each layout, without a discriminator, by CRN's maps"
    for key, wanted in (("model.latent_dim", 0), ("losses.gan", "none")):
        if get(config, key) != wanted:
            raise UserError(f"{key} is {get(config, key)}, but {reason}; write {wanted}")
    if config.vgg_maps == "spade":
        raise UserError(f"losses.vgg_maps is spade, but {reason}; write auto")


def _check_norm(config: Config) -> None:
    """Refuses norms that the kind of model has no place for."""
    model = config.model
    if model.kind == "spade" and model.norm == "none":
        raise UserError(
            "model.norm=none leaves a spade nothing to paint from; write spade, clade, clade_icpe "
            "or concat"
        )
    if model.kind == "pix2pixhd" and model.norm != "none":
        raise UserError(
            f"model.norm={model.norm}: a pix2pixhd has no layout in its norms; write none, or "
            "model.kind=pix2pixhd_pp"
        )
    if model.local_enhancer and model.kind not in PIX2PIXHD_KINDS:
        raise UserError(
            f"model.local_enhancer is of {' and '.join(PIX2PIXHD_KINDS)}, not of "
            f"model.kind={model.kind}; write false"
        )


def _check_features(config: Config) -> None:
    """Refuses what features of instances cannot be learnt from."""
    latent = f"model.kind={config.model.kind} with model.latent_dim={config.model.latent_dim}"
    if not config.data.has_instances:
        raise UserError(
            f"{latent} learns features of instances: write data.has_instances=true, or "
            "model.latent_dim=0"
        )
    if not config.model.style_encoder:
        raise UserError(
            f"{latent} learns features of instances from photographs: write "
            "model.style_encoder=true, or model.latent_dim=0"
        )
    if config.train.jit_compile:
        raise UserError(
            f"{latent} counts instances when it runs, which XLA cannot compile: write "
            "train.jit_compile=false, or model.latent_dim=0"
        )


def _check_terms(config: Config) -> None:
    """Refuses training with nothing to learn from, or with images that nobody learns from."""
    if config.losses.gan != "none":
        return
    # A sims compares the images themselves if there is no VGG19.
    if not config.losses.vgg_weight and config.model.kind != "sims":
        raise UserError(
            "losses.gan=none and losses.vgg_weight=0 leave nothing to learn from; give one of them"
        )
    if config.train.discriminator_steps > 1:
        raise UserError(
            f"train.discriminator_steps is {config.train.discriminator_steps}, but losses.gan=none "
            "has no discriminator; write 1"
        )
