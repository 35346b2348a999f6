"""Everything that is promised of the Telegram channel, measured against a strict Bot API on this machine.

python -m benchmarks.telegram [--parts kills faults forged acknowledged echoes memory] [--kills 200] [--posts 100000]
[--aiogram PYTHON]. The echo bots beside ours are in benchmarks/echoes.py.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console, RenderableType
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from benchmarks import echoes
from benchmarks.telegram_proofs import KINDS, SHARES, Crashes, Faults, Forgery, crash, forge, stumble
from benchmarks.telegram_speed import Acknowledgement, Memory, acknowledge, rest

KILLED = ((8, "single"), (8, "cards"), (40, "cards"))  # messages a second, and what answers them
MOST_REPEATED = 0.5  # a kill: sends that last 50 ms, as many as are under way
JUDGED = "8 messages/s, one answer each"
WEBHOOK = 100  # messages a second
ACKNOWLEDGED = 0.05  # seconds, 99 of 100
IDLE = 150  # MB


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=tuple(PARTS), default=list(PARTS))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rates", type=float, nargs="+", default=sorted({rate for rate, _ in KILLED}), help="of kills")
    parser.add_argument("--messages", type=int, default=5000, help="while a third of all calls fail")
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=60, help="of the webhook; of rest before memory is looked at")
    parser.add_argument("--updates", type=int, default=5000, help="for each echo bot")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--aiogram", metavar="PYTHON", help="of an environment that has aiogram")
    chosen = parser.parse_args()
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    for part in chosen.parts:
        with TemporaryDirectory() as folder, Progress(*columns, transient=True) as bar:
            shown = PARTS[part](chosen, Path(folder), bar)
        Console().print(shown)


def _kills(chosen: Namespace, folder: Path, bar: Progress) -> RenderableType:
    killed = [(rate, stand_in) for rate, stand_in in KILLED if rate in chosen.rates]
    task = bar.add_task("kill −9", total=len(killed) * chosen.kills)

    async def one(rate: float, stand_in: str) -> Crashes:
        home = folder / f"{stand_in}{rate}"
        crashes = await crash(home, kills=chosen.kills, rate=rate, stand_in=stand_in, tick=lambda: bar.advance(task))
        bar.console.print(f"{crashes.name}: {crashes.verdict}")
        return crashes

    async def all_of_them() -> Sequence[Crashes]:
        return await asyncio.gather(*(one(*each) for each in killed))

    return crashes_table(asyncio.run(all_of_them()))


def crashes_table(crashes: Sequence[Crashes]) -> Table:
    shown = Table(
        *("proof", "deaths", "messages", "answers", "lost", "out of order", "wrong", "repeated", "per death", "goal"),
        *("had begun", "left over", "bugs"),
        title="Telegram, killed",
    )
    for c in crashes:
        verdict = c.verdict
        shown.add_row(
            *(c.name, f"{c.deaths}", f"{c.said}", f"{verdict.due}", f"{verdict.lost}", f"{verdict.out_of_order}"),
            *(f"{verdict.strange}", f"{verdict.repeated}", f"{verdict.repeated / c.deaths:.2f}"),
            *(f"≤ {MOST_REPEATED}" if c.name.endswith(JUDGED) else "", f"{c.begun}", f"{c.left}", f"{c.unhandled}"),
        )
    return shown


def _faults(chosen: Namespace, folder: Path, bar: Progress) -> RenderableType:
    bar.add_task("30 % faults", total=None)
    return faults_table(asyncio.run(stumble(folder, messages=chosen.messages)))


def faults_table(faults: Faults) -> Table:
    shown = Table(
        *(
            "answers",
            *SHARES,
            "polls failed",
            "lost",
            "given up",
            "repeated",
            "told nothing of",
            "out of order",
            "bugs",
        ),
        title="Telegram fails three times in ten",
    )
    verdict = faults.verdict
    shown.add_row(
        *(f"{verdict.due}", *(f"{faults.met[name]}" for name in SHARES), f"{faults.polls}", f"{verdict.lost}"),
        *(f"{faults.given_up}", f"{verdict.repeated}", f"{faults.unclear}"),
        *(f"{verdict.out_of_order + verdict.strange}", f"{faults.unhandled}"),
    )
    return shown


def _forged(chosen: Namespace, folder: Path, bar: Progress) -> RenderableType:
    task = bar.add_task("forged", total=chosen.posts)
    return forgery_table(asyncio.run(forge(folder, posts=chosen.posts, tick=lambda: bar.advance(task))))


def forgery_table(forgery: Forgery) -> Table:
    shown = Table("posts", "count", "answered", title=f"{forgery.posts} posts that Telegram did not make")
    for kind, answered in forgery.answers.items():
        told = ", ".join(f"{count} × {status}" for status, count in answered.items())
        shown.add_row(kind, f"{answered.total()}", told + ("" if set(answered) <= {KINDS[kind]} else " (unexpected)"))
    shown.add_row("effect", "", ", ".join(forgery.changed) or "none")
    shown.add_row("posts a second", f"{forgery.posts / forgery.seconds:.0f}", "")
    return shown


def _acknowledged(chosen: Namespace, folder: Path, bar: Progress) -> RenderableType:
    bar.add_task("webhook", total=None)
    count = WEBHOOK * chosen.seconds
    measured = []
    for name, pace in (("echo", "none"), ("real", "usual"), ("real", "none")):
        home = folder / f"{name}-{pace}"
        measured.append(asyncio.run(acknowledge(home, name, rate=WEBHOOK, messages=count, pace=pace)))
        bar.console.print(acknowledgement_table(measured[-1:]))
    return acknowledgement_table(measured)


def acknowledgement_table(measured: Sequence[Acknowledgement]) -> Table:
    shown = Table(
        *("conversation", "messages/s", "messages", "median, ms", "99 of 100, ms", "goal", "most, ms", "refused"),
        title="Webhook: until a message is safe",
    )
    for m in measured:
        times = (f"{1000 * m.at(0.5):.1f}", f"{1000 * m.at(0.99):.1f}", f"≤ {1000 * ACKNOWLEDGED:.0f}")
        shown.add_row(
            *(m.name, f"{m.rate:g}", f"{len(m.seconds)}", *times, f"{1000 * m.seconds[-1]:.1f}", f"{m.refused}")
        )
    return shown


def _echoes(chosen: Namespace, _: Path, bar: Progress) -> RenderableType:
    bots = [bot for bot in echoes.NAMES if bot != "aiogram" or chosen.aiogram]
    echoes.leave_the_core()
    return echoes.table(echoes.measured(bots, chosen.updates, chosen.rounds, chosen.aiogram, bar))


def _memory(chosen: Namespace, folder: Path, bar: Progress) -> RenderableType:
    bar.add_task("memory", total=None)
    return memory_table(asyncio.run(rest(folder, seconds=chosen.seconds)))


def memory_table(memory: Memory) -> Table:
    shown = Table("RSS, MB", "PSS, MB", "goal", title="nahbei serve with Telegram and all languages, idle")
    shown.add_row(f"{memory.rss:.0f}", f"{memory.pss:.0f}", f"≤ {IDLE}")
    return shown


PARTS: Mapping[str, Callable[[Namespace, Path, Progress], RenderableType]] = {
    "kills": _kills,
    "faults": _faults,
    "forged": _forged,
    "acknowledged": _acknowledged,
    "echoes": _echoes,
    "memory": _memory,
}


if __name__ == "__main__":
    main()
