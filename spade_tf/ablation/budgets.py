"""How much a row may cost: the paper's own size, or everything scaled down alike."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from spade_tf.config import Config, get, load_config
from spade_tf.errors import UserError

GRID = 32
"""Sides are multiples of this: five doublings."""

WIDTHS = {"model.base_width": 4, "model.hidden_width": 8, "discriminator.base_width": 4}
"""Least widths, of what a budget scales."""


@dataclasses.dataclass(frozen=True)
class Budget:
    """A size of experiment.

    Attributes:
      text: for people.
      shorter_side: pixels of images; 0 = the config's.
      width: factor of all channels of the papers' networks.
      latent_dim: of rows that start from noise; 0 = the row's own.
      steps: generator steps; 0 = the config's.
      batch_size: images a step; 0 = the config's.
      num_images: validation images that are scored; 0 = all.
    """

    text: str
    shorter_side: int = 0
    width: float = 1.0
    latent_dim: int = 0
    steps: int = 0
    batch_size: int = 0
    num_images: int = 0


BUDGETS: dict[str, Budget] = {
    "small": Budget(
        "minutes a row on two CPU cores: 64 pixels, a quarter of the channels, 150 steps of 4",
        64, 0.25, 32, 150, 4, 60,
    ),
    "medium": Budget(
        "hours a row on two CPU cores, minutes on a GPU: 128 pixels, half the channels, 5,000 "
        "steps of 8",
        128, 0.5, 128, 5000, 8, 500,
    ),
    "paper": Budget("the config's own size and schedule"),
}  # fmt: skip


def find_budget(name: str) -> Budget:
    """The budget of a name. Raises UserError with the names there are."""
    if name not in BUDGETS:
        raise UserError(f"no budget {name!r}; write one of {', '.join(BUDGETS)}")
    return BUDGETS[name]


def row_config(
    name: str,
    given: Mapping[str, Any],
    changes: Mapping[str, Any],
    budget: Budget,
) -> Config:
    """The config of a row.

    Args:
      name: of the config that the table is run on.
      given: what the user changes for all rows; stronger than the budget, weaker than the row.
      changes: the table's and the row's.
      budget: how large; it scales what the papers' networks would be.

    Raises:
      UserError: values that do not fit together.
    """
    whole = load_config(name, {**given, "model.base_width": 64, **changes})
    overrides = {**given, "model.base_width": 64, "model.hidden_width": 128}
    overrides |= {"discriminator.base_width": 64, **changes}
    if budget.width != 1.0:
        for key, least in WIDTHS.items():
            overrides[key] = max(least, round(overrides[key] * budget.width))
    if budget.shorter_side:
        overrides |= _sizes(whole, budget.shorter_side)
    if budget.latent_dim and get(whole, "model.latent_dim"):
        overrides["model.latent_dim"] = budget.latent_dim
    if budget.steps:
        save = max(1, budget.steps // 3)
        overrides |= {"train.steps": budget.steps, "train.save_every_steps": save}
        overrides |= {"train.sample_every_steps": budget.steps, "train.steps_per_execution": 10}
    if budget.batch_size:
        overrides["train.batch_size"] = budget.batch_size
    return load_config(name, {**overrides, **given, **changes_kept(overrides, changes)})


def changes_kept(overrides: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The row's own changes as the budget scaled them: what the user gives does not undo them."""
    return {key: overrides[key] for key in changes}


def _sizes(config: Config, shorter_side: int) -> dict[str, int]:
    """Height, width and load size, scaled so that the shorter side has so many pixels."""
    data = config.data
    factor = shorter_side / min(data.height, data.width)
    scaled = {
        f"data.{side}": max(GRID, round(getattr(data, side) * factor / GRID) * GRID)
        for side in ("height", "width")
    }
    return {**scaled, "data.load_size": max(1, round(data.load_size * factor))}
