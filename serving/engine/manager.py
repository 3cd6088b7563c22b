"""Keeps what is served in step with the version folders on disk.

A version is loaded before the one it replaces is let go, so a model is never without one. Requests
read a snapshot that is replaced as a whole and never changed.
"""

import contextlib
import enum
import os
import pathlib
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc

from serving.engine import versions
from serving.engine.limits import Limits
from serving.engine.log import Log
from serving.engine.metrics import Metrics
from serving.engine.model_config import ModelConfig
from serving.engine.refusal import Refusal, invalid, not_found
from serving.engine.servable import Servable
from serving.engine.warm_up import warm_up

MAX_ATTEMPTS = 6
"""To load a version: the first and five more, as TensorFlow Serving does."""

SECONDS_BETWEEN_ATTEMPTS = 60.0


class State(enum.IntEnum):
    """`tensorflow.serving.ModelVersionStatus.State`."""

    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclass
class Version:
    """A version that is or was to be served."""

    number: int
    state: State = State.START
    error: Refusal | None = None
    servable: Servable | None = None
    attempts: int = 0
    next_attempt: float = 0.0
    stamp: tuple[int, int] | None = None  # tells whether its folder was replaced


@dataclass
class Model:
    """A configured model and its versions by number."""

    config: ModelConfig
    versions: dict[int, Version] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    problem: str = ""  # with its base path, as last logged

    def available(self) -> dict[int, Servable]:
        """The versions that take calls."""
        return {
            version.number: version.servable
            for version in self.versions.values()
            if version.state == State.AVAILABLE and version.servable
        }


class Manager:
    """Loads and unloads versions; finds the one that a request means.

    Args:
        limits: those of requests hold for warm-up records too.
        log, metrics: where loads and unloads are written.
        retry_seconds: between attempts to load a version.
    """

    def __init__(
        self,
        limits: Limits,
        log: Log,
        metrics: Metrics,
        retry_seconds: float = SECONDS_BETWEEN_ATTEMPTS,
    ):
        self._limits = limits
        self._log = log
        self._metrics = metrics
        self._retry_seconds = retry_seconds
        self._lock = threading.RLock()  # whoever changes models holds it
        self._models: dict[str, Model] = {}
        self._served: Mapping[str, tuple[Mapping[int, Servable], Mapping[str, int]]] = {}

    def configure(self, configs: list[ModelConfig]) -> None:
        """Serves these models and no others; returns when their versions are loaded.

        Raises:
            Refusal: NOT_FOUND, a base path does not exist, and nothing was changed;
                FAILED_PRECONDITION, a label is on a version that is not served.
        """
        for config in configs:
            versions.list_versions(config.name, config.base_path)
        with self._lock:
            gone = {**self._models}
            self._models = {}
            for config in configs:
                old = gone.get(config.name)
                if old and old.config.base_path == config.base_path:
                    del gone[config.name]
                    old.config = config
                    self._models[config.name] = old
                else:
                    self._models[config.name] = Model(config)
            self.poll()
            for model in gone.values():
                for version in model.versions.values():
                    self._unload(model, version)
            for config in configs:
                self._set_labels(self._models[config.name])

    def poll(self) -> None:
        """Looks at the base paths once, and loads and unloads what has changed."""
        with self._lock:
            for model in self._models.values():
                try:
                    wanted = versions.choose(
                        model.config.name, model.config.base_path, model.config.policy
                    )
                except Refusal as refusal:  # keep what is served: a disk may come back
                    self._note_problem(model, refusal.message)
                    continue
                if wanted:
                    self._note_problem(model, "")
                else:
                    self._note_problem(
                        model,
                        f"{model.config.base_path} has no version folder to serve, such as 1; "
                        "waiting for one",
                    )
                self._follow(model, wanted)

    def _note_problem(self, model: Model, problem: str) -> None:
        """Logs what is wrong with a base path, once."""
        if problem and problem != model.problem:
            self._log.write("warning", model=model.config.name, message=problem)
        model.problem = problem

    def _follow(self, model: Model, wanted: Mapping[int, pathlib.Path]) -> None:
        for number, path in wanted.items():
            version = model.versions.setdefault(number, Version(number))
            if self._is_due(version, path):
                self._load(model, version, path)
        served = model.available()
        if wanted and not served.keys() & wanted.keys():
            return  # nothing to replace the old ones with
        for number in served.keys() - wanted.keys():
            self._unload(model, model.versions[number])

    def _is_due(self, version: Version, path: pathlib.Path) -> bool:
        """Whether to try to load a version now."""
        if version.state not in (State.START, State.END):
            return False
        stamp = _stamp(path)
        if stamp != version.stamp:
            version.attempts, version.next_attempt, version.stamp = 0, 0.0, stamp
        if version.state == State.END and version.error is None:
            return True  # it was unloaded, and is wanted again
        return version.attempts < MAX_ATTEMPTS and time.monotonic() >= version.next_attempt

    def _load(self, model: Model, version: Version, path: pathlib.Path) -> None:
        name, number = model.config.name, version.number
        version.state, version.error = State.LOADING, None
        version.attempts += 1
        start = time.monotonic()
        try:
            servable = Servable(name, number, path)
            try:
                records = warm_up(servable, path, self._limits)
            except BaseException:
                servable.retire(lambda: None)
                raise
        except Exception as error:  # whatever a file can hold, the server goes on
            version.state, version.error = State.END, Refusal.of(error)
            version.next_attempt = time.monotonic() + self._retry_seconds
            self._metrics.loaded(str(path), False)
            self._log.write(
                "load_failed",
                model=name,
                version=number,
                attempt=version.attempts,
                of=MAX_ATTEMPTS,
                message=version.error.message,
            )
            return
        version.servable, version.state, version.attempts = servable, State.AVAILABLE, 0
        self._publish()
        self._metrics.loaded(str(path), True)
        ms = round(1000 * (time.monotonic() - start))
        self._log.write("loaded", model=name, version=number, ms=ms, warm_up_records=records)
        if servable.compiled:
            self._log.write(
                "warning",
                model=name,
                version=number,
                message="it has functions with jit_compile, which TensorFlow Serving does not run "
                "unless XLA is switched on; export it without",
            )

    def _unload(self, model: Model, version: Version) -> None:
        servable, version.servable = version.servable, None
        if servable is None:
            return
        version.state = State.UNLOADING
        self._publish()

        def freed() -> None:
            version.state = State.END
            self._log.write("unloaded", model=model.config.name, version=version.number)

        servable.retire(freed)

    def _set_labels(self, model: Model) -> None:
        served = model.available()
        for version in model.config.labels.values():
            if version not in served:
                raise Refusal(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    f"Request to assign label to version {version} of model {model.config.name}, "
                    "which is not currently available for inference",
                )
        model.labels = dict(model.config.labels)
        self._publish()

    def _publish(self) -> None:
        self._served = {
            name: (model.available(), model.labels) for name, model in self._models.items()
        }
        self._metrics.serving(
            (name, number) for name, (served, _) in self._served.items() for number in served
        )

    @contextlib.contextmanager
    def servable(self, spec: Any) -> Iterator[Servable]:
        """The version that a `ModelSpec` means; it stays in memory until the context ends.

        Raises:
            Refusal: there is none.
        """
        while True:
            servable = self._find(spec)
            if servable.enter():  # else it was retired this moment, and another has its place
                break
        try:
            yield servable
        finally:
            servable.leave()

    def _find(self, spec: Any) -> Servable:
        served, labels = self._served.get(spec.name, ({}, {}))
        if spec.HasField("version_label"):
            if spec.version_label not in labels:
                raise invalid(f"Unrecognized servable version label: {spec.version_label}")
            number = labels[spec.version_label]
        elif spec.HasField("version"):
            number = spec.version.value
        elif served:
            number = max(served)
        else:
            raise not_found(f"Servable not found for request: Latest({spec.name})")
        if number not in served:
            raise not_found(f"Servable not found for request: Specific({spec.name}, {number})")
        return served[number]

    def is_configured(self, name: str) -> bool:
        """Whether there is a model of that name."""
        return name in self._models

    def status(self, spec: Any) -> list[Version]:
        """The versions of a model, the highest first, or the one that is asked for.

        Raises:
            Refusal: NOT_FOUND.
        """
        model = self._models.get(spec.name)
        found = sorted(dict(model.versions).items(), reverse=True) if model else []
        if spec.HasField("version"):
            number = spec.version.value
            found = [item for item in found if item[0] == number]
            if not found:
                raise not_found(f"Could not find version {number} of model {spec.name}")
        if not found:
            raise not_found(f"Could not find any versions of model {spec.name}")
        return [version for _, version in found]

    def close(self) -> None:
        """Unloads everything."""
        with self._lock:
            for model in self._models.values():
                for version in model.versions.values():
                    self._unload(model, version)


def _stamp(path: pathlib.Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
