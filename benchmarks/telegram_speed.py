"""How fast the webhook says that a message is safe, and how much memory the idle service needs."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic, time

import aiohttp
import psutil  # type: ignore[import-untyped]  # ships no types

from benchmarks.fuzz import texts_of_families
from benchmarks.stage import READY_SECONDS, ROOT, Victim, free_port, until
from benchmarks.victim import SECRET, TOKEN
from bot.channels.telegram.webhook import HEADER
from tests.telegram.chats import Person
from tests.telegram.fake import Fake

PEOPLE = 1000
WARM_UP = 100  # messages
PATIENCE = 120.0  # seconds; the whole assistant prepares itself for a while


@dataclass(frozen=True)
class Acknowledgement:
    """Seconds from the moment at which a message was due to the webhook until it was said to be safe, in order."""

    name: str
    rate: float
    seconds: Sequence[float]
    refused: int
    answered: int

    def at(self, share: float) -> float:
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


async def acknowledge(
    home: Path, conversation: str, *, rate: float, messages: int, pace: str = "none"
) -> Acknowledgement:
    """Bring messages at a steady rate, whether the ones before are acknowledged or not. `pace` "usual": answers no faster
    than Telegram allows.
    """
    hook = f"http://127.0.0.1:{free_port()}/telegram"
    texts = texts_of_families() if conversation == "real" else ["7"]
    chance = Random(1)  # noqa: S311 a measurement that can be repeated
    async with Fake(token=TOKEN) as fake, aiohttp.ClientSession() as session:
        people = [fake.user() for _ in range(PEOPLE)]
        for person in people:
            person.refusal = None
        victim = Victim(home, "--telegram", fake.url, "--hook", hook, "--conversation", conversation, "--pace", pace)
        await victim.start()
        try:
            await until(lambda: fake.updates.hook is not None, READY_SECONDS)
            for n in range(WARM_UP):
                await _bring(session, hook, people[n], n, chance.choice(texts))
            await until(lambda: all(person.screen for person in people[:WARM_UP]), PATIENCE)
            started, bringing = monotonic(), []
            for n in range(messages):
                due = started + n / rate
                await asyncio.sleep(max(0.0, due - monotonic()))
                person = people[n % PEOPLE]
                bringing.append(
                    asyncio.create_task(_timed(session, hook, person, WARM_UP + n, chance.choice(texts), due))
                )
            taken = await asyncio.gather(*bringing)
            await asyncio.sleep(1)
            answered = sum(len(person.screen) for person in people)
        finally:
            await victim.end(signal.SIGTERM)
    seconds = sorted(second for second, is_safe in taken if is_safe)
    return Acknowledgement(f"{conversation}, pace: {pace}", rate, seconds, len(taken) - len(seconds), answered)


async def _timed(
    session: aiohttp.ClientSession, hook: str, person: Person, n: int, text: str, due: float
) -> tuple[float, bool]:
    is_safe = await _bring(session, hook, person, n, text)
    return monotonic() - due, is_safe


async def _bring(session: aiohttp.ClientSession, hook: str, person: Person, n: int, text: str) -> bool:
    message = {"message_id": n, "date": int(time()), "chat": person.to_json(), "from": person.who, "text": text}
    update = {"update_id": 1_000_000 + n, "message": message}
    async with session.post(hook, json=update, headers={HEADER: SECRET}) as response:
        return response.status == 200


@dataclass(frozen=True)
class Memory:
    """Megabytes of `nahbei serve` with Telegram and all languages, after it has answered once and rested."""

    rss: float
    pss: float


async def rest(home: Path, *, seconds: float) -> Memory:
    """Start the real command, let it answer one family, and look at its memory after a while."""
    async with Fake(token=TOKEN) as fake:
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("NAHBEI_")}
        settings = {
            "DATA_DIR": str(home),
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": fake.url,
            "HEALTH_LISTEN": "off",
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.cli", "serve"),
            cwd=ROOT,
            env={**surroundings, **{f"NAHBEI_{name}": value for name, value in settings.items()}},
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            user = fake.user()
            user.say("mein Sohn 3 Jahre spricht nicht")
            if not await until(lambda: bool(user.screen) or process.returncode is not None, PATIENCE):
                raise RuntimeError("nobody answers")
            await asyncio.sleep(seconds)
            full = psutil.Process(process.pid).memory_full_info()
            return Memory(full.rss / 2**20, full.pss / 2**20)
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
