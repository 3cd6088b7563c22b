"""Pages of which everything is told that should not happen."""

import re
from typing import Any

# What belongs to the page itself, or to this machine.
_HERE = re.compile(r"(https?|ws)://(127\.0\.0\.1|localhost)(:\d+)?/|data:|blob:|about:")


class WatchedPages:
    """Makes pages; at its end they are closed, and what they did wrong is an AssertionError.

    `expected` holds parts of console errors that a test provokes.
    """

    def __init__(self, browser: Any):
        self._browser = browser
        self._contexts: list[Any] = []
        self.expected: list[str] = []
        self.wrong: list[str] = []

    def __call__(self, **options: Any) -> Any:
        """A page in a context of its own; `options` are Playwright's for a context."""
        context = self._browser.new_context(**options)
        self._contexts.append(context)
        context.set_default_timeout(30_000)
        context.on("request", self._look_at_request)
        context.on("console", self._look_at_message)
        context.on("weberror", lambda error: self.wrong.append(f"not caught: {error.error}"))
        return context.new_page()

    def _look_at_request(self, request: Any) -> None:
        if not _HERE.match(request.url):
            self.wrong.append(f"asked for {request.url}")

    def _look_at_message(self, message: Any) -> None:
        if message.type == "error":
            self.wrong.append(f"console: {message.text}")

    def __enter__(self) -> "WatchedPages":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for context in self._contexts:
            context.close()
        unexpected = [
            text for text in self.wrong if not any(part in text for part in self.expected)
        ]
        if kind is None:
            assert not unexpected
