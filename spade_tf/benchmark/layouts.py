"""Label maps to paint: real ones, or procedural scenes where there are none."""

import pathlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spade_tf.config import Config
from spade_tf.data.files import read_instance_map, read_pixels
from spade_tf.data.labels import DONT_CARE_FILE_ID
from spade_tf.data.scenes import render_scene
from spade_tf.errors import UserError

NUM_SCENES = 20


@dataclass(frozen=True)
class Layout:
    """A label map and an instance map of one size, [height, width] int32."""

    label_map: np.ndarray
    instance_map: np.ndarray


def make_layouts(data_root: str | None, config: Config) -> list[Layout]:
    """The layouts of a folder or, without one, procedural scenes."""
    return read_layouts(pathlib.Path(data_root), config) if data_root else paint_layouts(config)


def read_layouts(folder: pathlib.Path, config: Config) -> list[Layout]:
    """The label maps of a data set, scaled to an experiment's size.

    Ids that the experiment lacks become others: id modulo labels, so that neighbours stay
    different. Without instance maps the borders of labels are the borders of instances.

    Args:
        folder: with `train_label/*.png`, `val_label/*.png` (8-bit ids, 255 = don't-care) and maybe
            `train_inst`, `val_inst`.
        config: its `data` gives size and labels.

    Raises:
        UserError: no label maps there.
    """
    return [_read(file, config) for file in label_files(folder)]


def label_files(folder: pathlib.Path) -> list[pathlib.Path]:
    """The label maps of a folder. Raises UserError where there are none."""
    files = sorted(folder.glob("*_label/*.png"))
    if not files:
        raise UserError(
            f"--data_root={folder} has no *_label/*.png; give the folder of a data set such as "
            "the COCO-Stuff sample, or leave the flag out for procedural scenes"
        )
    return files


def _read(file: pathlib.Path, config: Config) -> Layout:
    data = config.data
    ids = read_pixels(str(file), "L").astype(np.int32)
    labels = ids % data.num_labels
    if data.has_dont_care:
        labels[ids == DONT_CARE_FILE_ID] = data.num_labels - 1
    instances = file.parents[1] / file.parent.name.replace("_label", "_inst") / file.name
    instance_map = read_instance_map(str(instances)) if instances.is_file() else ids
    return Layout(*(_scale(x, data.height, data.width) for x in (labels, instance_map)))


def _scale(ids: np.ndarray, height: int, width: int) -> np.ndarray:
    """The nearest pixel's id."""
    rows = ((np.arange(height) + 0.5) * ids.shape[0] / height).astype(int)
    columns = ((np.arange(width) + 0.5) * ids.shape[1] / width).astype(int)
    return np.ascontiguousarray(ids[rows[:, None], columns])


def paint_layouts(config: Config, count: int = NUM_SCENES) -> list[Layout]:
    """Procedural scenes of an experiment's size, their labels modulo the experiment's."""
    data = config.data
    scenes = [render_scene(seed, data.height, data.width) for seed in range(count)]
    return [
        Layout(np.int32(scene.label_map % data.num_labels), np.int32(scene.instance_map))
        for scene in scenes
    ]


def make_batch(
    layouts: Sequence[Layout], number: int, config: Config, training: bool
) -> dict[str, np.ndarray]:
    """What a network of an experiment reads; each number takes the layouts that follow.

    Args:
        layouts: used again from the first where they end.
        number: 0, 1, ...
        config: `train.batch_size` layouts; which maps and whether a latent.
        training: with photographs, which are noise: the arithmetic is the same.
    """
    size = config.train.batch_size
    chosen = [layouts[(number * size + k) % len(layouts)] for k in range(size)]
    batch = {"label_map": np.stack([layout.label_map for layout in chosen])}
    if config.data.has_instances:
        batch["instance_map"] = np.stack([layout.instance_map for layout in chosen])
    draw = np.random.default_rng(number)
    if training:
        shape = (*batch["label_map"].shape, 3)
        batch["image"] = draw.uniform(-1, 1, shape).astype(np.float32)
    elif config.model.latent_dim:
        batch["z"] = draw.standard_normal((size, config.model.latent_dim)).astype(np.float32)
    return batch
