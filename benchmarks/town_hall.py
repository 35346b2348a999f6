"""One installation with a coordinator who publishes and families who ask meanwhile: `nahbei` itself, on a real clock."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import Process
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate
from pathlib import Path
from time import monotonic
from typing import TypeVar

from sqlalchemy import Connection

from benchmarks.messenger import Messenger
from benchmarks.stage import READY_SECONDS, ROOT, ask, until
from bot.dialogue.model import Text
from catalog import db
from catalog.sources.base import Source
from catalog.versions import Content, Packed, Version, pack

T = TypeVar("T")
QUESTION = "my baby is 5 months old and cries every night, 00103"  # answered at once, with cards of the invented town
ASK_EVERY = 0.1  # seconds
MARK = re.compile(r"Fassung (\d+)")
WHO = "Familienbüro"


def marked(source: Source, mark: int) -> Source:
    """The same offers; each title tells of which version it is, and there is no other title."""
    offers = (
        offer.model_copy(
            update={"title": f"{MARK.sub('', offer.title).strip()[:100]} Fassung {mark}", "translations": {}}
        )
        for offer in source.offers
    )
    return replace(source, offers=tuple(offers))


def packed(source: Source) -> Packed:
    return pack(Content(source.name, source.offers, source.places))


@dataclass
class Answer:
    """What one family has asked and seen: seconds on the clock, and the versions of all offers in the answer."""

    asked: float
    at: float = 0.0
    marks: set[int] = field(default_factory=set)


@dataclass
class Families:
    """Ask the same again and again, each in a chat of its own."""

    messenger: Messenger
    answers: dict[str, Answer] = field(default_factory=dict)  # by chat
    is_asking: bool = True
    newest: int = 0  # version that anybody has seen
    _taken: int = 0

    async def run(self) -> None:
        while self.is_asking:
            self.ask()
            await asyncio.sleep(ASK_EVERY)

    def ask(self) -> None:
        chat = f"f{len(self.answers)}"
        self.answers[chat] = Answer(monotonic())
        self.messenger.say(chat, Text(QUESTION))

    async def rest(self) -> None:
        """Ask no more, and wait for what is still to be answered."""
        self.is_asking = False
        await until(lambda: self.look() > 0 and not self.waiting, READY_SECONDS)

    def look(self) -> int:
        """Take in what has arrived. Returns the newest version that any family has seen."""
        arrived = self.messenger.arrived[self._taken :]
        self._taken += len(arrived)
        for one in arrived:
            answer = self.answers[one.chat]
            answer.at = answer.at or one.at
            answer.marks.update(map(int, MARK.findall(one.replies)))
            self.newest = max(self.newest, *answer.marks, 0)
        return self.newest

    @property
    def waiting(self) -> int:
        """How many have asked and seen no offer."""
        return sum(not answer.marks for answer in self.answers.values())

    @property
    def slowest(self) -> float:
        """Seconds; the first one waited for the service to start."""
        return max((answer.at - answer.asked for answer in [*self.answers.values()][1:]), default=0.0)

    @property
    def mixed(self) -> int:
        """Answers with offers of two versions."""
        return sum(len(answer.marks) > 1 for answer in self.answers.values())

    @property
    def backwards(self) -> int:
        """Answers with an older version than somebody had seen before this family asked."""
        answered = sorted((one for one in self.answers.values() if one.marks), key=lambda one: one.at)
        times = [one.at for one in answered]
        newest = [0, *accumulate((max(one.marks) for one in answered), max)]
        return sum(max(one.marks) < newest[bisect_left(times, one.asked)] for one in answered)


@dataclass
class TownHall:
    """The folder of an installation and the processes that run in it."""

    home: Path
    families: Families
    _tasks: list["asyncio.Task[None]"]
    _running: list[Process] = field(default_factory=list)

    async def start(self, *arguments: str) -> Process:
        """Start `nahbei …`; it is ended when the town hall closes."""
        settings = {
            "NAHBEI_DATA_DIR": str(self.home),
            "NAHBEI_GATEWAY_SOCKET": str(self.families.messenger.socket),
            "NAHBEI_HEALTH_LISTEN": "off",
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith("NAHBEI_")}
        with (self.home / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot.cli", *arguments), cwd=ROOT, stdout=log, stderr=log, env=clean | settings
            )
        self._running.append(process)
        return process

    async def run(self, *arguments: str) -> None:
        """Wait until a command has ended well."""
        process = await self.start(*arguments)
        if await process.wait():
            raise RuntimeError(f"{arguments}: {self.log()[-2000:]}")

    async def serve(self) -> None:
        """Start the service, and let families ask when it answers from what is published."""
        await self.start("serve")
        self.families.ask()
        if not await until(lambda: self.families.look() > 0, READY_SECONDS):
            raise RuntimeError(self.log()[-2000:])
        self._tasks.append(asyncio.create_task(self.families.run()))

    async def publish(self, source: Source) -> float:
        """Store a version as `nahbei catalog publish` does. Returns when it was stored."""
        made = await asyncio.to_thread(packed, source)
        base = (await self.history())[0].number
        await self.ask(partial(_publish, made, base))
        return monotonic()

    async def history(self) -> list[Version]:
        """What is published, the newest first."""
        return list(await self.ask(db.history))

    async def ask(self, question: Callable[[Connection], T]) -> T:
        return await ask(self.home, None, question)

    async def reached(self, mark: int, seconds: float) -> float:
        """Wait until a family sees a version. Returns when it did; infinity if none does."""
        await until(lambda: self.families.look() >= mark, seconds)
        seen = (one.at for one in self.families.answers.values() if mark in one.marks)
        return min(seen, default=float("inf"))

    def log(self) -> str:
        return (self.home / "log").read_text("utf-8", "replace")

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for process in self._running:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            try:
                await asyncio.wait_for(process.wait(), READY_SECONDS)
            except TimeoutError:
                process.kill()


def _publish(made: Packed, base: int, connection: Connection) -> None:
    db.publish(connection, made, who=WHO, note="", now=0.0, base=base)


@asynccontextmanager
async def town_hall(folder: Path) -> AsyncIterator[TownHall]:
    """Open an installation in a folder; whatever happens, nothing is left running."""
    home = folder / "data"
    home.mkdir(mode=0o700, exist_ok=True)
    messenger = Messenger(folder / "socket", latency=0.0)
    hall = TownHall(home, Families(messenger), [asyncio.create_task(messenger.run())])
    try:
        yield hall
    finally:
        await hall.close()
