"""One installation on a real homeserver, the families who write to it, and a gateway beside, for as long as a proof takes."""

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import psutil  # type: ignore[import-untyped]  # ships no types

from benchmarks.messenger import Messenger
from benchmarks.stage import ROOT
from bot.dialogue.model import Text
from tests.matrix.homeserver import ON_A_LEASH, PASSWORD
from tests.matrix.house import House, heard
from tests.matrix.person import Person, online

BESIDE_EVERY = 0.2  # seconds between two messages over the gateway
LAST_WORDS = 20  # lines of the log, where a proof fails


@dataclass
class Installation:
    """A service process, its log, and its gateway."""

    house: House
    whole: bool = False  # `nahbei serve` itself, not a hasty parrot
    url: str = ""
    gateway: Messenger = field(init=False)
    _process: Process | None = None

    def __post_init__(self) -> None:
        self.gateway = Messenger(self.house.folder / "socket")

    async def start(self) -> None:
        self.house.folder.mkdir(parents=True, exist_ok=True)
        where = (str(self.house.folder), self.url or self.house.server.url, self.house.bot)
        command = ("bot.cli", "serve") if self.whole else ("tests.matrix.victim", *where)
        settings = dict(zip(("DATA_DIR", "MATRIX_HOMESERVER", "MATRIX_USER"), where, strict=True)) | {
            "MATRIX_PASSWORD": PASSWORD,
            "GATEWAY_SOCKET": str(self.house.folder / "socket"),
            "HEALTH_LISTEN": "off",
        }
        surroundings = os.environ | {f"NAHBEI_{name}": value for name, value in settings.items()}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *ON_A_LEASH, *command, cwd=ROOT, env=surroundings, stdin=PIPE, stdout=log, stderr=log
            )

    async def kill(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    @property
    def log(self) -> Path:
        """Beside the folder: where the disk is full, this one is not."""
        return self.house.folder.with_name(f"{self.house.folder.name}.log")

    @property
    def process(self) -> psutil.Process:
        if self._process is None:
            raise RuntimeError("not started")
        return psutil.Process(self._process.pid)

    def logged(self, event: str) -> int:
        """How often something was logged."""
        return self.log.read_text("utf-8").count(f'"event": "{event}"')

    @asynccontextmanager
    async def beside(self) -> AsyncIterator["Beside"]:
        """Somebody writes over the gateway meanwhile."""
        talking = Beside(self.gateway)
        tasks = [asyncio.create_task(self.gateway.run()), asyncio.create_task(talking.run())]
        try:
            yield talking
            await asyncio.sleep(1)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Beside:
    """What a family gets over another channel meanwhile."""

    gateway: Messenger

    async def run(self) -> None:
        for n in range(1_000_000):
            self.gateway.say(f"beside{n}", Text("hello"))
            await asyncio.sleep(BESIDE_EVERY)

    @property
    def asked(self) -> int:
        return sum(map(len, self.gateway.said.values()))

    @property
    def slowest(self) -> float:
        first = {answer.chat: answer.at for answer in reversed(self.gateway.arrived)}
        return max(
            first.get(chat, float("inf")) - said[0].at
            for chat, said in self.gateway.said.items()
            if said[0].at < monotonic() - 1
        )


@asynccontextmanager
async def installed(house: House, *, whole: bool = False, url: str = "") -> AsyncIterator[Installation]:
    """An installation that runs."""
    installation = Installation(house, whole, url)
    await installation.start()
    try:
        yield installation
    except BaseException:
        print("\n".join(installation.log.read_text("utf-8").splitlines()[-LAST_WORDS:]))
        raise
    finally:
        await installation.kill()


@dataclass(frozen=True)
class Met:
    """Families who have met the assistant, each in a room, and what goes on over another channel meanwhile."""

    people: Sequence[Person]
    rooms: Sequence[str]
    beside: Beside


@asynccontextmanager
async def met(house: House, *names: str, url: str = "") -> AsyncIterator[Met]:
    """An installation that runs, with families in rooms and somebody at the gateway."""
    async with online(house.server, *house.people(*names)) as people, installed(house, url=url) as installation:
        rooms = [await welcomed(house, family) for family in people]
        async with installation.beside() as beside:
            yield Met(people, rooms, beside)


async def welcomed(house: House, anna: Person) -> str:
    """A room in which the assistant has said hello."""
    room = await anna.invite(house.bot)
    await anna.hears(room, house.bot, bool)
    return room


@dataclass(frozen=True)
class Verdict:
    """What came of messages that each have one answer."""

    messages: int
    lost: int
    repeated: int
    out_of_order: int

    @classmethod
    def of(cls, said: Sequence[str], got: Sequence[str]) -> "Verdict":
        expected = [heard(words) for words in said]
        kept = [words for n, words in enumerate(got) if words not in got[:n]]
        moved = sum(a != b for a, b in zip(kept, [words for words in expected if words in kept], strict=True))
        return cls(len(said), len({*expected} - {*got}), len(got) - len(kept), moved)

    def __str__(self) -> str:
        return f"{self.messages} messages: {self.lost} lost, {self.repeated} repeated, {self.out_of_order} out of order"


async def answers(anna: Person, room: str, bot: str, said: Sequence[str]) -> Verdict:
    """Wait until the last one is answered, and a moment longer."""
    last = heard(said[-1])
    await anna.hears(room, bot, lambda texts: last in texts)
    with suppress(AssertionError, TimeoutError):
        async with asyncio.timeout(2):
            await anna.hears(room, bot, lambda texts: len(texts) > len(said) + 1)
    return Verdict.of(said, anna.read(room, bot)[1:])
