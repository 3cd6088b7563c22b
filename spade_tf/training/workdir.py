"""A workdir: the folder of one training run, and what lies where in it."""

import importlib.metadata
import json
import os
import pathlib
import platform
import sys

import tensorflow as tf

from spade_tf.config import Config, from_json, get, to_json
from spade_tf.errors import UserError
from spade_tf.files import write_beside
from spade_tf.sims.own_bank import found_bank

ARCHITECTURE_KEYS = (
    "data.num_labels",
    "data.has_instances",
    "data.height",
    "data.width",
    "model.kind",
    "model.norm",
    "model.base_width",
    "model.latent_dim",
    "model.diversity",
    "model.style_encoder",
    "model.encoder_size",
    "model.upsampling",
    "model.param_free_norm",
    "model.mask_kernel_size",
    "model.hidden_width",
    "model.spectral_norm",
    "model.residual_blocks",
    "model.local_enhancer",
    "model.spatial_transformer",
    "discriminator.base_width",
    "discriminator.num_scales",
    "discriminator.num_layers",
    "discriminator.spectral_norm",
)
"""What fixes the weights' names and shapes: a run can only be continued with the same."""

PACKAGES = ("tensorflow", "keras", "numpy", "pillow")


class Workdir:
    """Paths of a run. Making one writes nothing.

    config.json         the effective config
    environment.json    versions, devices and command of the last start
    model_card.json     source and licence of the weights, if they were imported
    checkpoints/        the newest full states
    losses.jsonl        one line of mean losses per `train.log_every_steps`
    losses.png          the loss curves
    speed.jsonl         with it: images per second, waiting for input, peak memory
    gradient_norms.jsonl, .png      of each term, if train.gradient_norms_every_steps
    history.jsonl       starts of the run, and how each ended
    run.html            all of this as a page
    bad_examples.jsonl  training examples that were replaced (data.max_bad_examples)
    evaluation.jsonl    a line for each metric of each evaluated checkpoint
    evaluation.png      their curves
    best/               the best checkpoint so far, itself a workdir
    samples/            image grids: layout | photograph | synthesised
    bank/               the memory bank of a sims that was given none
    tensorboard/        scalars and grids for TensorBoard
    """

    def __init__(self, path: str | os.PathLike):
        self.path = pathlib.Path(path)
        self.config = self.path / "config.json"
        self.environment = self.path / "environment.json"
        self.model_card = self.path / "model_card.json"
        self.checkpoints = self.path / "checkpoints"
        self.losses = self.path / "losses.jsonl"
        self.loss_curves = self.path / "losses.png"
        self.speed = self.path / "speed.jsonl"
        self.gradient_norms = self.path / "gradient_norms.jsonl"
        self.gradient_norm_curves = self.path / "gradient_norms.png"
        self.history = self.path / "history.jsonl"
        self.run_page = self.path / "run.html"
        self.evaluation = self.path / "evaluation.jsonl"
        self.evaluation_curves = self.path / "evaluation.png"
        self.best = self.path / "best"
        self.samples = self.path / "samples"
        self.tensorboard = self.path / "tensorboard"

    def latest_checkpoint(self) -> str | None:
        """Prefix of the newest checkpoint that is still there, or None."""
        return next(iter(self.checkpoint_prefixes()), None)

    def checkpoint_prefixes(self) -> list[str]:
        """Prefixes of all checkpoints that are still there, newest first.

        Raises:
          UserError: the file that lists them is damaged beyond reading.
        """
        try:
            state = tf.train.get_checkpoint_state(str(self.checkpoints))
        except ValueError as error:
            path = self.checkpoints / "checkpoint"
            raise UserError(
                f"{path} is damaged ({error}); remove this one file: the checkpoints beside it are "
                "found by their names"
            ) from error
        if state:
            listed = [state.model_checkpoint_path, *reversed(state.all_model_checkpoint_paths)]
        else:  # nothing saved yet, or the list is gone; beginning anew would lose the run
            files = [path.with_suffix("") for path in self.checkpoints.glob("step-*.index")]
            files.sort(key=lambda path: int(path.name.partition("-")[2]), reverse=True)
            listed = [str(path) for path in files]
        return [p for p in dict.fromkeys(listed) if tf.io.gfile.exists(f"{p}.index")]

    def latest_step(self) -> int:
        """Training step of the newest checkpoint; 0 without one."""
        return int((self.latest_checkpoint() or "-0").rpartition("-")[2])

    def read_config(self) -> Config:
        """The config that the run was started with."""
        if not self.config.is_file():
            raise UserError(
                f"{self.path} is no workdir of a training run: it has no config.json; give the "
                "folder that was --workdir of spade_tf.train"
            )
        config = from_json(self.config.read_text(), str(self.config))
        return found_bank(config, self.path)

    def scores(self, step: int) -> dict[str, float]:
        """The metrics of the checkpoint of a step, by name; empty where it was not evaluated."""
        if not self.evaluation.is_file():
            return {}
        lines = self.evaluation.read_text(encoding="utf-8").splitlines()
        results = [json.loads(line) for line in lines]
        own = [x for x in results if x["step"] == step and x["value"] is not None]
        return {result["metric"]: result["value"] for result in own}

    def check_same_model(self, config: Config) -> None:
        """Refuses a config whose networks are not those of this workdir's checkpoint."""
        if not self.latest_checkpoint():
            return
        stored = self.read_config()
        differing = [k for k in ARCHITECTURE_KEYS if get(stored, k) != get(config, k)]
        if differing:
            what = ", ".join(f"{k}={get(stored, k)} (asked: {get(config, k)})" for k in differing)
            raise UserError(
                f"{self.path} holds a run of another model: {what}; continue it with these values, "
                "or give another --workdir"
            )

    def describe(self, config: Config) -> None:
        """Writes the effective config and what it runs on."""
        write_beside(self.config, to_json(config))
        environment = {
            "python": platform.python_version(),
            "platform": platform.platform(),
            "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
            "devices": [device.name for device in tf.config.list_logical_devices()],
            "seed": config.train.seed,
            "command": sys.argv,
        }
        write_beside(self.environment, json.dumps(environment, indent=2) + "\n")
