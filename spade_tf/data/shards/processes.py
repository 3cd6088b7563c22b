"""Runs a function on many jobs in processes of this machine, and counts what they have done."""

import concurrent.futures
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.sharedctypes import Synchronized
from typing import Any, TypeVar

from tqdm import tqdm

from spade_tf.command_line import import_tensorflow

Job = TypeVar("Job")

_done: Synchronized | None = None
"""In a worker process: examples done by all of them."""


def run_in_processes(
    work: Callable[[Job, Callable[[], None]], None],
    jobs: Sequence[Job],
    examples: int,
    workers: int,
    what: str,
) -> None:
    """Does `work(job, advance)` for all jobs, with a bar of examples per second and time left.

    Args:
      work: a function of a module; calls `advance` for each example.
      jobs: what can be sent to a process.
      examples: that all jobs have together.
      workers: processes; with 1 all is done in this one.
      what: to write before the bar.
    """
    with tqdm(total=examples, desc=what, unit="img", smoothing=0.1) as bar:
        if workers == 1 or len(jobs) == 1:
            for job in jobs:
                work(job, bar.update)
            return
        # TensorFlow does not survive a fork.
        context = multiprocessing.get_context("spawn")
        done = context.Value("q", 0)
        with concurrent.futures.ProcessPoolExecutor(
            min(workers, len(jobs)), context, _start, (done, os.getpid())
        ) as pool:
            futures = [pool.submit(_run, work, job) for job in jobs]
            try:
                pending: Any = futures
                while pending:
                    finished, pending = concurrent.futures.wait(
                        pending, 0.5, concurrent.futures.FIRST_COMPLETED
                    )
                    bar.update(done.value - bar.n)
                    for future in finished:
                        future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _start(done: Synchronized, parent: int) -> None:
    global _done
    _done = done
    import_tensorflow()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)  # nobody waits for the work any more

    threading.Thread(target=watch, daemon=True).start()


def _run(work: Callable[[Job, Callable[[], None]], None], job: Job) -> None:
    work(job, _advance)


def _advance() -> None:
    assert _done is not None
    with _done.get_lock():
        _done.value += 1
