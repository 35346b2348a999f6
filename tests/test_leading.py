"""Only one of several processes does what only one may do, and always one."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.leading import lead
from bot.store.database import UnavailableError
from tests.serving import until

SECONDS = 0.5  # of a lease


@dataclass
class Desk:
    """Where the lease lies: who holds it, and until when."""

    holder: str = ""
    until: float = 0.0
    is_away: bool = False
    hangs: bool = False

    async def take(self, who: str) -> bool:
        if self.is_away:
            raise UnavailableError
        if self.hangs:
            await asyncio.Event().wait()
        now = asyncio.get_running_loop().time()
        if self.holder != who and self.until > now:
            return False
        self.holder, self.until = who, now + SECONDS
        return True


@dataclass
class Room:
    """Where the work is done; two in it at once would be one too many."""

    present: list[str] = field(default_factory=list)
    crowded: bool = False

    async def work(self, who: str) -> None:
        self.present.append(who)
        self.crowded |= len(self.present) > 1
        try:
            await asyncio.Event().wait()
        finally:
            self.present.remove(who)


def leading(who: str, desk: Desk, room: Room) -> "asyncio.Task[None]":
    return asyncio.create_task(lead("test", lambda: room.work(who), lambda: desk.take(who), SECONDS))


def play(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


def test_of_three_one_works_and_when_it_is_gone_another_goes_on() -> None:
    async def scenario() -> None:
        desk, room = Desk(), Room()
        tasks = {who: leading(who, desk, room) for who in ("a", "b", "c")}
        while tasks:
            await until(lambda: len(room.present) == 1)
            await asyncio.sleep(2 * SECONDS)
            first = room.present[0]
            tasks.pop(first).cancel()
            await until(lambda first=first: first not in room.present)  # type: ignore[misc]
        assert not room.crowded

    play(scenario())


@pytest.mark.parametrize("trouble", ["is_away", "hangs"])
def test_who_cannot_renew_stops_before_somebody_else_may_begin(trouble: str) -> None:
    async def scenario() -> None:
        desk, room = Desk(), Room()
        task = leading("a", desk, room)
        await until(lambda: room.present == ["a"])
        setattr(desk, trouble, True)
        await until(lambda: room.present == [])
        assert desk.until > asyncio.get_running_loop().time(), "its lease is not over"
        setattr(desk, trouble, False)
        await until(lambda: room.present == ["a"])
        task.cancel()

    play(scenario())


def test_a_lease_that_somebody_else_has_taken_ends_the_work() -> None:
    async def scenario() -> None:
        desk, room = Desk(), Room()
        task = leading("a", desk, room)
        await until(lambda: room.present == ["a"])
        desk.holder, desk.until = "b", desk.until + 10 * SECONDS
        await until(lambda: room.present == [])
        task.cancel()

    play(scenario())


def test_what_ends_the_work_is_told() -> None:
    async def fails() -> None:
        raise ValueError("over")

    async def scenario() -> None:
        desk = Desk()
        with pytest.raises(ValueError, match="over"):
            await lead("test", fails, lambda: desk.take("a"), SECONDS)

    play(scenario())
