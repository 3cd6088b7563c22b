"""What differs between the workers of a run: their place in the cluster, and where they write.

A worker is a process with all devices of its machine. Worker 0 is the chief: it alone writes the
workdir. The others run the same loop in a temporary folder, because every worker must take part in
whatever involves variables, saving among it.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from typing import TypeVar

import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.training.workdir import Workdir

Result = TypeVar("Result")

EXAMPLE = (
    '{"cluster": {"worker": ["host0:12345", "host1:12345"]}, '
    + '"task": {"type": "worker", "index": 0}}'
)


@dataclasses.dataclass(frozen=True)
class Cluster:
    """All workers of a run, in order, and which of them this process is."""

    addresses: tuple[str, ...] = ("",)
    index: int = 0
    chiefs: int = 0
    """How many of them TF_CONFIG calls `chief`: none or one, the first."""


def read_cluster() -> Cluster:
    """The cluster that the environment variable TF_CONFIG describes; without it, one worker.

    Raises:
      UserError: TF_CONFIG is not what TensorFlow defines.
    """
    text = os.environ.get("TF_CONFIG")
    if not text:
        return Cluster()
    try:
        content = json.loads(text)
        jobs, task = content.get("cluster") or {}, content.get("task") or {}
        if not jobs:
            return Cluster()
        chiefs, others = jobs.get("chief", []), jobs.get("worker", [])
        addresses = tuple(str(address) for address in [*chiefs, *others])
        index = int(task["index"]) + (len(chiefs) if task["type"] == "worker" else 0)
        if set(jobs) - {"chief", "worker"} or task["type"] not in jobs or index < 0:
            raise KeyError
        addresses[index]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise UserError(
            f"TF_CONFIG is {text}; expected all workers, and which of them this process is, such "
            f"as {EXAMPLE}"
        ) from error
    return Cluster(addresses, index, len(chiefs))


class Workers:
    """The workers of a run, seen from one of them; with a strategy of one machine, it is alone.

    Every worker must call each method that asks the others, in the same order.

    Args:
      strategy: what `make_strategy` made.
    """

    def __init__(self, strategy: tf.distribute.Strategy):
        self.strategy = strategy
        together = isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
        self.cluster = read_cluster() if together else Cluster()
        self._gather = tf.function(self._all_values)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.cluster.addresses)

    @property
    def is_chief(self) -> bool:
        """Whether this one writes the workdir."""
        return self.cluster.index == 0

    def values(self, own: int) -> list[int]:
        """What each worker gives, in their order. Waits for all."""
        if self.count == 1:
            return [own]
        of_replicas = self._gather(tf.constant(own, tf.int64)).numpy().tolist()
        return of_replicas[:: len(of_replicas) // self.count]

    def any(self, own: object) -> bool:
        """Whether it is true of any worker. Waits for all."""
        return any(self.values(int(bool(own))))

    def check_agreement(self, what: str, own: int, advice: str) -> None:
        """Refuses to go on where the workers differ. Waits for all."""
        values = self.values(own)
        if len(set(values)) > 1:
            named = zip(self.cluster.addresses, values, strict=True)
            each = ", ".join(f"{value} at {address}" for address, value in named)
            raise UserError(f"the workers differ in {what}: {each}; {advice}")

    def chief_first(self, make: Callable[[], Result]) -> Result:
        """What `make` returns, run by the others only once the chief has finished it."""
        if not self.is_chief:
            self.values(0)
            return make()
        result = make()
        self.values(0)
        return result

    @contextlib.contextmanager
    def own_workdir(self, workdir: Workdir) -> Iterator[Workdir]:
        """Where this worker writes: the chief the workdir, others a folder removed in the end.

        Its name is the same for each run, so that one left by a crash is found and removed.
        """
        if self.is_chief:
            yield workdir
            return
        run = zlib.crc32(str(workdir.path).encode())
        name = f"spade_tf_{run:08x}_worker_{self.cluster.index}"
        folder = pathlib.Path(tempfile.gettempdir()) / name
        shutil.rmtree(folder, ignore_errors=True)
        try:
            yield Workdir(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def explained_loss(self, workdir: Workdir) -> Iterator[None]:
        """Turns TensorFlow's errors about workers that are gone into one line."""
        try:
            yield
        except tf.errors.OpError as error:
            if not self.is_loss(error):
                raise
            raise UserError(
                f"lost {self._lost(error.message)} at step {workdir.latest_step()} or later: the "
                "process has ended or cannot be reached; see what it printed. This run cannot go "
                f"on without it: start all {self.count} workers again with the same commands, and "
                f"training goes on from {workdir.latest_checkpoint() or 'the beginning'}"
            ) from error

    def is_loss(self, error: tf.errors.OpError) -> bool:
        """Whether an error comes from another worker that is gone."""
        gone = (tf.errors.UnavailableError, tf.errors.AbortedError)
        return self.count > 1 and (
            isinstance(error, gone) or "Collective ops is aborted" in error.message
        )

    def _lost(self, message: str) -> str:
        """Names the workers that an error message names; it names none if that was the chief."""
        tasks = re.findall(r"/job:(chief|worker)/replica:\d+/task:(\d+)", message)
        indices = {int(index) + self.cluster.chiefs * (job == "worker") for job, index in tasks}
        lost = sorted(indices - {self.cluster.index}) or ([] if self.is_chief else [0])
        named = [f"worker {index} ({self.cluster.addresses[index]})" for index in lost]
        return ", ".join(named) or "a worker"

    def _all_values(self, own: tf.Tensor) -> tf.Tensor:
        replicas = self.strategy.num_replicas_in_sync

        def at_my_place() -> tf.Tensor:
            mine = tf.distribute.get_replica_context().replica_id_in_sync_group
            return tf.one_hot(mine, replicas, on_value=own, off_value=tf.zeros_like(own))

        values = self.strategy.run(at_my_place)
        return self.strategy.reduce(tf.distribute.ReduceOp.SUM, values, axis=None)
