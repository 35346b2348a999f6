"""Whether the Matrix channel keeps its promises, against a real Synapse on this machine and a real client.

python -m benchmarks.matrix [--parts …] [--seconds 60]. The service is a process of its own, with a gateway beside Matrix, so
that it can be seen whether the one suffers from the other.
"""

import asyncio
import logging
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import psutil  # type: ignore[import-untyped]  # ships no types
from rich.console import Console
from rich.table import Table

from benchmarks.breaking import filled, small_disk
from benchmarks.matrix_rubbish import fuzzed, hostile
from benchmarks.matrix_stage import Verdict, answers, installed, met, welcomed
from tests.matrix.homeserver import Synapse, synapse_in
from tests.matrix.house import CRY, House, heard, new_house
from tests.matrix.person import Person, online
from tests.matrix.troubled import between, no_trouble

BETWEEN = 0.15  # seconds between two messages of somebody who writes fast
ROOMS_OF_ONE = 5  # so many somebody may invite us into at once
DANGER_PATIENCE = 20.0
QUIET = 65.0  # seconds after which a service has let go of what it needs only to answer
MOST_SHOWN = 500  # characters of an error


async def killed(house: House, *, messages: int = 80, deaths: int = 4) -> Verdict:
    """Kill −9 in mid-conversation, while somebody goes on writing."""
    said = [f"message {n}" for n in range(messages)]
    async with online(house.server, house.person()) as (anna,), installed(house) as installation:
        room = await welcomed(house, anna)
        talking = asyncio.create_task(_talk(anna, room, said))
        for n in range(deaths):
            enough = 1 + messages * (n + 1) // (deaths + 1)
            await anna.hears(room, house.bot, lambda texts, enough=enough: len(texts) >= enough)  # type: ignore[misc]
            await installation.kill()
            await installation.start()
        await talking
        return await answers(anna, room, house.bot, said)


async def _talk(anna: Person, room: str, said: Sequence[str]) -> None:
    for words in said:
        await anna.say(room, words)
        await asyncio.sleep(BETWEEN)


async def away_meanwhile(house: House, *, messages: int = 120) -> Verdict:
    """We are down, and much more is written than one sync brings."""
    said = [f"message {n}" for n in range(messages)]
    async with online(house.server, house.person()) as (anna,), installed(house) as installation:
        room = await welcomed(house, anna)
        await installation.kill()
        for words in said:
            await anna.say(room, words)
        await installation.start()
        return await answers(anna, room, house.bot, said)


async def restarted(house: House, *, rooms: int = 150) -> float:
    """Seconds from the start of the process to the answer to what was written before, with so many encrypted rooms."""
    people = [house.person(f"p{n}") for n in range(-(-rooms // ROOMS_OF_ONE))]
    async with online(house.server, *people) as families:
        ours = [await _joined(house, families[n % len(families)]) for n in range(rooms - 1)]
        async with installed(house) as installation:
            anna = families[0]
            room = await welcomed(house, anna)  # from here on nothing counts as said before the very first start
            await asyncio.gather(
                *(_greet(house, family, ours[n :: len(families)]) for n, family in enumerate(families))
            )
            await installation.kill()
            await anna.say(room, "und jetzt?")
            started = monotonic()
            await installation.start()
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("und jetzt?"))
            return monotonic() - started


async def _joined(house: House, family: Person) -> str:
    """A room that we have joined already: our own limit for invitations would make us wait."""
    room = await family.invite(house.bot)
    await asyncio.to_thread(house.server.room, house.login.token, room, "join", method="POST", body={})
    return room


async def _greet(house: House, family: Person, rooms: Sequence[str]) -> None:
    await family.until(lambda: bool(_devices(family, house.bot)))  # else it would write to nobody
    for room in rooms:
        await family.say(room, "hallo")
        await family.hears(room, house.bot, lambda texts: heard("hallo") in texts)


@dataclass(frozen=True)
class Cost:
    """Of a chat with the whole assistant. `cpu`: milliseconds of the process for one turn; memory in megabytes, when idle."""

    turns: int
    cpu: float
    idle: float
    memory: float


ROUND = ("1", "3", "2", "1", "54.46, 6.60", "/start")


async def cost(house: House, *, families: int = 5, rounds: int = 2) -> Cost:
    """What a turn costs once everything is warm, and what everything takes.

    One family after the other: whoever wrote all of it, faster than a line a second, would be made to wait.
    """
    people = house.people("anna", *(f"p{n}" for n in range(families)))
    async with installed(house, whole=True) as installation, online(house.server, *people) as (anna, *others):
        room = await welcomed(house, anna)
        for lang in ("de", "de-simple", "en", "tr", "ar", "uk"):
            await _turn(house, anna, room, f"/start {lang}")
            await _turn(house, anna, room, "3")
            await _turn(house, anna, room, "schreit, ağlıyor, بكاء, плаче, crying")
        rooms = [await welcomed(house, family) for family in others]
        idle = await _idle(installation.process)
        before = _cpu(installation.process)
        for family, theirs in zip(others, rooms, strict=True):
            for words in ROUND * rounds:
                await _turn(house, family, theirs, words)
        turns = families * rounds * len(ROUND)
        spent = 1000 * (_cpu(installation.process) - before) / turns
        await asyncio.sleep(QUIET)
        return Cost(turns, spent, idle, installation.process.memory_info().rss / 1e6)


async def _turn(house: House, anna: Person, room: str, words: str) -> None:
    before = len(anna.read(room, house.bot))
    await anna.say(room, words)
    await anna.hears(room, house.bot, lambda texts: len(texts) > before)
    await asyncio.sleep(0.1)  # for an answer in parts


async def _idle(process: psutil.Process, seconds: float = 10) -> float:
    """Milliseconds of CPU that a second without any message costs."""
    before = _cpu(process)
    await asyncio.sleep(seconds)
    return 1000 * (_cpu(process) - before) / seconds


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@dataclass(frozen=True)
class Outlived:
    """What came of those who wrote during trouble, and of those who wrote over another channel meanwhile."""

    verdict: Verdict
    back: float  # seconds after the trouble until the first answer
    beside: int
    slowest: float
    cries: int = 0
    saved: int = 0

    def __str__(self) -> str:
        cries = f"; {self.saved} of {self.cries} dangers answered meanwhile" if self.cries else ""
        return f"{self.verdict}; back after {self.back:.1f} s; beside: {self.beside} messages, slowest answer {self.slowest:.2f} s{cries}"


async def homeserver_away(house: House, *, seconds: float) -> Outlived:
    """The homeserver answers nothing but errors for a while; somebody writes all the same."""
    said = [f"message {n}" for n in range(10)]
    async with between(house.server) as troubled, met(house, "anna", url=troubled.url) as met_:
        (anna,), (room,) = met_.people, met_.rooms
        troubled.trouble = lambda _: 502
        await _talk(anna, room, said)
        await asyncio.sleep(seconds)
        troubled.trouble = no_trouble
        back = await _seconds(anna, room, house.bot, said)
        verdict = await answers(anna, room, house.bot, said)
        return Outlived(verdict, back, met_.beside.asked, met_.beside.slowest)


async def revoked(house: House) -> Outlived:
    """Somebody logs all our devices out; with the password we are another one at once.

    What is written while there is no device at all cannot be encrypted for any; so somebody writes when one is there.
    """
    said = [f"message {n}" for n in range(10)]
    async with met(house, "anna") as met_:
        (anna,), (room,) = met_.people, met_.rooms
        before = {*_devices(anna, house.bot)}
        await asyncio.to_thread(house.server.call, "POST", "/_matrix/client/v3/logout/all", {}, house.login.token)
        ended = monotonic()
        await anna.until(lambda: bool({*_devices(anna, house.bot)} - before))
        back = monotonic() - ended
        await _talk(anna, room, said)
        return Outlived(await answers(anna, room, house.bot, said), back, met_.beside.asked, met_.beside.slowest)


def _devices(anna: Person, user: str) -> Sequence[str]:
    """The devices of somebody that Anna's client writes to."""
    return [device.id for device in anna.client.device_store.active_user_devices(user)]


async def full_disk(house: House, *, seconds: float) -> Outlived:
    """Nothing can be written: neither messages nor keys. Somebody writes, and somebody cries for help."""
    said = [f"message {n}" for n in range(10)]
    async with met(house, "anna", "berta") as met_:
        (anna, berta), (room, other) = met_.people, met_.rooms
        for family, theirs in zip(met_.people, met_.rooms, strict=True):
            await family.say(theirs, "first")
            await family.hears(theirs, house.bot, lambda texts: texts[-1] == heard("first"))
        ends = monotonic() + seconds
        with filled(house.folder / "ballast"):
            await _talk(anna, room, said)
            saved = await _saved(house, berta, other)
            await asyncio.sleep(max(0.0, ends - monotonic()))
        back = await _seconds(anna, room, house.bot, said)
        await anna.hears(room, house.bot, lambda texts: heard(said[-1]) in texts)
        verdict = Verdict.of(said, anna.read(room, house.bot)[2:])
        return Outlived(verdict, back, met_.beside.asked, met_.beside.slowest, 1, saved)


async def _saved(house: House, berta: Person, room: str) -> int:
    await berta.say(room, CRY)
    with suppress(TimeoutError):
        async with asyncio.timeout(DANGER_PATIENCE):
            await berta.hears(room, house.bot, lambda texts: texts[-1] == "call 112")
            return 1
    return 0


async def _seconds(anna: Person, room: str, bot: str, said: Sequence[str]) -> float:
    started = monotonic()
    await anna.hears(room, bot, lambda texts: heard(said[0]) in texts)
    return monotonic() - started


# ---- all together

Proof = Callable[[House], Awaitable[object]]


def proofs(seconds: float) -> Mapping[str, Proof]:
    async def restart(house: House) -> str:
        return f"{await restarted(house):.1f} s"

    async def costs(house: House) -> str:
        cost_ = await cost(house)
        return f"{cost_.cpu:.1f} ms CPU a turn ({cost_.turns} turns), {cost_.idle:.1f} ms a second idle, {cost_.memory:.0f} MB"

    async def fuzz(_: House) -> str:
        return f"100,000 contents read, {await asyncio.to_thread(fuzzed, 100_000)} kinds of meaning, no error"

    return {
        **{f"kill −9, {n + 1}": killed for n in range(5)},
        "down meanwhile": away_meanwhile,
        "restart, 150 rooms": restart,
        "turn": costs,
        "rubbish": lambda house: hostile(house, events=700),
        "fuzz": fuzz,
        "homeserver away": lambda house: homeserver_away(house, seconds=seconds),
        "token revoked": revoked,
        "disk full": lambda house: full_disk(house, seconds=seconds),
    }


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", help="names of proofs, or how they begin")
    parser.add_argument("--seconds", type=float, default=60, help="how long something is away")
    chosen = parser.parse_args()
    logging.getLogger("nio").setLevel(logging.CRITICAL)  # the families' client, which says a lot about rubbish
    shown = Table("proof", "outcome", title="Matrix, encrypted, against Synapse")
    with TemporaryDirectory() as folder:
        server = synapse_in(Path(folder) / "synapse")
        try:
            for name, proof in proofs(chosen.seconds).items():
                if not chosen.parts or name.startswith(tuple(chosen.parts)):
                    outcome = _outcome(server, Path(folder) / name.replace(" ", "-"), proof)
                    print(f"{name}: {outcome}", flush=True)
                    shown.add_row(name, outcome)
        finally:
            server.stop()
    Console().print(shown)


def _outcome(server: Synapse, home: Path, proof: Proof) -> str:
    with ExitStack() as open_:
        home.mkdir(parents=True)
        if "disk" in home.name and not open_.enter_context(small_disk(home)):
            return "needs the right to mount a small file system"
        try:
            return str(asyncio.run(_run(proof, new_house(server, home))))
        except AssertionError as error:
            return f"FAILED: {str(error)[:MOST_SHOWN]}"


async def _run(proof: Proof, house: House) -> object:
    return await proof(house)


if __name__ == "__main__":
    main()
