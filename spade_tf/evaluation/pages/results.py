"""Methods side by side: layout, photograph and each method's image of every validation example."""

import os
import pathlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from tqdm import tqdm

from spade_tf.config import Config
from spade_tf.data import files
from spade_tf.data.labels import label_names, palette
from spade_tf.data.listing import IMAGE_SUFFIXES, Example, list_files
from spade_tf.errors import UserError
from spade_tf.evaluation.pages.metric_files import metric_table, read_metrics
from spade_tf.evaluation.pages.page import Page, PageExample, shares, withdraw_page, write_page
from spade_tf.evaluation.pages.page_pictures import save_image, save_layout
from spade_tf.evaluation.pages.validation_split import ValidationSplit


def write_results_page(
    config: Config,
    methods: Mapping[str, pathlib.Path],
    output: pathlib.Path,
    *,
    metrics: Mapping[str, pathlib.Path] | None = None,
    title: str = "",
    limit: int = 0,
) -> int:
    """Writes the page and its pictures; returns how many examples it shows.

    Everything that can be missing is looked for before the first file is written.

    Args:
      config: whose validation split is shown.
      methods: title of each method to the folder with its images, named after the label maps.
      output: folder of the page.
      metrics: title of a method to a file of `spade_tf.evaluate`.
      title: of the page; by default that of the data set.
      limit: most examples, evenly spread; 0 shows all.

    Raises:
      UserError: an image is missing or damaged, or a file of metrics is something else.
    """
    known = metrics or {}
    unknown = [name for name in known if name not in methods]
    if unknown:
        raise UserError(f"--metrics={unknown[0]}=...: the methods are {', '.join(methods)}")
    scores = {name: read_metrics(known[name]) if name in known else {} for name in methods}
    rows = metric_table(scores) if known else []
    split = ValidationSplit(config)
    chosen = evenly_spread(len(split.examples), limit)
    examples = [split.examples[i] for i in chosen]
    images = [find_images(name, folder, examples) for name, folder in methods.items()]
    withdraw_page(output)
    colors, names = palette(config), label_names(config)

    def save(place: int) -> PageExample:
        name = examples[place].name
        label_map, photograph = split.read(chosen[place])
        layout = f"pictures/layout/{name}.png"
        save_layout(label_map, colors, output / layout)
        pictures = [(layout, layout)]
        if photograph is not None:
            pictures.append(save_image(photograph, output, "photograph", name))
        for number, paths in enumerate(images, 1):
            image = files.read_image(paths[place])
            pictures.append(save_image(image, output, f"method_{number}", name))
        return PageExample(name, pictures, shares(label_map, len(names)))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        saved = pool.map(save, range(len(examples)))
        shown = list(tqdm(saved, total=len(examples), desc="pictures", unit="example"))
    has_photographs = len(shown[0].pictures) > 1 + len(methods)
    page = Page(
        title=title or f"Results on {config.name}",
        class_names=names,
        palette=colors,
        columns=["Layout", *(["Photograph"] if has_photographs else []), *methods],
        examples=shown,
        aspect=config.data.width / config.data.height,
        metrics=rows,
        methods=list(methods),
    )
    write_page(page, output)
    return len(shown)


def evenly_spread(count: int, limit: int) -> list[int]:
    """At most `limit` places of 0..count-1, the first and the last among them; 0 for all."""
    if not 0 < limit < count:
        return list(range(count))
    return np.linspace(0, count - 1, limit).astype(int).tolist()


def find_images(method: str, folder: pathlib.Path, examples: Sequence[Example]) -> list[str]:
    """The image of each example: named after it or after its label map.

    Raises:
      UserError: no such folder, or examples without an image.
    """
    if not folder.is_dir():
        raise UserError(
            f"--methods={method}={folder}: no such folder; give one that spade_tf.synthesize wrote"
        )
    found = list_files(folder, IMAGE_SUFFIXES, f"images of {method}")
    paths = [next((found[n] for n in _names(example) if n in found), "") for example in examples]
    missing = [example.name for example, path in zip(examples, paths, strict=True) if not path]
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise UserError(
            f"{folder} has no image of {method} for {', '.join(missing[:5])}{more}; expected "
            f"{missing[0]}.png, painted from the validation label map of that name. "
            "--limit=N shows fewer, and needs only theirs"
        )
    return paths


def _names(example: Example) -> list[str]:
    """What the image may be called; in Cityscapes a label map's name is not its example's."""
    if not example.label:
        return [example.name]
    label = pathlib.PurePosixPath(example.name).with_name(pathlib.Path(example.label).stem)
    return [example.name, str(label)]
