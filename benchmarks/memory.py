"""How much memory the service needs: part by part, and the running process, idle and after many conversations.

python -m benchmarks.memory [--conversations 1000] [--idle 70]. The process is `nahbei serve` with Telegram (a Bot API on
127.0.0.1) and a gateway, over which the conversations come; `--idle` seconds without a message come before each look.
RSS counts every page that the process has looked at; PSS counts shared ones by their share; own: what nobody else could
have, the rest is files, which the system may drop and read again.
"""

import asyncio
import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.memory_parts import Memory
from benchmarks.messenger import Messenger
from benchmarks.stage import until
from bot.dialogue.model import Choice, Command, Input, Location, Text
from tests.telegram.fake import Fake

DATA = Path(__file__).parent / "data"
LANGUAGES = ("de", "de-simple", "en", "tr", "ar", "uk")
GOAL = 150
READY_SECONDS = 120


@asynccontextmanager
async def serving(folder: Path, fake: Fake) -> AsyncIterator[tuple[int, Messenger]]:
    """`nahbei serve` as an operator starts it; whatever happens, it is ended."""
    settings = {
        "NAHBEI_DATA_DIR": str(folder),
        "NAHBEI_TELEGRAM_TOKEN": fake.token,
        "NAHBEI_TELEGRAM_API_URL": fake.url,
        "NAHBEI_GATEWAY_SOCKET": str(folder / "socket"),
        "NAHBEI_HEALTH_LISTEN": "off",
    }
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("NAHBEI_")} | settings
    command = (sys.executable, "-m", "bot.cli", "serve")
    process = await asyncio.create_subprocess_exec(*command, env=surroundings, stderr=subprocess.DEVNULL)
    messenger = Messenger(folder / "socket", latency=0.001)
    talking = asyncio.create_task(messenger.run())
    try:
        await asyncio.wait_for(messenger.connected.wait(), READY_SECONDS)
        yield process.pid, messenger
    finally:
        talking.cancel()
        process.terminate()
        await process.wait()


async def running(folder: Path, conversations: int, idle: float) -> Sequence[Memory]:
    """The whole life of a service: its first start, the start after it, idle hours, and many families."""
    async with Fake() as fake:
        async with serving(folder, fake) as (process, messenger):
            await _talk(messenger, 1)
            await asyncio.sleep(idle)
            first = Memory.of("first start (tables are built): idle", process)
        async with serving(folder, fake) as (process, messenger):
            await until(lambda: bool(fake.calls("getUpdates")), READY_SECONDS)
            await asyncio.sleep(idle)
            quiet = Memory.of("next start: idle, no message yet", process)
            await _talk(messenger, conversations)
            busy = Memory.of(f"after {conversations} conversations in {len(LANGUAGES)} languages", process)
            await asyncio.sleep(idle)
            return first, quiet, busy, Memory.of("idle again", process)


async def _talk(messenger: Messenger, conversations: int) -> None:
    """Let families write, a few at the same time, until everybody has the last answer."""
    started = len(messenger.said)
    for number, said in enumerate(islice(_conversations(), conversations), start=started):
        for message in said:
            messenger.say(f"family{number}", message)
        await _answered(messenger, waiting=20)
    await _answered(messenger, waiting=0)


async def _answered(messenger: Messenger, waiting: int) -> None:
    await until(lambda: messenger.unconfirmed() + len(messenger.in_flight) <= waiting, READY_SECONDS)
    if not waiting:
        count = -1
        while count < len(messenger.arrived):
            count = len(messenger.arrived)
            await asyncio.sleep(2)


def _conversations() -> Iterator[Sequence[Input]]:
    """From the first greeting to the second page of offers, in one language after the other."""
    concerns = {
        lang: cycle(json.loads(line)["text"] for line in _lines(f"topic.dev.{lang.removesuffix('-simple')}.jsonl"))
        for lang in LANGUAGES
    }
    for lang in cycle(LANGUAGES):
        place = Location(54.45, 6.6) if lang in {"ar", "uk"} else Text("Beispielhafen")
        answers = (Choice("age:age_3_6"), place, Choice("results:more"))
        yield Command("start"), Choice(f"lang:{lang}"), Text(next(concerns[lang])), *answers


def _lines(name: str) -> Sequence[str]:
    return (DATA / name).read_text("utf-8").splitlines()


def table(title: str, looks: Sequence[Memory]) -> Table:
    shown = Table("when", "RSS, MB", "PSS, MB", "own, MB", title=title)
    for look in looks:
        shown.add_row(look.when, *(f"{size:.0f}" for size in look[1:]))
    return shown


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--idle", type=float, default=70)
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        whole = asyncio.run(running(Path(folder), chosen.conversations, chosen.idle))
        Console().print(table("Part by part", parts_apart(Path(folder))[0]))
        Console().print(table(f"`nahbei serve` with Telegram; goal: ≤ {GOAL} MB when idle", whole))


def parts_apart(folder: Path) -> tuple[Sequence[Memory], frozenset[str]]:
    """The memory part by part, in a fresh process, and which modules it had loaded at the end."""
    command = (sys.executable, "-m", "benchmarks.memory_parts", str(folder))
    said = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603 our own command
    return [Memory(*look) for look in said["looks"]], frozenset(said["loaded"])


if __name__ == "__main__":
    main()
