"""Whether many can work on one database at once: writers on one SQLite file, services on one PostgreSQL.

python -m benchmarks.load [--parts writers instances] [--writes 1000] [--updates 100000].
"""

import asyncio
import random
import signal
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import Connection

from benchmarks.judge import Verdict, judge
from benchmarks.messenger import Arrived, Messenger
from benchmarks.servers import postgres
from benchmarks.stage import READY_SECONDS, Victim, left, running
from benchmarks.victim import Echo, parts
from bot.dialogue.model import Text
from bot.keys import load_keys
from bot.store import delivery
from bot.store.database import Database, UnavailableError
from bot.store.delivery import Arrival
from bot.store.opening import FILE, open_database, sqlite_engine

WRITERS = 16
INSTANCES = 4
CHATS = 1000
LATENCY = 0.01
STUCK_SECONDS = 60
Tick = Callable[[float], object]


@dataclass(frozen=True)
class Writing:
    """What came of writers that all wrote at the same time."""

    kind: str
    asked: int
    stored: int
    refused: int
    seconds: float


def write_together(kind: str, folder: Path, *, writers: int = WRITERS, writes: int) -> Writing:
    """Let threads or processes, each with a connection of its own, store messages in one SQLite file."""
    keys = load_keys(folder / "keys")
    open_database(keys, folder).close()
    started = monotonic()
    with _workers(kind, writers) as workers:
        refused = sum(workers.map(_write, [folder] * writers, range(writers), [writes] * writers))
    seconds = monotonic() - started
    database = open_database(keys, folder)
    stored = database.run(_stored)
    database.close()
    return Writing(kind, writers * writes, stored, refused, seconds)


def _workers(kind: str, number: int) -> Executor:
    return ThreadPoolExecutor(number) if kind == "threads" else ProcessPoolExecutor(number, get_context("spawn"))


def _write(folder: Path, writer: int, writes: int) -> int:
    """One writer. Returns how often the database was not to be had."""
    keys = load_keys(folder / "keys")
    database, refused = Database(sqlite_engine(folder / FILE, keys.database)), 0
    for n in range(writes):
        chat, update = keys.chat("proof", f"{writer}.{n % 10}"), keys.update("proof", f"{writer}.{n}")
        try:
            database.run(delivery.accept, [Arrival(update, chat, "proof", b"content")], database.now())
        except UnavailableError:
            refused += 1
    database.close()
    return refused


def _stored(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM inbox").scalar_one())


@dataclass(frozen=True)
class Sharing:
    """What came of several processes on one database. `shares`: how many answers each of them brought."""

    updates: int
    verdict: Verdict
    shares: Sequence[int]
    seconds: float
    left: int
    unhandled: int


@dataclass
class Balancer:
    """Brings each chat's messages one after the other, each through whichever process chance picks."""

    messengers: Sequence[Messenger]
    each: int
    chance: random.Random
    accepted: int = 0

    def go_on(self, chat: str) -> None:
        said = self.messengers[0].said[chat]
        if len(said) < self.each:
            self.chance.choice(self.messengers).say(chat, Text(str(len(said) + 1)))

    def accepts(self, chat: str) -> None:
        self.accepted += 1
        self.go_on(chat)


async def share(
    folder: Path, url: str, *, updates: int, chats: int = CHATS, instances: int = INSTANCES, tick: Tick = int
) -> Sharing:
    """Several services on one PostgreSQL, as behind a load balancer: each message to any of them, once and in order."""
    victims = [Victim(folder, "--url", url, socket=folder / f"socket-{n}") for n in range(instances)]
    messengers = [Messenger(victim.socket, latency=LATENCY) for victim in victims]
    for other in messengers[1:]:
        other.said = messengers[0].said
    each = updates // chats
    balancer = Balancer(messengers, each, random.Random(1))  # noqa: S311 a proof that can be repeated
    for messenger in messengers:
        messenger.accepts = balancer.accepts
    due = chats * sum(parts(number) for number in range(1, each + 1))
    async with AsyncExitStack() as open_:
        for victim, messenger in zip(victims, messengers, strict=True):
            await open_.enter_async_context(running(victim, messenger))
            await victim.start()
        for messenger in messengers:
            await asyncio.wait_for(messenger.connected.wait(), READY_SECONDS)
        started = monotonic()
        for n in range(chats):
            balancer.go_on(f"c{n}")
        await _all_arrived(messengers, due, tick)
        seconds = monotonic() - started
        for victim in victims:
            await victim.end(signal.SIGTERM)
    arrived = sorted((answer for m in messengers for answer in m.arrived), key=_when)
    verdict = judge(messengers[0].said, arrived, Echo())
    shares = [len(messenger.arrived) for messenger in messengers]
    return Sharing(balancer.accepted, verdict, shares, seconds, await left(folder, url), victims[0].unhandled())


async def _all_arrived(messengers: Sequence[Messenger], due: int, tick: Tick) -> None:
    """Wait until as much has arrived as is due, or nothing moves any more."""
    before, moved = 0, monotonic()
    while before < due and monotonic() - moved < STUCK_SECONDS:
        await asyncio.sleep(0.2)
        now = sum(len(messenger.arrived) for messenger in messengers)
        if now > before:
            tick(now - before)
            before, moved = now, monotonic()


def _when(answer: Arrived) -> float:
    return answer.at


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=("writers", "instances"), default=["writers", "instances"])
    parser.add_argument("--writes", type=int, default=1000)
    parser.add_argument("--updates", type=int, default=100_000)
    chosen = parser.parse_args()
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn(), transient=True) as bar:
        if "writers" in chosen.parts:
            writings = [_writing(kind, chosen.writes, bar) for kind in ("threads", "processes")]
            bar.console.print(writings_table(writings))
        if "instances" in chosen.parts:
            bar.console.print(sharing_table(_sharing(chosen.updates, bar)))


def _writing(kind: str, writes: int, bar: Progress) -> Writing:
    bar.add_task(f"{WRITERS} {kind} × {writes}", total=None)
    with TemporaryDirectory() as folder:
        return write_together(kind, Path(folder), writes=writes)


def _sharing(updates: int, bar: Progress) -> Sharing:
    task = bar.add_task(f"{INSTANCES} processes", total=2 * updates)
    with postgres() as server, TemporaryDirectory() as folder:
        url = server.database()
        return asyncio.run(share(Path(folder), url, updates=updates, tick=lambda n: bar.advance(task, n)))


def writings_table(writings: Sequence[Writing]) -> Table:
    shown = Table("writers", "asked", "stored", "refused", "seconds", "a second", title="Writers on one SQLite file")
    for w in writings:
        rate = f"{w.stored / w.seconds:.0f}"
        shown.add_row(f"{WRITERS} {w.kind}", f"{w.asked}", f"{w.stored}", f"{w.refused}", f"{w.seconds:.1f}", rate)
    return shown


def sharing_table(sharing: Sharing) -> Table:
    verdict = sharing.verdict
    shown = Table(
        *("updates", "answers", "lost", "out of order", "repeated", "brought by each process", "seconds", "turns/s"),
        *("left over", "bugs"),
        title="Services on one PostgreSQL",
    )
    shown.add_row(
        *(f"{sharing.updates}", f"{verdict.due}", f"{verdict.lost}", f"{verdict.out_of_order + verdict.strange}"),
        *(f"{verdict.repeated}", " ".join(map(str, sharing.shares)), f"{sharing.seconds:.0f}"),
        *(f"{sharing.updates / sharing.seconds:.0f}", f"{sharing.left}", f"{sharing.unhandled}"),
    )
    return shown


if __name__ == "__main__":
    main()
