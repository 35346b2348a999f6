"""How many updates a second Telegram bots answer on one core, beside each other: ours, and echo bots of PTB and aiogram.

python -m benchmarks.echoes [--updates 5000] [--rounds 3] [--aiogram PYTHON]. The Bot API is one that answers at once, on the
other cores; updates are fetched by long polling. `--aiogram`: the Python of an environment that has aiogram, which does not
get along with our versions of pydantic.
"""

import asyncio
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic

import psutil  # type: ignore[import-untyped]  # ships no types
from aiohttp import web
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.fuzz import texts_of_families
from benchmarks.stage import ROOT, until

CHATS = 300
WARM_UP = 300  # updates
MOST = 100  # updates that are fetched together
HOLD = 5.0  # seconds of a long poll
QUIET = 1.0  # seconds after the last call: all is answered
PATIENCE = 120.0
CORE = 0  # of the bot
NAMES: Mapping[str, str] = {
    "nahbei": "Nahbei, one word",
    "bare": "PTB, our transport, our three commits",
    "bare_taking_in": "PTB, our transport, the first of them",
    "bare_without_store": "PTB, our transport, no store",
    "ptb": "PTB as it comes",
    "aiogram": "aiogram as it comes",
    "assistant": "Nahbei, the whole assistant",
}
GOAL = 0.8  # of "bare"
ANSWERS = {"sendMessage", "editMessageText"}
FIXED: Mapping[str, object] = {
    "getMe": {"id": 123456, "is_bot": True, "first_name": "Echo", "username": "echo_bot"},
    "sendMessage": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "ok"},
    "editMessageText": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "ok"},
    "getMyCommands": [],
    "getMyDescription": {"description": ""},
    "getMyShortDescription": {"short_description": ""},
}


def _body(result: object) -> bytes:
    return b'{"ok":true,"result":' + json.dumps(result).encode() + b"}"


class Api:
    """A Bot API that answers at once, whatever it is asked, and brings as many messages as it is told to."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.answers = 0
        self.calls = 0
        self.polls = 0
        self.last = 0.0
        self.url = ""
        self._brought = self._due = 0
        self._more = asyncio.Event()
        self._fixed = {method: _body(result) for method, result in FIXED.items()}
        self._done = _body(result=True)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield
        finally:
            await runner.cleanup()

    def release(self, updates: int) -> None:
        self._due += updates
        self._more.set()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        await request.read()
        if method == "getUpdates":
            return web.Response(body=_body(await self._fetch()), content_type="application/json")
        self.calls += 1
        self.answers += method in ANSWERS
        self.last = monotonic()
        return web.Response(body=self._fixed.get(method, self._done), content_type="application/json")

    async def _fetch(self) -> list[object]:
        self.polls += 1
        if self._brought == self._due:
            self._more.clear()
            try:
                await asyncio.wait_for(self._more.wait(), HOLD)
            except TimeoutError:
                return []
        numbers = range(self._brought, min(self._brought + MOST, self._due))
        self._brought = numbers.stop
        return [self._update(n) for n in numbers]

    def _update(self, n: int) -> object:
        who = 7_000_000_000 + n % CHATS
        person = {"id": who, "first_name": "Aylin", "language_code": "tr"}
        message = {
            "message_id": n + 1,
            "date": 1_795_000_000,
            "from": {**person, "is_bot": False},
            "chat": {"id": who, "first_name": "Aylin", "type": "private"},
            "text": self.texts[n % len(self.texts)],
        }
        return {"update_id": 900_000_000 + n, "message": message}


@dataclass(frozen=True)
class Speed:
    """What one bot did on one core. `calls`: of the Bot API, for all updates."""

    updates: int
    answers: int
    calls: int
    seconds: float
    cpu: float
    memory: float


def _on_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {CORE})


async def measure(bot: str, python: str, updates: int) -> Speed:
    """Let one bot answer so many messages."""
    texts = Random(1).sample(texts_of_families(), 500) if bot == "assistant" else ["hallo"]  # noqa: S311 repeatable
    api = Api(texts)
    with TemporaryDirectory() as folder:
        async with api.listening():
            command = ["-m", "benchmarks.echo_bots", bot, "--api", api.url, "--data", folder]
            process = await asyncio.create_subprocess_exec(
                python, *command, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL, preexec_fn=_on_one_core
            )
            try:
                await until(lambda: api.polls > 0, PATIENCE)
                await _answered(api, WARM_UP)
                return await _measure(api, psutil.Process(process.pid), updates)
            finally:
                process.kill()
                await process.wait()


async def _measure(api: Api, process: "psutil.Process", updates: int) -> Speed:
    answers, calls, cpu, started = api.answers, api.calls, _cpu(process), monotonic()
    await _answered(api, updates)
    memory = process.memory_info().rss / 2**20
    return Speed(updates, api.answers - answers, api.calls - calls, api.last - started, _cpu(process) - cpu, memory)


async def _answered(api: Api, updates: int) -> None:
    due = api.answers + updates
    api.release(updates)
    if not await until(lambda: api.answers >= due and monotonic() - api.last > QUIET, PATIENCE):
        raise RuntimeError(f"only {api.answers} of {due} answers")


def _cpu(process: "psutil.Process") -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--aiogram", metavar="PYTHON")
    parser.add_argument("--bots", nargs="+", choices=tuple(NAMES), default=list(NAMES))
    chosen = parser.parse_args()
    bots = [bot for bot in chosen.bots if bot != "aiogram" or chosen.aiogram]
    leave_the_core()
    with Progress(transient=True) as bar:
        speeds = measured(bots, chosen.updates, chosen.rounds, chosen.aiogram, bar)
    Console().print(table(speeds))


def leave_the_core() -> None:
    """The bot has its core for itself."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(range(os.cpu_count() or 1)) - {CORE} or {CORE})


def measured(
    bots: Sequence[str], updates: int, rounds: int, aiogram: str | None, bar: Progress
) -> Mapping[str, Sequence[Speed]]:
    """Round by round, so that what else the machine does meets all of them."""
    task = bar.add_task("echo bots", total=len(bots) * rounds)
    speeds: dict[str, list[Speed]] = {bot: [] for bot in bots}
    for _ in range(rounds):
        for bot in bots:
            python = aiogram if bot == "aiogram" and aiogram else sys.executable
            speeds[bot].append(asyncio.run(measure(bot, python, updates)))
            bar.advance(task)
    return speeds


def table(speeds: Mapping[str, Sequence[Speed]]) -> Table:
    columns = ("bot", "updates/s", "of the bare one", "goal", "CPU ms an update", "calls an update", "MB")
    shown = Table(*columns, title="Telegram, one core, median of the rounds")
    rates = {bot: median(one.updates / one.seconds for one in rounds) for bot, rounds in speeds.items()}
    for bot, rounds in speeds.items():
        share = f"{rates[bot] / rates['bare']:.0%}" if "bare" in rates else ""
        one = rounds[0]
        shown.add_row(
            *(NAMES[bot], f"{rates[bot]:.0f}", share, f"≥ {GOAL:.0%}" if bot == "nahbei" else ""),
            *(f"{median(1000 * m.cpu / m.updates for m in rounds):.2f}", f"{one.calls / one.updates:.1f}"),
            f"{median(m.memory for m in rounds):.0f}",
        )
    return shown


if __name__ == "__main__":
    main()
