"""What the tests of the store share: a few arrivals and answers, a look into the tables, and a way to meet in them."""

import asyncio
import subprocess
import sys
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

ALIVE = 10.0  # seconds of a lease
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


ROOT = Path(__file__).parent.parent


def processes_at_once(prepare: str, act: str, *arguments: Sequence[str]) -> list[str]:
    """Run Python in processes that act together, one for each list of arguments, and return what they print."""
    code = f"import sys\n{prepare}\nprint('ready', flush=True)\nsys.stdin.readline()\n{act}"
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", code, *each],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for each in arguments
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n", process.communicate()
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=2 * PATIENCE) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), printed
    return [output for output, _ in printed]


def put(connection: Connection, name: str) -> str:
    connection.execute(text("INSERT INTO facts (name, value) VALUES (:name, 'put')"), {"name": name})
    return name


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
    _, *outcomes = await asyncio.gather(busy, *tasks, return_exceptions=True)
    return outcomes


def take_over(database: Database, heir: str, now: float) -> int:
    return database.run(delivery.stay_alive, heir, now, ALIVE)


def lose(database: Database, claimed: Claim, heir: str = "two") -> Claim:
    """The owner's lease has ended (it never had one); somebody else takes its chat."""
    assert take_over(database, heir, 0.0) == 1
    lost = claim(database, heir)
    assert lost.chat == claimed.chat
    return lost


def pending(database: Database) -> list[tuple[object, ...]]:
    return rows(database, "SELECT pending FROM chats ORDER BY chat")


def outbox(database: Database) -> list[tuple[object, ...]]:
    return rows(database, "SELECT n, started, unclear, failed FROM outbox ORDER BY chat, n")
