"""The configuration of an experiment: typed, frozen, and checked before anything is built.

`load_config("coco", {"train.steps": 60})` reads `configs/coco.py`, replaces the values named, and
checks the whole. Only the entry points, the data pipeline, `models/build.py` and the trainer read a
config; layers, losses and transforms take plain arguments.
"""

import dataclasses
import difflib
import importlib.util
import json
import math
import pathlib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from spade_tf.errors import UserError

CONFIG_FOLDER = pathlib.Path(__file__).resolve().parent.parent / "configs"

UPSAMPLING_DOUBLINGS = {"normal": 5, "more": 6, "most": 7}
"""Doublings from the start grid to the image, by the official names (SPADE paper, appendix A)."""


def option(default: Any, text: str, choices: tuple = ()) -> Any:
    """One configuration value: its default, its meaning and, if it is a name, the names allowed."""
    return field(default=default, metadata={"help": text, "choices": choices})


@dataclass(frozen=True)
class DataConfig:
    """Where label maps and photographs come from, and how they are cut to size."""

    dataset: str = option(
        "custom", "module of spade_tf.data.datasets that knows the folders and labels"
    )
    root: str = option("", "folder of the data set")
    num_labels: int = option(13, "number of labels, don't-care included")
    has_dont_care: bool = option(False, "the last label means 'nobody said what this is'")
    first_file_id: int = option(
        0, "file id that becomes label 0; smaller ids and 255 become don't-care"
    )
    has_instances: bool = option(False, "read instance maps and give their borders to the networks")
    height: int = option(256, "height of the image in pixels")
    width: int = option(256, "width of the image in pixels")
    preprocess: str = option(
        "resize_and_crop",
        "how files are cut to height x width",
        (
            "resize_and_crop",
            "crop",
            "scale_width",
            "scale_width_and_crop",
            "scale_shortside",
            "scale_shortside_and_crop",
            "fixed",
            "none",
        ),
    )
    load_size: int = option(286, "size in pixels that files are scaled to before the crop")
    flip: bool = option(True, "mirror half of the training examples")
    rotation_degrees: float = option(
        0.0, "random rotation of training examples, up to this many degrees either way"
    )
    palette: str = option(
        "", "file of label colours (lines 'red green blue name'): label maps are RGB"
    )
    train_labels: str = option("train_label", "folder of training label maps, below root")
    train_images: str = option("train_img", "folder of training photographs, below root")
    train_instances: str = option("train_inst", "folder of training instance maps, below root")
    val_labels: str = option("val_label", "folder of validation label maps, below root")
    val_images: str = option("val_img", "folder of validation photographs, below root")
    val_instances: str = option("val_inst", "folder of validation instance maps, below root")
    num_scenes: int = option(1000, "procedural scenes in an epoch (landscapes)")
    cache: bool = option(False, "keep decoded examples in memory after the first epoch")


@dataclass(frozen=True)
class ModelConfig:
    """The generator and, for models with a style, its encoder."""

    kind: str = option("spade", "generator", ("spade",))
    norm: str = option(
        "spade", "how the layout modulates the features", ("spade", "clade", "clade_icpe")
    )
    base_width: int = option(64, "channels of the last block (ngf of the papers)")
    latent_dim: int = option(0, "size of the latent style z; 0 = start from the downsampled layout")
    style_encoder: bool = option(
        True, "a model with a latent learns it from photographs; False = z is noise"
    )
    encoder_size: int = option(
        256, "height and width in pixels that the style encoder scales photographs to"
    )
    upsampling: str = option(
        "normal", "doublings: normal 5, more 6, most 7", tuple(UPSAMPLING_DOUBLINGS)
    )
    param_free_norm: str = option(
        "sync_batch",
        "normalisation before the modulation; sync_batch = statistics over all replicas",
        ("sync_batch", "batch", "instance"),
    )
    mask_kernel_size: int = option(3, "kernel of SPADE's mask convolutions", (1, 3, 5))
    hidden_width: int = option(128, "channels between SPADE's mask convolutions")
    modulation: str = option(
        "auto",
        "how SPADE computes gamma and beta: once for each distinct neighbourhood of labels, or for "
        "each pixel; same numbers",
        ("auto", "neighbourhoods", "convolutions"),
    )
    spectral_norm: bool = option(True, "spectral normalisation of the generator's convolutions")
    init_gain: float = option(
        0.02,
        "gain of the Xavier initialisation of all networks; the papers' is small, so that early "
        "steps turn the weights far: a short run learns faster with 1",
    )


@dataclass(frozen=True)
class DiscriminatorConfig:
    """The multi-scale patch discriminator."""

    base_width: int = option(64, "channels of the first layer (ndf of the papers)")
    num_scales: int = option(2, "number of scales, each half the size of the one before")
    num_layers: int = option(4, "convolutions before the logits at each scale")
    spectral_norm: bool = option(True, "spectral normalisation of the inner convolutions")


@dataclass(frozen=True)
class LossesConfig:
    """The objective: which terms, and their weights. A weight of 0 builds and downloads nothing."""

    gan: str = option(
        "hinge",
        "adversarial loss",
        ("hinge", "least_squares", "ls", "original", "wasserstein", "w"),
    )
    feature_matching_weight: float = option(10.0, "weight of the feature matching loss")
    vgg_weight: float = option(10.0, "weight of the VGG19 perceptual loss")
    vgg_weights: str = option(
        "auto",
        "imagenet, a weight file (Keras or torchvision), none (random weights), or auto "
        "(imagenet; without a network, train without this term and say so)",
    )
    kl_weight: float = option(0.05, "weight of the KL divergence of the style encoder")
    kl_examples: int = option(
        0, "examples that the KL is summed over; 0 = the batch, as the official code on one GPU"
    )


@dataclass(frozen=True)
class TrainConfig:
    """How long, how fast, and what is kept."""

    batch_size: int = option(0, "images per step over all devices; 0 = 4 for each GPU, 1 for a CPU")
    steps: int = option(0, "generator steps in all; 0 = what `epochs` gives")
    epochs: int = option(50, "passes over the training set at full learning rate and in decay")
    decay_epochs: int = option(0, "last epochs, in which the learning rate falls linearly to 0")
    learning_rate: float = option(2e-4, "learning rate before TTUR")
    ttur: bool = option(True, "two time scales: generator at half, discriminator at twice the rate")
    beta_1: float = option(0.0, "Adam's first decay rate")
    beta_2: float = option(0.9, "Adam's second decay rate")
    adam_epsilon: float = option(1e-8, "Adam's epsilon")
    discriminator_steps: int = option(1, "discriminator steps per generator step")
    discriminator_fake: str = option(
        "fresh",
        "image that the discriminator learns from: fresh = generated anew after the generator's "
        "step (official), shared = the generator step's own (one forward pass less)",
        ("fresh", "shared"),
    )
    ema_decay: float = option(0.999, "decay per step of the generator's moving average")
    gradient_accumulation: int = option(1, "steps whose gradients are averaged into one update")
    seed: int = option(0, "seed of weights, order, crops and latents")
    precision: str = option(
        "float32", "compute type", ("float32", "mixed_float16", "mixed_bfloat16")
    )
    jit_compile: bool = option(False, "compile the step with XLA (one replica only)")
    steps_per_execution: int = option(1, "steps in one call of the compiled function")
    strategy: str = option(
        "mirrored", "mirrored = all devices of this machine, one = the first", ("mirrored", "one")
    )
    log_every_steps: int = option(10, "steps between two lines of losses")
    sample_every_steps: int = option(500, "steps between two image grids")
    save_every_steps: int = option(500, "steps between two checkpoints")
    keep_checkpoints: int = option(3, "newest checkpoints kept")


@dataclass(frozen=True)
class Config:
    """An experiment. Sections in the order data flows through them."""

    name: str = option("custom", "name of the experiment")
    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    discriminator: DiscriminatorConfig = field(default_factory=DiscriminatorConfig)
    losses: LossesConfig = field(default_factory=LossesConfig)
    train: TrainConfig = field(default_factory=TrainConfig)

    @property
    def has_positions(self) -> bool:
        """Whether the generator needs class-relative positions (CLADE-ICPE)."""
        return self.model.norm == "clade_icpe"

    @property
    def has_encoder(self) -> bool:
        """Whether a style encoder is trained beside the generator."""
        return self.model.latent_dim > 0 and self.model.style_encoder

    @property
    def doublings(self) -> int:
        """Doublings from the start grid to the image."""
        return UPSAMPLING_DOUBLINGS[self.model.upsampling]


def load_config(name: str, overrides: Mapping[str, Any] | None = None) -> Config:
    """The experiment `configs/NAME.py` (or a path to such a file), with some values replaced.

    Args:
      name: a name such as `coco`, or the path of a Python file with a function `config()`.
      overrides: dotted keys to values, e.g. `{"model.norm": "clade"}`; text is read as the key's
        type.

    Raises:
      UserError: unknown name, unknown key, wrong type, or values that do not fit together.
    """
    config = _read(name)
    # What the file says is read like what the overrides say: typed, or refused.
    for key, value in [(k, get(config, k)) for k, _ in all_options()]:
        config = replace(config, key, value)
    for key, value in (overrides or {}).items():
        config = replace(config, key, value)
    validate(config)
    return config


def replace(config: Config, key: str, value: Any) -> Config:
    """A copy of `config` with the value at a dotted key replaced; text is read as its type."""
    options = dict(all_options())
    if key not in options:
        near = difflib.get_close_matches(key, options, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else f"; the keys are {', '.join(options)}"
        raise UserError(f"config has no key {key!r}{hint}")
    value = _coerce(key, options[key], value)
    section, _, leaf = key.rpartition(".")
    if not section:
        return dataclasses.replace(config, **{leaf: value})
    part = dataclasses.replace(getattr(config, section), **{leaf: value})
    return dataclasses.replace(config, **{section: part})


def all_options() -> list[tuple[str, dataclasses.Field]]:
    """Every dotted key with its dataclass field, in the order of the config."""
    options: list[tuple[str, dataclasses.Field]] = []
    hints = typing.get_type_hints(Config)
    for section in dataclasses.fields(Config):
        kind = hints[section.name]
        if dataclasses.is_dataclass(kind):
            options += [(f"{section.name}.{leaf.name}", leaf) for leaf in dataclasses.fields(kind)]
        else:
            options.append((section.name, section))
    return options


def to_json(config: Config) -> str:
    """The config as indented JSON, as it is written into a workdir."""
    return json.dumps(dataclasses.asdict(config), indent=2) + "\n"


def from_json(text: str, source: str = "config.json") -> Config:
    """The config that `to_json` wrote; values it does not name keep their defaults."""
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{source} is not JSON ({error}); it should be what training wrote"
        ) from error
    if not isinstance(tree, dict):
        raise UserError(f"{source} is not a config; it should be what training wrote")
    values: dict[str, Any] = {}
    for section, value in tree.items():
        leaves = value if isinstance(value, dict) else {"": value}
        values |= {f"{section}.{key}".rstrip("."): leaf for key, leaf in leaves.items()}
    config = Config()
    try:
        for key, leaf in values.items():
            config = replace(config, key, leaf)
        validate(config)
    except UserError as error:
        raise UserError(f"{source}: {error}") from error
    return config


def validate(config: Config) -> None:
    """Refuses values that do not fit together. Raises UserError: the key and what to write."""
    data, model, train = config.data, config.model, config.train
    positive = (
        "data.num_labels data.height data.width data.load_size model.base_width model.hidden_width "
        "discriminator.base_width discriminator.num_scales "
        "discriminator.num_layers train.discriminator_steps train.gradient_accumulation "
        "train.steps_per_execution train.log_every_steps train.sample_every_steps "
        "train.save_every_steps train.keep_checkpoints data.num_scenes"
    ).split()
    not_negative = (
        "model.latent_dim losses.feature_matching_weight losses.vgg_weight losses.kl_weight "
        "losses.kl_examples train.batch_size train.steps train.epochs train.decay_epochs "
        "train.learning_rate model.init_gain data.rotation_degrees data.first_file_id train.seed"
    ).split()
    for key in positive + not_negative:
        value = get(config, key)
        low = 1 if key in positive else 0
        if value < low:
            raise UserError(f"{key} is {value}; write {low} or more")
    step = 2**config.doublings
    for side in ("height", "width"):
        size = getattr(data, side)
        if size % step:
            near = max(step, round(size / step) * step)
            raise UserError(
                f"data.{side} is {size}, but model.upsampling={model.upsampling} doubles the image "
                f"{config.doublings} times: write a multiple of {step}, such as {near}"
            )
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


def get(config: Config, key: str) -> Any:
    """The value at a dotted key."""
    value: Any = config
    for part in key.split("."):
        value = getattr(value, part)
    return value


def _read(name: str) -> Config:
    path = pathlib.Path(name)
    if path.suffix != ".py":
        path = CONFIG_FOLDER / f"{name}.py"
    if not path.is_file():
        names = sorted(p.stem for p in CONFIG_FOLDER.glob("*.py") if not p.stem.startswith("_"))
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UserError(
            f"no config {name!r}: {hint}The names are {', '.join(names)}; or give a file's path"
        )
    spec = importlib.util.spec_from_file_location(f"config_{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        config = getattr(module, "config", None)
        config = config() if isinstance(config, types.FunctionType) else config
    except (SyntaxError, NameError, TypeError, ImportError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise UserError(f"{path} is not a config that Python can run ({reason})") from error
    if not isinstance(config, Config):
        raise UserError(
            f"{path} should define a function config() that returns a spade_tf.config.Config"
        )
    return config


def _coerce(key: str, leaf: dataclasses.Field, value: Any) -> Any:
    """`value` as the option's own type; text is read, anything lossy refused."""
    kind: Any = type(leaf.default)
    choices = leaf.metadata["choices"]
    result: Any = value
    if kind is bool and isinstance(value, str):
        result = {"true": True, "1": True, "false": False, "0": False}.get(value.lower(), value)
    elif kind in (int, float) and isinstance(value, str):
        try:
            result = kind(value)
        except ValueError:
            result = value
    if kind is float and isinstance(result, int) and not isinstance(result, bool):
        result = float(result)
    if type(result) is not kind or (kind is float and not math.isfinite(result)):
        wanted = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}[
            kind
        ]
        raise UserError(f"{key} is {value!r}, expected {wanted} such as {leaf.default!r}")
    if choices and result not in choices:
        near = difflib.get_close_matches(str(value), [str(c) for c in choices], n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise UserError(f"{key} is {value!r}{hint}; write one of {', '.join(map(str, choices))}")
    return result
