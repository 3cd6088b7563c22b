"""What a segmenter is, as JSON beside its weights."""

import dataclasses
import json
from typing import Any

from spade_tf.config import Config
from spade_tf.data.labels import dont_care_label, label_names
from spade_tf.errors import UserError

VERSION = 1
"""Goes up whenever the network, its input or what `predict` does to sizes changes."""


@dataclasses.dataclass(frozen=True)
class SegmenterCard:
    """All that fixes what a segmenter says about an image, and how good it is.

    Attributes:
      version: VERSION of the code that trained it.
      config, dataset: names of the experiment and of the data set.
      num_classes: classes that it tells apart; don't-care is not among them.
      label_names: of these classes.
      dont_care: the label that says nothing, or None.
      height, width: of the images that it was trained on, in pixels.
      base_width: of the network.
      steps, batch_size, seed: of the training.
      miou, accuracy: on the real validation images, 0..1, by the rule `cocostuff`; None before
        validation.
      checksum: SHA-256 of the file of weights; empty before it is written.
    """

    version: int
    config: str
    dataset: str
    num_classes: int
    label_names: tuple[str, ...]
    dont_care: int | None
    height: int
    width: int
    base_width: int
    steps: int
    batch_size: int
    seed: int
    miou: float | None = None
    accuracy: float | None = None
    checksum: str = ""

    def to_json(self) -> str:
        """Indented JSON that `read_card` reads."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"


def make_card(config: Config, base_width: int, steps: int, batch_size: int) -> SegmenterCard:
    """The card of a segmenter for a config's labels and sizes, without scores and weights."""
    data = config.data
    num_classes = data.num_labels - data.has_dont_care
    return SegmenterCard(
        version=VERSION,
        config=config.name,
        dataset=data.dataset,
        num_classes=num_classes,
        label_names=tuple(label_names(config)[:num_classes]),
        dont_care=dont_care_label(data),
        height=data.height,
        width=data.width,
        base_width=base_width,
        steps=steps,
        batch_size=batch_size,
        seed=config.train.seed,
    )


def read_card(text: str, source: str) -> SegmenterCard:
    """The card that `to_json` wrote.

    Args:
      source: the file's path, for messages.

    Raises:
      UserError: no card, or one of another version.
    """
    advice = "train it again with python -m tools.train_segmenter"
    try:
        values: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(f"{source} is not JSON ({error}); {advice}") from error
    version = values.get("version") if isinstance(values, dict) else None
    if version != VERSION:
        raise UserError(
            f"{source} is of a segmenter of version {version}, this code reads {VERSION}; {advice}"
        )
    names = {field.name for field in dataclasses.fields(SegmenterCard)}
    if set(values) != names:
        odd = ", ".join(sorted(names ^ set(values)))
        raise UserError(f"{source} is no segmenter's card: look at {odd}; or {advice}")
    return SegmenterCard(**{**values, "label_names": tuple(values["label_names"])})
