"""Whether anything is lost, repeated or overtaken when the service dies in the middle of its work.

python -m benchmarks.crashes [--kills 200] [--rates 8 40] [--database sqlite|postgresql] [--parts kills points ends whole].
A messenger keeps bringing messages and taking answers while the service is killed again and again: at random (kills), at
each named point of its work (points), in order by SIGTERM (ends), and with the whole assistant in place of a stand-in
(whole). At the end everything is answered, and each chat is compared with one in which nothing ever went wrong.
"""

import asyncio
import json
import random
import signal
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from benchmarks.judge import Verdict
from benchmarks.messenger import Messenger
from benchmarks.servers import Postgres, postgres
from benchmarks.stage import Speech, Stage, stage, until
from benchmarks.victim import Echo, real_conversation
from bot.conversation import Conversation
from bot.dialogue.model import Choice, Command, Input, Location, Text

DATA = Path(__file__).parent / "data"
CHATS = 30
LATENCY = 0.05  # seconds until the messenger confirms
WORKING = (0.8, 1.6)  # seconds between the start and the end
STARTING = (0.1, 1.2)
EARLY = 10  # every tenth kill comes while the service still starts
POINTS = (
    "before_inbox_commit",
    "after_inbox_commit",
    "after_claim",
    "before_turn_commit",
    "after_turn_commit",
    "before_send",
    "after_send",
    "after_mark",
)
LATEST_PASSAGE = 60
POINT_SECONDS = 60
WARM_SECONDS = 30
LANES = 3  # proofs at the same time

Tick = Callable[[], object]
Death = Callable[[Stage, int], Awaitable[float]]  # lets the service start and die; how long dying took


@dataclass(frozen=True)
class Proof:
    """How often the service dies, in which way, and what it is told meanwhile."""

    name: str
    deaths: int
    death: Death
    rate: float = 40
    conversation: Callable[[Path], Conversation] = lambda _: Echo()
    speech: Speech = field(default_factory=lambda: count_up)
    options: Sequence[str] = ()
    quiet: float = 2  # seconds after which nothing more is expected


@dataclass(frozen=True)
class Outcome:
    """What came of it. `begun`: sends that had begun and were not written down as ended when the service died."""

    proof: Proof
    said: int
    verdict: Verdict
    begun: int
    left: int
    unhandled: int
    slowest: float


async def prove(proof: Proof, home: Path, *, url: str | None = None, tick: Tick = int, seed: int = 1) -> Outcome:
    """Let the service die again and again under load, then answer everything, and look at each chat."""
    messenger = Messenger(home / "socket", latency=LATENCY)
    conversation = proof.conversation(home)
    async with stage(home, conversation, *proof.options, messenger=messenger, url=url, seed=seed) as scene:
        begun, slowest = 0, 0.0
        async with scene.talk(proof.rate, proof.speech):
            for n in range(proof.deaths):
                slowest = max(slowest, await proof.death(scene, n))
                begun += await scene.begun()
                tick()
        await scene.begin()
        await scene.drain(proof.quiet)
        await scene.victim.end(signal.SIGTERM)
        said = sum(map(len, messenger.said.values()))
        return Outcome(proof, said, await scene.verdict(), begun, await scene.left(), scene.victim.unhandled(), slowest)


def killed(working: tuple[float, float] = WORKING) -> Death:
    """Without warning, after some seconds of work, and each tenth time while it starts."""

    async def death(scene: Stage, n: int) -> float:
        if n % EARLY == EARLY - 1:
            await scene.victim.start()
            await asyncio.sleep(scene.random.uniform(*STARTING))
        else:
            answers = len(scene.messenger.arrived)
            await scene.begin()
            # the whole assistant warms up first
            await until(lambda: len(scene.messenger.arrived) > answers, WARM_SECONDS)
            await asyncio.sleep(scene.random.uniform(*working))
        return await scene.victim.end(signal.SIGKILL)

    return death


def ended(working: tuple[float, float] = WORKING) -> Death:
    """In order, in the middle of work."""

    async def death(scene: Stage, _: int) -> float:
        await scene.begin()
        await asyncio.sleep(scene.random.uniform(*working))
        return await scene.victim.end(signal.SIGTERM)

    return death


def killed_at(*points: str) -> Death:
    """Without warning, at the n-th passage of one of the points; n is drawn anew each time and often 1."""

    async def death(scene: Stage, n: int) -> float:
        passage = scene.random.choice((1, scene.random.randint(2, LATEST_PASSAGE)))
        await scene.victim.start("--die-at", points[n % len(points)], "--passage", str(passage))
        await scene.victim.gone(POINT_SECONDS)
        return 0

    return death


def count_up(messenger: Messenger, chance: random.Random) -> None:
    """The stand-in is told numbers, one after the other in each chat."""
    chat = f"c{chance.randrange(CHATS)}"
    messenger.say(chat, Text(str(len(messenger.said[chat]) + 1)))


def whatever_people_say() -> Speech:
    """The whole assistant is told what people write, press and share."""
    files = sorted(DATA.glob("topic.dev.*.jsonl"))
    texts = [json.loads(line)["text"] for file in files for line in file.read_text("utf-8").splitlines()]

    def speech(messenger: Messenger, chance: random.Random) -> None:
        said: tuple[Input, ...] = (
            Text(chance.choice(texts)),
            Text(chance.choice(("Beispielhafen", "02826", "3 Jahre", "?"))),
            Choice(chance.choice(("age:age_3_6", "results:more", "nav:back", "lang:ar", "nav:danger"))),
            Command(chance.choice(("start", "more", "back", "language", "help"))),
            Location(54.45, 6.6),
        )
        messenger.say(f"c{chance.randrange(CHATS)}", chance.choice(said))

    return speech


def proofs(chosen: Namespace) -> Iterator[Proof]:
    """What the command line asks for."""
    kills, parts = chosen.kills, chosen.parts
    if "kills" in parts:
        yield from (Proof(f"kill −9, {rate:g} messages/s", kills, killed(), rate) for rate in chosen.rates)
    if "points" in parts:
        yield from (Proof(f"kill −9 at {point}", max(1, kills // len(POINTS)), killed_at(point)) for point in POINTS)
    if "ends" in parts:
        yield Proof("SIGTERM, 40 messages/s", max(1, kills // 4), ended())
    if "whole" in parts:
        yield whole(max(1, kills // 4))


def whole(kills: int) -> Proof:
    """The whole assistant in place of the stand-in."""
    options = ("--conversation", "real")
    return Proof("kill −9, whole assistant", kills, killed(), 40, real_conversation, whatever_people_say(), options)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rates", type=float, nargs="+", default=[8, 40])
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--parts", nargs="+", choices=("kills", "points", "ends", "whole"))
    chosen = parser.parse_args()
    chosen.parts = chosen.parts or ["kills", "points", "ends", "whole"]
    with (
        ExitStack() as open_,
        Progress(*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn()) as bar,
    ):
        server = open_.enter_context(postgres()) if chosen.database == "postgresql" else None
        outcomes = asyncio.run(_all(list(proofs(chosen)), server, bar))
    Console().print(table(outcomes, chosen.database))


async def _all(asked: Sequence[Proof], server: Postgres | None, bar: Progress) -> Sequence[Outcome]:
    lanes = asyncio.Semaphore(LANES)

    async def one(proof: Proof) -> Outcome:
        task = bar.add_task(proof.name, total=proof.deaths)
        async with lanes:
            with TemporaryDirectory() as folder:
                url = server.database() if server else None
                outcome = await prove(proof, Path(folder), url=url, tick=lambda: bar.advance(task))
        bar.console.print(f"{proof.name}: {outcome.verdict}")
        return outcome

    return await asyncio.gather(*(one(proof) for proof in asked))


def table(outcomes: Sequence[Outcome], database: str) -> Table:
    shown = Table(
        *("proof", "deaths", "messages", "answers", "lost", "out of order", "wrong", "repeated", "per death"),
        *("had begun", "left over", "bugs", "slowest end, s"),
        title=f"Crashes, {database}",
    )
    for outcome in outcomes:
        verdict, deaths = outcome.verdict, outcome.proof.deaths
        shown.add_row(
            *(outcome.proof.name, f"{deaths}", f"{outcome.said}", f"{verdict.due}", f"{verdict.lost}"),
            *(
                f"{verdict.out_of_order}",
                f"{verdict.strange}",
                f"{verdict.repeated}",
                f"{verdict.repeated / deaths:.2f}",
            ),
            *(f"{outcome.begun}", f"{outcome.left}", f"{outcome.unhandled}", f"{outcome.slowest:.2f}"),
        )
    return shown


if __name__ == "__main__":
    main()
