"""CamVid as it comes with SegNet: train/*.png and trainannot/*.png, val and valannot likewise.

The original database (701 frames in 32 colours) has other classes and no split.
"""

from spade_tf.data.raw import Conversion, link
from spade_tf.errors import UserError


def convert(request: Conversion) -> bool:
    """Links the folders under the names that the config has. Raises UserError."""
    if any((request.root / f"{split}_label").is_dir() for split in ("train", "val")):
        return False
    root = request.root / "CamVid" if (request.root / "CamVid").is_dir() else request.root
    for split in request.splits:
        for found, wanted in ((f"{split}annot", f"{split}_label"), (split, f"{split}_img")):
            if not (root / found).is_dir():
                raise UserError(
                    f"no folder {root / found}; expected SegNet's CamVid (train, trainannot, val, "
                    "valannot), whose label maps have ids 0..11"
                )
            link(request.folder / wanted, root / found)
    return True
