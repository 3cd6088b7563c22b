"""Image grids of a run: the same few validation layouts, painted again and again."""

import numpy as np
import tensorflow as tf

from spade_tf.config import Config
from spade_tf.data.colors import colorize
from spade_tf.data.failures import explain_failure
from spade_tf.data.labels import label_names, palette
from spade_tf.data.pipeline import make_dataset
from spade_tf.pictures import save_png, sheet, to_uint8
from spade_tf.training.trainer import Trainer
from spade_tf.training.workdir import Workdir

LAYOUTS = 6


class Samples:
    """Paints fixed validation layouts, with a fixed latent each, into `samples/step_N.png`.

    Raises:
      UserError: one of their files cannot be read.
    """

    def __init__(self, config: Config, workdir: Workdir):
        self.config = config
        self.folder = workdir.samples
        dataset = make_dataset(config, "val", LAYOUTS).take(1)
        try:
            self.batch = {key: value.numpy() for key, value in next(iter(dataset)).items()}
        except tf.errors.OpError as error:
            raise explain_failure(config, "val", error) from error
        count = len(self.batch["label_map"])
        self.z = tf.random.stateless_normal((count, config.latent_dim), (config.train.seed, 1))

    def write(self, trainer: Trainer, step: int) -> np.ndarray:
        """Writes the grid of this step and returns it, uint8 `[height, width, 3]`."""
        inputs = {key: value for key, value in self.batch.items() if key != "image"}
        if self.config.latent_dim:
            inputs["z"] = self.z
        images = to_uint8(trainer.synthesize(inputs))
        label_maps = self.batch["label_map"]
        columns = {"layout": list(colorize(label_maps, palette(self.config)))}
        if "image" in self.batch:
            columns["photograph"] = list(to_uint8(self.batch["image"]))
        columns["synthesised"] = list(images)
        grid = sheet(columns, label_maps, label_names(self.config), palette(self.config))
        save_png(grid, self.folder / f"step_{step:06d}.png")
        return grid
