"""The bank of a training run: the one that its config names, or one of its own."""

import dataclasses
import pathlib

from tqdm import tqdm

from spade_tf.config import Config
from spade_tf.data.canvases import open_bank
from spade_tf.sims.build_bank import build_bank

OWN_BANK = "bank"
"""Folder of a workdir."""


def with_bank(config: Config, workdir: pathlib.Path) -> Config:
    """The config with a bank that is whole, built in `workdir` if `model.bank` names none.

    A model of another kind than sims needs none.

    Raises:
      UserError: a bank that is missing, damaged or of other pictures.
    """
    if config.model.kind != "sims":
        return config
    if config.model.bank:
        open_bank(config)
        return config
    folder = workdir / OWN_BANK
    bank = build_bank(config, folder, lambda names, count: tqdm(names, "bank", count, unit="img"))
    print(f"{folder}: memory bank of {len(bank)} segments", flush=True)
    model = dataclasses.replace(config.model, bank=str(folder))
    return dataclasses.replace(config, model=model)


def found_bank(config: Config, workdir: pathlib.Path) -> Config:
    """The config of a workdir that was moved: its own bank is where it is now."""
    folder = workdir / OWN_BANK
    if not config.model.bank or pathlib.Path(config.model.bank).exists() or not folder.is_dir():
        return config
    model = dataclasses.replace(config.model, bank=str(folder))
    return dataclasses.replace(config, model=model)
