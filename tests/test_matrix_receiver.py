"""Nothing lost, nothing twice, nothing old: restarts, gaps, silence, kills, and people who send rubbish."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.channels.base import Update, Work
from bot.channels.matrix import Account, Matrix
from bot.dialogue.model import Command, Text
from bot.store.database import UnavailableError
from tests.matrix.homeserver import synapse_in
from tests.matrix.house import House, heard, new_house
from tests.matrix.person import Person, online
from tests.matrix.troubled import between, no_trouble
from tests.serving import until


class Basket:
    """Takes in what a channel brings, but while it `is_away`; what was `shown` to it then is not kept."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self.shown: list[Update] = []
        self.left: list[str] = []
        self.at: str | None = None
        self.is_away = False

    async def accept(self, channel: str, updates: Sequence[Update], cursor: str | None = None) -> None:
        assert channel == "matrix"
        if self.is_away:
            self.shown += updates
            raise UnavailableError("no")
        known = {update.id for update in self.updates}
        self.updates += [update for update in updates if update.id not in known]
        self.at = cursor or self.at

    async def cursor(self, _: str) -> str | None:
        return self.at

    async def leave(self, _: str, chat: str) -> None:
        assert not self.is_away, "it would wait, and everybody with it"
        self.left.append(chat)

    async def waits(self, channel: str, chat: str) -> bool:
        raise AssertionError(channel, chat)

    async def lead(self, channel: str, work: Work) -> None:
        raise AssertionError(channel, work)

    @property
    def texts(self) -> list[str]:
        return [update.said.text for update in self.updates if isinstance(update.said, Text)]


@asynccontextmanager
async def receiving(house: House, basket: Basket, account: Account | None = None) -> AsyncIterator[Matrix]:
    """The channel alone, over its basket."""
    matrix = house.matrix(account)
    task = asyncio.create_task(matrix.run(basket))
    try:
        await until(lambda: matrix.is_well() and basket.at is not None)
        yield matrix
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def joined(anna: Person, house: House) -> str:
    """A room in which the assistant is."""
    room = await anna.invite(house.bot)
    await anna.until(lambda: not anna.client.rooms[room].users[house.bot].invited)
    return room


# ---- old and new


def test_at_the_very_first_start_what_is_there_is_old_but_invitations_are_taken(house: House) -> None:
    async def play() -> None:
        async with online(house.server, house.person()) as (anna,):
            invited = await anna.invite(house.bot, encrypted=False)
            await anna.say(invited, "from before")
            there = await anna.invite(house.bot, encrypted=False)
            house.server.room(house.login.token, there, "join", method="POST", body={})
            await anna.say(there, "from before, too")
            basket = Basket()
            async with receiving(house, basket):
                await until(lambda: any(update.chat == invited for update in basket.updates))
                await anna.say(there, "new")
                await until(lambda: "new" in basket.texts)
            assert "from before, too" not in basket.texts

    asyncio.run(play())


def test_after_a_restart_nothing_comes_twice_and_what_was_said_meanwhile_comes_once(house: House) -> None:
    async def play() -> None:
        async with online(house.server, house.person()) as (anna,):
            basket = Basket()
            async with receiving(house, basket):
                room = await joined(anna, house)
                await anna.say(room, "eins")
                await until(lambda: basket.texts == ["eins"])
            await anna.say(room, "zwei")
            async with receiving(house, basket):
                await until(lambda: basket.texts == ["eins", "zwei"])
                await anna.say(room, "drei")
                await until(lambda: len(basket.texts) > 2)
            async with receiving(house, basket):
                pass
            assert basket.texts == ["eins", "zwei", "drei"]
            assert len({update.id for update in basket.updates}) == len(basket.updates)

    asyncio.run(play())


def test_more_messages_than_one_sync_brings_arrive_all_and_in_order(house: House, full: bool) -> None:  # noqa: FBT001 a fixture
    expected = [f"message {n}" for n in range(130 if full else 30)]

    async def play() -> None:
        async with online(house.server, house.person()) as (anna,):
            basket = Basket()
            async with receiving(house, basket):
                room = await joined(anna, house)
            for words in expected:
                await anna.say(room, words)
            async with receiving(house, basket):
                await until(lambda: len(basket.texts) >= len(expected))
            assert basket.texts == expected

    asyncio.run(play())


def test_while_nothing_can_be_stored_everything_is_shown_in_case_it_is_a_danger_and_stored_later(house: House) -> None:
    async def play() -> None:
        async with online(house.server, *house.people("anna", "berta")) as (anna, berta):
            basket = Basket()
            async with receiving(house, basket):
                room, other = await joined(anna, house), await joined(berta, house)
                await until(lambda: len(basket.updates) == 2)
                assert {update.said for update in basket.updates} == {Command("start")}
                before = basket.at
                basket.is_away = True
                await anna.say(room, "eins")
                await until(lambda: Text("eins") in [update.said for update in basket.shown])
                await berta.client.room_leave(other)
                await anna.say(room, "ich will nicht mehr leben")
                await until(lambda: Text("ich will nicht mehr leben") in [update.said for update in basket.shown])
                assert (basket.at, basket.texts, basket.left) == (before, [], [])
                basket.is_away = False
                await until(lambda: basket.texts == ["eins", "ich will nicht mehr leben"] and basket.left == [other])

    asyncio.run(play())


def test_what_was_not_stored_when_the_process_ended_is_fetched_again(house: House) -> None:
    async def play() -> None:
        async with online(house.server, house.person()) as (anna,):
            basket = Basket()
            async with receiving(house, basket):
                room = await joined(anna, house)
                await until(lambda: len(basket.updates) == 1)
                basket.is_away = True
                for words in ("eins", "zwei", "drei"):
                    await anna.say(room, words)
                    await until(lambda words=words: Text(words) in [update.said for update in basket.shown])  # type: ignore[misc]
            basket.is_away = False
            async with receiving(house, basket):
                await until(lambda: basket.texts == ["eins", "zwei", "drei"])

    asyncio.run(play())


def test_a_gap_that_cannot_be_filled_keeps_nobody_waiting_and_is_filled_later(house: House) -> None:
    async def play() -> None:
        async with between(house.server) as troubled, online(house.server, house.person()) as (anna,):
            account = replace(house.account, homeserver=troubled.url)
            basket = Basket()
            async with receiving(house, basket, account):
                room = await joined(anna, house)
                await until(lambda: len(basket.updates) == 1)
            said = [f"message {n}" for n in range(25)]
            for words in said:
                await anna.say(room, words)
            troubled.trouble = lambda path: 502 if path.endswith("/messages") else None
            async with receiving(house, basket, account):
                await until(lambda: basket.texts == said[-20:])
            troubled.trouble = no_trouble
            async with receiving(house, basket, account):
                await until(lambda: basket.texts == [*said[-20:], *said[:5]])
            fetched = len(troubled.asked)
            async with receiving(house, basket, account):
                assert not [path for path in troubled.asked[fetched:] if path.endswith("/messages")]

    asyncio.run(play())


def test_while_keys_cannot_be_stored_who_is_there_is_answered_and_who_comes_is_answered_later(house: House) -> None:
    async def play() -> None:
        async with house.living() as home, online(house.server, *house.people("anna", "berta")) as (anna, berta):
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            await anna.say(room, "eins")
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("eins"))
            session = home.matrix._session  # noqa: SLF001 to take its disk away
            assert session
            session.store.database.execute_sql("PRAGMA query_only = 1")
            other = await berta.invite(house.bot)
            await berta.say(other, "ist jemand da?")
            await anna.say(room, "und jetzt?")
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("und jetzt?"))
            assert not berta.read(other, house.bot)
            session.store.database.execute_sql("PRAGMA query_only = 0")
            await berta.hears(other, house.bot, lambda texts: heard("ist jemand da?") in texts)
            assert anna.read(room, house.bot) == ["welcome", heard("eins"), heard("und jetzt?")]
            assert not home.receiving.done()

    asyncio.run(play())


def test_a_place_that_the_homeserver_does_not_know_is_given_up(house: House) -> None:
    async def play() -> None:
        async with online(house.server, house.person()) as (anna,):
            basket = Basket()
            basket.at = "nonsense"
            async with receiving(house, basket):
                await until(lambda: basket.at != "nonsense")
                room = await joined(anna, house)
                await anna.say(room, "hallo")
                await until(lambda: basket.texts == ["hallo"])

    asyncio.run(play())


# ---- silence and sudden ends


def test_a_homeserver_that_was_away_is_found_again(tmp_path: Path) -> None:
    server = synapse_in(tmp_path / "synapse")
    house = new_house(server, tmp_path / "house")

    async def play() -> None:
        async with house.living() as home:
            async with online(server, house.person()) as (anna,):
                room = await anna.invite(house.bot)
                await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
                login = anna.login
            await asyncio.to_thread(server.stop)
            await asyncio.sleep(1.5)
            await asyncio.to_thread(server.start)
            async with online(server, login) as (anna,):
                await anna.until(lambda: room in anna.client.rooms)
                plain = await anna.invite(house.bot, encrypted=False)
                await anna.hears(plain, house.bot, lambda texts: texts == ["welcome"])
            assert not home.receiving.done()
            assert home.matrix.is_well()

    try:
        asyncio.run(play())
    finally:
        server.stop()


# ---- rubbish


JUNK: list[tuple[str, Any]] = [
    ("m.room.message", {}),
    ("m.room.message", {"msgtype": 3, "body": []}),
    ("m.room.message", {"msgtype": "m.text"}),
    ("m.room.message", {"msgtype": "m.text", "body": {"a": 1}}),
    ("m.room.message", {"msgtype": "m.location", "body": "", "geo_uri": "geo:1e999"}),
    ("m.room.message", {"msgtype": "m.text", "body": "x", "m.relates_to": []}),
    ("m.room.message", {"msgtype": "m.image", "body": "x", "file": 3}),
    ("m.room.encrypted", {}),
    ("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2"}),
    ("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "session_id": [], "ciphertext": {}, "sender_key": 3}),
    ("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "session_id": "x", "ciphertext": "AAAA", "device_id": "D", "sender_key": "k"}),
    ("m.room.encrypted", {"algorithm": "m.olm.v1.curve25519-aes-sha2", "ciphertext": {}}),
    ("m.room.encrypted", {"algorithm": 7}),
    ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$gone", "key": "1️⃣"}}),
    ("m.reaction", {"m.relates_to": "x"}),
    ("org.matrix.msc3381.poll.response", {"org.matrix.msc3381.poll.response": {"answers": [[]]}}),
    ("m.poll.response", {"m.selections": "abc"}),
    ("org.example.anything", {"deep": [[[[[[[[]]]]]]]]}),
]  # fmt: skip


def junk_to_device(own_key: str) -> list[dict[str, Any]]:
    """Messages to a device that no device would send."""
    olm = "m.olm.v1.curve25519-aes-sha2"
    bodies = ["", "AAAA", "not base64!", "A" * 4000, 3]
    contents: list[dict[str, Any]] = [
        {"algorithm": olm, "sender_key": "k" * 43, "ciphertext": {own_key: {"type": kind, "body": body}}}
        for kind in (0, 1, 2, "x")
        for body in bodies
    ]
    return [*contents, {}, {"algorithm": olm}, {"algorithm": olm, "sender_key": 3, "ciphertext": []}]


def test_no_rubbish_of_a_stranger_keeps_others_from_their_answers(house: House, full: bool) -> None:  # noqa: FBT001 a fixture
    rounds = 20 if full else 1

    async def play() -> None:
        people = house.people("anna", "mallory")
        async with house.living() as home, online(house.server, *people) as (anna, mallory):
            room = await anna.invite(house.bot)
            rubbish = await mallory.invite(house.bot, encrypted=False)
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            await mallory.hears(rubbish, house.bot, lambda texts: texts == ["welcome"])
            session = home.matrix._session  # noqa: SLF001 to know its device
            assert session
            keys = session.machine.account.identity_keys
            for n in range(rounds):
                for kind, content in JUNK:
                    await mallory.client.room_send(rubbish, kind, content)
                for m, content in enumerate(junk_to_device(keys["curve25519"])):
                    body = {"messages": {house.bot: {session.machine.device_id: content}}}
                    path = f"/_matrix/client/v3/sendToDevice/m.room.encrypted/{n}.{m}"
                    await asyncio.to_thread(house.server.call, "PUT", path, body, mallory.token)
            await anna.say(room, "hilft hier jemand?")
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("hilft hier jemand?"))
            await mallory.say(rubbish, "und mir?")
            await mallory.hears(rubbish, house.bot, lambda texts: texts[-1] == heard("und mir?"))
            assert not home.receiving.done()

    asyncio.run(play())


# ---- keys run out


def test_when_all_one_time_keys_were_taken_new_ones_are_made_and_everybody_is_understood(house: House) -> None:
    async def play() -> None:
        async with house.living() as home:
            session = home.matrix._session  # noqa: SLF001 to know its device
            assert session
            device = session.machine.device_id
        async with online(house.server, *house.people("anna", "mallory")) as (anna, mallory):
            body = {"one_time_keys": {house.bot: {device: "signed_curve25519"}}}
            claim = ("POST", "/_matrix/client/v3/keys/claim", body, mallory.token)
            claimed = [json.dumps(await asyncio.to_thread(house.server.call, *claim)) for _ in range(55)]
            assert sum("fallback" in answer for answer in claimed) >= 5, "the last ones are the fallback key"
            room = await anna.invite(house.bot)
            await anna.say(room, "mit dem letzten Schlüssel")
            async with house.living() as home:
                await anna.hears(room, house.bot, lambda texts: texts[-1:] == [heard("mit dem letzten Schlüssel")])
                session = home.matrix._session  # noqa: SLF001 the same
                assert session
                await until(lambda: session.machine.uploaded_key_count == 50)

    asyncio.run(play())
