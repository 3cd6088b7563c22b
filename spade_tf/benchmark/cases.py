"""What is compared: networks by name, and the ways to run them."""

import importlib.util
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from spade_tf.config import Config, replace, validate
from spade_tf.errors import UserError

INFERENCE, TRAINING = "inference", "training"

CONVOLUTIONS = {"model.norm": "spade", "model.modulation": "convolutions"}

MODELS = {
    "spade_convolutions": CONVOLUTIONS,
    "spade_neighbourhoods": {"model.norm": "spade", "model.modulation": "neighbourhoods"},
    "clade": {"model.norm": "clade"},
}
"""Our networks: what makes each of them of an experiment."""

PUBLISHED_MODELS = {"published_spade": CONVOLUTIONS, "published_clade": {"model.norm": "clade"}}
"""The same networks in PyTorch with the detours of the papers' own code."""

PYTORCH_MODELS = {
    "pytorch_spade": CONVOLUTIONS,
    "pytorch_clade": {"model.norm": "clade"},
    **PUBLISHED_MODELS,
}
"""The same networks in plain PyTorch, `spade_tf.benchmark.pytorch`."""

MODES = ("graph", "xla", "eager", "layers")
"""How ours paint: `InferenceGenerator` compiled by tf.function; the same with XLA; operation by
operation; and, compiled, the generator's own layers, nothing folded. PyTorch runs eagerly."""

PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}
"""Compute types, and what `train.precision` calls them."""

OVERRIDES = {
    "losses.vgg_weight": 0.0,  # G and D, with feature matching
    "train.strategy": "one",
    # Other weights take the same time, but those of the papers' 0.02 paint grey at first.
    "model.init_gain": 1.0,
}
"""What every experiment is changed to."""


@dataclass(frozen=True)
class Workload:
    """What all rows of one table do: `inference` or `training` of a batch of images of a size."""

    what: str
    width: int
    height: int
    batch: int

    def __str__(self) -> str:
        return f"{self.what}, {self.width}x{self.height}, batch {self.batch}"


@dataclass(frozen=True)
class Case:
    """One row: a workload, the network that does it, and how that is run."""

    workload: Workload
    model: str
    mode: str
    precision: str

    @property
    def is_pytorch(self) -> bool:
        """Whether the network is PyTorch's."""
        return self.model in PYTORCH_MODELS

    @property
    def is_as_published(self) -> bool:
        """Whether it takes the detours of the papers' own code."""
        return self.model in PUBLISHED_MODELS

    def __str__(self) -> str:
        return f"{self.model} ({self.mode}, {self.precision})"


def cases_of(
    workload: Workload, models: Sequence[str], modes: Sequence[str], precisions: Sequence[str]
) -> list[Case]:
    """Every network in every way that it can be run, in the order given."""
    return [
        Case(workload, model, mode, precision)
        for precision, model in itertools.product(precisions, models)
        for mode in (("eager",) if model in PYTORCH_MODELS else modes)
    ]


def workload_config(config: Config, workload: Workload) -> Config:
    """An experiment with the size and batch of a workload, and what all workloads have in common.

    Raises:
        UserError: the experiment's networks cannot paint this size.
    """
    size = {"data.height": workload.height, "data.width": workload.width}
    return _replaced(config, {**OVERRIDES, **size, "train.batch_size": workload.batch})


def case_config(config: Config, case: Case) -> Config:
    """The experiment of a case.

    Raises:
        UserError: its values do not fit together, such as neighbourhoods with XLA.
    """
    network = {**MODELS, **PYTORCH_MODELS}[case.model]
    run = {
        "train.precision": PRECISIONS[case.precision],
        "train.jit_compile": case.mode == "xla",
    }
    return _replaced(workload_config(config, case.workload), {**network, **run})


def has_pytorch() -> bool:
    """Whether PyTorch is installed."""
    return importlib.util.find_spec("torch") is not None


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of `512x256`.

    Raises:
        UserError: the text is no size.
    """
    width, by, height = text.partition("x")
    if not (by and width.isdecimal() and height.isdecimal()):
        raise UserError(f"{text!r} is no size; write WIDTHxHEIGHT, such as 512x256")
    return int(width), int(height)


def _replaced(config: Config, values: dict) -> Config:
    for key, value in values.items():
        config = replace(config, key, value)
    validate(config)
    return config
