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
Result = TypeVar("Result")

_done: Synchronized | None = None
"""In a worker process: examples done by all of them."""


def run_in_processes(
    work: Callable[[Job, Callable[[], Any]], Result],
    jobs: Sequence[Job],
    examples: int,
    workers: int,
    what: str,
) -> list[Result]:
    """What `work(job, advance)` returns for each job, in their order.

    Args:
      work: a function of a module; calls `advance` for each example.
      jobs: what can be sent to a process.
      examples: that all jobs have together.
      workers: processes; with 1 all is done in this one.
      what: to write before the bar of examples per second and time left.
    """
    with tqdm(total=examples, desc=what, unit="img", smoothing=0.1, mininterval=0.5) as bar:
        workers = min(workers, len(jobs))
        if workers <= 1:
            return [work(job, bar.update) for job in jobs]
        # TensorFlow does not survive a fork.
        context = multiprocessing.get_context("spawn")
        done = context.Value("q", 0)
        with concurrent.futures.ProcessPoolExecutor(
            workers, context, _start, (done, os.getpid())
        ) as pool:
            futures = [pool.submit(_run, work, job) for job in jobs]
            try:
                pending = set(futures)
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
            return [future.result() for future in futures]


def _start(done: Synchronized, parent: int) -> None:
    global _done
    _done = done
    import_tensorflow()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)  # nobody waits for the work any more

    threading.Thread(target=watch, daemon=True).start()


def _run(work: Callable[[Job, Callable[[], Any]], Result], job: Job) -> Result:
    return work(job, _advance)


def _advance() -> None:
    assert _done is not None
    with _done.get_lock():
        _done.value += 1
