"""Values by dotted key, such as `model.norm`: listed, read and replaced."""

import dataclasses
import difflib
import math
import typing
from typing import Any

from spade_tf.config.schema import Config
from spade_tf.errors import UserError


def get(config: Config, key: str) -> Any:
    """The value at a dotted key."""
    value: Any = config
    for part in key.split("."):
        value = getattr(value, part)
    return value


def replace(config: Config, key: str, value: Any) -> Config:
    """A copy of `config` with the value at a dotted key replaced; text is read as its type."""
    options = dict(all_options())
    if key not in options:
        near = difflib.get_close_matches(key, options, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else f"; the keys are {', '.join(options)}"
        raise UserError(f"config has no key {key!r}{hint}")
    value = _coerce(key, options[key], value)
    section, _, leaf = key.rpartition(".")
    if not section:
        return dataclasses.replace(config, **{leaf: value})
    part = dataclasses.replace(getattr(config, section), **{leaf: value})
    return dataclasses.replace(config, **{section: part})


def all_options() -> list[tuple[str, dataclasses.Field]]:
    """Every dotted key with its dataclass field, in the order of the config."""
    options: list[tuple[str, dataclasses.Field]] = []
    hints = typing.get_type_hints(Config)
    for section in dataclasses.fields(Config):
        kind = hints[section.name]
        if dataclasses.is_dataclass(kind):
            options += [(f"{section.name}.{leaf.name}", leaf) for leaf in dataclasses.fields(kind)]
        else:
            options.append((section.name, section))
    return options


def _coerce(key: str, leaf: dataclasses.Field, value: Any) -> Any:
    """`value` as the option's own type; text is read, anything lossy refused."""
    kind: Any = type(leaf.default)
    choices = leaf.metadata["choices"]
    result: Any = value
    if kind is bool and isinstance(value, str):
        result = {"true": True, "1": True, "false": False, "0": False}.get(value.lower(), value)
    elif kind in (int, float) and isinstance(value, str):
        try:
            result = kind(value)
        except ValueError:
            result = value
    if kind is float and isinstance(result, int) and not isinstance(result, bool):
        result = float(result)
    if type(result) is not kind or (kind is float and not math.isfinite(result)):
        wanted = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}[
            kind
        ]
        raise UserError(f"{key} is {value!r}, expected {wanted} such as {leaf.default!r}")
    if choices and result not in choices:
        near = difflib.get_close_matches(str(value), [str(c) for c in choices], n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise UserError(f"{key} is {value!r}{hint}; write one of {', '.join(map(str, choices))}")
    return result
