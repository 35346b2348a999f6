"""What a family sees while it waits: that its message was read, and typing where the answer takes long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event

from bot.channels.matrix.ornaments import LONG, Ornaments
from bot.channels.matrix.server import Homeserver
from bot.dialogue.model import Input, State, Text, Turn
from tests.matrix.homeserver import Synapse
from tests.matrix.house import House, Parrot, heard
from tests.matrix.person import online
from tests.matrix.troubled import Troubled, between
from tests.serving import PATIENCE, until

ROOM = "!room:example.test"


class Thoughtful(Parrot):
    """Thinks about "hm" until it is told to stop."""

    enough: Event

    def __init__(self, enough: Event) -> None:
        """Without desk and clock."""
        object.__setattr__(self, "enough", enough)

    def answer(self, state: State, said: Input) -> Turn:
        if said == Text("hm"):
            self.enough.wait(PATIENCE)
        return super().answer(state, said)


@asynccontextmanager
async def decorating(server: Synapse) -> AsyncIterator[tuple[Ornaments, Troubled]]:
    """Ornaments, and what they ask the homeserver for."""
    async with between(server) as troubled, Homeserver(troubled.url) as homeserver:
        ornaments = Ornaments(homeserver, "@nahbei:example.test")
        yield ornaments, troubled
        await ornaments.close()


def shown(troubled: Troubled) -> list[str]:
    return sorted(kind for path in troubled.asked for kind in ("receipt", "typing") if f"/{kind}/" in path)


def test_whoever_waits_sees_that_we_have_read_and_are_typing_until_the_answer_is_there(house: House) -> None:
    enough = Event()

    async def play() -> None:
        async with house.living(Thoughtful(enough)), online(house.server, house.person()) as (anna,):
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, bool)
            event = await anna.say(room, "hm")
            known = anna.client.rooms[room]
            await anna.until(lambda: known.typing_users == [house.bot])
            await anna.until(lambda: house.bot in known.read_receipts)
            assert known.read_receipts[house.bot].event_id == event
            enough.set()
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("hm"))
            await anna.until(lambda: not known.typing_users)

    asyncio.run(play())


def test_whoever_is_answered_at_once_sees_that_we_have_read_and_no_typing(homeserver: Synapse) -> None:
    async def play() -> None:
        async with decorating(homeserver) as (ornaments, troubled):
            ornaments.seen(ROOM, "$event")
            ornaments.answered(ROOM)
            await asyncio.sleep(2 * LONG)
            assert shown(troubled) == ["receipt"]

    asyncio.run(play())


def test_typing_ends_with_the_answer(homeserver: Synapse) -> None:
    async def play() -> None:
        async with decorating(homeserver) as (ornaments, troubled):
            ornaments.seen(ROOM, "$event")
            await until(lambda: shown(troubled) == ["receipt", "typing"])
            ornaments.answered(ROOM)
            await until(lambda: shown(troubled) == ["receipt", "typing", "typing"])

    asyncio.run(play())


def test_whoever_goes_on_writing_sees_signs_of_life_no_later(homeserver: Synapse) -> None:
    async def play() -> None:
        async with decorating(homeserver) as (ornaments, troubled):
            for n in range(20):
                if "typing" not in shown(troubled):
                    ornaments.seen(ROOM, f"$event{n}")
                    await asyncio.sleep(LONG / 2)
            assert "typing" in shown(troubled)

    asyncio.run(play())
