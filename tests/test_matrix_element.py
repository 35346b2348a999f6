"""What Element's own encryption thinks of us, where it gives keys to signed devices only: it shows no shield, and we read all."""

import asyncio
from typing import Any

from bot.dialogue.model import Choice
from tests.matrix.element import NO_SHIELD, Element, element
from tests.matrix.house import House, heard


async def sound(person: Element, room: str, words: str) -> dict[str, Any]:
    """An event as it is shown: it could be read, and no shield stands beside it."""
    event = await person.hears(room, words)
    assert (event["failed"], event["shield"], event["reason"]) == (False, NO_SHIELD, None)
    return event


def test_element_reads_us_without_a_shield_and_we_read_element(house: House) -> None:
    async def play() -> None:
        async with house.living(), element(house.server, house.person()) as anna:
            room = await anna.do("invite", user=house.bot)
            await sound(anna, room, "welcome")
            await anna.say(room, "مرحبا")
            await sound(anna, room, heard("مرحبا"))

    asyncio.run(play())


def test_element_answers_a_poll_and_a_number(house: House) -> None:
    async def play() -> None:
        matrix = house.matrix(buttons="polls")
        async with house.living(matrix=matrix), element(house.server, house.person()) as anna:
            room = await anna.do("invite", user=house.bot)
            await sound(anna, room, "welcome")
            await anna.say(room, "ask")
            poll = await sound(anna, room, "which?")
            answer = poll["content"]["org.matrix.msc3381.poll.start"]["answers"][1]["id"]
            kind = "org.matrix.msc3381.poll.response"
            relation = {"m.relates_to": {"rel_type": "m.reference", "event_id": poll["seen"]}}
            await anna.do("send", room=room, kind=kind, content={**relation, kind: {"answers": [answer]}})
            await sound(anna, room, heard(Choice("x:🍐 Birne")))
            await anna.say(room, "3")
            await sound(anna, room, heard(Choice("x:Citrone")))

    asyncio.run(play())


def test_after_restarts_and_a_lost_store_element_sees_no_change(house: House) -> None:
    async def play() -> None:
        async with element(house.server, house.person()) as anna:
            async with house.living():
                room = await anna.do("invite", user=house.bot)
                await sound(anna, room, "welcome")
            async with house.living():
                await anna.say(room, "eins")
                await sound(anna, room, heard("eins"))
            for path in house.matrix_folder.glob("store.db*"):
                path.unlink()
            async with house.living() as home:
                await anna.knows(house.bot, home.device)
                await anna.say(room, "zwei")
                await sound(anna, room, heard("zwei"))

    asyncio.run(play())
