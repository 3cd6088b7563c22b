"""Says before training what memory it will take, and what to change if there is less."""

from collections.abc import Callable, Iterator

import tensorflow as tf

from spade_tf.config import Config, replace, validate
from spade_tf.errors import UserError
from spade_tf.training.device_memory import device_memory
from spade_tf.training.memory_estimate import MemoryEstimate, estimate_memory, gib
from spade_tf.training.strategy import device_kind

Change = tuple[str, Config]

MARGIN = 1.25
"""An estimate this much too high has not been met (docs/memory.md): only beyond it is a run stopped
that might have fitted."""


def check_memory(
    config: Config,
    strategy: tf.distribute.Strategy,
    batch_size: int,
    estimate: Callable[[Config, int, str], MemoryEstimate] = estimate_memory,
    memory: Callable[[tf.distribute.Strategy], int | None] = device_memory,
) -> str:
    """One line on the memory of each device, `memory: about 9.8 GiB on each device (...)`.

    Args:
      config: the experiment.
      strategy: where it trains.
      batch_size: global.
      estimate, memory: what the line compares.

    Raises:
      UserError: it will not fit by a clear margin, and `train.memory_check` is `stop`; with what to
        change.
    """
    replicas, kind = strategy.num_replicas_in_sync, device_kind(strategy)
    needed = estimate(config, batch_size // replicas, kind)
    there = memory(strategy)
    line = f"memory: {needed}, on each device, {f'of {gib(there)} GiB' if there else '?'}"
    if there is None or needed.total <= there:
        return line
    batched = replace(config, "train.batch_size", batch_size)
    tries = []
    for what, changed in changes(batched, replicas):
        size = estimate(changed, changed.train.batch_size // replicas, kind).total
        tries.append(f"{what} ({gib(size)} GiB)")
        if size <= there:
            break
    is_clear = needed.total > MARGIN * there
    message = (
        f"training {'will' if is_clear else 'may'} not fit: it takes {needed} on each device, "
        f"which has {gib(there)} GiB. Change, one after the other: {', '.join(tries)}"
    )
    if is_clear and config.train.memory_check == "stop":
        raise UserError(f"{message}; or write train.memory_check=warn to try it as it is")
    return f"memory: {message}"


def changes(config: Config, replicas: int) -> Iterator[Change]:
    """What takes less memory, each on top of the ones before, the least harmful first."""

    def changed(values: dict) -> Config:
        nonlocal config
        for key, value in values.items():
            config = replace(config, key, value)
        return config

    batch = config.train.batch_size
    while batch % (2 * replicas) == 0:
        batch //= 2
        yield _written({"train.batch_size": batch}), changed({"train.batch_size": batch})
    more: list[dict] = []
    if not config.train.recompute:
        more.append({"train.recompute": True})
    if config.train.precision == "float32":
        more.append({"train.precision": "mixed_bfloat16"})
    if config.model.base_width > 1:
        more.append({"model.base_width": config.model.base_width // 2})
    half = {"data.height": config.data.height // 2, "data.width": config.data.width // 2}
    for values in (*more, half):
        try:
            validate(changed(values))
        except UserError:
            return
        yield _written(values), config


def _written(values: dict) -> str:
    return " with ".join(f"{key}={str(value).lower()}" for key, value in values.items())
