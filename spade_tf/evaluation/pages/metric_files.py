"""Metrics of several methods, from the files of `spade_tf.evaluate`, as rows of one table."""

import dataclasses
import json
import math
import pathlib
from collections.abc import Mapping
from typing import Any

from spade_tf.errors import UserError


@dataclasses.dataclass(frozen=True)
class Result:
    """One line of a file.

    Attributes:
      metric: its name.
      value: None where it is not defined.
      higher_is_better: which way is better.
      unit: such as `%`; empty where none is given.
      protocol: all that the value depends on but the images; None where none is given.
      per_class: value by class name; empty for metrics without.
    """

    metric: str
    value: float | None
    higher_is_better: bool
    unit: str
    protocol: Any
    per_class: Mapping[str, float | None]


def read_metrics(path: pathlib.Path) -> dict[str, Result]:
    """The results in a file of JSON lines by the metric's name; of several the last.

    Raises:
      UserError: names the file and the line that is no result.
    """
    wanted = (
        f"{path} is not what spade_tf.evaluate writes: a line for each metric, such as "
        '{"metric": "miou", "value": 40.1, "higher_is_better": true}'
    )
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {path} ({error})") from error
    results = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            result = _result(json.loads(line))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UserError(f"{wanted}; line {number} is {line[:80]!r}") from error
        results[result.metric] = result
    if not results:
        raise UserError(f"{wanted}; it is empty")
    return results


def metric_table(methods: Mapping[str, Mapping[str, Result]]) -> list[dict[str, Any]]:
    """Rows of the page's table, in the order in which metrics are met.

    Args:
      methods: each method's results by metric.

    Returns: for each metric its values, one a method (None where it was not measured), and those
      of each class.

    Raises:
      UserError: two methods were scored by different protocols, so that no one can be better.
    """
    rows = []
    names = dict.fromkeys(name for results in methods.values() for name in results)
    for name in names:
        scored = {method: results[name] for method, results in methods.items() if name in results}
        first = next(iter(scored.values()))
        for method, result in scored.items():
            if (result.protocol, result.higher_is_better) != (
                first.protocol,
                first.higher_is_better,
            ):
                raise UserError(
                    f"{name} of {next(iter(scored))} and of {method} cannot be compared: their "
                    f"protocols are {first.protocol} and {result.protocol}; score both again"
                )
        classes = dict.fromkeys(c for result in scored.values() for c in result.per_class)
        rows.append(
            {
                "name": name,
                "unit": first.unit,
                "higherIsBetter": first.higher_is_better,
                "values": [scored[m].value if m in scored else None for m in methods],
                "perClass": {
                    c: [scored[m].per_class.get(c) if m in scored else None for m in methods]
                    for c in classes
                },
            }
        )
    return rows


def _result(line: Mapping[str, Any]) -> Result:
    higher_is_better = line["higher_is_better"]
    if not isinstance(line["metric"], str) or not isinstance(higher_is_better, bool):
        raise TypeError
    per_class = line.get("per_class") or {}
    unit = line.get("unit")
    return Result(
        metric=line["metric"],
        value=_number(line["value"]),
        higher_is_better=higher_is_better,
        unit=unit if isinstance(unit, str) else "",
        protocol=line.get("protocol"),
        per_class={str(name): _number(value) for name, value in per_class.items()},
    )


def _number(value: Any) -> float | None:
    """A finite number; None for null, NaN and infinities, which JavaScript's JSON does not have."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value) if math.isfinite(value) else None
