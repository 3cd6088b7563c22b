"""Everything that painting writes: an image for each label map, a sheet, and a page to browse."""

import html
import os
import pathlib
import urllib.parse
from collections.abc import Iterator, Sequence

import numpy as np
from tqdm import tqdm

from spade_tf.data.colors import colorize
from spade_tf.data.labels import label_names, palette
from spade_tf.errors import UserError
from spade_tf.files import write_beside
from spade_tf.pictures import save_png, sheet
from spade_tf.synthesis.requests import Request
from spade_tf.synthesis.synthesizer import Synthesizer

BATCH_SIZE = 8
SHEET_EXAMPLES = 24
SHEET_SAMPLES = 8
"""Most label maps, evenly spread, and most images of each that the sheet shows."""


def synthesize(
    synthesizer: Synthesizer,
    requests: Sequence[Request],
    output: pathlib.Path,
    styles: np.ndarray | None,
) -> list[pathlib.Path]:
    """Paints every request into `output` and returns the images' paths.

    With one style the image of label map NAME is `NAME.png`, with several `NAME_0.png`, ...; beside
    them `layouts/NAME.png` (the label map in class colours), `sheet.png` (some examples with a
    legend) and `index.html` (all of them). Every label map is read before the first image is
    written, so bad input leaves nothing behind.

    Args:
      styles: latents `[samples, latent_dim]`; None for a model without.

    Raises:
      UserError: a bad label map, or an image would replace another file of this run.
    """
    samples = 1 if styles is None else len(styles)
    check_outputs(requests, samples, output)
    for request in tqdm(requests, desc="checking", unit="map", disable=len(requests) < 50):
        synthesizer.read(request)
    colors = palette(synthesizer.config)
    on_sheet = evenly_spread(requests, SHEET_EXAMPLES)
    shown: list[tuple[np.ndarray, list[np.ndarray]]] = []
    written: list[pathlib.Path] = []
    with tqdm(total=len(requests) * samples, desc="painting", unit="img") as progress:
        for batch in batches(requests, BATCH_SIZE):
            inputs = [synthesizer.read(request) for request in batch]
            painted = synthesizer.paint(inputs, styles)
            for request, item, images in zip(batch, inputs, painted, strict=True):
                for image, name in zip(images, image_names(request, len(images)), strict=True):
                    written.append(output / name)
                    save_png(image, written[-1])
                layout = colorize(item["label_map"], colors)
                save_png(layout, output / "layouts" / f"{request.name}.png")
                if request in on_sheet:
                    shown.append((item["label_map"], list(images[:SHEET_SAMPLES])))
            progress.update(len(batch) * samples)
    save_png(example_sheet(synthesizer, shown), output / "sheet.png")
    write_beside(output / "index.html", page(requests, samples))
    return written


def batches(items: Sequence, size: int) -> Iterator[Sequence]:
    """Runs of at most `size` items."""
    for first in range(0, len(items), size):
        yield items[first : first + size]


def evenly_spread(items: Sequence, count: int) -> list:
    """At most `count` of the items, the first and the last among them."""
    places = np.linspace(0, len(items) - 1, min(count, len(items)))
    return [items[int(place)] for place in places]


def image_names(request: Request, samples: int) -> list[str]:
    """File names of a label map's images."""
    if samples == 1:
        return [f"{request.name}.png"]
    return [f"{request.name}_{k}.png" for k in range(samples)]


def check_outputs(requests: Sequence[Request], samples: int, output: pathlib.Path) -> None:
    """Refuses images that would replace the maps they are painted from, or each other."""
    read = {os.path.realpath(path) for r in requests for path in (r.label, r.instance) if path}
    writers = {output / "sheet.png": "the sheet"}
    for request in requests:
        for name in (*image_names(request, samples), f"layouts/{request.name}.png"):
            path = output / name
            if os.path.realpath(path) in read:
                raise UserError(f"{path} would be written over; give another folder as --output")
            if path in writers:
                raise UserError(
                    f"{request.label} would be painted to {path}, which is the place of "
                    f"{writers[path]}; rename the label map"
                )
            writers[path] = request.label


def example_sheet(
    synthesizer: Synthesizer, shown: Sequence[tuple[np.ndarray, list[np.ndarray]]]
) -> np.ndarray:
    """Label maps in class colours beside their images, uint8 `[height, width, 3]`."""
    colors = palette(synthesizer.config)
    label_maps = np.stack([label_map for label_map, _ in shown])
    columns = {"layout": list(colorize(label_maps, colors))}
    samples = len(shown[0][1])
    for k in range(samples):
        columns["synthesised" if samples == 1 else f"sample {k}"] = [
            images[k] for _, images in shown
        ]
    return sheet(columns, label_maps, label_names(synthesizer.config), colors)


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Synthesised images</title>
<style>
body {{ font: 15px sans-serif; margin: 2em; color-scheme: light dark }}
figure {{ display: inline-block; margin: 0 1.5em 1.5em 0 }}
img {{ display: inline-block; max-width: 45vw; margin-right: 4px }}
</style>
<h1>{count} label maps, {images} images</h1>
<p><a href="sheet.png">What the colours mean</a></p>
{figures}
</html>
"""


def page(requests: Sequence[Request], samples: int) -> str:
    """An HTML page of every layout with its images, loaded as one scrolls."""
    figures = []
    for request in requests:
        names = [f"layouts/{request.name}.png", *image_names(request, samples)]
        pictures = "".join(
            f'<img loading="lazy" src="{urllib.parse.quote(name)}" alt="{html.escape(name)}">'
            for name in names
        )
        figures.append(
            f"<figure>{pictures}<figcaption>{html.escape(request.name)}</figcaption></figure>"
        )
    return PAGE.format(
        count=len(requests), images=len(requests) * samples, figures="\n".join(figures)
    )
