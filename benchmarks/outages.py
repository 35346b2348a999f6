"""Whether the service outlives its database's absence: dangers answered meanwhile, everything else afterwards, by itself.

python -m benchmarks.outages [--seconds 60] [--restarts 20] [--parts …]. The disk is full (a small file system where the
user may make one, else a limit on the size of files), somebody else holds the database's lock, PostgreSQL is stopped, is
frozen, is restarted as after a power cut, or the answer to a COMMIT is lost on its way.
"""

import asyncio
import signal
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from benchmarks.breaking import (
    Outage,
    forgetting,
    frozen,
    full_disk,
    full_files,
    locked,
    restarted,
    small_disk,
    stopped,
)
from benchmarks.crashes import count_up
from benchmarks.judge import Verdict, judge
from benchmarks.messenger import Messenger
from benchmarks.servers import Forgetful, postgres
from benchmarks.stage import READY_SECONDS, Stage, stage
from benchmarks.victim import CRY, Echo, real_conversation
from bot.dialogue.model import Text

RATE = 20.0  # messages a second
SETTLED = 2.0  # seconds before the outage, and between two of them
DANGER_EVERY = 1.0
LAST_DANGER = 2.0  # seconds before the outage ends
IN_DANGER = "danger"  # how the chats are named that cry for help

Tick = Callable[[], object]


@dataclass(frozen=True)
class Outcome:
    """What came of it. `slowest`: seconds until a danger was answered; `back`: until the first answer after the outage."""

    name: str
    outages: int
    said: int
    verdict: Verdict
    dangers: int
    answered: int
    slowest: float
    back: float
    left: int
    unhandled: int


async def prove(
    name: str,
    home: Path,
    outage: Outage,
    *,
    outages: int = 1,
    seconds: float,
    url: str | None = None,
    is_whole: bool = False,
    quiet: float = 2,
    tick: Tick = int,
) -> Outcome:
    """Let the outage happen under load, cry for help in the middle of it, and see what came of everybody."""
    messenger = Messenger(home / "socket", window=1)
    conversation = real_conversation(home) if is_whole else Echo()
    options = ("--conversation", "real") if is_whole else ()
    async with stage(home, conversation, *options, messenger=messenger, url=url) as scene:
        await scene.begin()
        await scene.warm_up()
        ends: list[float] = []
        async with scene.talk(RATE, count_up):
            for _ in range(outages):
                await asyncio.sleep(SETTLED)
                async with outage(scene):
                    await _cry_for_help(messenger, seconds)
                ends.append(monotonic())
                tick()
            await asyncio.sleep(SETTLED)
        await scene.drain(quiet)
        await scene.victim.end(signal.SIGTERM)
        return await _outcome(name, scene, ends)


@dataclass(frozen=True)
class Ending:
    """What came of a SIGTERM in the middle of an outage, and of everybody after the next start."""

    name: str
    code: int
    seconds: float
    verdict: Verdict
    left: int
    unhandled: int


async def end_meanwhile(name: str, home: Path, outage: Outage, *, url: str | None = None, quiet: float = 2) -> Ending:
    """Tell the process to end while the database does not answer; start it again when it does."""
    messenger = Messenger(home / "socket", window=1)
    async with stage(home, Echo(), messenger=messenger, url=url) as scene:
        await scene.begin()
        async with scene.talk(RATE, count_up):
            await asyncio.sleep(SETTLED)
            async with outage(scene):
                await asyncio.sleep(SETTLED)
                seconds = await asyncio.wait_for(scene.victim.end(signal.SIGTERM), READY_SECONDS)
                code = await scene.victim.gone(READY_SECONDS)
        await scene.begin()
        await scene.drain(quiet)
        await scene.victim.end(signal.SIGTERM)
        return Ending(name, code, seconds, await scene.verdict(), await scene.left(), scene.victim.unhandled())


async def _cry_for_help(messenger: Messenger, seconds: float) -> None:
    ends = monotonic() + seconds
    while monotonic() + LAST_DANGER < ends:
        await asyncio.sleep(DANGER_EVERY)
        messenger.say(f"{IN_DANGER}{len(messenger.said)}", Text(CRY))
    await asyncio.sleep(max(0.0, ends - monotonic()))


async def _outcome(name: str, scene: Stage, ends: Sequence[float]) -> Outcome:
    said, arrived = scene.messenger.said, scene.messenger.arrived
    calm = {chat: messages for chat, messages in said.items() if not chat.startswith(IN_DANGER)}
    cries = [messages[0] for chat, messages in said.items() if chat.startswith(IN_DANGER)]
    first: dict[str, float] = {}
    for answer in arrived:
        first.setdefault(answer.chat, answer.at)
    waits = [first[cry.chat] - cry.at for cry in cries if cry.chat in first]
    others = [answer for answer in arrived if not answer.chat.startswith(IN_DANGER)]
    back = max(min((a.at - end for a in others if a.at > end), default=float("inf")) for end in ends)
    return Outcome(
        name,
        len(ends),
        sum(map(len, calm.values())),
        judge(calm, others, scene.conversation),
        len(cries),
        len(waits),
        max(waits, default=0.0),
        back,
        await scene.left(),
        scene.victim.unhandled(),
    )


PARTS = ("disk", "locked", "stopped", "frozen", "restarts", "forgotten", "whole")
ENDS = "ends"


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--parts", nargs="+", choices=(*PARTS, ENDS), default=(*PARTS, ENDS))
    chosen = parser.parse_args()
    parts = [part for part in chosen.parts if part != ENDS]
    with (
        ExitStack() as open_,
        Progress(*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn()) as bar,
    ):
        folder = Path(open_.enter_context(TemporaryDirectory()))
        if parts:
            bar.console.print(table(asyncio.run(_all(folder, parts, chosen.seconds, chosen.restarts, bar))))
        if ENDS in chosen.parts:
            bar.add_task("SIGTERM meanwhile", total=None)
            bar.console.print(endings_table(asyncio.run(_endings(folder))))


async def _all(folder: Path, parts: Sequence[str], seconds: float, restarts: int, bar: Progress) -> Sequence[Outcome]:
    """One after the other: each has the machine for itself."""
    outcomes = []
    for part in parts:
        task = bar.add_task(part, total=restarts if part == "restarts" else 1)
        home = folder / part
        home.mkdir()
        with ExitStack() as open_:
            outcomes.append(await _part(part, home, seconds, restarts, open_, lambda: bar.advance(task)))  # noqa: B023 used at once
        bar.console.print(f"{part}: {outcomes[-1]}")
    return outcomes


async def _endings(folder: Path) -> Sequence[Ending]:
    with postgres() as server:
        return [
            await end_meanwhile("SQLite locked", folder / "end-1", locked),
            await end_meanwhile("PostgreSQL stopped", folder / "end-2", stopped(server), url=server.database()),
            await end_meanwhile("PostgreSQL frozen", folder / "end-3", frozen(server), url=server.database()),
        ]


async def _part(part: str, home: Path, seconds: float, restarts: int, open_: ExitStack, tick: Tick) -> Outcome:
    if part == "disk":
        small = open_.enter_context(small_disk(home))
        return await prove("disk full", home, full_disk if small else full_files, seconds=seconds, tick=tick)
    if part == "locked":
        return await prove("SQLite locked", home, locked, seconds=seconds, tick=tick)
    server = open_.enter_context(postgres())
    url = server.database()
    match part:
        case "stopped":
            return await prove("PostgreSQL stopped", home, stopped(server), seconds=seconds, url=url, tick=tick)
        case "frozen":
            return await prove("PostgreSQL frozen", home, frozen(server), seconds=seconds, url=url, tick=tick)
        case "restarts":
            return await prove(
                "PostgreSQL restarted", home, restarted(server), outages=restarts, seconds=0, url=url, tick=tick
            )
        case "forgotten":
            return await forget(home, url, seconds=seconds, tick=tick)
    name = "PostgreSQL stopped, whole assistant"
    return await prove(name, home, stopped(server), seconds=seconds, url=url, is_whole=True, tick=tick)


async def forget(home: Path, url: str, *, seconds: float, quiet: float = 2, tick: Tick = int) -> Outcome:
    """One COMMIT in four happens without the service being told."""
    with TemporaryDirectory() as between:
        proxy = Forgetful(Path(between))
        async with proxy.between(url) as address:
            outcome = await prove(
                "COMMIT", home, forgetting(proxy), seconds=seconds, url=address, quiet=quiet, tick=tick
            )
    return replace(outcome, name=f"{proxy.forgotten} answers to COMMIT lost")


def table(outcomes: Sequence[Outcome]) -> Table:
    shown = Table(
        *("outage", "times", "messages", "answers", "lost", "out of order", "repeated"),
        *("dangers", "answered", "slowest, s", "back after, s", "left over", "bugs"),
        title="The database is away",
    )
    for o in outcomes:
        verdict = o.verdict
        shown.add_row(
            *(o.name, f"{o.outages}", f"{o.said}", f"{verdict.due}", f"{verdict.lost}"),
            *(f"{verdict.out_of_order + verdict.strange}", f"{verdict.repeated}", f"{o.dangers}", f"{o.answered}"),
            *(f"{o.slowest:.2f}", f"{o.back:.2f}", f"{o.left}", f"{o.unhandled}"),
        )
    return shown


def endings_table(endings: Sequence[Ending]) -> Table:
    shown = Table(
        *(
            "SIGTERM during",
            "ended after, s",
            "exit code",
            "answers",
            "lost",
            "out of order",
            "repeated",
            "left over",
            "bugs",
        ),
        title="Told to end while the database is away",
    )
    for e in endings:
        shown.add_row(
            *(e.name, f"{e.seconds:.1f}", f"{e.code}", f"{e.verdict.due}", f"{e.verdict.lost}"),
            *(f"{e.verdict.out_of_order + e.verdict.strange}", f"{e.verdict.repeated}", f"{e.left}", f"{e.unhandled}"),
        )
    return shown


if __name__ == "__main__":
    main()
