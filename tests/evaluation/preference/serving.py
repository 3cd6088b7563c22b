"""A server that answers in a thread while a test runs."""

import contextlib
import threading
from collections.abc import Iterator

from spade_tf.evaluation.preference.server import StudyServer


@contextlib.contextmanager
def serving(server: StudyServer) -> Iterator[StudyServer]:
    """Serves until the end of the context."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
