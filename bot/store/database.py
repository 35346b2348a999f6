"""One door to SQLite (encrypted) or PostgreSQL: every operation is one transaction, durable when it returns.

SQLite has one writer: a thread that commits whatever is waiting together, so that one write to the disk serves many
messages. PostgreSQL has several, one operation a transaction, and groups its commits itself.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from time import monotonic, time
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

P = ParamSpec("P")
T = TypeVar("T")
Operation = Callable[Concatenate[Connection, P], T]

TOGETHER = 200  # operations in one transaction of SQLite
POSTGRES_WRITERS = 4
AGAIN = 5  # attempts where two transactions were in each other's way
IN_EACH_OTHERS_WAY = {"40001", "40P01"}  # serialization failure, deadlock
READ_ONLY = "25006"  # PostgreSQL has become a standby, or its host has locked it because the disk is full
SQLITE_ERROR = 1  # "no such table" and the like: SQLite calls it an OperationalError; it is a bug
PRIMARY = 0xFF  # the part of SQLite's codes that says what it is; the rest says where
PERSONAL = ("chats", "inbox", "outbox", "messages", "marks")


class UnavailableError(Exception):
    """The database cannot be reached or cannot write now; nothing of the operation has happened, as far as we know."""


@dataclass
class _Job:
    operation: Callable[[Connection], Any]
    outside: bool = False  # of a transaction
    done: Future[Any] = field(default_factory=Future)


class Database:
    """Runs operations. Close it at the end: open jobs are finished first."""

    def __init__(self, engine: Engine, *, clock: Callable[[], float] | None = None) -> None:
        self._engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._clock = clock
        self._ahead = time() - monotonic()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._kept: Connection | None = None  # of SQLite's writer
        self._put_off: list[_Job | None] = []  # what it took from the queue while a transaction was open
        self._closing = threading.Lock()
        self._is_closed = False
        writers = 1 if self.is_sqlite else POSTGRES_WRITERS
        self._writers = [threading.Thread(target=self._work, name=f"store-{n}", daemon=True) for n in range(writers)]
        for writer in self._writers:
            writer.start()

    def now(self) -> float:
        """Seconds since 1970, never jumping while the process runs; PostgreSQL's clock where several share it."""
        return self._clock() if self._clock else monotonic() + self._ahead

    def run(self, operation: Operation[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Run an operation and wait for its commit.

        Raises:
            UnavailableError: nothing could be written; try again later. Whatever else the operation raises.
        """
        result: T = self._submit(_Job(lambda connection: operation(connection, *args, **named))).result()
        return result

    async def do(self, operation: Operation[P, T], *args: P.args, **named: P.kwargs) -> T:
        """`run` without blocking the event loop. Once begun it goes on, even where the waiting task is cancelled."""
        done = self._submit(_Job(lambda connection: operation(connection, *args, **named)))
        waiting = asyncio.wrap_future(done)
        waiting.add_done_callback(_look_at)
        result: T = await asyncio.shield(waiting)
        return result

    def scrub(self) -> Future[bool]:
        """Let go of the bytes of what was deleted (SQLite: empty the write-ahead log; PostgreSQL: free dead rows).

        False: another process was reading what was deleted; the next time it works.
        """
        job = _Job(_emptied_log if self.is_sqlite else _freed_rows, outside=True)
        self._submit(job)
        return job.done

    def synchronise(self) -> None:
        """Take over PostgreSQL's clock, so that several processes agree about leases."""
        if not self.is_sqlite:
            self._ahead = self.run(_ahead_of_us)

    async def stay_synchronised(self) -> None:
        """`synchronise` without blocking the event loop."""
        if not self.is_sqlite:
            self._ahead = await self.do(_ahead_of_us)

    def close(self, patience: float | None = None) -> None:
        """Finish what was begun; what comes later is refused.

        After `patience` seconds nobody waits any longer for a database that does not answer; it ends with the process.
        """
        with self._closing:
            self._is_closed = True
            for _ in self._writers:
                self._jobs.put(None)
        until = None if patience is None else monotonic() + patience
        for writer in self._writers:
            writer.join(None if until is None else max(0.0, until - monotonic()))
        if not any(writer.is_alive() for writer in self._writers):
            self._engine.dispose()

    def _submit(self, job: _Job) -> Future[Any]:
        job.done.set_running_or_notify_cancel()  # from now on nobody can take it back
        with self._closing:
            if self._is_closed:
                raise UnavailableError("closed")
            self._jobs.put(job)
        return job.done

    def _work(self) -> None:
        while (first := self._put_off.pop() if self._put_off else self._jobs.get()) is not None:
            jobs = [first]
            _settle(jobs, partial(self._outside, first) if first.outside else partial(self._commit, jobs))
        self._put_back()

    def _waiting(self, most: int) -> Iterator[_Job]:
        """What else can go into the transaction that is open."""
        for _ in range(most if self.is_sqlite and not self._put_off else 0):
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is None or job.outside:
                self._put_off.append(job)
                return
            yield job

    def _commit(self, jobs: list[_Job]) -> list[Any]:
        """Run them in one transaction, with whatever comes meanwhile; where one fails, each alone, so that only that one fails."""
        try:
            return self._transaction(jobs, TOGETHER)
        except UnavailableError:
            raise
        except Exception:
            if len(jobs) == 1:
                raise
        return [_outcome(partial(self._first, job)) for job in jobs]

    def _first(self, job: _Job) -> Any:
        return self._transaction([job])[0]

    def _transaction(self, jobs: list[_Job], most: int = 1) -> list[Any]:
        """Run jobs, and up to `most` with those that come meanwhile: they are added to `jobs`.

        Repeat what two transactions did to each other, and once what a broken connection interrupted.

        Operations bear to be repeated: the commit may have happened although its answer was lost.
        """
        for attempt in range(AGAIN):
            try:
                with self._begun() as connection:
                    return list(self._results(connection, jobs, most))
            except DBAPIError as error:
                broken = error.connection_invalidated and attempt == 0
                if broken or getattr(error.orig, "sqlstate", None) in IN_EACH_OTHERS_WAY:
                    continue
                if _is_away(error):
                    raise UnavailableError(type(error.orig).__name__) from error
                raise
        raise UnavailableError("transactions stay in each other's way")

    def _results(self, connection: Connection, jobs: list[_Job], most: int) -> Iterator[Any]:
        for job in jobs:
            yield job.operation(connection)
            jobs += self._waiting(most - len(jobs))

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        """A transaction. SQLite's connection is kept for the next one; after an error it is not."""
        if not self.is_sqlite:
            with self._engine.begin() as connection:
                yield connection
            return
        self._kept = self._kept or self._engine.connect()
        try:
            with self._kept.begin():
                yield self._kept
        except BaseException:
            self._put_back()
            raise

    def _put_back(self) -> None:
        """Give SQLite's connection back to the pool, which rolls back what may be open."""
        if self._kept:
            self._kept.close()
            self._kept = None

    def _outside(self, job: _Job) -> list[Any]:
        self._put_back()
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return [job.operation(connection)]


def _look_at(done: asyncio.Future[Any]) -> None:
    """Where the waiting task was cancelled, nobody else asks what became of it, and asyncio takes that for a bug."""
    if not done.cancelled():
        done.exception()


def _is_away(error: DBAPIError) -> bool:
    """Whether it failed because of the database, not because of what it was asked to do."""
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlite_errorcode", 0) & PRIMARY != SQLITE_ERROR
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) == READ_ONLY


@dataclass(frozen=True)
class _Failure:
    error: Exception


def _outcome(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except Exception as error:  # noqa: BLE001 handed to whoever waits for it
        return _Failure(error)


def _settle(jobs: list[_Job], action: Callable[[], list[Any]]) -> None:
    """Tell everybody who waits how it went."""
    outcome = _outcome(action)
    results = [outcome] * len(jobs) if isinstance(outcome, _Failure) else outcome
    for job, result in zip(jobs, results, strict=True):
        if isinstance(result, _Failure):
            job.done.set_exception(result.error)
        else:
            job.done.set_result(result)


_CLOCK = text("SELECT extract(epoch FROM clock_timestamp())")


def _ahead_of_us(connection: Connection) -> float:
    """How far PostgreSQL's clock is ahead of ours. Measured here: an operation may have waited long for its turn."""
    asked = monotonic()
    there = connection.execute(_CLOCK).scalar_one()
    return float(there) - (asked + monotonic()) / 2


def _emptied_log(connection: Connection) -> bool:
    was_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
    return not was_busy


def _freed_rows(connection: Connection) -> bool:
    connection.exec_driver_sql("VACUUM " + ", ".join(PERSONAL))
    return True
