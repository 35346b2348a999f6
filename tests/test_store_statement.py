"""A statement does the same in both databases, and fails by the same names."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from bot.store.database import Database
from bot.store.statement import Rows, Statement
from tests.storage import facts, put

ADD = Statement("INSERT INTO cursors (channel, value) VALUES (:name, :value)")
SET = Statement("UPDATE cursors SET value = :value WHERE channel IN :names", "names")
ALL = Statement("SELECT channel, value FROM cursors ORDER BY channel")
NAMED = Statement("SELECT channel FROM cursors WHERE channel IN :name AND channel <> :names ORDER BY channel", "name")
TAKE = Statement("DELETE FROM cursors WHERE value = :value RETURNING channel")
BROKEN = Statement("SELEKT :value")


def added(database: Database, *names: str) -> None:
    database.run(ADD.each, [{"name": name, "value": "new"} for name in names])


def listed(database: Database, names: Sequence[str], but: str = "") -> Rows:
    return [tuple(row) for row in database.run(NAMED.rows, {"name": names, "names": but})]


def test_what_is_written_once_for_each_is_read_in_rows(database: Database) -> None:
    added(database, "b", "a")
    assert [tuple(row) for row in database.run(ALL.rows)] == [("a", "new"), ("b", "new")]


def test_changing_rows_says_how_many(database: Database) -> None:
    added(database, "a", "b", "c")
    assert database.run(SET.run, {"value": "old", "names": ["a", "c", "nobody"]}) == 2
    assert database.run(SET.run, {"value": "old", "names": ["nobody"]}) == 0


def test_a_list_may_be_long_and_its_name_the_beginning_of_another(database: Database) -> None:
    many = [f"fact {n:03}" for n in range(300)]
    added(database, *many)
    assert listed(database, many[:1]) == [(many[0],)]
    assert listed(database, many, but=many[0]) == [(name,) for name in many[1:]]


def test_a_value_is_the_first_column_of_the_first_row_or_none(database: Database) -> None:
    assert database.run(ALL.value) is None
    added(database, "b", "a")
    assert database.run(ALL.value) == "a"


def test_what_a_change_returns_is_complete_and_the_change_is_committed(database: Database) -> None:
    added(database, "a", "b")
    assert sorted(name for (name,) in database.run(TAKE.rows, {"value": "new"})) == ["a", "b"]
    assert database.run(ALL.rows) == []


def test_an_error_has_its_usual_name_and_tells_no_value(database: Database) -> None:
    added(database, "a")
    with pytest.raises(IntegrityError) as failed:
        database.run(ADD.run, {"name": "a", "value": "what a family wrote"})
    assert "what a family wrote" not in str(failed.value)


def test_words_that_are_no_statement_are_a_bug_and_not_a_database_that_is_away(database: Database) -> None:
    with pytest.raises(OperationalError if database.is_sqlite else ProgrammingError):
        database.run(BROKEN.run, {"value": "1"})


def test_after_an_error_the_connection_is_as_new(database: Database) -> None:
    def half(connection: Connection) -> None:
        put(connection, "half")
        BROKEN.run(connection, {"value": "1"})

    for _ in range(3):
        with pytest.raises((OperationalError, ProgrammingError)):
            database.run(half)
    database.run(put, "whole")
    assert facts(database) == {"whole"}
