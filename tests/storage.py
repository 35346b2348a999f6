"""What the tests of the store share: a few arrivals and answers, a look into the tables, and a way to meet in them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Event
from time import monotonic, sleep
from typing import TypeVar

from sqlalchemy import Connection, select, text

from bot.store import delivery
from bot.store.database import Database
from bot.store.delivery import Arrival, Claim, Parcel
from bot.store.opening import FILE
from bot.store.tables import metadata

T = TypeVar("T")
Contents = Mapping[str, Sequence[tuple[object, ...]]]

PATIENCE = 30.0  # seconds after which a test that waits has failed


def arrival(n: int, chat: bytes = b"chat") -> Arrival:
    return Arrival(b"update %d" % n, chat, "test", b"content %d" % n)


def parcel(n: int, turn: str = "turn") -> Parcel:
    return Parcel(n, f"{turn}.{n}", f"answer {turn}.{n}".encode(), started=False)


def accept(database: Database, *arrivals: Arrival, now: float = 0.0) -> list[bool]:
    return database.run(delivery.accept, arrivals, now)


def claim(database: Database, owner: str = "one", now: float = 0.0) -> Claim:
    """Claim the only chat for which something waits."""
    (claimed,) = database.run(delivery.claim, owner, now, 10)
    return claimed


def contents(database: Database) -> Contents:
    """Everything that is stored, by table."""
    return database.run(_contents)


def _contents(connection: Connection) -> Contents:
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
        for table in metadata.sorted_tables
    }


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    return database.run(lambda connection: [tuple(row) for row in connection.execute(text(query))])


def empty(database: Database) -> None:
    """Delete everything, so that the next example of a property begins anew."""
    database.run(_empty)


def _empty(connection: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())


def files(folder: Path) -> bytes:
    """All bytes of a SQLite database: the file itself, its write-ahead log and the index of that."""
    return b"".join((folder / f"{FILE}{end}").read_bytes() for end in ("", "-wal", "-shm"))


def at_once(actions: Sequence[Callable[[], T]]) -> list[T]:
    """Run all actions in threads that begin together, and return what they return."""
    start = Barrier(len(actions))

    def begin(action: Callable[[], T]) -> T:
        start.wait(PATIENCE)
        return action()

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(begin, actions))


@contextmanager
def uncommitted(database: Database, operation: Callable[[Connection], object]) -> Iterator[None]:
    """Meanwhile an operation is under way on PostgreSQL: done, but not committed before the end."""
    is_done, may_end = Event(), Event()

    def hesitate(connection: Connection) -> None:
        operation(connection)
        is_done.set()
        may_end.wait(PATIENCE)

    with ThreadPoolExecutor(1) as thread:
        whole = thread.submit(database.run, hesitate)
        try:
            assert is_done.wait(PATIENCE)
            yield
        finally:
            may_end.set()
        whole.result()


def wait_for_locks(database: Database, waiting: int) -> None:
    """Wait until so many transactions wait for others on this PostgreSQL database."""
    query = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'"""
    until = monotonic() + PATIENCE
    while rows(database, query) != [(waiting,)]:
        assert monotonic() < until, "nobody waits"
        sleep(0.01)
