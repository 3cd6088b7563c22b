"""CMP facades with each part unpacked into a folder of its own: CMP_facade_DB_base/base/*."""

from spade_tf.data.datasets.facades import FOLDERS
from spade_tf.data.raw import Conversion, link


def convert(request: Conversion) -> bool:
    """Links the two parts side by side."""
    names = [FOLDERS[split] for split in request.splits]
    found = {name: request.root / f"CMP_facade_DB_{name}" / name for name in names}
    if not all(path.is_dir() for path in found.values()):
        return False
    for name, path in found.items():
        link(request.folder / name, path)
    return True
