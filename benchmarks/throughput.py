"""How many messages a second one service answers on one core, storage included, and four of them on one PostgreSQL.

python -m benchmarks.throughput [--turns 3000]. The messenger is a list in memory. A tiny conversation shows what the
service itself costs, the whole assistant what a family's message costs.
"""

import asyncio
import json
import os
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, process_time

from rich.progress import Progress
from rich.table import Table

from benchmarks.fuzz import texts_of_families
from benchmarks.servers import postgres
from benchmarks.stage import until
from benchmarks.victim import LIMITS, Echo, real_conversation
from bot.channels.base import Intake, Update
from bot.channels.console import reply_as_json
from bot.conversation import Conversation
from bot.dialogue.model import Choice, Input, Location, Reply, Say, State, Text, Turn
from bot.keys import load_keys
from bot.service import Service
from bot.store import retention
from bot.store.database import Database, UnavailableError
from bot.store.opening import open_database

CHATS = 300
TOGETHER = 20  # updates that a channel brings at once
AT_ONCE = 200  # messages on their way
PATIENCE = 120.0  # seconds
LOOK_EVERY = 0.1
PROCESSES = 4
GOAL = 800


class List:
    """A messenger in memory. Counts the last answer of each turn."""

    name = "list"
    repeats_harmless = False

    def __init__(self) -> None:
        self.turns = 0

    async def run(self, intake: Intake) -> None:
        """Nothing comes in by itself."""

    def lay_out(self, replies: Sequence[Reply], address: str, chosen: str | None) -> Sequence[str]:  # noqa: ARG002 every channel has this form
        calls = [json.dumps(reply_as_json(reply)) for reply in replies]
        return [*(f" {call}" for call in calls[:-1]), *calls[-1:]]

    async def deliver(self, call: str, address: str, key: str) -> Sequence[str]:  # noqa: ARG002 as above
        self.turns += not call.startswith(" ")
        return ()

    async def erase(self, refs: Sequence[str], address: str) -> None:
        """Nothing is kept."""

    def is_well(self) -> bool:
        return True


class Nod(Echo):
    """Says one word."""

    def answer(self, state: State, said: Input) -> Turn:  # noqa: ARG002 whatever it is
        return Turn(state, (Say("ok"),))


@dataclass(frozen=True)
class Speed:
    """What one process did on one core."""

    turns: int
    seconds: float
    cpu: float


def measure(
    folder: Path, url: str | None, core: int, turns: int, *, is_whole: bool, ready: Callable[[], object] = int
) -> Speed:
    """Answer so many messages, on one core only. Runs in a process of its own, and begins when others are ready."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core % (os.cpu_count() or 1)})
    conversation = real_conversation(folder) if is_whole else Nod()
    conversation.warm_up()
    return asyncio.run(_measure(folder, url, core, turns, conversation, ready))


async def _measure(
    folder: Path, url: str | None, core: int, turns: int, conversation: Conversation, ready: Callable[[], object]
) -> Speed:
    keys = load_keys(folder / "keys")
    database, channel = open_database(keys, folder, url), List()
    service = Service(database, keys, conversation, [channel], limits=LIMITS["eager"])
    running = asyncio.create_task(service.run())
    said = _inputs(turns)
    await asyncio.to_thread(ready)
    started, cpu = monotonic(), process_time()
    for first in range(0, turns, TOGETHER):
        if url is None:  # where others answer what we bring, only the database knows how much waits
            await until(lambda: first - channel.turns <= AT_ONCE, PATIENCE)  # noqa: B023 asked at once
        batch = range(first, min(first + TOGETHER, turns))
        await _bring(service, channel.name, [_update(core, n, said[n]) for n in batch])
    await _all_answered(database)
    speed = Speed(channel.turns, monotonic() - started, process_time() - cpu)
    await service.stop()
    await running
    database.close()
    return speed


async def _bring(service: Service, channel: str, updates: Sequence[Update]) -> None:
    """As a channel does: what could not be stored comes again."""
    for _ in range(int(PATIENCE / LOOK_EVERY)):
        try:
            return await service.accept(channel, updates)
        except UnavailableError:
            await asyncio.sleep(LOOK_EVERY)
    raise TimeoutError("the database is away")


async def _all_answered(database: Database) -> None:
    for _ in range(int(PATIENCE / LOOK_EVERY)):
        waiting = await database.do(retention.backlog)
        if not waiting.unanswered and not waiting.undelivered:
            return
        await asyncio.sleep(LOOK_EVERY)


def _update(core: int, n: int, said: Input) -> Update:
    chat = f"{core}.{n % CHATS}"
    return Update(f"{core}.{n}", chat, said, chat)


def _inputs(turns: int) -> Sequence[Input]:
    """What families say, most of it by buttons."""
    texts, chance = texts_of_families(), Random(1)  # noqa: S311 a measurement that can be repeated
    buttons = (
        Choice("lang:de"),
        Choice("age:age_3_6"),
        Location(54.45, 6.6),
        Text("Beispielhafen"),
        Choice("results:more"),
    )
    return [chance.choice((Text(chance.choice(texts)), *buttons)) for _ in range(turns)]


def together(folder: Path, url: str, turns: int, *, is_whole: bool) -> Sequence[Speed]:
    """Four processes, each on a core of its own, on one database."""
    context = get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(PROCESSES, context) as workers:
        ready = manager.Barrier(PROCESSES).wait
        asked = [
            workers.submit(measure, folder, url, core, turns, is_whole=is_whole, ready=ready)
            for core in range(PROCESSES)
        ]
        return [one.result() for one in asked]


def alone(folder: Path, url: str | None, turns: int, *, is_whole: bool) -> Sequence[Speed]:
    with ProcessPoolExecutor(1, get_context("spawn")) as worker:
        return [worker.submit(measure, folder, url, 0, turns, is_whole=is_whole).result()]


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3000)
    turns = parser.parse_args().turns
    shown = Table("what", "turns", "turns/s", "CPU ms a turn", "goal", title="Throughput")
    with postgres() as server, TemporaryDirectory() as home, Progress(transient=True) as bar:
        rounds: Sequence[tuple[str, Callable[[Path, bool], Sequence[Speed]], bool]] = (
            (
                "SQLite, one core, the service alone",
                lambda folder, whole: alone(folder, None, turns, is_whole=whole),
                False,
            ),
            (
                "SQLite, one core, the whole assistant",
                lambda folder, whole: alone(folder, None, turns, is_whole=whole),
                True,
            ),
            (
                "PostgreSQL, one core, the service alone",
                lambda folder, whole: alone(folder, server.database(), turns, is_whole=whole),
                False,
            ),
            (
                "PostgreSQL, four processes, the service alone",
                lambda folder, whole: together(folder, server.database(), turns, is_whole=whole),
                False,
            ),
            (
                "PostgreSQL, four processes, the whole assistant",
                lambda folder, whole: together(folder, server.database(), turns, is_whole=whole),
                True,
            ),
        )
        task = bar.add_task("throughput", total=len(rounds))
        for n, (name, run, is_whole) in enumerate(rounds):
            folder = Path(home) / str(n)
            folder.mkdir()
            load_keys(folder / "keys")
            speeds = run(folder, is_whole)
            bar.advance(task)
            shown.add_row(name, *_told(speeds), f"≥ {GOAL}" if n == 0 else "")
        bar.console.print(shown)


def _told(speeds: Sequence[Speed]) -> tuple[str, str, str]:
    turns = sum(speed.turns for speed in speeds)
    rate = sum(speed.turns / speed.seconds for speed in speeds)
    return f"{turns}", f"{rate:.0f}", f"{1000 * sum(speed.cpu for speed in speeds) / turns:.2f}"


if __name__ == "__main__":
    main()
