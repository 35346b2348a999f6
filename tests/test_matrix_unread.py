"""Messages whose key is missing: read when it comes, and complained about kindly when it does not."""

import asyncio
from pathlib import Path
from time import time

from nio import ToDeviceMessage

from bot.channels.matrix.events import OLD
from bot.channels.matrix.server import Homeserver
from bot.channels.matrix.session import Session
from bot.channels.matrix.store import Device, open_store
from bot.channels.matrix.unread import Unread
from bot.dialogue.model import Command
from tests.matrix.house import House, heard
from tests.matrix.person import Person, online
from tests.serving import until


async def without_a_key(anna: Person, room: str, bot: str, words: str) -> ToDeviceMessage:
    """Say something for which the assistant's device gets no key. Returns the message that would bring it."""
    olm = anna.client.olm
    olm.create_outbound_group_session(room)
    session = olm.outbound_group_sessions[room]
    session.shared = True
    content = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "room_id": room,
        "session_id": session.id,
        "session_key": session.session_key,
    }
    await anna.say(room, words)
    (device,) = anna.client.device_store.active_user_devices(bot)
    encrypted = olm._olm_encrypt(olm.session_store.get(device.curve25519), device, "m.room_key", content)  # noqa: SLF001 as nio does
    return ToDeviceMessage("m.room.encrypted", bot, device.id, encrypted)


def test_a_message_is_answered_when_its_key_comes_late_also_after_a_restart(house: House) -> None:
    async def play() -> None:
        async with online(house.server, house.person()) as (anna,):
            async with house.living() as home:
                room = await anna.invite(house.bot)
                await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
                key = await without_a_key(anna, room, house.bot, "eins")
                session = home.matrix._session  # noqa: SLF001 to see what waits
                assert session
                await until(lambda: len(session.store.unread()) == 1)
                await anna.client.to_device(key)
                await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("eins"))
                assert not session.store.unread()
                key = await without_a_key(anna, room, house.bot, "zwei")
                await until(lambda: len(session.store.unread()) == 1)
            await anna.client.to_device(key)
            async with house.living():
                await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("zwei"))
            assert anna.read(room, house.bot) == ["welcome", heard("eins"), heard("zwei")]

    asyncio.run(play())


def test_the_device_that_wrote_is_asked_for_the_key_at_once(house: House) -> None:
    async def play() -> None:
        async with house.living() as home, online(house.server, house.person()) as (anna,):
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            await without_a_key(anna, room, house.bot, "eins")
            session = home.matrix._session  # noqa: SLF001 to see what it has sent
            assert session
            await until(lambda: bool(session.machine.outgoing_key_requests))
            (request,) = session.machine.outgoing_key_requests.values()
            assert request.session_id == anna.client.olm.outbound_group_sessions[room].id
            assert request.room_id == room

    asyncio.run(play())


def test_what_stays_unreadable_is_said_once_and_kindly(house: House) -> None:
    async def play() -> None:
        async with (
            house.living(matrix=house.matrix(patience=0.2)) as home,
            online(house.server, house.person()) as (anna,),
        ):
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            for words in ("eins", "zwei"):
                await without_a_key(anna, room, house.bot, words)
            await anna.hears(room, house.bot, lambda texts: texts[1:] == [heard(Command("unreadable"))])
            await without_a_key(anna, room, house.bot, "drei")
            anna.client.invalidate_outbound_session(room)
            await anna.say(room, "lesbar")
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("lesbar"))
            await asyncio.sleep(0.4)
            await home.settled()
            assert anna.read(room, house.bot).count(heard(Command("unreadable"))) == 1

    asyncio.run(play())


def test_what_is_never_read_is_not_remembered_for_longer_than_it_would_be_answered(tmp_path: Path) -> None:
    async def never(room: str, event: str) -> None:
        raise AssertionError(room, event)

    async def play() -> None:
        store = open_store(tmp_path, "5e" * 32)
        store.keep_device(Device("@nahbei:example.org", "DEVICE", "token"))
        async with Homeserver("http://127.0.0.1:9") as server:
            session = Session(server, store)
            unread = Unread(session, never)
            for name, age in (("$old", OLD + 60), ("$new", 60)):
                sent = int(1000 * (time() - age))
                sealed = {"type": "m.room.encrypted", "event_id": name, "origin_server_ts": sent, "content": {}}
                unread.keep("!room:example.org", sealed)
            assert not [*unread.readable()]
            assert store.unread() == [("!room:example.org", "$new")]
            await unread.close()
            session.close()

    asyncio.run(play())
