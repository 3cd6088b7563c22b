"""The papers' user study as a small web page: which of two methods' images fits a layout better?

    python -m tools.preference_study --labels=DIR --method_a=NAME=DIR --method_b=NAME=DIR \\
        --database=FILE.sqlite [--config=NAME] [--questions=500] [--attention_checks=3]
    python -m tools.preference_study --database=FILE.sqlite --report=FILE.md [--csv=FILE.csv]

The first asks people until Ctrl-C; begun again with the same flags it goes on. The second writes
the papers' table, a picture and a JSON line of all studies in the file.
"""

import pathlib
import signal
from collections.abc import Iterable

from absl import flags
from tqdm import tqdm

from spade_tf import command_line
from spade_tf.errors import UserError

command_line.define_config_flags(None)
flags.DEFINE_string("database", None, "SQLite file of answers; made if missing")
flags.DEFINE_string("labels", None, "folder of label maps (PNG)")
flags.DEFINE_string("method_a", None, "NAME=DIR: images named like the label maps")
flags.DEFINE_string("method_b", None, "NAME=DIR: of the other method")
flags.DEFINE_string("dataset", None, "name for the report; default: the name of --config")
flags.DEFINE_integer("questions", 0, "label maps drawn at random; 0: all", lower_bound=0)
flags.DEFINE_integer("questions_per_person", 0, "at most; 0: all", lower_bound=0)
flags.DEFINE_integer("answers_per_question", 5, "people who answer each", lower_bound=1)
flags.DEFINE_integer(
    "attention_checks", 0, "questions with a plain answer for each person", lower_bound=0
)
flags.DEFINE_float("seconds", 0, "how long images show; 0: as long as wanted", lower_bound=0)
flags.DEFINE_integer("seed", 0, "of what is drawn at random, the report's bootstrap included")
flags.DEFINE_string("host", "127.0.0.1", "address to listen on; 0.0.0.0 is the whole network")
flags.DEFINE_integer(
    "port", 8090, "to listen on; 0: any free one", lower_bound=0, upper_bound=65535
)
flags.DEFINE_string("report", None, "write this Markdown file, and .png and .json beside it")
flags.DEFINE_string("csv", None, "write all answers to this file")

ASKING = ("labels", "method_a", "method_b")


def main(_: object) -> None:
    """Asks people, or reports."""
    database = command_line.required_path("database")
    report, table = command_line.optional_path("report"), command_line.optional_path("csv")
    given = [f"--{name}" for name in ASKING if getattr(flags.FLAGS, name)]
    if not (report or table):
        ask(database)
    elif given:
        raise UserError(f"{given[0]} is for asking, --report and --csv for afterwards; give one")
    else:
        write_results(database, report, table)


def write_results(
    path: pathlib.Path, report: pathlib.Path | None, table: pathlib.Path | None
) -> None:
    """Writes the report, or the answers as CSV, or both."""
    command_line.import_tensorflow()  # its start-up lines would come with the package's import
    from spade_tf.evaluation.preference.database import Database
    from spade_tf.evaluation.preference.export import write_answers
    from spade_tf.evaluation.preference.report import write_report
    from spade_tf.evaluation.preference.results import read_results

    with Database(path, create=False) as database:
        if table:
            print(f"{write_answers(database, table)} answers are in {table}")
        if report:
            seed = flags.FLAGS.seed
            print(write_report(read_results(database, seed), report, seed))
            print(f"the report is {report}")


def ask(path: pathlib.Path) -> None:
    """Serves the study until Ctrl-C."""
    labels = command_line.required_path("labels")
    method_a, method_b = _method("method_a"), _method("method_b")
    config = command_line.config_from_flags() if flags.FLAGS.config else None
    command_line.import_tensorflow()
    from spade_tf.evaluation.preference.database import Database
    from spade_tf.evaluation.preference.material import prepare
    from spade_tf.evaluation.preference.questions import find_questions
    from spade_tf.evaluation.preference.server import StudyServer
    from spade_tf.evaluation.preference.study import Settings, open_study
    from spade_tf.evaluation.preference.survey import Survey

    values = flags.FLAGS
    questions = find_questions(labels, method_a[1], method_b[1], values.questions, values.seed)
    material = prepare(questions, config, values.attention_checks, values.seed, _show_progress)
    settings = Settings(
        method_a[0],
        method_b[0],
        _dataset(),
        values.seconds,
        values.answers_per_question,
        values.questions_per_person,
        values.seed,
    )
    with Database(path, create=True) as database:
        study = open_study(database, settings, material.questions)
        with StudyServer(Survey(database, study, material), values.host, values.port) as server:
            print(f"{len(questions)} questions at {server.url} - Ctrl-C ends", flush=True)
            _serve(server)
        answers = database.value("SELECT count(*) FROM answers")
        print(f"stopped; {answers} answers are in {path}", flush=True)


def _serve(server) -> None:
    """Serves until Ctrl-C or SIGTERM; what has been answered is stored already."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a script's background job ignores the first
        signal.signal(number, signal.default_int_handler)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


def _method(flag: str) -> tuple[str, pathlib.Path]:
    """Name and folder of a method."""
    name, equals, folder = (getattr(flags.FLAGS, flag) or "").partition("=")
    if not (name.strip() and equals and folder):
        raise UserError(f"give --{flag}=NAME=DIR, such as --{flag}=spade=runs/coco/samples")
    return name.strip(), pathlib.Path(command_line.user_path(folder))


def _dataset() -> str:
    """The data set's name in the report."""
    if flags.FLAGS.dataset is not None:
        return flags.FLAGS.dataset
    return pathlib.Path(flags.FLAGS.config).stem if flags.FLAGS.config else ""


def _show_progress(items: Iterable) -> Iterable:
    return tqdm(items, desc="reading", unit="question", leave=False)


if __name__ == "__main__":
    command_line.run(main)
