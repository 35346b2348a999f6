"""Whether anything is lost between Telegram and a service that dies, and whether anybody but Telegram has any effect on it.

The service is the real process with the real channel; the Bot API is the strict one of the tests, on sockets between them.
"""

import asyncio
import json
import random
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp

from benchmarks.judge import Verdict, due, judge
from benchmarks.messenger import Arrived, Said
from benchmarks.stage import READY_SECONDS, STUCK_SECONDS, Victim, ask, begun, free_port, left, metric, until
from benchmarks.victim import SECRET, STAND_INS, TOKEN, Echo
from bot.channels.console import reply_as_json
from bot.channels.telegram.webhook import HEADER, MOST_BYTES
from bot.dialogue.model import Card, Text
from bot.store import retention
from tests.telegram.chats import Person
from tests.telegram.fake import Fake

CHATS = 30
LATENCY = 0.05  # seconds from the effect of a call to its answer
WORKING = (0.8, 1.6)  # seconds between the start and the end
EARLY = 10  # every tenth kill comes while the service still starts
STARTING = (0.1, 1.2)
PACED = 10  # messages a second; up to here Telegram's own speed limits are kept
FOREVER = 1e18
TOGETHER = 50  # posts of a forger
ANSWERS: Mapping[str, str] = {"single": "one answer each", "cards": "two answers each on average"}
CALM = ("getWebhookInfo",)  # asked now and then, whatever comes

Tick = Callable[[], object]


@dataclass
class Town:
    """Families at the fake Bot API, and the service that answers them with cards that betray what was lost."""

    fake: Fake
    victim: Victim
    people: Sequence[Person]
    conversation: Echo
    said: dict[str, list[Said]] = field(default_factory=lambda: defaultdict(list))

    def speak(self, person: Person) -> None:
        mine, chat = self.said[str(person.id)], str(person.id)
        words = str(len(mine) + 1)
        mine.append(Said(str(person.say(words)), chat, Text(words), monotonic()))

    async def talk(self, rate: float, chance: random.Random) -> None:
        began, n = monotonic(), 0
        while True:
            await asyncio.sleep(max(0.0, began + n / rate - monotonic()))
            self.speak(chance.choice(self.people))
            n += 1

    def arrived(self) -> Iterator[Arrived]:
        for person in self.people:
            for message in person.screen:
                replies = json.dumps([reply_as_json(Card(message.text, ""))])
                yield Arrived(message.text, str(person.id), replies, 0)

    async def drain(self, quiet: float) -> None:
        """Wait until everything has arrived and nothing has moved for a while, or nothing moves any more."""
        wanted = sum(len(due(messages, self.conversation)) for messages in self.said.values())
        count, moved = 0, monotonic()
        while True:
            await asyncio.sleep(0.1)
            if (now := sum(len(person.screen) for person in self.people)) != count:
                count, moved = now, monotonic()
            is_complete = count >= wanted and self.fake.is_quiet and self._different() >= wanted
            if monotonic() - moved > (quiet if is_complete else STUCK_SECONDS):
                return

    def _different(self) -> int:
        return len({(a.chat, a.key) for a in self.arrived()})

    def verdict(self) -> Verdict:
        return judge(self.said, self.arrived(), self.conversation)


@asynccontextmanager
async def town(home: Path, *options: str, people: int = CHATS, stand_in: str = "cards") -> AsyncIterator[Town]:
    """Whatever happens, nothing is left running."""
    async with Fake(token=TOKEN) as fake:
        victim = Victim(home, "--telegram", fake.url, "--conversation", stand_in, *options)
        try:
            yield Town(fake, victim, [fake.user() for _ in range(people)], STAND_INS[stand_in]())
        finally:
            if victim.is_running():
                await victim.kill()


@dataclass(frozen=True)
class Crashes:
    """What came of kills. `begun`: sends under way when it died, so many may be repeated."""

    name: str
    deaths: int
    said: int
    verdict: Verdict
    begun: int
    left: int
    unhandled: int


async def crash(
    home: Path,
    *,
    kills: int,
    rate: float,
    stand_in: str = "cards",
    working: tuple[float, float] = WORKING,
    quiet: float = 2,
    tick: Tick = int,
) -> Crashes:
    """Kill −9 again and again while families write, then answer everything, and look at each chat."""
    chance = random.Random(1)  # noqa: S311 a proof that can be repeated
    async with town(home, "--pace", "usual" if rate <= PACED else "none", stand_in=stand_in) as scene:
        scene.fake.fail("sendMessage", "slow", seconds=LATENCY, times=FOREVER)
        talking = asyncio.create_task(scene.talk(rate, chance))
        under_way = 0
        for n in range(kills):
            await scene.victim.start()
            if n % EARLY == EARLY - 1:
                await asyncio.sleep(chance.uniform(*STARTING))
            else:
                await _listens(scene.fake)
                await asyncio.sleep(chance.uniform(*working))
            await scene.victim.kill()
            under_way += await begun(home, None)
            tick()
        talking.cancel()
        await scene.victim.start()
        await scene.drain(quiet)
        await scene.victim.end(signal.SIGTERM)
        said = sum(map(len, scene.said.values()))
        name = f"kill −9, {rate:g} messages/s, {ANSWERS[stand_in]}"
        return Crashes(name, kills, said, scene.verdict(), under_way, await left(home, None), scene.victim.unhandled())


async def _listens(fake: Fake) -> None:
    """Wait until the service fetches (anew: the poll of one that was killed may still hang)."""
    before = len(fake.calls("getMe"))
    await until(lambda: len(fake.calls("getMe")) > before and fake.updates.is_polled, READY_SECONDS)


# ---- faults of the API

SHARES: Mapping[str, tuple[int | str, float]] = {
    "429": (429, 0.08),
    "500": (500, 0.08),
    "time-out before": ("hangs", 0.03),
    "cut before": ("cut", 0.03),
    "time-out after": ("slow", 0.04),
    "cut after": ("lost", 0.04),
}  # of all answers, together 30 %
HANGING = 3.0  # seconds, longer than the patience of "hasty" limits


@dataclass(frozen=True)
class Faults:
    """What came of an API that fails three times in ten. `unclear`: calls of which the service was told nothing."""

    verdict: Verdict
    met: Mapping[str, int]
    polls: int
    unclear: int
    given_up: int
    left: int
    unhandled: int


async def stumble(home: Path, *, messages: int, people: int = 200, quiet: float = 3) -> Faults:
    """Families say everything at once, and wait until nothing moves any more.

    Of an answer that is lost on the way without a word one copy more is sent, not two: so the connection breaks under
    each message at most once.
    """
    watch = f"127.0.0.1:{free_port()}"
    async with town(home, "--limits", "hasty", "--health", watch, people=people) as scene:
        shares = {
            name: scene.fake.fail(
                "sendMessage",
                how,
                share=_given(share, list(SHARES)[:n]),
                times=FOREVER,
                retry_after=1 if how == 429 else None,
                once=isinstance(how, str),
                seconds=HANGING if how in {"hangs", "slow"} else 0,
            )
            for n, (name, (how, share)) in enumerate(SHARES.items())
        }
        polls = [scene.fake.fail("getUpdates", how, share=0.1, times=FOREVER) for how in (500, "cut", "lost")]
        for n in range(messages):
            scene.speak(scene.people[n % people])
        await scene.victim.start()
        await scene.drain(quiet)
        given_up = await asyncio.to_thread(metric, watch, "nahbei_answers_given_up_total")
        await scene.victim.end(signal.SIGTERM)
        met = {name: fault.met for name, fault in shares.items()}
        unclear = sum(count for name, count in met.items() if not name.isdecimal())
        return Faults(
            scene.verdict(),
            met,
            sum(fault.met for fault in polls),
            unclear,
            int(given_up),
            await left(home, None),
            scene.victim.unhandled(),
        )


def _given(share: float, before: Sequence[str]) -> float:
    """The chance of a fault, where others are drawn before it."""
    return share / (1 - sum(SHARES[name][1] for name in before))


# ---- whoever is not Telegram

KINDS: Mapping[str, int] = {
    "no secret": 403,
    "wrong secret": 403,
    "too large, right secret": 413,
    "not an update, right secret": 400,
    "replayed": 200,
    "replayed number, other words": 200,
}  # and what is answered
NONSENSE = (b"", b"null", b"[]", b"{", b'{"update_id": "5"}', b"\xff\xfe", b"[" * 5000)


@dataclass(frozen=True)
class Forgery:
    """What came of posts that Telegram did not make. `changed`: rows, messages or calls that were not there before."""

    posts: int
    answers: Mapping[str, Counter[int]]
    changed: Sequence[str]
    seconds: float
    unhandled: int


async def forge(home: Path, *, posts: int, tick: Tick = int) -> Forgery:
    """Bring the webhook what Telegram would never bring, or has brought before."""
    hook = f"http://127.0.0.1:{free_port()}/telegram"
    async with town(home, "--hook", hook, "--limits", "usual", people=20) as scene:
        for _ in range(3):
            for person in scene.people:
                scene.speak(person)
        known = [waiting.content for waiting in scene.fake.updates.waiting.values()]
        await scene.victim.start()
        await scene.drain(quiet=1)
        before = await _seen(scene)
        started = monotonic()
        answers = await _post_all(hook, known, posts, tick)
        seconds = monotonic() - started
        await asyncio.sleep(2)
        after = await _seen(scene)
        changed = [name for name in before if before[name] != after[name]]
        return Forgery(posts, answers, changed, seconds, scene.victim.unhandled())


async def _seen(scene: Town) -> Mapping[str, object]:
    """Everything that a message could have changed."""
    rows = await ask(scene.victim.home, None, retention.inventory)
    calls = [call for call in scene.fake.requests if call.method not in CALM]
    screens = [message.text for person in scene.people for message in person.screen]
    return {**{name: kept.rows for name, kept in rows.items()}, "calls": len(calls), "screens": screens}


async def _post_all(
    hook: str, known: Sequence[Mapping[str, Any]], posts: int, tick: Tick
) -> Mapping[str, Counter[int]]:
    answers: dict[str, Counter[int]] = {kind: Counter() for kind in KINDS}
    numbers = iter(range(posts))
    chance = random.Random(1)  # noqa: S311 a proof that can be repeated

    async def work(session: aiohttp.ClientSession) -> None:
        for n in numbers:
            kind = list(KINDS)[n % len(KINDS)]
            body, headers = _forged(kind, chance.choice(known), n, chance)
            with suppress(aiohttp.ClientError):  # a server may hang up on what is too large before it has read it
                async with session.post(hook, data=body, headers=headers) as response:
                    answers[kind][response.status] += 1
            tick()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(work(session) for _ in range(TOGETHER)))
    return answers


def _forged(kind: str, known: Mapping[str, Any], n: int, chance: random.Random) -> tuple[bytes, Mapping[str, str]]:
    fresh = {**known, "update_id": known["update_id"] + 1_000_000 + n}
    given = {HEADER: SECRET}
    match kind:
        case "no secret":
            return json.dumps(fresh).encode(), {}
        case "wrong secret":
            return json.dumps(fresh).encode(), {HEADER: SECRET[:-1] + chance.choice("abcdefgh")}
        case "too large, right secret":
            return json.dumps({**fresh, "x": "y" * MOST_BYTES}).encode(), given
        case "not an update, right secret":
            return chance.choice(NONSENSE), given
        case "replayed":
            return json.dumps(known).encode(), given
        case _:
            return json.dumps({**known, "message": {**known["message"], "text": "7"}}).encode(), given
