"""The SQLite file that holds studies, their questions, people and answers."""

import contextlib
import pathlib
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spade_tf.errors import UserError

Values = Sequence[Any] | Mapping[str, Any]
"""Of a statement's places, by order or by name."""

APPLICATION_ID = 0x53504446
"""Marks the file as ours; `file` and SQLite's own tools show it."""

VERSION = 1

BUSY_SECONDS = 20.0
"""How long a write waits for another process, such as a second server of the same file."""

SCHEMA = """
CREATE TABLE studies (
  id INTEGER PRIMARY KEY,
  token TEXT NOT NULL UNIQUE,
  dataset TEXT NOT NULL,
  method_a TEXT NOT NULL,
  method_b TEXT NOT NULL,
  seconds REAL NOT NULL,                  -- how long images show; 0: as long as one wants
  seed INTEGER NOT NULL,
  answers_per_question INTEGER NOT NULL,
  questions_per_person INTEGER NOT NULL,  -- 0: all
  created REAL NOT NULL,                  -- here and below: seconds since 1970
  UNIQUE (dataset, method_a, method_b)
);
CREATE TABLE questions (
  id INTEGER PRIMARY KEY,
  study INTEGER NOT NULL REFERENCES studies,
  kind TEXT NOT NULL CHECK (kind IN ('comparison', 'check')),
  name TEXT NOT NULL,
  fingerprint TEXT NOT NULL,              -- SHA-256 of the label map and both images
  UNIQUE (study, kind, name)
);
CREATE TABLE people (
  id INTEGER PRIMARY KEY,
  study INTEGER NOT NULL REFERENCES studies,
  token TEXT NOT NULL UNIQUE,             -- the cookie
  joined REAL NOT NULL,
  failed INTEGER NOT NULL DEFAULT 0       -- 1: answered an attention check wrongly
);
CREATE TABLE assignments (
  id INTEGER PRIMARY KEY,
  token TEXT NOT NULL UNIQUE,             -- what the page knows of it
  person INTEGER NOT NULL REFERENCES people,
  question INTEGER NOT NULL REFERENCES questions,
  position INTEGER NOT NULL,              -- in this person's order
  a_is_first INTEGER NOT NULL,            -- 1: method A's (a check's right) image is image 1
  assigned REAL NOT NULL,
  shown REAL,                             -- when both images were first visible
  UNIQUE (person, question),
  UNIQUE (person, position)
);
CREATE INDEX assignments_of_question ON assignments (question);
CREATE TABLE answers (
  assignment INTEGER PRIMARY KEY REFERENCES assignments,
  prefers_a INTEGER NOT NULL CHECK (prefers_a IN (0, 1)),
  milliseconds INTEGER NOT NULL,          -- since both images were first visible
  answered REAL NOT NULL
);
"""


class Database:
    """One connection for all threads of a process; a context that closes it.

    Args:
      path: the file.
      create: whether a missing file is made; otherwise it is an error.

    Raises:
      UserError: the file is missing, cannot be opened, or holds something else.
    """

    def __init__(self, path: pathlib.Path, *, create: bool):
        self.path = path
        self._lock = threading.RLock()
        if not create and not path.is_file():
            raise UserError(f"no file {path}; give the --database that the study was served with")
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.Error as error:
            raise UserError(f"{path} is no database of preference studies ({error})") from error

    def _prepare(self) -> None:
        self._connection.row_factory = sqlite3.Row
        ours = self._pragma("application_id") == APPLICATION_ID
        if not ours and self.value("SELECT count(*) FROM sqlite_master"):
            raise UserError(f"{self.path} is an SQLite file of something else; give another file")
        # Readers, such as a report, do not wait for the server, nor it for them.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        with self.transaction():
            if self._pragma("application_id") != APPLICATION_ID:
                for statement in SCHEMA.split(";\n"):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._connection.execute(f"PRAGMA user_version = {VERSION}")
        if self._pragma("user_version") != VERSION:
            raise UserError(
                f"{self.path} is of version {self._pragma('user_version')} of this tool's format, "
                f"expected {VERSION}; use the release that made it, or another file"
            )

    def _pragma(self, name: str) -> Any:
        return self.value(f"PRAGMA {name}")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is stored, or nothing; nobody else writes meanwhile."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        """All rows of a statement."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Values = ()) -> sqlite3.Row | None:
        """The first row of a statement, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def value(self, sql: str, values: Values = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, values)
        return found[0] if found else None

    def insert(self, table: str, **columns: Any) -> int:
        """Adds a row; returns its id. Raises sqlite3.IntegrityError against a constraint."""
        names, places = ", ".join(columns), ", ".join("?" * len(columns))
        with self._lock:
            cursor = self._connection.execute(
                f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(columns.values())
            )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def close(self) -> None:
        """Waits for a transaction that is under way, and closes the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
