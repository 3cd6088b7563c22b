"""From a raw download to a checked folder and TFRecord shards, for any data set of the project.

    python -m tools.prepare_dataset --config=coco --config.data.root=RAW --output=DIR
    python -m spade_tf.train --config=coco --config.data.shards=DIR --workdir=runs/coco

Stopped at any moment, it goes on with the same command and keeps the shards that are whole.
--verify alone reads all shards of --output again. See docs/data.md.
"""

import os
import pathlib

from absl import flags

from spade_tf import command_line
from spade_tf.config import replace
from spade_tf.data.shards.manifest import STORES, Manifest
from spade_tf.errors import UserError
from spade_tf.files import check_folder

flags.DEFINE_string("output", None, "folder for the shards")
flags.DEFINE_list("splits", ["train", "val"], "what to prepare")
flags.DEFINE_enum(
    "store", "", ["", *STORES], "; ".join(f"{name} = {text}" for name, text in STORES.items())
)
flags.DEFINE_integer("shards", 0, "files of each split; 0 = one for every 1024 examples", 0)
flags.DEFINE_integer("workers", os.cpu_count() or 1, "processes", 1)
flags.DEFINE_bool("skip_bad", False, "leave bad examples out, and say so in shards.json")
flags.DEFINE_bool("verify", False, "only read the shards of --output again")
flags.DEFINE_string("runner", "", "an Apache Beam runner, such as DirectRunner, for the shards")
flags.DEFINE_list("beam_options", [], "Beam's own flags, such as --direct_num_workers=8")
command_line.define_config_flags()


def main(_: object) -> None:
    """Prepares, then verifies. Raises UserError with all that is bad."""
    output = command_line.required_path("output")
    if not flags.FLAGS.verify:
        make_shards(output)
    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.data.shards.manifest import read_manifest
    from spade_tf.data.shards.verify import verify

    count, problems = verify(output, flags.FLAGS.workers)
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise UserError(
            f"{len(problems)} shards or records are bad:\n{listed}\nCopy them again, or run "
            "without --verify, which makes these shards anew"
        )
    print("\n".join(describe(output, read_manifest(output))))
    print(f"All {count} examples are as they were written.")


def make_shards(output: pathlib.Path) -> None:
    """Lays the download out, if needed, and writes the shards."""
    config = command_line.config_from_flags()
    given = flags.FLAGS
    unknown = [split for split in given.splits if split not in ("train", "val")]
    if unknown or not given.splits:
        raise UserError(f"--splits={','.join(given.splits)}; write train, val or train,val")
    check_folder(output, "--output")
    command_line.import_tensorflow()
    from spade_tf.data import raw
    from spade_tf.data.shards.beam_pipeline import beam_runner
    from spade_tf.data.shards.prepare import Request, prepare, processes

    painted = config.data.dataset == "landscapes"
    store = given.store or ("scaled" if painted else "files")
    if given.runner:
        run = beam_runner(given.runner, given.beam_options)
    else:
        run = processes(given.workers)
    config = replace(config, "data.shards", "")
    config = raw.laid_out(config, output / "folder", given.splits, given.workers, given.skip_bad)
    prepare(Request(config, output, given.splits, store, given.shards, given.skip_bad), run)


def describe(output: pathlib.Path, manifest: Manifest) -> list[str]:
    """What the folder holds, as lines to print."""
    lines = []
    for name, split in manifest.splits.items():
        megabytes = sum(shard.bytes for shard in split.shards) / 1e6
        lines.append(
            f"{name}: {split.examples} examples in {len(split.shards)} shards, {megabytes:.1f} MB "
            f"(--store={manifest.store})"
        )
        lines += [f"  left out: {bad['name']} {bad['reason']}" for bad in split.skipped]
    return [*lines, f"Read them with --config.data.shards={output}"]


if __name__ == "__main__":
    command_line.run(main)
