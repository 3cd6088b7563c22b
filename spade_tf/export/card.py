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
    workdir: Workdir,
    config: Config,
    has_encoder: bool,
    name: str | None = None,
    licence: str | None = None,
) -> ModelCard:
    """The card of a workdir's model, with no scores and no parity yet.

    Args:
        workdir: of a training run or an import.
        config: the workdir's.
        has_encoder: whether it reads styles from photographs.
        name: of the model; by default the experiment's.
        licence: of the weights; by default what the workdir says.
    """
    data = config.data
    colors = palette(config).tolist()
    # With a palette file, the labels' files are coloured, and grey ones hold labels.
    table = np.arange(data.num_labels) if data.palette else label_table(data)
    grey = np.pad(table, (0, FILE_IDS - len(table)), constant_values=NOT_A_LABEL)
    size = config.model.encoder_size
    return ModelCard(
        name=name or config.name,
        height=data.height,
        width=data.width,
        labels=tuple(
            Label(i, label, tuple(color))
            for i, (label, color) in enumerate(zip(label_names(config), colors, strict=True))
        ),
        dont_care=dont_care_label(data),
        label_of_file_id=tuple(grey.tolist()),
        has_instances=data.has_instances,
        latent_dim=config.latent_dim,
        style_size=(size, size) if has_encoder else None,
        **_origin(workdir, licence),
        config=json.loads(to_json(config)),
        checkpoint=workdir.latest_step(),
        metrics=workdir.scores(workdir.latest_step()),
        parity={},
    )


def with_parity(card: ModelCard, format_name: str, grey_levels: float) -> ModelCard:
    """The card with the parity of a format added."""
    return dataclasses.replace(card, parity={**card.parity, format_name: grey_levels})


def _origin(workdir: Workdir, licence: str | None) -> dict[str, str]:
    """Licence and source of a workdir's weights, as far as they are known."""
    imported = {}
    if workdir.model_card.is_file():
        imported = json.loads(workdir.model_card.read_text(encoding="utf-8"))
    files = ", ".join(part["file"] for part in imported.get("imported_from", {}).values())
    return {
        "licence": licence or imported.get("licence") or NOT_STATED,
        "source": f"imported from {files}" if files else f"trained in {workdir.path.name}",
    }
