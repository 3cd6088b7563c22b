import numpy as np
import pytest

from spade_tf.evaluation.evaluator import Evaluator
from spade_tf.evaluation.metrics import find_metrics
from spade_tf.evaluation.periodic import PeriodicEvaluation
from spade_tf.evaluation.results import read_lines
from spade_tf.training.checkpoints import Checkpoints, load_generator
from spade_tf.training.workdir import Workdir
from tests.data.small_sets import custom_set
from tests.evaluation.tiny_segmenter import tiny_segmenter
from tests.tiny_config import tiny_config
from tests.tiny_workdir import tiny_workdir

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A workdir, its state, and its evaluator."""
    folder = tmp_path_factory.mktemp("periodic")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPADE_REFERENCES", str(folder / "references"))
        yield make_run(folder)


def make_run(folder):
    custom_set(folder / "data", train=1, val=2)
    values = {
        "data.root": str(folder / "data"),
        "data.preprocess": "crop",
        "model.norm": "clade",  # its graph is made sooner than that of the default
        "model.spectral_norm": False,
    }
    config = tiny_config(values)
    state = tiny_workdir(folder / "run", values)
    metrics = find_metrics(["frechet_segmenter", "miou"])
    evaluator = Evaluator(config, metrics, segmenter=tiny_segmenter(folder / "segmenter", config))
    return Workdir(folder / "run"), state, evaluator


def save(run, step, bias):
    """A checkpoint whose images are black or white where the last layer's bias is large."""
    workdir, state, _ = run
    last_bias(state.ema_generator).assign(np.float32([bias] * 3))
    state.step.assign(step)
    Checkpoints(workdir, state, 5).save()


def last_bias(generator):
    """The bias of the layer that makes the colours."""
    (bias,) = [x for x in generator.trainable_variables if x.name == "bias" and x.shape == (3,)]
    return bias


def test_the_best_checkpoint_is_kept_and_is_a_workdir(run):
    workdir, _, evaluator = run
    evaluation = PeriodicEvaluation(evaluator, workdir)
    distance = {}
    for step, bias in ((10, -1e4), (20, 0.0), (30, 1e4), (40, 1e4)):
        save(run, step, bias)
        assert not evaluation.is_done(step)
        distance[step] = evaluation.run()["frechet_segmenter"]
        assert evaluation.is_done(step)
    assert distance[30] == distance[40]
    assert len(set(distance.values())) == 3
    best = min(distance, key=lambda step: (distance[step], step))
    assert evaluation.best_step() == best
    assert Workdir(workdir.best).latest_step() == best
    _, generator, _ = load_generator(Workdir(workdir.best))
    assert last_bias(generator).numpy()[0] == {10: -1e4, 20: 0.0, 30: 1e4}[best]
    lines = read_lines(workdir.evaluation)
    assert [line["step"] for line in lines] == [10, 10, 20, 20, 30, 30, 40, 40]
    assert workdir.evaluation_curves.stat().st_size > 1000


def test_another_process_knows_what_is_done(run):
    workdir, _, evaluator = run
    evaluation = PeriodicEvaluation(evaluator, workdir)
    assert evaluation.is_done(40)
    assert not evaluation.is_done(50)
    evaluation.follow(total_steps=40)  # nothing is left: it ends
    assert len(read_lines(workdir.evaluation)) == 8


def test_following_scores_what_is_new(run, capsys):
    save(run, 50, -1e4)
    PeriodicEvaluation(run[2], run[0]).follow(total_steps=50)
    assert "step 50: frechet_segmenter" in capsys.readouterr().out
