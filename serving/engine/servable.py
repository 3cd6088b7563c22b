"""One version of a model in memory: a session of its graph, as TensorFlow Serving runs it."""

import gc
import pathlib
import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from serving.engine.refusal import Refusal, expired, invalid
from spade_tf.export.contract import CARD, ModelCard


class Servable:
    """Runs a SavedModel; is freed when it is retired and the last call on it has ended.

    Args:
        name: of the model.
        version: its number.
        path: of the SavedModel.

    Raises:
        Exception: whatever TensorFlow has against the SavedModel.
    """

    def __init__(self, name: str, version: int, path: pathlib.Path):
        self.name = name
        self.version = version
        config = tf.compat.v1.ConfigProto()
        config.gpu_options.allow_growth = True
        self._session = tf.compat.v1.Session(graph=tf.Graph(), config=config)
        try:
            with self._session.graph.as_default():
                meta_graph = tf.compat.v1.saved_model.load(self._session, ["serve"], str(path))
        except BaseException:
            self._session.close()
            raise
        self.signatures = dict(meta_graph.signature_def)
        self.compiled = any(
            function.attr["_XlaMustCompile"].b
            for function in meta_graph.graph_def.library.function
            if "_XlaMustCompile" in function.attr
        )
        """Whether it has functions with jit_compile, which TensorFlow Serving refuses to run."""
        self.image_size = _image_size(path)
        """(height, width) of its label maps, if its model card says so."""
        self._lock = threading.Lock()
        self._calls = 0
        self._when_freed: Callable[[], None] | None = None

    def run(
        self,
        feeds: Mapping[str, np.ndarray],
        fetches: Sequence[str],
        remaining: float | None = None,
    ) -> list[np.ndarray]:
        """Computes tensors.

        Args:
            feeds: arrays by tensor name.
            fetches: tensor names.
            remaining: seconds that it may take.

        Raises:
            Refusal: what the graph refuses, with TensorFlow's code; DEADLINE_EXCEEDED.
        """
        options = None
        if remaining is not None:
            if remaining <= 0:
                raise expired()
            options = tf.compat.v1.RunOptions(timeout_in_ms=max(1, round(1000 * remaining)))
        try:
            return self._session.run(list(fetches), dict(feeds), options=options)
        except tf.errors.OpError as error:
            raise Refusal.of(error) from error
        except (TypeError, ValueError) as error:  # of Python, before the graph sees the arrays
            raise invalid(str(error)) from error

    def enter(self) -> bool:
        """Begins a call, unless the version is retired."""
        with self._lock:
            if self._when_freed is not None:
                return False
            self._calls += 1
            return True

    def leave(self) -> None:
        """Ends a call."""
        with self._lock:
            self._calls -= 1
            last = self._when_freed is not None and not self._calls
        if last:
            self._free()

    def retire(self, when_freed: Callable[[], None]) -> None:
        """Takes no more calls; frees the memory after the last one, then calls `when_freed`."""
        with self._lock:
            self._when_freed = when_freed
            idle = not self._calls
        if idle:
            self._free()

    def _free(self) -> None:
        self._session.close()
        del self._session
        gc.collect()  # graphs refer to themselves
        assert self._when_freed
        self._when_freed()


def _image_size(path: pathlib.Path) -> tuple[int, int] | None:
    if not (path / CARD).exists():
        return None
    card = ModelCard.read(path)
    return card.height, card.width
