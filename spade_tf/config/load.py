"""Configs from `configs/NAME.py`, and to and from the JSON of a workdir."""

import dataclasses
import difflib
import importlib.util
import json
import pathlib
import types
from collections.abc import Mapping
from typing import Any

from spade_tf.config.keys import all_options, get, replace
from spade_tf.config.recipes import RECIPES
from spade_tf.config.schema import Config
from spade_tf.config.validate import validate
from spade_tf.errors import UserError

CONFIG_FOLDER = pathlib.Path(__file__).resolve().parents[2] / "configs"


def load_config(name: str, overrides: Mapping[str, Any] | None = None) -> Config:
    """The experiment `configs/NAME.py` (or a path to such a file), with some values replaced.

    Args:
      name: a name such as `coco`, or the path of a Python file with a function `config()`.
      overrides: dotted keys to values, e.g. `{"model.norm": "clade"}`; text is read as the key's
        type. Another `model.kind` than the file's brings its recipe, see `RECIPES`.

    Raises:
      UserError: unknown name, unknown key, wrong type, or values that do not fit together.
    """
    config = _read(name)
    # What the file says is read like what the overrides say: typed, or refused.
    for key, value in [(k, get(config, k)) for k, _ in all_options()]:
        config = replace(config, key, value)
    kind = (overrides or {}).get("model.kind", config.model.kind)
    recipe = RECIPES.get(kind, {}) if kind != config.model.kind else {}
    for key, value in {**recipe, **(overrides or {})}.items():
        config = replace(config, key, value)
    validate(config)
    return config


def to_json(config: Config) -> str:
    """The config as indented JSON, as it is written into a workdir."""
    return json.dumps(dataclasses.asdict(config), indent=2) + "\n"


def from_json(text: str, source: str = "config.json") -> Config:
    """The config that `to_json` wrote; values it does not name keep their defaults."""
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{source} is not JSON ({error}); it should be what training wrote"
        ) from error
    if not isinstance(tree, dict):
        raise UserError(f"{source} is not a config; it should be what training wrote")
    values: dict[str, Any] = {}
    for section, value in tree.items():
        leaves = value if isinstance(value, dict) else {"": value}
        values |= {f"{section}.{key}".rstrip("."): leaf for key, leaf in leaves.items()}
    config = Config()
    try:
        for key, leaf in values.items():
            config = replace(config, key, leaf)
        validate(config)
    except UserError as error:
        raise UserError(f"{source}: {error}") from error
    return config


def _read(name: str) -> Config:
    path = pathlib.Path(name)
    if path.suffix != ".py":
        path = CONFIG_FOLDER / f"{name}.py"
    if not path.is_file():
        names = sorted(p.stem for p in CONFIG_FOLDER.glob("*.py") if not p.stem.startswith("_"))
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UserError(
            f"no config {name!r}: {hint}The names are {', '.join(names)}; or give a file's path"
        )
    spec = importlib.util.spec_from_file_location(f"config_{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        config = getattr(module, "config", None)
        config = config() if isinstance(config, types.FunctionType) else config
    except (SyntaxError, NameError, TypeError, ImportError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise UserError(f"{path} is not a config that Python can run ({reason})") from error
    if not isinstance(config, Config):
        raise UserError(
            f"{path} should define a function config() that returns a spade_tf.config.Config"
        )
    return config
