"""What the tests of the service share: a small conversation that counts, a service for a moment, and ways to wait."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from threading import Barrier
from typing import Any, NoReturn

from bot.conversation import Conversation
from bot.dialogue.model import Answers, Command, Forget, Input, Reply, Say, State, Text, Turn
from bot.keys import Keys
from bot.limits import Rate
from bot.sending import Patience
from bot.service import Limits, Service
from bot.store import retention
from bot.store.database import POSTGRES_WRITERS, Database, Operation, P, T, UnavailableError
from tests.conftest import Clock
from tests.postbox import Postbox
from tests.storage import at_once

PATIENCE = 30.0  # seconds after which a test that waits has failed
NO_HURRY = Rate(1e9, 1e9)
LIMITS = Limits(answered=NO_HURRY, taken_in=NO_HURRY, patience=Patience(send=5), poll=0.01, idle=0.01)
Script = Callable[[Service], Coroutine[Any, Any, None]]


class Ended(BaseException):
    """The process ends here and now."""


@dataclass
class Doom:
    """Ends a process when it passes a point for the n-th time: from then on it passes none at all."""

    point: str = ""
    passage: int = 1
    has_come: bool = False

    def __call__(self, here: str) -> None:
        self.passage -= here == self.point
        if self.has_come or self.passage == 0:
            self.come()

    def come(self) -> NoReturn:
        self.has_come = True
        raise Ended


class Echo(Conversation):
    """Answers "3: hello", where 3 says how many messages of this chat have been answered. Some words do more:

    "boom …" is a bug, "end …" is the `end` of the process, "say 4" answers in four parts, "help! …" is a danger, /delete forgets.
    """

    def __init__(self, end: Callable[[], NoReturn] | None = None) -> None:
        """Without desk and clock."""
        object.__setattr__(self, "_end", end)

    def warm_up(self) -> None:
        """There is nothing to prepare."""

    def let_go(self) -> None:
        """Nothing was kept."""

    def answer(self, state: State, said: Input) -> Turn:
        n = state.answers.shown + 1
        after = State(Answers(lang="tr", shown=n))
        match said:
            case Command("delete"):
                return Turn(State(), (Say("deleted"), Say("hello again")), (Forget(),))
            case Text(words) if words.startswith("boom"):
                raise RuntimeError(f"a bug with {words}")
            case Text(words) if words.startswith("end"):
                self._end()  # type: ignore[attr-defined]
            case Text(words) if words.startswith("say "):
                return Turn(after, tuple(Say(f"{n}: {words} {part}") for part in range(int(words.split(" ")[1]))))
            case Text(words) if words.startswith("help!"):
                return Turn(after, (Say(f"{n}: call 112", ("notruf-112",)),), danger="suicidal-thoughts")
            case Text(words):
                return Turn(after, (Say(f"{n}: {words}"),))
        return Turn(after, (Say(f"{n}: {said}"),))

    def rescue(self, said: Input) -> tuple[Reply, ...]:
        is_danger = isinstance(said, Text) and said.text.startswith("help!")
        return (Say("call 112", ("notruf-112",)),) if is_danger else ()

    def apologise(self, state: State) -> tuple[Reply, ...]:
        return (Say(f"sorry in {state.answers.lang}"),)

    def slow_down(self, state: State) -> tuple[Reply, ...]:
        return (Say(f"slowly in {state.answers.lang}"),)

    def with_reports(self, reported: Mapping[str, tuple[str, ...]]) -> Conversation:
        assert not any("helped" in remarks for remarks in reported.values())
        return self


@dataclass(frozen=True)
class Stage:
    """Where a service is played: a database, its keys, and a clock that goes when it is told to."""

    database: Database
    keys: Keys
    clock: Clock

    def service(self, *postboxes: Postbox, **changed: Any) -> Service:
        parts = {"conversation": Echo(), "limits": LIMITS, **changed}
        return Service(self.database, self.keys, channels=postboxes, **parts)

    @asynccontextmanager
    async def serving(self, *postboxes: Postbox, **changed: Any) -> AsyncIterator[Service]:
        """A service that runs meanwhile, and ends in order."""
        service = self.service(*postboxes, **changed)
        async with running(service):
            yield service
        assert not [wrong for postbox in postboxes for wrong in postbox.wrongs]

    def live(self, script: Script, *postboxes: Postbox, doom: Doom | None = None, **changed: Any) -> bool:
        """One life of a process. Where its doom has come nothing is tidied up; True: it came."""
        doom = doom or Doom()
        asyncio.run(self._live(script, postboxes, doom, changed))
        writers = 1 if self.database.is_sqlite else POSTGRES_WRITERS
        together = Barrier(writers)  # whatever it still wanted to write is written now
        at_once([lambda: self.database.run(lambda _: together.wait(PATIENCE))] * writers)
        self.clock.pass_(LIMITS.alive + 1)
        return doom.has_come

    async def _live(self, script: Script, postboxes: Sequence[Postbox], doom: Doom, changed: Mapping[str, Any]) -> None:
        service = self.service(*postboxes, at=doom, **changed)
        work = [asyncio.create_task(service.run()), asyncio.create_task(_stay_alive(service))]
        playing = asyncio.create_task(script(service))
        await until(lambda: doom.has_come or playing.done())
        if not doom.has_come:
            await playing
            work[1].cancel()
            await service.stop()
        elif playing.done() and (error := playing.exception()):
            assert isinstance(error, Ended)
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)

    async def settled(self) -> None:
        """Wait until nothing waits any more; each look asks the database."""
        await until(lambda: self.waiting() == (0, 0), pause=0.02)

    async def passing(self, condition: Callable[[], bool], step: float = 30) -> None:
        """Wait for something while the hours fly."""

        def later() -> bool:
            self.clock.pass_(step)
            return condition()

        await until(later, pause=0.02)

    def waiting(self) -> tuple[int, int]:
        """How many messages and answers wait."""
        backlog = self.database.run(retention.backlog)
        return backlog.unanswered, backlog.undelivered

    def stored(self) -> dict[str, int]:
        """What is stored, by kind, without kinds of which there is nothing."""
        return {name: kept.rows for name, kept in self.database.run(retention.inventory).items() if kept.rows}


@asynccontextmanager
async def running(service: Service, *, alive: bool = True) -> AsyncIterator[None]:
    """Meanwhile it works, and is said to be `alive` as the upkeep would say it."""
    work = asyncio.create_task(service.run())
    keeping = asyncio.create_task(_stay_alive(service)) if alive else None
    try:
        yield
        assert not work.done() or work.exception() is None
    finally:
        tasks = [task for task in (keeping, work) if task]
        for task in tasks[:-1]:
            task.cancel()
        await service.stop()
        work.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _stay_alive(service: Service) -> None:
    while True:
        with suppress(UnavailableError):
            await service.stay_alive()
        await asyncio.sleep(0.05)


async def until(condition: Callable[[], bool], *, pause: float = 0.005) -> None:
    """Wait for something that has to happen."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while not condition():
        assert loop.time() < end, "waited in vain"
        await asyncio.sleep(pause)


class Moody(Database):
    """A database that is away for a while when it is told so."""

    is_away = False

    async def do(self, operation: Operation[P, T], *args: P.args, **named: P.kwargs) -> T:
        if self.is_away:
            raise UnavailableError("moody")
        return await super().do(operation, *args, **named)
