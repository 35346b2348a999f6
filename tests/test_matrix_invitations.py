"""Who may bring us into a room, and when we go: direct chats only, and never a sensitive word before others."""

import asyncio
from typing import Any

import pytest

from bot.channels.matrix.invitations import OF_ONE
from tests.matrix.homeserver import NAME
from tests.matrix.house import House, heard
from tests.matrix.person import Person, online
from tests.serving import until


def membership(person: Person, room: str, user: str) -> str:
    """What the homeserver says of somebody in a room."""
    state: dict[str, Any] = person.server.room(person.token, room, "state", "m.room.member", user)
    return str(state.get("membership"))


async def leaves(person: Person, room: str, user: str) -> None:
    await until(lambda: membership(person, room, user) == "leave", pause=0.05)


def words(person: Person, room: str, user: str) -> list[str]:
    """Kinds of what somebody has said in a room, as it lies on the homeserver."""
    said = person.server.messages(person.token, room)
    return [event["type"] for event in said if event["sender"] == user and "state_key" not in event]


@pytest.mark.parametrize("servers", [("elsewhere.org",), (NAME, "elsewhere.org")], ids=["others", "these"])
def test_only_people_of_servers_on_the_list_may_invite_us(house: House, servers: tuple[str, ...]) -> None:
    async def play() -> None:
        matrix = house.matrix(servers=servers)
        async with house.living(matrix=matrix), online(house.server, house.person()) as (anna,):
            room = await anna.invite(house.bot)
            if NAME in servers:
                await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            else:
                await leaves(anna, room, house.bot)
                assert not words(anna, room, house.bot)

    asyncio.run(play())


def test_an_invitation_into_a_crowd_is_declined_without_coming_in(house: House) -> None:
    async def play() -> None:
        async with house.living(), online(house.server, *house.people("anna", "bert", "cleo")) as (anna, bert, cleo):
            room = await anna.invite(bert.user, cleo.user)
            for person in (bert, cleo):
                house.server.room(person.token, room, "join", method="POST", body={})
            house.server.room(anna.token, room, "invite", method="POST", body={"user_id": house.bot})
            await leaves(anna, room, house.bot)
            history = [e for e in house.server.messages(anna.token, room) if e.get("state_key") == house.bot]
            assert [e["content"]["membership"] for e in history] == ["leave", "invite"], "it never joined"

    asyncio.run(play())


def test_a_room_in_which_two_are_already_is_left_without_a_word(house: House) -> None:
    async def play() -> None:
        async with house.living(), online(house.server, *house.people("anna", "bert")) as (anna, bert):
            room = await anna.invite(bert.user, house.bot)
            await leaves(anna, room, house.bot)
            assert not words(anna, room, house.bot)

    asyncio.run(play())


@pytest.mark.parametrize("comes", [True, False], ids=["joins", "is invited"])
def test_when_a_third_person_appears_we_go_without_a_word(house: House, comes: bool) -> None:  # noqa: FBT001 a parameter
    async def play() -> None:
        async with house.living() as home, online(house.server, *house.people("anna", "bert")) as (anna, bert):
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            house.server.room(anna.token, room, "invite", method="POST", body={"user_id": bert.user})
            if comes:
                house.server.room(bert.token, room, "join", method="POST", body={})
            await leaves(anna, room, house.bot)
            await anna.client.room_send(
                room, "m.room.message", {"msgtype": "m.text", "body": "geheim"}, ignore_unverified_devices=True
            )
            await home.settled()
            assert anna.read(room, house.bot) == ["welcome"]

    asyncio.run(play())


def test_a_third_person_who_comes_while_we_are_away_hears_nothing(house: House) -> None:
    async def play() -> None:
        async with online(house.server, *house.people("anna", "bert")) as (anna, bert):
            async with house.living():
                room = await anna.invite(house.bot)
                await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            await anna.say(room, "mein Kind schläft nicht")
            house.server.room(anna.token, room, "invite", method="POST", body={"user_id": bert.user})
            house.server.room(bert.token, room, "join", method="POST", body={})
            async with house.living() as home:
                await leaves(anna, room, house.bot)
                await home.settled()
            assert anna.read(room, house.bot) == ["welcome"]

    asyncio.run(play())


def test_when_the_person_goes_we_go_too(house: House) -> None:
    async def play() -> None:
        async with house.living() as home, online(house.server, house.person()) as (anna,):
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            house.server.room(anna.token, room, "leave", method="POST", body={})
            session = home.matrix._session  # noqa: SLF001 to see what it knows
            assert session
            await until(lambda: room not in session.rooms)

    asyncio.run(play())


def test_a_room_that_has_moved_is_followed(house: House) -> None:
    async def play() -> None:
        async with house.living(), online(house.server, house.person()) as (anna,):
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            answer = house.server.room(anna.token, room, "upgrade", method="POST", body={"new_version": "11"})
            moved = answer["replacement_room"]
            house.server.room(anna.token, moved, "invite", method="POST", body={"user_id": house.bot})
            await anna.hears(moved, house.bot, lambda texts: texts[:1] == ["welcome"])
            await leaves(anna, room, house.bot)
            await anna.say(moved, "hier bin ich")
            await anna.hears(moved, house.bot, lambda texts: texts[-1] == heard("hier bin ich"))

    asyncio.run(play())


def test_whoever_invites_us_again_and_again_is_declined_and_others_are_not(house: House) -> None:
    async def play() -> None:
        async with house.living(), online(house.server, *house.people("anna", "bert")) as (anna, bert):
            rooms = [await anna.invite(house.bot, encrypted=False) for _ in range(int(OF_ONE.burst) + 2)]
            await until(
                lambda: all(membership(anna, room, house.bot) in {"join", "leave"} for room in rooms), pause=0.05
            )
            assert [membership(anna, room, house.bot) for room in rooms].count("leave") == 2
            other = await bert.invite(house.bot)
            await bert.hears(other, house.bot, lambda texts: texts == ["welcome"])

    asyncio.run(play())


def test_a_bridged_room_with_its_bridge_is_a_chat_with_one_person(house: House) -> None:
    async def play() -> None:
        bridge, ghost = house.server.register(f"whatsappbot{house.bot[8:20]}"), house.person("whatsapp_49170")
        async with (
            house.living(matrix=house.matrix(buttons="polls")),
            online(house.server, bridge, ghost) as (bot, phone),
        ):
            marks = {
                "type": "m.bridge",
                "state_key": "whatsapp",
                "content": {"bridgebot": bridge.user, "protocol": {"id": "whatsapp"}},
            }
            room = await bot.invite(phone.user, encrypted=False, state=[marks])
            house.server.room(phone.token, room, "join", method="POST", body={})
            house.server.room(bot.token, room, "invite", method="POST", body={"user_id": house.bot})
            await phone.hears(room, house.bot, lambda texts: texts == ["welcome"])
            await phone.say(room, "ask")
            await phone.hears(room, house.bot, lambda texts: texts[-1].endswith("2  🍐 Birne\n3  Citrone"))
            shown = phone.seen(room, house.bot)[-1]
            assert (shown["type"], shown["content"]["msgtype"]) == ("m.room.message", "m.text")

    asyncio.run(play())
