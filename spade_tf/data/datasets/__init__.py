"""One short file of facts per data set: names and colours of labels, and where files lie."""

import difflib
import importlib
import pkgutil
from types import ModuleType

from spade_tf.errors import UserError

NAMES = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def dataset_module(name: str) -> ModuleType:
    """The module of a data set: LABEL_NAMES, PALETTE and list_examples(data, split).

    Raises:
      UserError: unknown name.
    """
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UserError(
            f"data.dataset is {name!r}: {hint}The data sets are {', '.join(NAMES)}; "
            "custom reads any two folders"
        )
    return importlib.import_module(f"{__name__}.{name}")
