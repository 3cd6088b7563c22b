"""Raw downloads that are not laid out as their data set's module reads them.

One file for each such data set, named after it, with `convert(request) -> bool`: it makes the
folder `request.folder` in the module's layout, out of links and of what has to be converted, or
returns False where `request.root` has the layout already. The other data sets are read as they are
unpacked.
"""

import dataclasses
import importlib
import os
import pathlib
import pkgutil
from collections.abc import Sequence

from spade_tf.config import Config, replace

NAMES = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))
DEPTH = 3
"""Folders between the root of a download and the files of a split."""


@dataclasses.dataclass(frozen=True)
class Conversion:
    """What to convert.

    Attributes:
      root: the unpacked download.
      folder: for the data set in its module's layout.
      splits: some of `train` and `val`.
      has_instances: whether instance maps are wanted.
      workers: processes.
      skip_bad: go on where a file cannot be converted; then it has no partner.
    """

    root: pathlib.Path
    folder: pathlib.Path
    splits: Sequence[str]
    has_instances: bool = False
    workers: int = 1
    skip_bad: bool = False


def laid_out(
    config: Config, folder: pathlib.Path, splits: Sequence[str], workers: int, skip_bad: bool
) -> Config:
    """The config with `data.root` in the layout of its data set; made in `folder` where needed.

    Raises:
      UserError: files that cannot be found or converted.
    """
    data = config.data
    if data.dataset not in NAMES or not os.path.isdir(data.root):
        return config  # what is wrong with the root is told by whoever lists it
    module = importlib.import_module(f"{__name__}.{data.dataset}")
    root = pathlib.Path(data.root)
    request = Conversion(root, folder, splits, data.has_instances, workers, skip_bad)
    return replace(config, "data.root", str(folder)) if module.convert(request) else config


def link(place: pathlib.Path, target: pathlib.Path) -> None:
    """Makes `place` a link to `target`, or leaves it if it is one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_symlink():
        place.unlink()
    place.symlink_to(target.resolve())


def find(root: pathlib.Path, name: str, suffix: str = "") -> pathlib.Path | None:
    """The first folder or file of a name below `root`; of folders, one that holds a suffix."""
    for parent, folders, files in os.walk(root):
        folders.sort()
        if len(pathlib.Path(parent).relative_to(root).parts) >= DEPTH:
            folders.clear()
        if not suffix and name in files:
            return pathlib.Path(parent, name)
        if suffix and name in folders and _holds(pathlib.Path(parent, name), suffix):
            return pathlib.Path(parent, name)
        # The files of a split are many, and hold no other split.
        folders[:] = [f for f in folders if f != name and not f.startswith(".")]
    return None


def _holds(folder: pathlib.Path, suffix: str) -> bool:
    with os.scandir(folder) as entries:
        return any(entry.name.lower().endswith(suffix) for entry in entries)
