"""Measures every case of a workload: time, work, memory, and how near the images are."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from spade_tf.benchmark.cases import INFERENCE, Case, Workload, case_config, cases_of
from spade_tf.benchmark.cases import workload_config as config_of
from spade_tf.benchmark.layouts import make_batch, make_layouts
from spade_tf.benchmark.memory import peak_bytes
from spade_tf.benchmark.rounds import Timing, one_line, time_cases
from spade_tf.benchmark.runs import make_run
from spade_tf.benchmark.tensorflow_runs import Batch, Run, used_generator
from spade_tf.benchmark.work import macs_of
from spade_tf.config import Config

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What every workload is measured with.

    Attributes:
        models, modes, precisions: names from `cases`.
        rounds: how often each case is timed.
        data_root: folder of real label maps, or None for procedural scenes.
        memory: whether to measure peak memory, which takes a process for each case.
    """

    models: tuple[str, ...]
    modes: tuple[str, ...]
    precisions: tuple[str, ...]
    rounds: int
    data_root: str | None
    memory: bool


@dataclass(frozen=True)
class Row:
    """What was measured of a case.

    Attributes:
        case: which.
        timing: its times, or why there are none.
        macs: multiply-accumulates of a call, the median of the rounds' label maps.
        memory: peak bytes, None where not measured.
        grey_levels_off: the largest difference to the image of the same weights by convolutions in
            float32, in 255ths of the range.
    """

    case: Case
    timing: Timing
    macs: int
    memory: int | None
    grey_levels_off: float | None


def measure_workload(config: Config, workload: Workload, options: Options, say: Say) -> list[Row]:
    """Measures the workload's cases side by side, on the same label maps.

    Args:
        config: the experiment.
        workload: what to do.
        options: which cases, and how.
        say: is told what happens.

    Raises:
        UserError: no label maps, or an experiment that cannot paint this size.
    """
    sized = config_of(config, workload)
    layouts = make_layouts(options.data_root, sized)
    is_inference = workload.what == INFERENCE
    warm_up, *batches = [
        make_batch(layouts, number, sized, training=not is_inference)
        for number in range(options.rounds + 1)
    ]
    cases = cases_of(workload, options.models, options.modes, options.precisions)
    references = References(config, warm_up) if is_inference else None

    def make(case: Case) -> Run:
        generator = references.generator(case) if references else None
        return make_run(case, case_config(config, case), generator)

    timings = time_cases(cases, make, warm_up, batches, say)
    return [
        Row(
            case,
            timings[case],
            _median_macs(config, case, batches),
            _memory(config, case, options, timings[case], say),
            references.grey_levels_off(case, timings[case]) if references else None,
        )
        for case in cases
    ]


class References:
    """For each norm, one generator whose weights all cases share, and the image that it paints.

    Args:
        config: the experiment.
        batch: layouts to paint.
    """

    def __init__(self, config: Config, batch: Batch) -> None:
        self._config, self._batch = config, batch
        self._made: dict[str, tuple[Any, np.ndarray]] = {}

    def generator(self, case: Case) -> Any:
        """The generator of the case's norm."""
        return self._of(case)[0]

    def grey_levels_off(self, case: Case, timing: Timing) -> float | None:
        """The largest difference of the case's first image to the reference's."""
        if timing.first_output is None:
            return None
        off = np.abs(timing.first_output - self._of(case)[1]).max()
        return float(off) * 127.5

    def _of(self, case: Case) -> tuple[Any, np.ndarray]:
        config = case_config(self._config, Case(case.workload, case.model, "graph", "float32"))
        if config.model.norm not in self._made:
            generator = used_generator(config, self._batch)
            image = np.asarray(generator(self._batch, training=False))
            self._made[config.model.norm] = generator, image
        return self._made[config.model.norm]


def _median_macs(config: Config, case: Case, batches: list[Batch]) -> int:
    graph = case_config(config, Case(case.workload, case.model, "graph", case.precision))
    macs = [macs_of(batch, graph, case.workload.what) for batch in batches]
    return int(statistics.median(macs))


def _memory(config: Config, case: Case, options: Options, timing: Timing, say: Say) -> int | None:
    """Peak bytes; failing to measure them is said, and fails nothing else."""
    if case.workload.what != INFERENCE or timing.error or not options.memory:
        return None
    say(f"{case}: memory")
    try:
        return peak_bytes(case, config, options.data_root)
    except (ValueError, OSError) as error:
        say(f"{case}: memory was not measured: {one_line(error)}")
        return None
