"""Measuring an inference in a process of its own, which has run nothing before."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from spade_tf.benchmark.cases import Case, Workload, case_config
from spade_tf.benchmark.rounds import one_line
from spade_tf.config import Config, from_json, to_json
from spade_tf.errors import UserError

ROOT = pathlib.Path(__file__).resolve().parents[2]


def ask(
    module: str,
    case: Case,
    config: Config,
    data_root: str | None,
    environment: Mapping[str, str] | None = None,
) -> Any:
    """What a module whose main calls `answer` measures of a case.

    Args:
        module: its name.
        case: the inference.
        config: the experiment.
        data_root: of real label maps, or None.
        environment: variables that the process gets beside ours.

    Raises:
        UserError: the process failed; with its last line.
    """
    request = {
        "config": to_json(config),
        "case": dataclasses.asdict(case),
        "data_root": data_root,
    }
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    result = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, **(environment or {})},
    )
    if result.returncode:
        lines = result.stderr.strip().splitlines() or [f"status {result.returncode}"]
        raise UserError(lines[-1])
    return json.loads(result.stdout)


def answer(measure: Callable[[Case, Config, str | None], Any]) -> None:
    """Answers the request on stdin: `measure` of the case, its config and data, as JSON."""
    request = json.load(sys.stdin)
    case = Case(**{**request["case"], "workload": Workload(**request["case"]["workload"])})
    try:
        config = case_config(from_json(request["config"]), case)
        print(json.dumps(measure(case, config, request["data_root"])))
    except Exception as error:
        sys.exit(one_line(error))
