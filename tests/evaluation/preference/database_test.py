import sqlite3
import threading

import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.preference.database import Database


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "a.sqlite", create=True) as database:
        yield database


def add_study(database, token="t", method_b="b"):
    return database.insert(
        "studies",
        token=token,
        dataset="",
        method_a="a",
        method_b=method_b,
        seconds=0,
        seed=0,
        answers_per_question=5,
        questions_per_person=0,
        created=0,
    )


def test_what_is_stored_is_there_when_opened_again(tmp_path):
    with Database(tmp_path / "new" / "a.sqlite", create=True) as database:
        add_study(database)
    with Database(tmp_path / "new" / "a.sqlite", create=False) as database:
        assert database.value("SELECT method_b FROM studies") == "b"
        assert database.value("PRAGMA journal_mode") == "wal"


def test_a_transaction_that_fails_stores_nothing(database):
    with pytest.raises(ZeroDivisionError), database.transaction():
        add_study(database)
        raise ZeroDivisionError
    assert database.row("SELECT * FROM studies") is None


def test_the_same_comparison_or_a_missing_study_is_refused(database):
    add_study(database)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        add_study(database, "other")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        database.insert("people", study=99, token="x", joined=0)


def test_a_second_process_reads_during_a_transaction(database):
    add_study(database)
    with Database(database.path, create=False) as other, database.transaction():
        add_study(database, "second", "c")
        assert other.value("SELECT count(*) FROM studies") == 1
    assert database.value("SELECT count(*) FROM studies") == 2


def test_threads_and_connections_lose_nothing(database):
    study = add_study(database)
    with Database(database.path, create=False) as other:

        def join(name):
            for i in range(20):
                one = (database, other)[i % 2]
                with one.transaction():
                    people = one.value("SELECT count(*) FROM people")
                    one.insert("people", study=study, token=f"{name} {i} {people}", joined=people)

        threads = [threading.Thread(target=join, args=(name,)) for name in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    # Each transaction saw all that were before it.
    joined = [row[0] for row in database.rows("SELECT joined FROM people ORDER BY joined")]
    assert joined == list(range(120))


def test_other_files_are_refused(tmp_path):
    with pytest.raises(UserError, match="no file .*missing"):
        Database(tmp_path / "missing.sqlite", create=False)
    assert not (tmp_path / "missing.sqlite").exists()

    text = tmp_path / "text.sqlite"
    text.write_text("not a database, but long enough to look at" * 30)
    with pytest.raises(UserError, match="no database of preference studies"):
        Database(text, create=True)

    with sqlite3.connect(tmp_path / "foreign.sqlite") as foreign:
        foreign.execute("CREATE TABLE recipes (name)")
    foreign.close()
    with pytest.raises(UserError, match="of something else"):
        Database(tmp_path / "foreign.sqlite", create=True)


def test_a_later_format_is_refused(tmp_path):
    with Database(tmp_path / "a.sqlite", create=True) as database:
        database.rows("PRAGMA user_version = 2")
    with pytest.raises(UserError, match="version 2 .* expected 1"):
        Database(tmp_path / "a.sqlite", create=False)
