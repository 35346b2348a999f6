"""How calls end: what the homeserver says in its words, and what that means to the service."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import GoneError, RefusedError, UnclearError, UnsentError
from bot.channels.matrix.calls import THEIRS, told
from bot.channels.matrix.events import Address
from bot.channels.matrix.server import AwayError, RefusalError
from tests.matrix.homeserver import NO_LIMITS, synapse_in
from tests.matrix.house import House, heard, new_house
from tests.matrix.person import online
from tests.serving import until


def ending(error: Exception | None) -> Callable[[], Coroutine[Any, Any, str]]:
    async def call() -> str:
        if error:
            raise error
        return "fine"

    return call


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (AwayError("502"), UnclearError),
        (RefusalError(403, "M_FORBIDDEN", {}), GoneError),
        (RefusalError(404, "M_NOT_FOUND", {}), GoneError),
        (RefusalError(429, "M_LIMIT_EXCEEDED", {"retry_after_ms": 700}), UnsentError),
        (RefusalError(401, "M_UNKNOWN_TOKEN", {}), UnsentError),
        (RefusalError(413, "M_TOO_LARGE", {}), RefusedError),
        (RefusalError(400, "M_BAD_JSON", {}), RefusedError),
        (RefusalError(400, "M_UNKNOWN", {}), RefusedError),
    ],
)
def test_what_an_error_means(error: Exception, outcome: type[Exception]) -> None:
    with pytest.raises(outcome) as caught:
        asyncio.run(told(ending(error)()))
    if isinstance(caught.value, UnsentError) and "LIMIT" in str(error):
        assert caught.value.retry_after == 0.7


def test_what_goes_well_is_returned() -> None:
    assert asyncio.run(told(ending(None)())) == "fine"


def call(words: str) -> str:
    return json.dumps({"type": "m.room.message", "content": {"msgtype": "m.notice", "body": words}})


def test_the_same_call_twice_arrives_once(house: House) -> None:
    async def play() -> None:
        async with house.living() as home, online(house.server, house.person()) as (anna,):
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            address = Address(room).to_json()
            once = await home.matrix.deliver(call("once"), address, "key")
            assert await home.matrix.deliver(call("once"), address, "key") == once
            other = await home.matrix.deliver(call("again"), address, "another key")
            assert other != once
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome", "once", "again"])

    asyncio.run(play())


def test_erasing_takes_ours_and_theirs_where_we_may_and_may_be_repeated(house: House) -> None:
    async def play() -> None:
        async with house.living() as home, online(house.server, house.person()) as (anna,):
            room = await anna.invite(
                house.bot,
                encrypted=False,
                power_level_override={"users": {anna.user: 100, house.bot: 0}},
                room_version="11",
            )
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            theirs = await anna.say(room, "hallo")
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("hallo"))
            ours = [event["event_id"] for event in anna.seen(room, house.bot)]
            address = Address(room).to_json()
            for _ in range(2):
                await home.matrix.erase([*ours, THEIRS + theirs, "$unknown"], address)
            left = [
                e for e in house.server.messages(anna.token, room) if e["type"] == "m.room.message" and e["content"]
            ]
            assert [event["event_id"] for event in left] == [theirs], "we may not delete what others wrote here"
            house.server.room(
                anna.token,
                room,
                "state",
                "m.room.power_levels",
                method="PUT",
                body={"users": {anna.user: 100, house.bot: 50}},
            )
            session = home.matrix._session  # noqa: SLF001 to know when
            assert session
            await until(lambda: session.rooms[room].may_redact(house.bot))
            await home.matrix.erase([THEIRS + theirs], address)
            assert not [
                e for e in house.server.messages(anna.token, room) if e["type"] == "m.room.message" and e["content"]
            ]

    asyncio.run(play())


def test_a_homeserver_that_wants_to_be_left_alone_is_and_nothing_is_lost(tmp_path: Path) -> None:
    slow = {**NO_LIMITS, "rc_message": {"per_second": 5, "burst_count": 3}}
    server = synapse_in(tmp_path / "synapse", slow)
    house = new_house(server, tmp_path / "house")

    async def play() -> None:
        async with house.living(), online(server, house.person()) as (anna,):
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            await anna.say(room, "say 8")
            await anna.hears(room, house.bot, lambda texts: "say 8 7" in texts[-1])

    try:
        asyncio.run(play())
    finally:
        server.stop()
