"""Whether one chat can make the others wait.

python -m benchmarks.fairness [--seconds 60] [--rounds 3] [--conversation real|echo]. Neighbours write now and then; in
every second round something else goes on: a chat that writes a hundred messages a second; a chat whose answers the
messenger does not take now; and more chats than are served at once, whose answers are never confirmed.
"""

import asyncio
import signal
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic

import numpy as np
from rich.progress import MofNCompleteColumn, Progress
from rich.table import Table

from benchmarks.messenger import Fate, Messenger
from benchmarks.stage import Stage, stage
from benchmarks.victim import Echo, real_conversation
from bot.dialogue.model import Choice, Location, Text

NEIGHBOURS = 20
RATE = 20.0  # messages a second, of all neighbours together
LOUD, LOUD_RATE = "loud", 100.0
STUCK, STUCK_CHATS = "stuck", 80  # more than a service works on at once
SETTLED = 3.0  # seconds
OFTEN = 95  # of 100 wait no longer

Tick = Callable[[], object]
Disturbance = Callable[[Stage], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Waiting:
    """How long the neighbours' messages waited for their first answer, in milliseconds."""

    name: str
    calm: Sequence[float]
    disturbed: Sequence[float]
    unanswered: int
    unhandled: int


async def prove(
    name: str,
    home: Path,
    disturbance: Disturbance,
    *,
    rounds: int,
    seconds: float,
    is_whole: bool,
    tick: Tick = int,
) -> Waiting:
    """Calm and disturbed by turns, so that what else the machine does falls on both."""
    conversation = real_conversation(home) if is_whole else Echo()
    options = ("--limits", "usual", "--conversation", "real" if is_whole else "echo")
    messenger = Messenger(home / "socket", fate=_stuck_forever, retry_after=30)
    async with stage(home, conversation, *options, messenger=messenger) as scene:
        await scene.begin()
        await scene.warm_up()
        disturbed: list[tuple[float, float]] = []
        async with scene.talk(RATE, neighbours):
            for _ in range(rounds):
                await asyncio.sleep(seconds)
                began = monotonic()
                async with disturbance(scene):
                    await asyncio.sleep(seconds)
                disturbed.append((began, monotonic()))
                tick()
        await asyncio.sleep(SETTLED)
        await scene.victim.end(signal.SIGTERM)
        return _waiting(name, scene, disturbed)


def neighbours(messenger: Messenger, chance: Random) -> None:
    """A few families who answer the questions, one of them at a time."""
    said = (
        Text("3 Jahre"),
        Text("Mein Kind schläft nicht"),
        Text("Beispielhafen"),
        Choice("results:more"),
        Location(54.45, 6.6),
    )
    messenger.say(f"n{chance.randrange(NEIGHBOURS)}", chance.choice(said))


@asynccontextmanager
async def calm(_: Stage) -> AsyncIterator[None]:
    """Nothing: for comparison."""
    yield


@asynccontextmanager
async def shouting(scene: Stage) -> AsyncIterator[None]:
    """One chat writes a hundred messages a second."""
    async with scene.talk(LOUD_RATE, lambda messenger, _: _say(messenger, LOUD)):
        yield


@asynccontextmanager
async def refused(scene: Stage) -> AsyncIterator[None]:
    """The messenger takes no answers for one chat now, and asks for patience."""
    _say(scene.messenger, f"{STUCK} later")
    yield


@asynccontextmanager
async def hanging(scene: Stage) -> AsyncIterator[None]:
    """More deliveries than are made at once hang until they are given up."""
    for n in range(STUCK_CHATS):
        _say(scene.messenger, f"{STUCK} {n}")
    yield


def _say(messenger: Messenger, chat: str) -> None:
    messenger.say(chat, Text("Mein Kind schläft nicht"))


def _stuck_forever(_: str, chat: str) -> Fate:
    if not chat.startswith(STUCK):
        return "arrives"
    return "later" if chat.endswith("later") else "unanswered"


def _waiting(name: str, scene: Stage, disturbed: Sequence[tuple[float, float]]) -> Waiting:
    waits: Mapping[bool, list[float]] = {False: [], True: []}
    arrived: dict[str, list[float]] = {}
    by_chat = sorted(scene.messenger.arrived, key=lambda answer: answer.chat)
    for chat, answers in groupby(by_chat, key=lambda answer: answer.chat):
        of_updates = groupby(answers, key=lambda answer: answer.key.rpartition(".")[0])
        arrived[chat] = [next(of_one).at for _, of_one in of_updates]
    unanswered = 0
    for chat, said in scene.messenger.said.items():
        if chat.startswith("n"):
            unanswered += len(said) - len(arrived.get(chat, ()))
            for message, at in zip(said, arrived.get(chat, ()), strict=False):
                beside = any(began <= message.at < ended for began, ended in disturbed)
                waits[beside].append(1000 * (at - message.at))
    return Waiting(name, waits[False], waits[True], unanswered, scene.victim.unhandled())


DISTURBANCES: Mapping[str, Disturbance] = {
    "nothing": calm,
    "one chat writes 100 messages/s": shouting,
    "one chat is refused by the messenger": refused,
    f"deliveries to {STUCK_CHATS} chats hang": hanging,
}


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--conversation", choices=("real", "echo"), default="real")
    chosen = parser.parse_args()
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), transient=True) as bar:
        waitings = asyncio.run(_all(chosen.rounds, chosen.seconds, bar, is_whole=chosen.conversation == "real"))
        bar.console.print(table(waitings))


async def _all(rounds: int, seconds: float, bar: Progress, *, is_whole: bool) -> Sequence[Waiting]:
    waitings = []
    for name, disturbance in DISTURBANCES.items():
        task = bar.add_task(name, total=rounds)
        with TemporaryDirectory() as folder:
            waiting = prove(
                name,
                Path(folder),
                disturbance,
                rounds=rounds,
                seconds=seconds,
                is_whole=is_whole,
                tick=lambda: bar.advance(task),  # noqa: B023 used at once
            )
            waitings.append(await waiting)
        bar.console.print(table(waitings[-1:]))
    return waitings


def table(waitings: Sequence[Waiting]) -> Table:
    shown = Table(
        *(
            "beside it",
            "messages",
            "calm: p50, ms",
            "p95",
            "disturbed: p50, ms",
            "p95",
            "p95 / p95",
            "unanswered",
            "bugs",
        ),
        title="Neighbours' first answers",
    )
    for w in waitings:
        before, beside = (np.percentile(waits, (50, OFTEN)) for waits in (w.calm, w.disturbed))
        shown.add_row(
            *(w.name, f"{len(w.calm) + len(w.disturbed)}", f"{before[0]:.1f}", f"{before[1]:.1f}"),
            *(
                f"{beside[0]:.1f}",
                f"{beside[1]:.1f}",
                f"{beside[1] / before[1]:.2f}",
                f"{w.unanswered}",
                f"{w.unhandled}",
            ),
        )
    return shown


if __name__ == "__main__":
    main()
