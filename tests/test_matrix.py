"""Whole chats in Matrix: a real homeserver, a real client of a person, the real service."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from nio.crypto import decrypt_attachment
from pydantic import SecretStr

from bot.channels.base import GoneError, UnsentError
from bot.channels.matrix import Account, Matrix
from bot.channels.matrix.events import Address
from bot.channels.matrix.layout import OPTIONS
from bot.channels.matrix.store import Store, TakenError, alone
from bot.config import Settings
from bot.conversation import Conversation
from bot.dialogue.model import Choice, Command, Input, Location, Picture, Pin, State, Text, Turn
from bot.i18n import Languages
from bot.jsonlines import Desk
from bot.serve import channels
from tests.conftest import NOW
from tests.matrix.house import House, Parrot, heard
from tests.matrix.person import Person, online
from tests.serving import until


class Shows(Parrot):
    """Answers "pin" with a place, "picture" with a picture."""

    picture: Path

    def __init__(self, picture: Path) -> None:
        """Without desk and clock."""
        object.__setattr__(self, "picture", picture)

    def answer(self, state: State, said: Input) -> Turn:
        match said:
            case Text("pin"):
                return Turn(state, (Pin("Café", 51.15, 14.99, "Gasse 7"),))
            case Text("picture"):
                return Turn(state, (Picture(str(self.picture), "a QR code"),))
        return super().answer(state, said)


async def in_a_room(house: House, anna: Person, *, encrypted: bool = True) -> str:
    """A room in which the assistant has said hello."""
    room = await anna.invite(house.bot, encrypted=encrypted)
    await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
    return room


async def after(anna: Person, room: str, bot: str, words: str) -> str:
    """What the assistant says next when somebody has said something."""
    before = len(anna.read(room, bot))
    await anna.say(room, words)
    return (await anna.hears(room, bot, lambda texts: len(texts) > before))[before]


# ---- chatting


@pytest.mark.parametrize("encrypted", [True, False], ids=["encrypted", "plain"])
def test_whoever_invites_the_assistant_is_welcomed_and_answered(house: House, encrypted: bool) -> None:  # noqa: FBT001 a parameter
    async def play() -> None:
        async with house.living(), online(house.server, house.person()) as (anna,):
            room = await in_a_room(house, anna, encrypted=encrypted)
            assert await after(anna, room, house.bot, "hallo") == heard("hallo")
            raw = house.server.messages(anna.token, room)
            kinds = {event["type"] for event in raw if event["sender"] == house.bot and "state_key" not in event}
            assert kinds == {"m.room.encrypted" if encrypted else "m.room.message"}
            shown = anna.seen(room, house.bot)[-1]["content"]
            assert shown["msgtype"] == "m.notice"
            assert "formatted_body" in shown

    asyncio.run(play())


def test_a_message_from_before_we_came_is_answered_and_nothing_else_is_said(house: House) -> None:
    async def play() -> None:
        async with house.living():
            pass
        async with online(house.server, house.person()) as (anna,):
            room = await anna.invite(house.bot)
            await anna.say(room, "sind Sie da?")
            async with house.living():
                await anna.hears(room, house.bot, lambda texts: texts == [heard("sind Sie da?")])

    asyncio.run(play())


def test_a_whole_conversation_leads_to_an_offer(house: House, desk: Desk) -> None:
    async def play() -> None:
        async with house.living(Conversation(desk, lambda: NOW)), online(house.server, house.person()) as (anna,):
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, lambda texts: "👋" in "".join(texts))
            assert "Wie alt ist Ihr Kind?" in await after(anna, room, house.bot, "1")
            assert "👍 Verstanden: 3 Jahre" in await after(anna, room, house.bot, "3")
            assert "Was passt am besten?" in await after(anna, room, house.bot, "2")
            assert "Wo wohnen Sie?" in await after(anna, room, house.bot, "Wutanfälle und Trotz")
            await anna.send(
                room, "m.room.message", {"msgtype": "m.location", "body": "hier", "geo_uri": "geo:54.46,6.60"}
            )
            texts = await anna.hears(room, house.bot, lambda texts: any("🔹" in text for text in texts))
            assert "Beispielhafen" in "\n".join(texts)
            await anna.hears(room, house.bot, lambda texts: "Passt" in texts[-1])

    asyncio.run(play())


def test_danger_is_answered_with_numbers_and_typed_numbers_mean_what_stands_there(house: House, desk: Desk) -> None:
    async def play() -> None:
        async with house.living(Conversation(desk, lambda: NOW)), online(house.server, house.person()) as (anna,):
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, bool)
            await after(anna, room, house.bot, "Deutsch")
            said = await after(anna, room, house.bot, "ich will nicht mehr leben")
            assert "0800 111 0 111" in said
            assert "2  Weiter mit den Fragen" in said
            assert "Wie alt ist Ihr Kind?" in await after(anna, room, house.bot, "2")

    asyncio.run(play())


# ---- answering questions


def test_a_question_is_answered_by_number_reaction_or_reply(house: House) -> None:
    async def play() -> None:
        async with house.living(), online(house.server, house.person()) as (anna,):
            room = await in_a_room(house, anna)
            shown = await after(anna, room, house.bot, "ask")
            assert shown == "listen\n\nwhich?\n\n1  Apfel\n2  🍐 Birne\n3  Citrone"
            question = anna.seen(room, house.bot)[-1]["event_id"]
            assert await after(anna, room, house.bot, "٢") == heard(Choice("x:🍐 Birne"))
            assert await after(anna, room, house.bot, "7") == heard("7")
            for sign, label in (("3️⃣", "Citrone"), ("1⃣", "Apfel"), ("🍐", "🍐 Birne")):
                before = len(anna.read(room, house.bot))
                await anna.react(room, question, sign)
                texts = await anna.hears(room, house.bot, lambda texts, n=before: len(texts) > n)  # type: ignore[misc]
                assert texts[-1] == heard(Choice(f"x:{label}"))
            before = len(anna.read(room, house.bot))
            await anna.say(room, "1", **{"m.relates_to": {"m.in_reply_to": {"event_id": question}}})
            texts = await anna.hears(room, house.bot, lambda texts: len(texts) > before)
            assert texts[-1] == heard(Choice("x:Apfel"))

    asyncio.run(play())


def test_after_a_restart_a_number_still_means_what_was_asked(house: House) -> None:
    async def play() -> None:
        async with online(house.server, house.person()) as (anna,):
            async with house.living() as home:
                room = await in_a_room(house, anna)
                await after(anna, room, house.bot, "ask")
                await home.settled()
            question = anna.seen(room, house.bot)[-1]["event_id"]
            async with house.living():
                assert await after(anna, room, house.bot, "3") == heard(Choice("x:Citrone"))
                await anna.react(room, question, "2️⃣")
                await anna.hears(room, house.bot, lambda texts: texts[-1] == heard(Choice("x:🍐 Birne")))

    asyncio.run(play())


def test_a_poll_is_answered_by_a_tap_or_a_number(house: House) -> None:
    async def play() -> None:
        async with house.living(matrix=house.matrix(buttons="polls")), online(house.server, house.person()) as (anna,):
            room = await in_a_room(house, anna)
            assert await after(anna, room, house.bot, "ask") == "listen\n\nwhich?"
            poll = anna.seen(room, house.bot)[-1]
            answers = poll["content"]["org.matrix.msc3381.poll.start"]["answers"]
            assert [answer["org.matrix.msc1767.text"] for answer in answers] == ["Apfel", "🍐 Birne", "Citrone"]
            await anna.vote(room, poll["event_id"], answers[1]["id"])
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard(Choice("x:🍐 Birne")))
            await anna.vote(room, poll["event_id"], answers[2]["id"], stable=True)
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard(Choice("x:Citrone")))
            assert await after(anna, room, house.bot, "1.") == heard(Choice("x:Apfel"))

    asyncio.run(play())


def test_seeded_reactions_are_buttons_where_they_are_wanted(house: House) -> None:
    async def play() -> None:
        matrix = house.matrix(buttons="reactions")
        async with house.living(matrix=matrix), online(house.server, house.person()) as (anna,):
            room = await in_a_room(house, anna)
            await anna.say(room, "ask")

            def seeds() -> list[str]:
                return [
                    e["content"]["m.relates_to"]["key"] for e in anna.seen(room, house.bot) if e["type"] == "m.reaction"
                ]

            await anna.until(lambda: seeds() == ["1️⃣", "2️⃣", "3️⃣"])
            question = next(e for e in anna.seen(room, house.bot) if OPTIONS in e["content"])
            await anna.react(room, question["event_id"], "3️⃣")
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard(Choice("x:Citrone")))

    asyncio.run(play())


# ---- places, pictures, and what is not for us


def test_places_pictures_and_voices_are_understood_or_kindly_refused(house: House) -> None:
    async def play() -> None:
        async with house.living(), online(house.server, house.person()) as (anna,):
            room = await in_a_room(house, anna)
            sent: list[tuple[str, Input]] = [
                ("m.location", Location(51.15, 14.99)),
                ("m.image", Command("picture")),
                ("m.file", Command("picture")),
                ("m.audio", Command("voice")),
            ]
            for kind, said in sent:
                content = {"msgtype": kind, "body": "dies", "geo_uri": "geo:51.15,14.99;u=20", "url": "mxc://x/y"}
                await anna.send(room, "m.room.message", content)
                await anna.hears(room, house.bot, lambda texts, said=said: texts[-1] == heard(said))  # type: ignore[misc]

    asyncio.run(play())


def test_mended_words_get_an_answer_and_notices_redactions_and_verifications_none(house: House) -> None:
    async def play() -> None:
        async with house.living() as home, online(house.server, house.person()) as (anna,):
            room = await in_a_room(house, anna)
            first = await anna.say(room, "eins")
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("eins"))
            replaces = {"m.relates_to": {"rel_type": "m.replace", "event_id": first}}
            await anna.say(room, "* zwei", **{"m.new_content": {"msgtype": "m.text", "body": "zwei"}, **replaces})
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("zwei"))
            await anna.send(room, "m.room.message", {"msgtype": "m.notice", "body": "I am a program too"})
            await anna.send(room, "m.room.message", {"msgtype": "m.key.verification.request", "body": "verify"})
            await anna.react(room, first, "👍")
            await anna.client.room_redact(room, first)
            assert await after(anna, room, house.bot, "drei") == heard("drei")
            await home.settled()
            assert anna.read(room, house.bot) == ["welcome", heard("eins"), heard("zwei"), heard("drei")]

    asyncio.run(play())


def test_a_place_is_sent_as_a_place_and_a_picture_encrypted(house: House, tmp_path: Path) -> None:
    picture = tmp_path / "qr.png"
    picture.write_bytes(b"\x89PNG of a QR code")

    async def play() -> None:
        async with house.living(Shows(picture)), online(house.server, house.person()) as (anna,):
            room = await in_a_room(house, anna)
            await after(anna, room, house.bot, "pin")
            assert anna.seen(room, house.bot)[-1]["content"]["geo_uri"] == "geo:51.15,14.99"
            assert await after(anna, room, house.bot, "picture") == "a QR code"
            content = anna.seen(room, house.bot)[-1]["content"]
            there = await anna.client.download(content["file"]["url"])
            assert picture.read_bytes() not in there.body
            file = content["file"]
            assert (
                decrypt_attachment(there.body, file["key"]["k"], file["hashes"]["sha256"], file["iv"])
                == picture.read_bytes()
            )
            plain = await in_a_room(house, anna, encrypted=False)
            await after(anna, plain, house.bot, "picture")
            there = await anna.client.download(anna.seen(plain, house.bot)[-1]["content"]["url"])
            assert there.body == picture.read_bytes()

    asyncio.run(play())


def test_an_answer_in_a_thread_stays_in_the_thread(house: House) -> None:
    async def play() -> None:
        async with house.living(), online(house.server, house.person()) as (anna,):
            room = await in_a_room(house, anna)
            root = await anna.say(room, "eins")
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("eins"))
            await anna.say(room, "zwei", **{"m.relates_to": {"rel_type": "m.thread", "event_id": root}})
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("zwei"))
            relation = anna.seen(room, house.bot)[-1]["content"]["m.relates_to"]
            assert (relation["rel_type"], relation["event_id"]) == ("m.thread", root)

    asyncio.run(play())


def test_what_is_read_gets_a_receipt(house: House) -> None:
    async def play() -> None:
        async with house.living(), online(house.server, house.person()) as (anna,):
            room = await in_a_room(house, anna)
            event = await anna.say(room, "hallo")
            await anna.until(
                lambda: (
                    house.bot in (receipts := anna.client.rooms[room].read_receipts)
                    and receipts[house.bot].event_id == event
                )
            )

    asyncio.run(play())


# ---- going


def test_delete_takes_everything_out_of_the_room_and_leaves(house: House) -> None:
    async def play() -> None:
        async with house.living() as home, online(house.server, house.person()) as (anna,):
            room = await in_a_room(house, anna)
            for words in ("eins", "zwei", "ask"):
                await after(anna, room, house.bot, words)
            assert await after(anna, room, house.bot, "/delete") == "deleted, and gone"
            await anna.until(lambda: house.bot not in anna.client.rooms[room].users)
            left = house.server.messages(anna.token, room)
            kept = [e for e in left if e["type"] == "m.room.encrypted" and e["content"]]
            assert [e["sender"] for e in kept] == [house.bot], "only the last words stay"
            await home.settled()
            await until(lambda: room not in traces(house))
            address = Address(room).to_json()
            await until(lambda: not home.matrix._session or room not in home.matrix._session.rooms)  # noqa: SLF001 to know when
            with pytest.raises(GoneError):
                await home.matrix.deliver(json.dumps({"type": "m.room.message", "content": {}}), address, "key")

    asyncio.run(play())


def traces(house: House) -> str:
    """Everything that the device's store knows, in words."""
    store = Store(house.matrix_folder, house.store_key)
    tables = [name for (name,) in store.database.execute_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = [str(store.database.execute_sql(f"SELECT * FROM {name}").fetchall()) for name in tables]  # noqa: S608 our own tables
    store.close()
    return "\n".join(found)


def test_whoever_comes_back_after_delete_begins_anew_in_a_new_room(house: House) -> None:
    async def play() -> None:
        async with house.living(), online(house.server, house.person()) as (anna,):
            room = await in_a_room(house, anna)
            await after(anna, room, house.bot, "/delete")
            await anna.until(lambda: house.bot not in anna.client.rooms[room].users)
            again = await in_a_room(house, anna)
            assert await after(anna, again, house.bot, "wieder da") == heard("wieder da")

    asyncio.run(play())


# ---- the process


def test_the_second_process_with_the_same_store_does_not_start(house: House) -> None:
    async def play() -> None:
        async with house.living():
            with pytest.raises(TakenError):
                async with house.living():
                    raise AssertionError

    asyncio.run(play())
    with alone(house.matrix_folder):
        pass


def test_before_it_is_connected_nothing_counts_as_sent(house: House) -> None:
    matrix = house.matrix()
    assert not matrix.is_well()
    with pytest.raises(UnsentError):
        asyncio.run(matrix.deliver("{}", Address("!room").to_json(), "key"))
    with pytest.raises(UnsentError):
        asyncio.run(matrix.erase(("$event",), Address("!room").to_json()))


def test_the_settings_name_the_channel(tmp_path: Path, languages: Languages) -> None:
    settings = Settings(
        data_dir=tmp_path,
        matrix_homeserver="https://example.test",
        matrix_user="@nahbei:example.test",
        matrix_password=SecretStr("secret"),
        matrix_allow_servers="example.test, example.org",
    )
    (matrix,) = channels(settings, languages)
    assert isinstance(matrix, Matrix)
    assert settings.matrix_allow_servers == ("example.test", "example.org")
    with pytest.raises(ValueError, match="NAHBEI_MATRIX_PASSWORD"):
        channels(settings.model_copy(update={"matrix_password": None}), languages)


def test_secrets_are_never_shown() -> None:
    account = Account("https://example.test", "@nahbei:example.test", SecretStr("hush"), SecretStr("hush"))
    assert "hush" not in repr(account)
    assert "hush" not in repr(replace(account, device="x"))
