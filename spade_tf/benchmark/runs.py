"""From a case to what is timed, whichever library it runs on."""

from typing import Any

from spade_tf.benchmark import tensorflow_runs
from spade_tf.benchmark.cases import INFERENCE, Case
from spade_tf.benchmark.hardware import num_threads
from spade_tf.benchmark.tensorflow_runs import Run
from spade_tf.config import Config


def prepare(with_pytorch: bool) -> None:
    """Lets both libraries share the machine on equal terms. Before anything else runs."""
    tensorflow_runs.prepare()
    if with_pytorch:
        from spade_tf.benchmark.pytorch.runs import use_threads

        use_threads(num_threads())


def make_run(case: Case, config: Config, generator: Any = None) -> Run:
    """A function that does a case's workload on a batch.

    Args:
        case: what to run.
        config: the case's.
        generator: of ours, whose weights an inference takes; fresh ones by default.

    Raises:
        UserError: the case cannot be run.
    """
    is_inference = case.workload.what == INFERENCE
    if not case.is_pytorch:
        if not is_inference:
            return tensorflow_runs.training(case, config)
        return tensorflow_runs.inference(case, config, generator)
    from spade_tf.benchmark.pytorch import runs
    from spade_tf.benchmark.pytorch.weights import state_dict_of

    if not is_inference:
        return runs.training(config, case.is_as_published)
    state = state_dict_of(generator) if generator else None
    return runs.inference(config, state, case.is_as_published)
