"""Turns a checkpoint of the official SPADE or CLADE code into a workdir of ours.

    python -m tools.import_pytorch --checkpoint=X_net_G.pth --config=coco --output=runs/imported

X_net_D.pth and X_net_E.pth beside it are taken along. The workdir is what `synthesize` paints with
and `train` continues from. What the tensors show of the networks replaces the config's values; what
they cannot show (image size, the meaning of labels) is the config's.
"""

import hashlib
import json
import pathlib
import re
from collections.abc import Mapping
from typing import Any

from absl import flags

from spade_tf import command_line
from spade_tf.config import Config, replace, validate
from spade_tf.errors import UserError
from spade_tf.files import check_folder, folder_beside, write_beside

PUBLIC_LICENCE = "CC BY-NC-SA 4.0"
RAW_IDS = ("ade20k", "ade20k_outdoor")
"""Data sets that the official code trains on their raw file ids, against its own intention."""


def load_state_dict(model: Any, state: Mapping[str, Any]) -> None:
    """Fills a built network of ours from a PyTorch state dict; see `spade_tf.pytorch.load`."""
    from spade_tf import pytorch

    pytorch.load_state_dict(model, state)


def main(_: object) -> None:
    if not flags.FLAGS.checkpoint or not flags.FLAGS.output:
        raise UserError("give --checkpoint=X_net_G.pth and --output=DIR; --help says more")
    files = checkpoint_files(
        pathlib.Path(command_line.user_path(flags.FLAGS.checkpoint)),
        command_line.optional_path("discriminator"),
        command_line.optional_path("encoder"),
    )
    output = pathlib.Path(command_line.user_path(flags.FLAGS.output))
    check_folder(output, "--output")
    config = command_line.config_from_flags()
    command_line.import_tensorflow()  # only once the command line is sound
    asked = set(command_line.overrides_from_flags())
    config = import_checkpoint(files, config, asked, output, flags.FLAGS.licence)
    parts = ", ".join(f"{part} from {path.name}" for part, path in files.items())
    print(
        f"{output}: {parts}\n"
        f"  model.norm={config.model.norm}, model.base_width={config.model.base_width}, "
        f"model.latent_dim={config.model.latent_dim}, data.num_labels={config.data.num_labels}, "
        f"{config.data.width}x{config.data.height}\n"
        f"  licence of these weights: {flags.FLAGS.licence}"
    )
    if config.data.dataset in RAW_IDS and "data.first_file_id" not in asked:
        print("  data.first_file_id=0: the official code trains on this set's ids as they are")
    if "discriminator" not in files:
        print("  no *_net_D.pth: continued training would begin with a new discriminator")


def checkpoint_files(
    generator: pathlib.Path, discriminator: pathlib.Path | None, encoder: pathlib.Path | None
) -> dict[str, pathlib.Path]:
    """The file of each network: those given, else those beside the generator's."""
    files = {"generator": generator}
    given = {"discriminator": (discriminator, "D"), "encoder": (encoder, "E")}
    for part, (path, letter) in given.items():
        beside_name = re.sub(r"_net_G(\.[^.]+)$", rf"_net_{letter}\1", generator.name)
        sibling = generator.with_name(beside_name)
        if path:
            files[part] = path
        elif sibling != generator and sibling.is_file():
            files[part] = sibling
    return files


def import_checkpoint(
    files: Mapping[str, pathlib.Path],
    config: Config,
    asked: set[str],
    output: pathlib.Path,
    licence: str,
) -> Config:
    """Writes the workdir `output`, whole or not at all, and returns its config.

    Args:
        files: `generator` and perhaps `discriminator` and `encoder` to files of state dicts.
        config: the experiment that the checkpoint is said to be of.
        asked: keys of the config that must not be replaced by what the files show.
        output: an empty or new folder.
        licence: of the weights; recorded in the model card.

    Raises:
        UserError: a file cannot be read safely, is of another network or contradicts the config.
    """
    from spade_tf.pytorch.architecture import (
        discriminator_values,
        encoder_values,
        generator_values,
        overrides,
    )
    from spade_tf.pytorch.state_dict import normalised, read_state_dict
    from spade_tf.training.checkpoints import Checkpoints
    from spade_tf.training.state import TrainingState, copy_variables
    from spade_tf.training.workdir import Workdir

    readers = {
        "generator": generator_values,
        "discriminator": discriminator_values,
        "encoder": encoder_values,
    }
    states = {part: normalised(read_state_dict(path)) for part, path in files.items()}
    found = {files[part].name: readers[part](state) for part, state in states.items()}
    values = overrides(found, config, asked)
    if values["model.latent_dim"]:
        values["model.style_encoder"] = "encoder" in files
    elif "encoder" in files:
        raise UserError(
            f"{files['generator']} has no latent style, so there is no place for {files['encoder']}"
        )
    if config.data.dataset in RAW_IDS and "data.first_file_id" not in asked:
        values["data.first_file_id"] = 0
    for key, value in values.items():
        config = replace(config, key, value)
    validate(config)

    state = TrainingState(config)
    for part, tensors in states.items():
        load_state_dict(getattr(state, part), tensors)
    copy_variables(state.generator.variables, state.ema_generator.variables)
    with folder_beside(output) as partial:
        workdir = Workdir(partial)
        workdir.describe(config)
        write_beside(workdir.model_card, model_card(config, files, licence))
        Checkpoints(workdir, state, keep=1).save()
    return config


def model_card(config: Config, files: Mapping[str, pathlib.Path], licence: str) -> str:
    """Where the weights are from and what one may do with them, as JSON."""
    sources = {
        part: {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for part, path in files.items()
    }
    card = {"name": config.name, "licence": licence, "imported_from": sources}
    return json.dumps(card, indent=2) + "\n"


if __name__ == "__main__":
    command_line.define_config_flags()
    flags.DEFINE_string("checkpoint", None, "the generator: *_net_G.pth")
    flags.DEFINE_string("discriminator", None, "*_net_D.pth; by default the one beside")
    flags.DEFINE_string("encoder", None, "*_net_E.pth; by default the one beside")
    flags.DEFINE_string("output", None, "workdir to write: a folder that is empty or new")
    flags.DEFINE_string(
        "licence",
        f"{PUBLIC_LICENCE} (that of the public NVlabs/SPADE and tzt101/CLADE checkpoints)",
        "licence of the weights",
    )
    command_line.run(main)
