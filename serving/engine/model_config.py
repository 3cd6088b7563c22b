"""Which models to serve: from the command line, a file, or a request to reload."""

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from serving.engine import versions
from serving.engine.refusal import Refusal, invalid
from spade_tf.errors import UserError


@dataclass(frozen=True)
class ModelConfig:
    """A model to serve.

    name       that requests call it by
    base_path  absolute; its children named by numbers are the versions
    policy     which of them to serve
    labels     version numbers by label
    """

    name: str
    base_path: pathlib.Path
    policy: versions.Policy = field(default_factory=versions.latest)
    labels: Mapping[str, int] = field(default_factory=dict)


def from_message(config: Any) -> list[ModelConfig]:
    """The models of a `tensorflow.serving.ModelServerConfig`.

    Raises:
        Refusal: INVALID_ARGUMENT, it is not one that we can serve.
    """
    if not config.HasField("model_config_list"):
        raise invalid("Invalid config: expected a model_config_list")
    found: dict[str, ModelConfig] = {}
    for model in config.model_config_list.config:
        if not model.name:
            raise invalid("Invalid config: a model has no name")
        if model.name in found:
            raise invalid(f"Illegal to list model {model.name} multiple times in config list")
        if model.model_platform not in ("", "tensorflow"):
            raise invalid(
                f"Invalid config: model {model.name} has model_platform {model.model_platform!r}; "
                'expected "tensorflow"'
            )
        if not pathlib.PurePath(model.base_path).is_absolute():
            raise invalid(
                f"Expected model {model.name} to have an absolute path; got base_path() = "
                f"{model.base_path!r}"
            )
        found[model.name] = ModelConfig(
            model.name,
            pathlib.Path(model.base_path),
            versions.policy_of(model.model_version_policy),
            dict(model.version_labels),
        )
    return list(found.values())


def read_file(path: pathlib.Path) -> list[ModelConfig]:
    """The models of a text file, the same that TensorFlow Serving takes.

    Raises:
        UserError: no such file, or one that cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return from_message(text_format.Parse(text, model_server_config_pb2.ModelServerConfig()))
    except FileNotFoundError:
        raise UserError(f"--model_config_file={path} does not exist") from None
    except (text_format.ParseError, UnicodeDecodeError, Refusal) as error:
        raise UserError(f"--model_config_file={path}: {error}") from error
