"""Painting: from files of label maps to files of images, with a trained generator."""

import dataclasses
import pathlib
from collections.abc import Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from spade_tf.config import Config
from spade_tf.data.colors import colorize
from spade_tf.data.files import fit_label_map, read_image, read_instance_map, read_label_map
from spade_tf.data.labels import dont_care_label, label_names, palette
from spade_tf.data.listing import LABEL_SUFFIXES, list_files
from spade_tf.data.position_map import position_map
from spade_tf.errors import UserError
from spade_tf.pictures import from_uint8, save_png, sheet, to_uint8

BATCH_SIZE = 8
SHEET_EXAMPLES = 24


@dataclasses.dataclass(frozen=True)
class Request:
    """One label map to paint: the name of its output, its file, and its instance map's or None."""

    name: str
    label: str
    instance: str | None = None


class Synthesizer:
    """Paints label maps with a generator.

    Args:
      config: of the run that trained it.
      generator: called as in the Contract; returns images of -1..1.
      encoder: from a photograph to (mean, log variance) of its style; None if there is none.
    """

    def __init__(self, config: Config, generator: keras.Model, encoder: keras.Model | None):
        self.config = config
        self.encoder = encoder
        self._paint = tf.function(lambda inputs: generator(inputs, training=False))

    def styles(self, seed: int, samples: int, style: str | None = None) -> np.ndarray | None:
        """Latents `[samples, latent_dim]`: sample k is the same for every label map.

        Args:
          seed: of the noise.
          samples: how many.
          style: a photograph. Its mean style comes first, then draws from its distribution.

        Raises:
          UserError: a style or several samples were asked of a model that has none.
        """
        latent_dim = self.config.model.latent_dim
        if style and not self.encoder:
            raise UserError(
                "--style needs a model with a style encoder (model.latent_dim > 0, "
                "model.style_encoder=true); this one has none"
            )
        if not latent_dim:
            if samples > 1:
                raise UserError(
                    f"--samples={samples}, but this model paints one image for each label map: it "
                    "has no latent (model.latent_dim=0)"
                )
            return None
        noise = np.stack(
            [tf.random.stateless_normal((latent_dim,), (seed, k)).numpy() for k in range(samples)]
        )
        if not style:
            return noise
        image = from_uint8(read_image(style))[np.newaxis]
        mean, log_variance = (np.asarray(x) for x in self.encoder(image, training=False))
        noise[0] = 0.0
        return mean + np.exp(0.5 * log_variance) * noise

    def read(self, request: Request) -> dict[str, np.ndarray]:
        """The generator's inputs for one label map, cut to the model's size, without batch axis."""
        data = self.config.data
        inputs = {"label_map": fit_label_map(read_label_map(request.label, data), data)}
        if data.has_instances:
            # Without instance maps the borders of the labels are the best guess at them.
            inputs["instance_map"] = inputs["label_map"]
            if request.instance:
                inputs["instance_map"] = fit_label_map(read_instance_map(request.instance), data)
        if self.config.has_positions:
            inputs["position_map"] = position_map(inputs["label_map"], dont_care_label(data))
        return inputs

    def paint(self, inputs: Sequence[dict[str, np.ndarray]], z: np.ndarray | None) -> np.ndarray:
        """Images uint8 `[batch, height, width, 3]` of inputs from `read`, all with one style."""
        batch = {key: np.stack([item[key] for item in inputs]) for key in inputs[0]}
        if z is not None:
            batch["z"] = np.repeat(z[np.newaxis], len(inputs), axis=0).astype(np.float32)
        return to_uint8(self._paint(batch))


def find_requests(labels: str, instances: str | None) -> list[Request]:
    """What to paint: one PNG, or every PNG in a folder, each with its instance map if given.

    Raises:
      UserError: nothing there, or a label map without its instance map.
    """
    path = pathlib.Path(labels)
    if path.is_file():
        return [Request(path.stem, str(path), instances)]
    if not path.is_dir():
        raise UserError(f"--labels={labels} is neither a file nor a folder")
    found = list_files(path, LABEL_SUFFIXES, "label maps")
    partners: dict[str, str] = {}
    if instances:
        partners = list_files(pathlib.Path(instances), LABEL_SUFFIXES, "instance maps")
        alone = [name for name in found if name not in partners]
        if alone:
            raise UserError(
                f"no instance map in {instances} for {', '.join(alone[:5])}; files are paired by "
                "name: add the missing ones, or leave --instances out to use the labels' borders"
            )
    return [Request(name, label, partners.get(name)) for name, label in found.items()]


def synthesize(
    synthesizer: Synthesizer,
    requests: Sequence[Request],
    output: pathlib.Path,
    styles: np.ndarray | None,
) -> list[pathlib.Path]:
    """Paints every request into `output` and writes `sheet.png` and `index.html` beside the images.

    With one style the image of label map NAME is `NAME.png`, with several `NAME_0.png`, ...
    Every label map is read before the first image is written, so bad input leaves nothing behind.
    """
    for request in tqdm(requests, desc="checking", unit="map", mininterval=5, disable=len(requests) < 50):
        synthesizer.read(request)
    count = 1 if styles is None else len(styles)
    config = synthesizer.config
    colors = palette(config)
    written: list[pathlib.Path] = []
    shown: list[tuple[np.ndarray, list[np.ndarray]]] = []
    with tqdm(total=len(requests) * count, desc="painting", unit="img", mininterval=1) as progress:
        for batch in batches(requests, BATCH_SIZE):
            inputs = [synthesizer.read(request) for request in batch]
            images = [synthesizer.paint(inputs, None if styles is None else z) for z in (styles if styles is not None else [None])]
            for index, request in enumerate(batch):
                own = [image[index] for image in images]
                label_map = inputs[index]["label_map"]
                written += write_images(request, own, output)
                write_layout(colorize(label_map, colors), request, output)
                if len(shown) < SHEET_EXAMPLES:
                    shown.append((label_map, own))
            progress.update(len(batch) * count)
    label_maps = np.stack([label_map for label_map, _ in shown])
    columns = {"layout": list(colorize(label_maps, colors))}
    for k in range(count):
        title = "synthesised" if count == 1 else f"sample {k}"
        columns[title] = [images[k] for _, images in shown]
    save_png(
        sheet(columns, label_maps, label_names(config), colors, rows_beside=2 if count < 3 else 1),
        output / "sheet.png",
    )
    return written


def batches(items: Sequence, size: int) -> Iterator[Sequence]:
    """Runs of at most `size` items."""
    for first in range(0, len(items), size):
        yield items[first : first + size]


def write_images(
    request: Request, images: Sequence[np.ndarray], output: pathlib.Path
) -> list[pathlib.Path]:
    """Writes the images of one label map; returns their paths."""
    names = [request.name] if len(images) == 1 else [f"{request.name}_{k}" for k in range(len(images))]
    paths = [output / f"{name}.png" for name in names]
    for image, path in zip(images, paths, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        save_png(image, path)
    return paths


def write_layout(layout: np.ndarray, request: Request, output: pathlib.Path) -> None:
    """Writes the layout in class colours for the HTML page."""
    path = output / "layouts" / f"{request.name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    save_png(layout, path)
