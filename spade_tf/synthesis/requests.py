"""What to paint: label maps, each with its instance map if there is one."""

import dataclasses
import pathlib

from spade_tf.data.listing import LABEL_SUFFIXES, list_files
from spade_tf.errors import UserError


@dataclasses.dataclass(frozen=True)
class Request:
    """One label map to paint: the name of its output, its file, and its instance map's or None."""

    name: str
    label: str
    instance: str | None = None


def find_requests(labels: str, instances: str | None) -> list[Request]:
    """What to paint: one PNG, or every PNG in a folder, each with its instance map if given.

    Raises:
      UserError: nothing there, or a label map without its instance map.
    """
    path = pathlib.Path(labels)
    if instances and not pathlib.Path(instances).exists():
        raise UserError(f"--instances={instances} is neither a file nor a folder")
    if path.is_file() and not (instances and pathlib.Path(instances).is_dir()):
        return [Request(path.stem, str(path), instances)]
    if path.is_file():
        found = {path.stem: str(path)}
    elif path.is_dir():
        found = list_files(path, LABEL_SUFFIXES, "label maps")
    else:
        raise UserError(f"--labels={labels} is neither a file nor a folder")
    partners: dict[str, str] = {}
    if instances:
        if not pathlib.Path(instances).is_dir():
            raise UserError(
                f"--instances={instances} is a file, but --labels={labels} is a folder; give the "
                "folder of instance maps with the same names"
            )
        partners = list_files(pathlib.Path(instances), LABEL_SUFFIXES, "instance maps")
        alone = [name for name in found if name not in partners]
        if alone:
            raise UserError(
                f"no instance map in {instances} for {', '.join(alone[:5])}; files are paired by "
                "name: add the missing ones, or leave --instances out to use the labels' borders"
            )
    return [Request(name, label, partners.get(name)) for name, label in found.items()]
