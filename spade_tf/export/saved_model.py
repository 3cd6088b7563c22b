"""From a workdir to a SavedModel version that TensorFlow Serving takes up by itself."""

import pathlib
import shutil
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from spade_tf.config import Config
from spade_tf.errors import UserError
from spade_tf.export.card import make_card, with_parity
from spade_tf.export.contract import CARD, ModelCard, painting
from spade_tf.export.parity import grey_levels_off, paint_examples
from spade_tf.export.quiet import quiet
from spade_tf.export.served_model import ServedModel
from spade_tf.export.stock_server import refuse_unservable
from spade_tf.export.warmup import write_warmup
from spade_tf.files import folder_beside
from spade_tf.models import Generator
from spade_tf.training.checkpoints import load_generator
from spade_tf.training.workdir import Workdir

PALETTE = "assets.extra/palette.txt"
"""Where the palette file of an experiment that has one lies in a version folder."""

TOLERANCE = {"float32": 1, "bfloat16": 255}
"""Grey levels by which an export may differ from the Keras model: a rounding, or whatever the user
chose bfloat16 for; the card says how much it is."""


def export_saved_model(
    workdir: Workdir,
    base: pathlib.Path,
    name: str | None = None,
    licence: str | None = None,
    precision: str = "float32",
    winograd: bool | None = None,
) -> pathlib.Path:
    """Writes `base/<next version>` and returns it; a server that polls `base` sees it whole.

    The folder holds the averaged generator, folded, with the contract's signatures, a model card
    and warm-up requests.

    Args:
        workdir: of a training run or an import.
        base: serving base path; its numbered folders are the versions there are.
        name: of the model in its card; by default the experiment's.
        licence: of the weights; by default what the workdir says.
        precision: float32, or bfloat16 for servers that have it.
        winograd: of `InferenceGenerator`; by default, the server is taken to be as this machine.

    Raises:
        UserError: nothing trained, a model that cannot be served, or an image that differs.
    """
    config, generator, encoder = load_generator(workdir)
    card = make_card(workdir, config, encoder is not None, name, licence)
    version = base / str(next_version(base))
    with folder_beside(version) as folder:
        model = ServedModel(card, generator, encoder, precision, winograd)
        with quiet():
            tf.saved_model.save(model, str(folder), signatures=model.functions())
        refuse_unservable(folder)
        off = _grey_levels_off(card, generator, folder)
        card = with_parity(card, "saved_model", off)
        if off > TOLERANCE[precision]:
            raise UserError(
                f"the SavedModel's image differs by {off} grey levels from the Keras model's, "
                f"expected at most {TOLERANCE[precision]}; nothing was written"
            )
        write_warmup(card, folder)
        _write_card(card, config, folder)
    return version


def next_version(base: pathlib.Path) -> int:
    """One more than the highest numbered folder; 1 in an empty or missing one."""
    names = [path.name for path in base.iterdir()] if base.is_dir() else []
    return max((int(name) for name in names if name.isdecimal()), default=0) + 1


def _grey_levels_off(card: ModelCard, generator: Generator, folder: pathlib.Path) -> float:
    """The largest difference of the folder's images to the Keras model's."""
    model, signature = tf.saved_model.load(str(folder)), painting(card)

    def run(**inputs: np.ndarray) -> Mapping[str, tf.Tensor]:
        tensors = {name: tf.constant(value) for name, value in inputs.items()}
        return model.signatures[signature.name](**tensors)

    return grey_levels_off(paint_examples(card, generator, signature), run)["max"]


def _write_card(card: ModelCard, config: Config, folder: pathlib.Path) -> None:
    if config.data.palette:
        shutil.copyfile(config.data.palette, folder / PALETTE)
    (folder / CARD).write_text(card.to_json(), encoding="utf-8")
