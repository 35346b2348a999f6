"""Every operation is one transaction, on its own or together with others, and durable when it returns."""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event
from time import time

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.keys import Keys
from bot.store import delivery
from bot.store.database import TOGETHER, Database, UnavailableError
from bot.store.delivery import Arrival
from bot.store.opening import open_database
from tests.storage import PATIENCE, at_once, facts, processes_at_once, put, rows, together


def put_twice(connection: Connection, name: str) -> str:
    put(connection, name)
    return put(connection, name)


# ---- one fails, the others do not


def test_an_operation_that_fails_in_a_group_fails_alone(database: Database) -> None:
    operations: list[Callable[[Connection], object]] = [
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


def test_what_comes_while_a_transaction_is_open_goes_into_it(sqlite: Database) -> None:
    begun, has_come = Event(), Event()

    def hesitate(connection: Connection) -> None:
        put(connection, "a")
        begun.set()
        has_come.wait(PATIENCE)

    async def come_late() -> tuple[object, object]:
        early = asyncio.create_task(sqlite.do(hesitate))
        await asyncio.to_thread(begun.wait, PATIENCE)
        late = asyncio.create_task(sqlite.do(broken))
        await asyncio.sleep(0)
        has_come.set()
        return await asyncio.gather(early, late, return_exceptions=True)

    early, late = asyncio.run(come_late())
    assert (early, type(late)) == (None, KeyError)
    assert facts(sqlite) == {"a"}, "the one that failed took nothing along"


def test_the_log_is_emptied_between_two_transactions_however_much_waits(sqlite: Database) -> None:
    async def work() -> tuple[bool, list[str]]:
        before = [asyncio.create_task(sqlite.do(put, f"before {n}")) for n in range(5)]
        await asyncio.sleep(0)
        scrubbed = asyncio.wrap_future(sqlite.scrub())
        after = [asyncio.create_task(sqlite.do(put, f"after {n}")) for n in range(5)]
        return await scrubbed, await asyncio.gather(*before, *after)

    was_emptied, names = asyncio.run(work())
    assert was_emptied
    assert facts(sqlite) == set(names)


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


def test_nobody_is_alarmed_when_an_operation_fails_for_which_nobody_waits_any_more(database: Database) -> None:
    begun, may_end, alarms = Event(), Event(), list[str]()

    def fail_late(_: Connection) -> None:
        begun.set()
        may_end.wait(PATIENCE)
        raise UnavailableError("frozen")

    async def give_up() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: alarms.append(context["message"]))
        task = asyncio.create_task(database.do(fail_late))
        await asyncio.to_thread(begun.wait, PATIENCE)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        may_end.set()
        await database.do(rows_of_facts)
        del task
        gc.collect()

    asyncio.run(give_up())
    assert alarms == []


def rows_of_facts(connection: Connection) -> int:
    return len(connection.execute(text("SELECT name FROM facts")).all())


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


async def do(database: Database) -> str:
    return await database.do(put, "a")


def test_what_comes_after_the_end_is_refused_and_does_not_wait_for_ever(database: Database) -> None:
    database.close()
    with pytest.raises(UnavailableError):
        database.run(put, "a")
    with pytest.raises(UnavailableError):
        asyncio.run(do(database))
    with pytest.raises(UnavailableError):
        database.scrub()
    database.close()


# ---- the clock


def test_time_never_goes_back_and_is_that_of_the_machine(tmp_path: Path, keys: Keys) -> None:
    with closing(open_database(keys, tmp_path)) as database:
        times = [database.now() for _ in range(1000)]
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


PREPARE = """
from functools import partial
from pathlib import Path
from bot.keys import Keys
from bot.store.opening import open_database
from tests.storage import at_once
from tests.test_store_database import write_in_turn

database = open_database(Keys("5e" * 32, b"pepper of the tests, 32 bytes..."), Path(sys.argv[1]))
"""
ACT = """
at_once([partial(write_in_turn, database, f"{sys.argv[2]} {n}", 25) for n in range(4)])
database.close()
"""


def test_four_processes_write_into_one_file_without_being_locked_out(sqlite: Database, tmp_path: Path) -> None:
    processes_at_once(PREPARE, ACT, *([str(tmp_path), f"process {n}"] for n in range(4)))
    assert rows(sqlite, "SELECT count(*), min(pending), max(pending) FROM chats") == [(16, 25, 25)]
    assert rows(sqlite, "PRAGMA integrity_check") == [("ok",)]
