"""The structured log: a JSON object a line, for calls and for what happens to versions."""

import datetime
import json
import sys
import threading
from typing import Any, TextIO

MAX_TEXT = 200


class Log:
    """Writes lines to a stream, whole ones even from many threads. It never writes payloads."""

    def __init__(self, stream: TextIO | None = None):
        self._stream = stream or sys.stderr
        self._lock = threading.Lock()

    def write(self, event: str, **fields: Any) -> None:
        """Writes a line; long texts are cut, since callers choose some of them."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        values = {
            name: value[:MAX_TEXT] if isinstance(value, str) else value
            for name, value in fields.items()
        }
        line = json.dumps({"time": now, "event": event, **values})
        try:
            with self._lock:
                print(line, file=self._stream, flush=True)
        except OSError:  # a full disk or a closed pipe must not fail calls
            pass
