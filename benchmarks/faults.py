"""Whether every answer arrives when the messenger fails three times in ten.

python -m benchmarks.faults [--sends 10000] [--limits usual|hasty]. An answer is not taken (try again, or try again later),
or taken and the service never told, or the connection breaks and with it everything that is on its way. In the first
round an answer is lost on the way at most once; in the second as often as it happens, until the service gives it up:
nobody knows whether it arrived, and a third copy is worse than none.
"""

import asyncio
import random
import signal
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.judge import Verdict
from benchmarks.messenger import Fate, Messenger
from benchmarks.stage import free_port, metric, stage
from benchmarks.victim import Echo
from bot.dialogue.model import Text

CHATS = 200
SHARES: tuple[tuple[Fate, float], ...] = (("unsent", 0.1), ("later", 0.08), ("unanswered", 0.11), ("dropped", 0.01))
PARTS = 2  # answers to a message, on average
QUIET = {"usual": 30.0, "hasty": 2.0}  # seconds after which nothing moves any more


@dataclass
class Faults:
    """Decides by chance what becomes of an answer. `merciful`: the connection breaks under each answer at most once."""

    chance: random.Random
    merciful: bool = True
    met: Counter[Fate] = field(default_factory=Counter)
    _dropped: set[str] = field(default_factory=set)

    def __call__(self, key: str, _: str) -> Fate:
        fate = self._draw()
        if fate == "dropped":
            if self.merciful and key in self._dropped:
                fate = "arrives"
            self._dropped.add(key)
        self.met[fate] += 1
        return fate

    def _draw(self) -> Fate:
        drawn = self.chance.random()
        for fate, share in SHARES:
            drawn -= share
            if drawn < 0:
                return fate
        return "arrives"


@dataclass(frozen=True)
class Outcome:
    """What came of it. `unanswered`: answers that arrived without the service being told; `left`: rows in the database."""

    name: str
    met: Counter[Fate]
    verdict: Verdict
    unanswered: int
    given_up: int
    left: int
    unhandled: int


async def prove(
    home: Path, *, messages: int, limits: str, merciful: bool, chats: int = CHATS, seed: int = 1
) -> Outcome:
    """Say everything at once, and wait until nothing moves any more."""
    faults = Faults(random.Random(seed), merciful)  # noqa: S311 a proof that can be repeated
    messenger = Messenger(home / "socket", fate=faults)
    watch = f"127.0.0.1:{free_port()}"
    async with stage(home, Echo(), "--limits", limits, "--health", watch, messenger=messenger, seed=seed) as scene:
        await scene.begin()
        for n in range(messages):
            chat = f"c{n % chats}"
            messenger.say(chat, Text(str(n // chats + 1)))
        await scene.drain(quiet=QUIET[limits])
        given_up = await asyncio.to_thread(metric, watch, "nahbei_answers_given_up_total")
        await scene.victim.end(signal.SIGTERM)
        name = "lost on the way at most once" if merciful else "lost on the way again and again"
        left, unhandled = await scene.left(), scene.victim.unhandled()
        return Outcome(name, faults.met, await scene.verdict(), messenger.unanswered, int(given_up), left, unhandled)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--sends", type=int, default=10_000)
    parser.add_argument("--limits", choices=tuple(QUIET), default="usual")
    chosen = parser.parse_args()
    with Progress(transient=True) as bar:
        bar.add_task(f"{chosen.sends} answers, 30 % faults", total=None)
        outcomes = asyncio.run(_both(chosen.sends // PARTS, chosen.limits))
    Console().print(table(outcomes))


async def _both(messages: int, limits: str) -> Sequence[Outcome]:
    with TemporaryDirectory() as folder:
        rounds = (
            prove(Path(folder) / str(merciful), messages=messages, limits=limits, merciful=merciful)
            for merciful in (True, False)
        )
        return await asyncio.gather(*rounds)


def table(outcomes: Sequence[Outcome]) -> Table:
    fates = [fate for fate, _ in SHARES]
    shown = Table(
        *(
            "round",
            "answers",
            *fates,
            "lost",
            "given up",
            "repeated",
            "told nothing of",
            "out of order",
            "left over",
            "bugs",
        ),
        title="A messenger that fails three times in ten",
    )
    for o in outcomes:
        shown.add_row(
            *(o.name, f"{o.verdict.due}", *(f"{o.met[fate]}" for fate in fates), f"{o.verdict.lost}", f"{o.given_up}"),
            *(f"{o.verdict.repeated}", f"{o.unanswered}", f"{o.verdict.out_of_order + o.verdict.strange}"),
            *(f"{o.left}", f"{o.unhandled}"),
        )
    return shown


if __name__ == "__main__":
    main()
