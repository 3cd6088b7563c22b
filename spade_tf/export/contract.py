"""What an exported model is called with, and what must be known beside it: the single source.

Nothing here imports TensorFlow: servers, clients and gateways read it too.
"""

import dataclasses
import json
import pathlib
from collections.abc import Mapping
from typing import Any

DEFAULT, STYLE, PNG, ENCODE_STYLE = (
    "serving_default",
    "synthesize_style",
    "synthesize_png",
    "encode_style",
)
"""Signatures. Which a model has, `signatures` says."""

CARD = "assets.extra/model_card.json"
"""Where the model card lies in a version folder."""

NOT_A_LABEL = -1


@dataclasses.dataclass(frozen=True)
class Tensor:
    """An input or output of a signature; None in `shape` is the batch, the same for all."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]
    doc: str


@dataclasses.dataclass(frozen=True)
class Signature:
    """One way to call a model: a method of the prediction service."""

    name: str
    doc: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


@dataclasses.dataclass(frozen=True)
class Label:
    """A class: its id in label maps, its name, and its colour."""

    id: int
    name: str
    color: tuple[int, int, int]


@dataclasses.dataclass(frozen=True)
class ModelCard:
    """All that a user of an exported model must know beside its signatures.

    name            of the model
    height, width   pixels of its label maps and images
    labels          its classes; ids are 0 .. len(labels) - 1
    dont_care       id of the class that says nothing, or None
    label_of_file_id
                    the label that each value of an 8-bit grey label file means, 256 of them;
                    NOT_A_LABEL where none
    has_instances   whether it reads an instance map, of which only borders matter
    latent_dim      numbers of a style; 0 = it has none
    style_size      pixels of the photographs of `encode_style`, (height, width), or None
    licence, source of the weights
    config          the experiment, as config.json
    checkpoint      the training step the weights are of
    metrics         scores known at the export, by name
    parity          largest difference of a grey level (0..255) to the Keras model, by format
    """

    name: str
    height: int
    width: int
    labels: tuple[Label, ...]
    dont_care: int | None
    label_of_file_id: tuple[int, ...]
    has_instances: bool
    latent_dim: int
    style_size: tuple[int, int] | None
    licence: str
    source: str
    config: Mapping[str, Any]
    checkpoint: int
    metrics: Mapping[str, float]
    parity: Mapping[str, float]

    @classmethod
    def read(cls, path: str | pathlib.Path) -> "ModelCard":
        """A card from its file, or from a version folder.

        Raises:
            ValueError: no card, or one that lacks values.
        """
        path = pathlib.Path(path)
        path = path / CARD if path.is_dir() else path
        try:
            return cls.from_json(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ValueError(f"{path} does not exist; give a model_card.json") from None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"{path} is no model card: {error}") from error

    @classmethod
    def from_json(cls, text: str) -> "ModelCard":
        """A card from its text; what later versions add is passed over."""
        names = {field.name for field in dataclasses.fields(cls)}
        values = {name: value for name, value in json.loads(text).items() if name in names}
        values["labels"] = tuple(
            Label(label["id"], label["name"], tuple(label["color"])) for label in values["labels"]
        )
        values["label_of_file_id"] = tuple(values["label_of_file_id"])
        size = values["style_size"]
        values["style_size"] = None if size is None else tuple(size)
        return cls(**values)

    def to_json(self) -> str:
        """The card as text, ended by a line break."""
        return json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False) + "\n"


def signatures(card: ModelCard) -> tuple[Signature, ...]:
    """The signatures of a model: `serving_default` first.

    A batch is any number of rows from 1; a row's image depends on nothing but that row.
    """
    size = (None, card.height, card.width)
    layout = [Tensor("label_map", "int32", size, f"label of each pixel, 0..{len(card.labels) - 1}")]
    if card.has_instances:
        layout.append(
            Tensor("instance_map", "int32", size, "instance of each pixel; only borders matter")
        )
    image = Tensor("image", "uint8", (*size, 3), "RGB")
    seed = Tensor("seed", "int64", (None,), "of the style; the same seed, the same image")
    z = Tensor("z", "float32", (None, card.latent_dim), "the style; typical ones are normal draws")
    drawn = (seed,) if card.latent_dim else ()
    found = [Signature(DEFAULT, "paints label maps", (*layout, *drawn), (image,))]
    if card.latent_dim:
        found.append(Signature(STYLE, "paints label maps in given styles", (*layout, z), (image,)))
    png = Tensor("label_png_bytes", "string", (None,), "8-bit grey PNG of file ids")
    painted = Tensor("image_bytes", "string", (None,), "RGB PNG")
    doc = "paints label files; style 0, and the borders of labels as those of instances"
    found.append(Signature(PNG, doc, (png,), (painted,)))
    if card.style_size:
        photograph = Tensor("image", "uint8", (None, *card.style_size, 3), "RGB photograph")
        style = [
            Tensor(name, "float32", (None, card.latent_dim), f"{doc} of its style's distribution")
            for name, doc in (("mean", "mean"), ("log_variance", "log variance"))
        ]
        found.append(Signature(ENCODE_STYLE, "style of photographs", (photograph,), tuple(style)))
    return tuple(found)


def painting(card: ModelCard) -> Signature:
    """The signature to which all that decides an image is given: the style too, if there is one."""
    name = STYLE if card.latent_dim else DEFAULT
    return next(signature for signature in signatures(card) if signature.name == name)


def on_device(signature: Signature) -> Signature:
    """A signature as a .tflite has it, alone in its file: one row at a time."""
    inputs, outputs = (
        tuple(dataclasses.replace(x, shape=(1, *x.shape[1:])) for x in tensors)
        for tensors in (signature.inputs, signature.outputs)
    )
    return Signature(DEFAULT, signature.doc, inputs, outputs)
