"""What families see while a coordinator saves and publishes: the new version within five seconds, and never half of one.

python -m benchmarks.saves [--parts renewal saves size] [--versions 20] [--saves 1000] [--offers 100000]. `nahbei serve` and `nahbei catalog watch`
are processes on a real clock, while a family asks every tenth of a second. renewal: one version after the other, timed from
the moment when it is stored to the first answer from it. saves: somebody saves a workbook so often and so badly that
nearly every save is half of a file. size: the same as renewal, once, with very many offers.
"""

import asyncio
import random
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from benchmarks.catalog import town, write_workbook
from benchmarks.stage import until
from benchmarks.town_hall import WHO, TownHall, marked, town_hall
from catalog.sources.base import Source

PARTS = ("renewal", "saves", "size")
OFFERS = 190  # as in a small town
WHOLE_EVERY = 25  # of so many saves one is whole
PATIENCE = 60.0  # seconds until a version counts as never taken
PAUSES = ((0.7, 0.02, 0.3), (0.2, 0.3, 1.0), (0.1, 1.5, 2.5))  # share of the half saves, and how long they stay
REFUSED = ("lässt sich so nicht lesen", "ist gerade nicht da")  # what `watch` says
SEED = 7
HALF = 0.5
PAGE = 4096  # bytes

Tick = Callable[[], object]


@dataclass(frozen=True)
class Outcome:
    """What came of one part.

    `delays`: seconds until families saw each version; `refused`: halves that were there long enough to be read; `wrong`:
    versions that nobody had saved whole; `waiting`: families who saw no offer.
    """

    name: str
    delays: Sequence[float]
    refused: int
    wrong: int
    answers: int
    mixed: int
    backwards: int
    waiting: int
    slowest: float

    @property
    def is_good(self) -> bool:
        return not (self.wrong or self.mixed or self.backwards or self.waiting) and max(self.delays) < PATIENCE


async def renewal(folder: Path, versions: int, offers: int, tick: Tick = int) -> Outcome:
    """Publish one version after the other beside a running service."""
    source, delays = town(offers), []
    async with town_hall(folder) as hall:
        first = folder / "town.xlsx"
        write_workbook(first, marked(town(OFFERS), 1))
        await hall.run("catalog", "publish", str(first), "--who", WHO)
        await hall.serve()
        for mark in range(2, versions + 2):
            stored = await hall.publish(marked(source, mark))
            delays.append(await hall.reached(mark, PATIENCE) - stored)
            tick()
        return await _outcome(hall, f"{versions} versions of {offers} offers", delays)


async def saves(folder: Path, count: int, tick: Tick = int, whole_every: int = WHOLE_EVERY) -> Outcome:
    """Save a workbook again and again, and only now and then to the end."""
    saver = Saver(folder / "town.xlsx", random.Random(SEED))  # noqa: S311 a proof that can be repeated
    source, delays = town(OFFERS), []
    async with town_hall(folder) as hall:
        write_workbook(saver.file, marked(source, 1))
        await hall.run("catalog", "publish", str(saver.file), "--who", WHO)
        await hall.serve()
        await hall.start("catalog", "watch", str(saver.file), "--who", WHO)
        for number in range(1, count + 1):
            mark, is_whole = number // whole_every + 1, number % whole_every == 0
            if number % whole_every == 1:
                saver.content = workbook(folder, marked(source, mark + 1))
            if is_whole:
                await saver.save()
                delays.append(await hall.reached(mark, PATIENCE) - saver.saved)
            else:
                await saver.half()
            tick()
        await saver.cut()  # the last half stays until it has been refused, however slow the machine is
        await until(lambda: any(sign in hall.log() for sign in REFUSED), PATIENCE)
        history = await hall.history()
        wrong = sum(version.offers != OFFERS for version in history) + abs(history[0].number - count // whole_every - 1)
        refused = sum(hall.log().count(sign) for sign in REFUSED)
        return await _outcome(hall, f"{count} saves", delays, wrong, refused)


@dataclass
class Saver:
    """Somebody's spreadsheet program, on a bad network drive. `content`: the whole file; `saved`: when it was last there."""

    file: Path
    chance: random.Random
    content: bytes = b""
    saved: float = 0.0

    async def save(self) -> None:
        """To the end, in one of the ways in which programs save."""
        if self.chance.random() < HALF:
            await self._write(self.file, self.content)
        else:
            await self._write(self._beside, self.content)
            self._beside.replace(self.file)
        self.saved = monotonic()

    async def half(self) -> None:
        """Not to the end, and stay so for a while."""
        way = self.chance.choice((self.cut, self._replaced, self._emptied, self._gone, self._damaged))
        await way()
        shares = [share for share, _, _ in PAUSES]
        [(_, shortest, longest)] = self.chance.choices(PAUSES, shares)
        await asyncio.sleep(self.chance.uniform(shortest, longest))

    async def cut(self) -> None:
        """The beginning of the file only."""
        await self._write(self.file, self._beginning())

    async def _replaced(self) -> None:
        await self._write(self._beside, self._beginning())
        self._beside.replace(self.file)

    async def _emptied(self) -> None:
        self.file.write_bytes(b"")

    async def _gone(self) -> None:
        self.file.unlink(missing_ok=True)

    async def _damaged(self) -> None:
        """The right length, and a page of something else in it: no zip archive is whole then."""
        begin = self.chance.randrange(len(self.content) - PAGE)
        await self._write(self.file, self.content[:begin] + bytes(PAGE) + self.content[begin + PAGE :])

    def _beginning(self) -> bytes:
        return self.content[: self.chance.randrange(len(self.content))]

    async def _write(self, file: Path, content: bytes) -> None:
        """In pieces."""
        size = self.chance.randint(len(content) // 5 + 1, len(content) + 1)
        with file.open("wb") as target:
            for begin in range(0, len(content), size):
                target.write(content[begin : begin + size])
                target.flush()
                await asyncio.sleep(self.chance.uniform(0, 0.03))

    @property
    def _beside(self) -> Path:
        return self.file.with_suffix(".tmp")


def workbook(folder: Path, source: Source) -> bytes:
    whole = folder / "whole.xlsx"
    write_workbook(whole, source)
    return whole.read_bytes()


async def _outcome(hall: TownHall, name: str, delays: Sequence[float], wrong: int = 0, refused: int = 0) -> Outcome:
    families = hall.families
    await families.rest()
    numbers = (families.mixed, families.backwards, families.waiting)
    return Outcome(name, delays, refused, wrong, len(families.answers), *numbers, families.slowest)


async def prove(chosen: Namespace, bar: Progress) -> list[Outcome]:
    outcomes = []
    asked: dict[str, tuple[int, Callable[[Path, Tick], Awaitable[Outcome]]]] = {
        "renewal": (chosen.versions, lambda folder, tick: renewal(folder, chosen.versions, OFFERS, tick)),
        "saves": (chosen.saves, lambda folder, tick: saves(folder, chosen.saves, tick)),
        "size": (1, lambda folder, tick: renewal(folder, 1, chosen.offers, tick)),
    }
    for part in chosen.parts:
        total, run = asked[part]
        task = bar.add_task(part, total=total)
        with TemporaryDirectory() as folder:
            outcomes.append(await run(Path(folder), lambda task=task: bar.advance(task)))  # type: ignore[misc]
        bar.console.print(outcomes[-1])
    return outcomes


def table(outcomes: Sequence[Outcome]) -> Table:
    shown = Table(
        *("part", "seen after, median s", "most, s", "halves refused", "wrong versions", "answers meanwhile", "mixed"),
        *("older than before", "never", "slowest answer, s"),
        title="Saving and publishing beside a running service",
    )
    for one in outcomes:
        delays = (f"{median(one.delays):.2f}", f"{max(one.delays):.2f}")
        counts = map(str, (one.refused, one.wrong, one.answers, one.mixed, one.backwards, one.waiting))
        shown.add_row(one.name, *delays, *counts, f"{one.slowest:.2f}")
    return shown


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--versions", type=int, default=20)
    parser.add_argument("--saves", type=int, default=1000)
    parser.add_argument("--offers", type=int, default=100_000)
    chosen = parser.parse_args()
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn()) as bar:
        outcomes = asyncio.run(prove(chosen, bar))
    Console().print(table(outcomes))
    sys.exit(not all(outcome.is_good for outcome in outcomes))


if __name__ == "__main__":
    main()
