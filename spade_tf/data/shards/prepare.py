"""From a folder to shards: shares out the work, and writes the manifest when all of it is done."""

import dataclasses
import json
import pathlib
from collections.abc import Callable, Sequence

import tensorflow as tf

from spade_tf.config import Config, replace
from spade_tf.data import sources
from spade_tf.data.listing import Example, UnpairedError
from spade_tf.data.shards import manifest as manifests
from spade_tf.data.shards.index import Bad, ShardIndex, index_path, read_index, shard_name
from spade_tf.data.shards.processes import run_in_processes
from spade_tf.data.shards.writer import ShardJob, write_shard
from spade_tf.errors import UserError

EXAMPLES_PER_SHARD = 1024

Runner = Callable[[Sequence[ShardJob]], None]
"""Does `write_shard` for every job."""


@dataclasses.dataclass(frozen=True)
class Request:
    """What to prepare.

    Attributes:
      config: of the data set; `data.root` is its folder.
      folder: for the shards.
      splits: some of `train` and `val`.
      store: one of `manifest.STORES`.
      num_shards: of each split; 0 = one for every EXAMPLES_PER_SHARD.
      skip_bad: leave bad examples out.
    """

    config: Config
    folder: pathlib.Path
    splits: Sequence[str] = ("train", "val")
    store: str = "files"
    num_shards: int = 0
    skip_bad: bool = False


def prepare(request: Request, run: Runner | None = None) -> manifests.Manifest:
    """Writes the shards of some splits; shards that are whole already are kept.

    Raises:
      UserError: folders that are missing, empty or unpaired, or bad examples, all of them by name.
    """
    examples, unpaired = {}, {}
    for split in request.splits:
        examples[split], unpaired[split] = examples_of(request, split)
    jobs = {split: jobs_of(request, split, examples[split]) for split in request.splits}
    request.folder.mkdir(parents=True, exist_ok=True)
    others = _other_splits(request, jobs)
    everything = [job for split in jobs.values() for job in split]
    (run or processes(1))(everything)
    _refuse_bad([bad for job in everything for bad in _bad_of(job)])
    splits = others | {split: _describe(jobs[split], unpaired[split]) for split in request.splits}
    manifest = manifests.Manifest(
        request.store,
        manifests.content_of(request.config.data, request.store),
        f"tools.prepare_dataset of spade_tf with TensorFlow {tf.__version__}",
        {name: splits[name] for name in ("train", "val") if name in splits},
    )
    manifests.write_manifest(request.folder, manifest)
    _remove_others(request.folder, manifest)
    return manifest


def processes(workers: int) -> Runner:
    """Runs the jobs in so many processes of this machine."""

    def run(jobs: Sequence[ShardJob]) -> None:
        examples = sum(len(job.examples) for job in jobs)
        run_in_processes(write_shard, jobs, examples, workers, "writing shards")

    return run


def examples_of(request: Request, split: str) -> tuple[list[Example], list[str]]:
    """The examples of a split and, with `skip_bad`, which files lack their partners."""
    try:
        return sources.list_examples(_without_shards(request.config), split), []
    except UnpairedError as error:
        if not request.skip_bad or not error.paired:
            raise
        return error.paired, error.problems


def jobs_of(request: Request, split: str, examples: Sequence[Example]) -> list[ShardJob]:
    """The shards of a split: neighbours of the natural order together, equal but for one."""
    config = _without_shards(request.config)
    if not examples[0].label and request.store == "files":
        raise UserError(
            f"{config.data.dataset} paints its examples and has no files; write --store=scaled"
        )
    count = request.num_shards or -(-len(examples) // EXAMPLES_PER_SHARD)
    count = min(count, len(examples))
    cuts = [len(examples) * number // count for number in range(count + 1)]
    return [
        ShardJob(
            config,
            split,
            number,
            count,
            tuple(examples[cuts[number] : cuts[number + 1]]),
            request.store,
            str(request.folder),
            request.skip_bad,
        )
        for number in range(count)
    ]


def _without_shards(config: Config) -> Config:
    return replace(config, "data.shards", "")


def _other_splits(request: Request, jobs: dict[str, list[ShardJob]]) -> dict:
    """The splits that stay as they are; from now on the manifest names no others.

    So a reader never meets a manifest with shards that are being written anew.
    """
    if not (request.folder / manifests.NAME).exists():
        return {}
    kept = manifests.read_manifest(request.folder)
    content = manifests.content_of(request.config.data, request.store)
    same = (kept.store, kept.content) == (request.store, content)
    others = {name: split for name, split in kept.splits.items() if same and name not in jobs}
    manifests.write_manifest(request.folder, dataclasses.replace(kept, splits=others))
    return others


def _bad_of(job: ShardJob) -> list[Bad]:
    if not job.bad_path.exists():
        return []
    return [Bad(**bad) for bad in json.loads(job.bad_path.read_text(encoding="utf-8"))]


def _refuse_bad(bad: list[Bad]) -> None:
    if not bad:
        return
    what = "example is" if len(bad) == 1 else "examples are"
    listed = "\n".join(f"  {one.name}: {one.reason}" for one in bad)
    raise UserError(
        f"{len(bad)} {what} bad:\n{listed}\nMend them and run the same command again, which keeps "
        "the shards that are whole; or leave them out with --skip_bad"
    )


def _describe(jobs: list[ShardJob], unpaired: list[str]) -> manifests.Split:
    """The manifest's entry of a split whose shards are all written."""
    kept: list[ShardIndex] = [read_index(job.path) for job in jobs]
    shards = [
        manifests.Shard(job.path.name, len(index.names), index.bytes, index.sha256)
        for job, index in zip(jobs, kept, strict=True)
    ]
    files = [files for index in kept for files in index.files]
    if not files:
        raise UserError(f"all examples of the {jobs[0].split} split are bad; nothing is left")
    return manifests.Split(
        shards,
        has_images=all(image is not None for _, image, _ in files),
        has_instances=all(instance is not None for _, _, instance in files),
        skipped=[dataclasses.asdict(bad) for index in kept for bad in index.skipped]
        + [{"name": "", "reason": problem} for problem in unpaired],
    )


def _remove_others(folder: pathlib.Path, manifest: manifests.Manifest) -> None:
    """Removes shards that the manifest does not name, such as those of another count."""
    named = {shard.file for split in manifest.splits.values() for shard in split.shards}
    for split in ("train", "val"):
        pattern = shard_name(split, 0, 0).replace("00000", "[0-9]" * 5)
        for path in folder.glob(pattern):
            if path.name not in named:
                path.unlink()
                index_path(path).unlink(missing_ok=True)
