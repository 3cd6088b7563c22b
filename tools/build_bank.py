"""Builds the memory bank of a `sims` model from a training set's photographs.

    python -m tools.build_bank --config=cityscapes --config.data.root=DIR --output=BANK

Train with `--config.model.kind=sims --config.model.bank=BANK`. A build that was stopped goes on
where it was; one that is whole is checked, byte by byte. `--config.model.thin_labels=pole,traffic
sign` names what does not cut the things behind it.
"""

from collections.abc import Iterable

import numpy as np
from absl import flags
from tqdm import tqdm

from spade_tf import command_line
from spade_tf.files import check_folder

command_line.define_config_flags()
flags.DEFINE_string("output", None, "folder of the bank")


def main(_: object) -> None:
    config = command_line.config_from_flags()
    folder = command_line.required_path("output")
    check_folder(folder, "--output")

    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.sims.build_bank import build_bank

    bank = build_bank(config, folder, show_progress)
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(
        f"{folder}: {len(bank)} segments of {len(np.unique(bank.labels))} labels from "
        f"{len(bank.image_names)} images of {bank.width}x{bank.height}, {size / 1e6:.1f} MB"
    )


def show_progress(names: list[str], count: int) -> Iterable[str]:
    """A progress bar with the time left on stderr."""
    return tqdm(names, total=count, initial=count - len(names), desc="segments", unit="img")


if __name__ == "__main__":
    command_line.run(main)
