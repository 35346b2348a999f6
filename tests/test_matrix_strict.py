"""What a strict client of another make thinks of us: it writes only to vouched-for devices, and knows who wrote."""

import asyncio

import pytest

from bot.channels.matrix.layout import OPTIONS
from bot.dialogue.model import Choice
from tests.matrix.house import House, heard
from tests.matrix.person import online
from tests.matrix.strict import VOUCHED, strictly_online

pytestmark = pytest.mark.filterwarnings(
    "ignore:The (sender_key|device_id) field:DeprecationWarning"
)  # mautrix reads them


def test_a_strict_client_lets_us_read_and_shows_what_we_write_without_a_warning(house: House) -> None:
    async def play() -> None:
        async with house.living(), strictly_online(house.server, house.person()) as anna:
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            await anna.say(room, "verstehen Sie mich?")
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("verstehen Sie mich?"))
            shown = anna.seen(room, house.bot)
            assert {event["type"] for event in shown} == {"m.room.message"}
            assert all(event["trust"] is not None and event["trust"] >= VOUCHED for event in shown)

    asyncio.run(play())


def test_a_strict_client_answers_a_poll_and_a_number(house: House) -> None:
    async def play() -> None:
        async with (
            house.living(matrix=house.matrix(buttons="polls")),
            strictly_online(house.server, house.person()) as anna,
        ):
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, bool)
            await anna.say(room, "ask")
            await anna.until(lambda: any(OPTIONS in event["content"] for event in anna.seen(room, house.bot)))
            poll = next(event for event in anna.seen(room, house.bot) if OPTIONS in event["content"])
            kind = "org.matrix.msc3381.poll.response"
            answer = poll["content"]["org.matrix.msc3381.poll.start"]["answers"][1]["id"]
            relation = {"m.relates_to": {"rel_type": "m.reference", "event_id": poll["event_id"]}}
            await anna.send(room, kind, {**relation, kind: {"answers": [answer]}})
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard(Choice("x:🍐 Birne")))
            await anna.say(room, "3")
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard(Choice("x:Citrone")))

    asyncio.run(play())


def test_after_a_restart_and_after_the_keys_were_lost_a_strict_client_goes_on(house: House) -> None:
    async def play() -> None:
        async with strictly_online(house.server, house.person()) as anna:
            async with house.living():
                room = await anna.invite(house.bot)
                await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            async with house.living():
                await anna.say(room, "eins")
                await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("eins"))
            for path in house.matrix_folder.glob("store.db*"):
                path.unlink()
            async with house.living() as home:
                await anna.knows(house.bot, home.device)
                await anna.say(room, "zwei")
                await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("zwei"))
                assert all(event["trust"] >= VOUCHED for event in anna.seen(room, house.bot))

    asyncio.run(play())


def test_the_strictness_is_real_a_device_that_nobody_vouches_for_gets_no_key(house: House) -> None:
    async def play() -> None:
        async with (
            strictly_online(house.server, house.person()) as anna,
            online(house.server, house.person("berta")) as (berta,),
        ):
            inviting = asyncio.create_task(anna.invite(berta.user))
            await berta.until(lambda: bool(berta.client.invited_rooms))
            room = next(iter(berta.client.invited_rooms))
            await berta.client.join(room)
            await inviting
            await anna.say(room, "nur für Geräte, für die jemand bürgt")
            await berta.until(lambda: any(event["type"] == "undecryptable" for event in berta.seen(room, anna.user)))

    asyncio.run(play())
