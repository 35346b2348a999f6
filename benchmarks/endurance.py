"""Whether one service stays as it is after hundreds of thousands of messages: memory, files, threads, tasks, database.

python -m benchmarks.endurance [--updates 300000]. After every stretch two days pass for what is stored: then what lies
in the database has to go, and its room be used again.
"""

import asyncio
import signal
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, time

import numpy as np
import psutil  # type: ignore[import-untyped]  # ships no types
from rich.progress import Progress, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import Connection

from benchmarks.messenger import Messenger
from benchmarks.stage import Stage, ask, stage, until
from benchmarks.victim import Echo, parts
from bot.dialogue.model import Text
from bot.store import retention
from bot.store.opening import FILE

CHATS = 1000
AT_ONCE = 600  # answers on their way
LATENCY = 0.002
SAMPLE_EVERY = 1.0  # seconds
STRETCHES = 3
STUCK_SECONDS = 60
TWO_DAYS = 49 * retention.HOUR
MEGABYTE = 1024 * 1024

Tick = Callable[[float], object]


@dataclass(frozen=True)
class Sample:
    """How the process was after so many messages."""

    messages: int
    memory: float  # MB
    files: int
    threads: int
    tasks: int


@dataclass(frozen=True)
class Stretch:
    """How the database was after a stretch, and what was left of it two days later."""

    messages: int
    file: float  # MB
    log: float  # MB, the write-ahead log
    rows: int
    rows_later: int


@dataclass(frozen=True)
class Endurance:
    samples: Sequence[Sample]
    stretches: Sequence[Stretch]
    answers: int
    missing: int
    seconds: float
    unhandled: int

    def slope(self) -> float:
        """Megabytes more for each 100,000 messages, once the service has warmed up in the first third."""
        late = [sample for sample in self.samples if sample.messages >= self.samples[-1].messages / STRETCHES]
        return float(np.polyfit([s.messages for s in late], [s.memory for s in late], 1)[0] * 100_000)


async def endure(home: Path, *, updates: int, tick: Tick = int) -> Endurance:
    """As many messages as the service can take, a stretch at a time."""
    messenger = Messenger(home / "socket", latency=LATENCY)
    async with stage(home, Echo(), "--watch", str(home / "tasks"), messenger=messenger) as scene:
        await scene.begin()
        run = _Run(scene)
        started = monotonic()
        watching = asyncio.create_task(run.watch())
        stretches = []
        try:
            for _ in range(STRETCHES):
                await run.go(updates // STRETCHES, tick)
                stretches.append(await run.rest())
        finally:
            watching.cancel()
        seconds = monotonic() - started
        await scene.victim.end(signal.SIGTERM)
        answers = len({answer.key for answer in messenger.arrived})
        return Endurance(run.samples, stretches, answers, run.due - answers, seconds, scene.victim.unhandled())


class _Run:
    def __init__(self, scene: Stage) -> None:
        self.samples: list[Sample] = []
        self.due = 0
        self._scene = scene
        self._said = 0
        self._process = psutil.Process(scene.victim.pid)
        self._chance = Random(1)  # noqa: S311 a proof that can be repeated

    async def go(self, messages: int, tick: Tick) -> None:
        messenger = self._scene.messenger
        for _ in range(messages):
            chat = f"c{self._chance.randrange(CHATS)}"
            number = len(messenger.said[chat]) + 1
            messenger.say(chat, Text(str(number)))
            self._said += 1
            self.due += parts(number)
            tick(1)
            await until(lambda: self.due - len(messenger.arrived) <= AT_ONCE, STUCK_SECONDS)
        await until(lambda: self.due <= len(messenger.arrived), STUCK_SECONDS)

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(SAMPLE_EVERY)
            self.samples.append(self._sample())

    def _sample(self) -> Sample:
        tasks = self._scene.victim.home / "tasks"
        with self._process.oneshot():
            return Sample(
                self._said,
                self._process.memory_info().rss / MEGABYTE,
                self._process.num_fds(),
                self._process.num_threads(),
                int(tasks.read_text("ascii") or 0) if tasks.exists() else 0,
            )

    async def rest(self) -> Stretch:
        """Look at the database, and let two days pass for it."""
        home = self._scene.victim.home
        await asyncio.sleep(SAMPLE_EVERY)
        rows = await ask(home, None, _rows)
        file, log = ((home / name).stat().st_size / MEGABYTE for name in (FILE, f"{FILE}-wal"))
        await ask(home, None, _two_days_later)
        return Stretch(self._said, file, log, rows, await ask(home, None, _rows))


def _rows(connection: Connection) -> int:
    return sum(kept.rows for kept in retention.inventory(connection).values())


def _two_days_later(connection: Connection) -> int:
    return retention.expire(connection, time() + TWO_DAYS).conversations


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=300_000)
    chosen = parser.parse_args()
    with (
        Progress(*Progress.get_default_columns(), TimeElapsedColumn(), transient=True) as bar,
        TemporaryDirectory() as folder,
    ):
        task = bar.add_task(f"{chosen.updates} messages", total=chosen.updates)
        endurance = asyncio.run(endure(Path(folder), updates=chosen.updates, tick=lambda n: bar.advance(task, n)))
        for shown in tables(endurance):
            bar.console.print(shown)


def tables(endurance: Endurance) -> Sequence[Table]:
    process = Table("messages", "memory, MB", "files", "threads", "tasks", title="The process")
    last = endurance.samples[-1].messages
    for mark in np.linspace(last / 10, last, 10):
        sample = min(endurance.samples, key=lambda sample: abs(sample.messages - mark))
        process.add_row(
            *(f"{sample.messages}", f"{sample.memory:.1f}", f"{sample.files}", f"{sample.threads}", f"{sample.tasks}")
        )
    process.caption = f"memory grows by {endurance.slope():.2f} MB for 100,000 messages after the first third"
    database = Table("messages", "file, MB", "log, MB", "rows", "rows two days later", title="The database")
    for stretch in endurance.stretches:
        database.add_row(
            *(
                f"{stretch.messages}",
                f"{stretch.file:.1f}",
                f"{stretch.log:.1f}",
                f"{stretch.rows}",
                f"{stretch.rows_later}",
            )
        )
    rate = endurance.stretches[-1].messages / endurance.seconds
    database.caption = (
        f"{endurance.answers} answers, {endurance.missing} missing, {endurance.unhandled} bugs, {rate:.0f} turns/s"
    )
    return process, database


if __name__ == "__main__":
    main()
