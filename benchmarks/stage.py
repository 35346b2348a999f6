"""One service process and the messenger that talks to it, in a folder of their own, for as long as a proof takes."""

import asyncio
import os
import random
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TypeVar
from urllib.request import urlopen

from sqlalchemy import Connection

from benchmarks.judge import Verdict, due, judge
from benchmarks.messenger import Messenger
from bot.conversation import Conversation
from bot.dialogue.model import Text
from bot.keys import load_keys
from bot.store import retention
from bot.store.opening import FILE, postgres_engine, sqlite_engine

T = TypeVar("T")
ROOT = Path(__file__).parent.parent
READY_SECONDS = 60  # to start, with other work on the machine
DRAIN_SECONDS = 600  # for everything that is still to be answered
STUCK_SECONDS = 30  # without any answer: what is missing is lost
LOOK_EVERY = 0.002
MOST_MESSAGES = 1_000_000
UNHANDLED = ('"event": "bug"', '"event": "uncaught"', '"event": "turn_failed"', '"event": "set_aside"', "Traceback")


class Victim:
    """A service process that is ended by its id, and by nothing else."""

    def __init__(self, home: Path, *options: str, socket: Path | None = None) -> None:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.home = home
        self.socket = socket or home / "socket"
        self._options = options
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        return self._running().pid

    async def start(self, *options: str) -> None:
        command = ["-m", "benchmarks.victim", "--data", str(self.home), "--socket", str(self.socket)]
        with (self.home / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                *self._options,
                *options,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env=_surroundings(),
            )

    async def kill(self) -> None:
        await self.end(signal.SIGKILL)

    async def end(self, number: signal.Signals) -> float:
        """Send a signal and wait. Returns after how many seconds the process was gone."""
        started = monotonic()
        with suppress(ProcessLookupError):
            self._running().send_signal(number)
        await self.gone(DRAIN_SECONDS)
        return monotonic() - started

    async def gone(self, seconds: float) -> int:
        """Wait until the process has ended. Returns its exit code."""
        return await asyncio.wait_for(self._running().wait(), seconds)

    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def unhandled(self) -> int:
        """How many lines of the log speak of a bug."""
        return sum(any(word in line for word in UNHANDLED) for line in self.log_lines())

    def log_lines(self) -> Sequence[str]:
        log = self.home / "log"
        return log.read_text("utf-8", "replace").splitlines() if log.exists() else ()

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("not started")
        return self._process


def _surroundings() -> dict[str, str]:
    """The environment without any settings of an installation on this machine."""
    return {name: value for name, value in os.environ.items() if not name.startswith("NAHBEI_")}


Speech = Callable[[Messenger, random.Random], None]  # one family writes one message


@dataclass
class Stage:
    """A service, its messenger, and how to tell whether all is answered."""

    victim: Victim
    messenger: Messenger
    conversation: Conversation
    random: random.Random
    url: str | None = None

    async def begin(self, *options: str) -> None:
        """Start the service and wait until the messenger has reached it."""
        await self.victim.start(*options)
        try:
            await asyncio.wait_for(self.messenger.connected.wait(), READY_SECONDS)
        except TimeoutError as error:
            said = "\n".join(self.victim.log_lines()[-5:])
            raise RuntimeError(
                f"no service after {READY_SECONDS} s, running: {self.victim.is_running()}; {said}"
            ) from error

    async def warm_up(self) -> None:
        """Wait until the service has prepared itself and answers."""
        self.messenger.say("first", Text("1"))
        await until(lambda: bool(self.messenger.arrived), READY_SECONDS)

    @asynccontextmanager
    async def talk(self, rate: float, speech: Speech) -> AsyncIterator[None]:
        """Let families write so many messages a second, whether anybody listens or not."""
        talking = asyncio.create_task(self._talk(rate, speech))
        try:
            yield
        finally:
            await _cancelled(talking)

    async def _talk(self, rate: float, speech: Speech) -> None:
        began = monotonic()
        for n in range(MOST_MESSAGES):
            await asyncio.sleep(max(0.0, began + n / rate - monotonic()))
            speech(self.messenger, self.random)

    async def drain(self, quiet: float = 2) -> None:
        """Wait until everything is answered and `quiet` seconds have passed; or until nothing moves any more."""
        expected = await asyncio.to_thread(self._expected)
        ends = monotonic() + DRAIN_SECONDS
        while monotonic() < ends:
            await asyncio.sleep(0.1)
            arrived = self.messenger.arrived
            idle = monotonic() - arrived[-1].at if arrived else 0
            complete = len({answer.key for answer in arrived}) >= expected and not self.messenger.unconfirmed()
            if idle > (quiet if complete else STUCK_SECONDS):
                return

    def _expected(self) -> int:
        return sum(len(due(said, self.conversation)) for said in self.messenger.said.values())

    async def verdict(self) -> Verdict:
        """Beside the event loop: it takes long, and other messengers have to confirm in time meanwhile."""
        return await asyncio.to_thread(judge, self.messenger.said, self.messenger.arrived, self.conversation)

    async def begun(self) -> int:
        """Sends that the service had begun and not written down as ended when it died: so many may come twice."""
        return await begun(self.victim.home, self.url)

    async def left(self) -> int:
        """Messages and answers that still lie in the database; ask when no process is running."""
        return await left(self.victim.home, self.url)


async def begun(home: Path, url: str | None) -> int:
    """Sends that had begun and were not written down as ended when the service died."""
    if url:
        return await ask(home, url, _begun)
    with TemporaryDirectory() as folder:  # a copy: the service shall find what it left behind untouched
        for name in (FILE, f"{FILE}-wal"):
            with suppress(FileNotFoundError):
                shutil.copy(home / name, folder)
        shutil.copytree(home / "keys", Path(folder) / "keys")
        return await ask(Path(folder), None, _begun)


async def left(home: Path, url: str | None) -> int:
    """Messages and answers that still lie in a database."""
    return await ask(home, url, _left)


async def ask(home: Path, url: str | None, question: Callable[[Connection], T]) -> T:
    """Ask a database something, beside the event loop."""

    def answer() -> T:
        engine = postgres_engine(url) if url else sqlite_engine(home / FILE, load_keys(home / "keys").database)
        try:
            with engine.begin() as connection:
                return question(connection)
        finally:
            engine.dispose()

    return await asyncio.to_thread(answer)


def _begun(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE started").scalar_one())


def _left(connection: Connection) -> int:
    waiting = retention.backlog(connection)
    return waiting.unanswered + waiting.undelivered


@asynccontextmanager
async def stage(
    home: Path,
    conversation: Conversation,
    *options: str,
    messenger: Messenger | None = None,
    url: str | None = None,
    seed: int = 1,
) -> AsyncIterator[Stage]:
    """Set everything up in `home`; whatever happens, nothing is left running."""
    database = ("--url", url) if url else ()
    victim = Victim(home, *database, *options)
    talker = messenger or Messenger(victim.socket)
    async with running(victim, talker):
        yield Stage(victim, talker, conversation, random.Random(seed), url)  # noqa: S311 a proof that can be repeated


@asynccontextmanager
async def running(victim: Victim, messenger: Messenger) -> AsyncIterator[None]:
    """Let the messenger look for the service, from before its start until after its end."""
    talking = asyncio.create_task(messenger.run())
    try:
        yield
    finally:
        await _cancelled(talking)
        if victim.is_running():
            await victim.kill()


async def until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is so, but no longer than this."""
    for _ in range(int(seconds / LOOK_EVERY)):
        if is_so():
            return True
        await asyncio.sleep(LOOK_EVERY)
    return is_so()


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def metric(listen: str, name: str) -> float:
    """The sum of one of the service's numbers over all channels."""
    with urlopen(f"http://{listen}/metrics", timeout=READY_SECONDS) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{name}{{", f"{name} ")))


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
