"""The model card of a workdir: what its config and data set say about the model."""

import dataclasses
import json

import numpy as np

from spade_tf.config import Config, to_json
from spade_tf.data.labels import FILE_IDS, dont_care_label, label_names, label_table, palette
from spade_tf.export.contract import NOT_A_LABEL, Label, ModelCard
from spade_tf.training.workdir import Workdir

NOT_STATED = "not stated"


def make_card(
    config: Config, name: str, checkpoint: int, has_encoder: bool, licence: str, source: str
) -> ModelCard:
    """The card of a model, with no scores and no parity yet.

    Args:
        config: of the run that trained it.
        name: of the model.
        checkpoint: its training step.
        has_encoder: whether it reads styles from photographs.
        licence, source: of its weights.
    """
    data = config.data
    colors = palette(config).tolist()
    # With a palette file, the labels' files are coloured, and grey ones hold labels.
    table = np.arange(data.num_labels) if data.palette else label_table(data)
    grey = np.pad(table, (0, FILE_IDS - len(table)), constant_values=NOT_A_LABEL)
    size = config.model.encoder_size
    return ModelCard(
        name=name,
        height=data.height,
        width=data.width,
        labels=tuple(
            Label(i, label, tuple(color))
            for i, (label, color) in enumerate(zip(label_names(config), colors, strict=True))
        ),
        dont_care=dont_care_label(data),
        label_of_file_id=tuple(grey.tolist()),
        has_instances=data.has_instances,
        latent_dim=config.model.latent_dim,
        style_size=(size, size) if has_encoder else None,
        licence=licence,
        source=source,
        config=json.loads(to_json(config)),
        checkpoint=checkpoint,
        metrics={},
        parity={},
    )


def origin(workdir: Workdir) -> dict[str, str]:
    """Licence and source of a workdir's weights, as far as they are written there."""
    imported = {}
    if workdir.model_card.is_file():
        imported = json.loads(workdir.model_card.read_text(encoding="utf-8"))
    files = ", ".join(part["file"] for part in imported.get("imported_from", {}).values())
    return {
        "licence": imported.get("licence") or NOT_STATED,
        "source": f"imported from {files}"
        if files
        else f"trained by spade_tf, {workdir.path.name}",
    }


def with_parity(card: ModelCard, format_name: str, grey_levels: float) -> ModelCard:
    """The card with the parity of a format added."""
    return dataclasses.replace(card, parity={**card.parity, format_name: grey_levels})
