"""What every entry point shares: the config's flags, the user's paths, one-line errors."""

import contextlib
import difflib
import faulthandler
import gc
import os
import pathlib
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence

from absl import app, flags, logging

from spade_tf.config import CONFIG_FOLDER, Config, all_options, load_config
from spade_tf.errors import UserError

# Before TensorFlow is imported: fewer start-up lines.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# The flags defined here are shown by the --help of the program that asks for them.
flags.disclaim_key_flags()

PATH_KEYS = (
    "data.root",
    "data.shards",
    "data.palette",
    "model.bank",
    "losses.vgg_weights",
    "train.initial_workdir",
    "evaluation.segmenter",
)
NO_PATHS = ("", "auto", "imagenet", "none")


def define_config_flags(default: str | None = None) -> None:
    """Defines `--config=NAME` and `--config.a.b=VALUE` for every value of the config."""
    names = ", ".join(sorted(p.stem for p in CONFIG_FOLDER.glob("*.py") if p.stem[0] != "_"))
    flags.DEFINE_string("config", default, f"experiment: {names}; or a path to a .py file")
    for key, leaf in all_options():
        text = leaf.metadata["help"]
        if leaf.metadata["choices"]:
            text += f" ({', '.join(map(str, leaf.metadata['choices']))})"
        # Text, so that spade_tf.config reads and refuses values in one place and in its own words.
        flags.DEFINE_string(f"config.{key}", None, f"{text}; default of the papers: {leaf.default}")


def overrides_from_flags() -> dict[str, str]:
    """The `--config.a.b=VALUE` given on the command line, paths made absolute."""
    values = {key: getattr(flags.FLAGS, f"config.{key}") for key, _ in all_options()}
    given = {key: value for key, value in values.items() if value is not None}
    return {
        key: user_path(value) if key in PATH_KEYS and value not in NO_PATHS else value
        for key, value in given.items()
    }


def config_from_flags() -> Config:
    """The config that the command line asks for."""
    if not flags.FLAGS.config:
        raise UserError("give --config=NAME, such as --config=coco")
    name = flags.FLAGS.config
    return load_config(user_path(name) if name.endswith(".py") else name, overrides_from_flags())


def user_path(path: str) -> str:
    """An absolute path. `bazel run` starts programs elsewhere than where the user typed it."""
    here = os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd())
    # Links stay: what is painted is named after the path that the user gave.
    return os.path.abspath(os.path.join(here, os.path.expanduser(path)))


def required_path(name: str) -> pathlib.Path:
    """The path that a flag gives, absolute. Raises UserError if it is missing."""
    path = optional_path(name)
    if not path:
        raise UserError(f"give --{name}=PATH; --help says what it is")
    return path


def optional_path(name: str) -> pathlib.Path | None:
    """The path that a flag gives, absolute, or None."""
    value = getattr(flags.FLAGS, name)
    return pathlib.Path(user_path(value)) if value else None


def optional_steps(name: str) -> range:
    """The steps that a flag FIRST:LAST gives, counted from 1 and both included; none without it."""
    value = getattr(flags.FLAGS, name)
    if value is None:
        return range(0)
    first, _, last = value.partition(":")
    if not (first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last)):
        raise UserError(f"--{name}={value}: expected FIRST:LAST, counted from 1, such as 20:24")
    return range(int(first), int(last) + 1)


def import_tensorflow() -> None:
    """Imports TensorFlow without its start-up lines; with TF_CPP_MIN_LOG_LEVEL=0 they are shown.

    TensorFlow prints them before it looks at that variable, so we hold them back ourselves.
    """
    if "tensorflow" in sys.modules or os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0":
        return
    with _muted_stderr():
        import tensorflow  # noqa: F401


@contextlib.contextmanager
def _muted_stderr() -> Iterator[None]:
    """Drops what C++ code writes to stderr, except with an error; a crash is still reported."""
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        faulthandler.enable(stderr)
        try:
            yield
        except Exception:
            held_back.seek(0)
            os.write(stderr, held_back.read())
            raise
        finally:
            faulthandler.disable()
            os.dup2(stderr, 2)
            os.close(stderr)


def run(main: Callable[[Sequence[str]], None]) -> None:
    """Runs an entry point.

    An error that the user can mend, a disk or permission that fails among them, is one line on
    stderr and status 1; Ctrl-C is status 130.
    """

    def guarded(argv: Sequence[str]) -> None:
        try:
            if len(argv) > 1:
                raise UserError(f"unexpected argument {argv[1]!r}; flags are written --name=value")
            try:
                main(argv)
            except BaseException as error:
                _let_go(error)
                raise
        except (UserError, OSError) as error:
            print(f"error: {error}", file=sys.stderr)
            sys.exit(1)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            sys.exit(130)

    logging.set_verbosity(logging.WARNING)
    app.run(guarded, flags_parser=_parse)


def _let_go(error: BaseException) -> None:
    """Frees what the functions that an error came through were working with.

    Among it may be an iterator whose scenes are still being painted by other threads. Freed only
    when Python ends, it would wait for ever for these threads, which Python no longer lets run.
    """
    reason: BaseException | None = error
    while reason:
        traceback.clear_frames(reason.__traceback__)
        reason = reason.__cause__ or reason.__context__
    gc.collect()


def _parse(argv: Sequence[str]) -> list[str]:
    """The arguments that are no flags; an error is one line, where absl would add its help."""
    try:
        return flags.FLAGS(argv)
    except flags.UnrecognizedFlagError as error:
        near = difflib.get_close_matches(error.flagname, list(flags.FLAGS), n=1)
        hint = f"did you mean --{near[0]}?" if near else "--help lists the flags"
        print(f"error: unknown flag --{error.flagname}; {hint}", file=sys.stderr)
    except flags.Error as error:
        print(f"error: {error}", file=sys.stderr)
    sys.exit(1)
