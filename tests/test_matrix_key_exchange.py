"""Keys go up and come down; a homeserver that fails in the middle of it makes nothing hang and loses nothing."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.channels.matrix.key_exchange import KeyExchange
from bot.channels.matrix.server import AwayError, Homeserver, Json, RefusalError
from tests.test_matrix_machine import ANNA, BOT, MALLORY, ROOM, Meet, Party, party, words

__all__ = ["party"]

CONTENT = {"body": "hallo"}


@dataclass
class Desk(Homeserver):
    """The part of a homeserver that deals with keys. `troubles`: how the next calls of a kind end."""

    parties: Mapping[str, Party]
    calls: list[str] = field(default_factory=list)
    troubles: dict[str, list[Exception]] = field(default_factory=dict)
    refused_users: set[str] = field(default_factory=set)
    delivered: list[Json] = field(default_factory=list)

    async def call(self, method: str, *path: str, body: Any = None, query: Any = None, seconds: float = 0) -> Json:
        assert (method, query, seconds) in {("POST", None, 0), ("PUT", None, 0)}
        what = path[2] if path[1] == "keys" else path[1]
        self.calls.append(what)
        if self.troubles.get(what):
            raise self.troubles[what].pop(0)
        await asyncio.sleep(0)
        answer: Json = getattr(self, f"_{what}")(body)
        return answer

    def _upload(self, body: Json) -> Json:
        return {"one_time_key_counts": {"signed_curve25519": len(body.get("one_time_keys", {}))}}

    def _query(self, body: Json) -> Json:
        if self.refused_users & body["device_keys"].keys():
            raise RefusalError(400, "M_INVALID_PARAM", {})
        found = {user: {p.device: json.loads(json.dumps(p.device_keys))} for user, p in self.parties.items()}
        return {"device_keys": {user: devices for user, devices in found.items() if user in body["device_keys"]}}

    def _claim(self, body: Json) -> Json:
        keys: Json = {}
        for user in body["one_time_keys"]:
            name, key = self.parties[user].one_time_keys.popitem()
            keys[user] = {self.parties[user].device: {name: key}}
        return {"one_time_keys": keys}

    def _sendToDevice(self, body: Json) -> Json:  # noqa: N802 Matrix's name
        self.delivered.append(body["messages"])
        return {}


def at_work(bot: Party, *others: Party) -> tuple[KeyExchange, Desk]:
    desk = Desk({other.user: other for other in others})
    bot.machine.users_for_key_query |= {other.user for other in others}
    return KeyExchange(desk, bot.machine), desk


def receive(desk: Desk, other: Party) -> None:
    """What was delivered to somebody's device."""
    for messages in desk.delivered:
        if other.user in messages:
            content = messages[other.user][other.device]
            other.machine.receive({"type": "m.room.encrypted", "sender": BOT, "content": content})


def test_a_message_is_readable_for_the_people_of_the_room_and_the_key_is_sent_once(party: Meet) -> None:
    bot, anna = party(BOT, "BOT"), party(ANNA, "PHONE")
    exchange, desk = at_work(bot, anna)

    async def play() -> list[Json]:
        await exchange.look_after(lambda: {ROOM: [ANNA]})
        return [await exchange.encrypt(ROOM, [ANNA], "m.room.message", CONTENT) for _ in range(3)]

    sealed = asyncio.run(play())
    assert desk.calls == ["query", "claim", "sendToDevice"]
    receive(desk, anna)
    for n, content in enumerate(sealed):
        event = {"type": "m.room.encrypted", "sender": BOT, "event_id": f"${n}", "content": content}
        assert words(anna.machine, event) == "hallo"


@pytest.mark.parametrize("what", ["claim", "sendToDevice"])
@pytest.mark.parametrize("trouble", [AwayError("502"), RefusalError(429, "M_LIMIT_EXCEEDED", {})])
def test_a_send_whose_keys_fail_ends_and_the_next_one_works(party: Meet, what: str, trouble: Exception) -> None:
    bot, anna = party(BOT, "BOT"), party(ANNA, "PHONE")
    exchange, desk = at_work(bot, anna)
    desk.troubles[what] = [trouble]

    async def play() -> Json:
        await exchange.look_after(dict)
        with pytest.raises(type(trouble)):
            await exchange.encrypt(ROOM, [ANNA], "m.room.message", CONTENT)
        return await exchange.encrypt(ROOM, [ANNA], "m.room.message", CONTENT)

    sealed = asyncio.run(play())
    receive(desk, anna)
    assert (
        words(anna.machine, {"type": "m.room.encrypted", "sender": BOT, "event_id": "$1", "content": sealed}) == "hallo"
    )


def test_two_messages_at_once_share_the_key_once(party: Meet) -> None:
    bot, anna = party(BOT, "BOT"), party(ANNA, "PHONE")
    exchange, desk = at_work(bot, anna)

    async def play() -> None:
        await exchange.look_after(dict)
        await asyncio.gather(*(exchange.encrypt(ROOM, [ANNA], "m.room.message", CONTENT) for _ in range(5)))

    asyncio.run(play())
    assert desk.calls.count("sendToDevice") == 1


def test_somebody_who_comes_while_the_key_is_shared_gets_it_too(party: Meet) -> None:
    bot, anna = party(BOT, "BOT"), party(ANNA, "PHONE")
    exchange, desk = at_work(bot, anna)

    async def play() -> None:
        await exchange.look_after(dict)
        sending = asyncio.create_task(exchange.encrypt(ROOM, [ANNA], "m.room.message", CONTENT))
        while "claim" not in desk.calls:  # noqa: ASYNC110 it is there in a moment
            await asyncio.sleep(0)
        bot.machine.renew(ROOM)
        await sending

    asyncio.run(play())
    assert bot.machine.outbound_group_sessions[ROOM].shared


def test_a_user_at_whom_the_homeserver_takes_offence_keeps_nobody_else_waiting(party: Meet) -> None:
    bot, anna, mallory = party(BOT, "BOT"), party(ANNA, "PHONE"), party(MALLORY, "EVIL")
    exchange, desk = at_work(bot, anna, mallory)
    desk.refused_users = {MALLORY}
    asyncio.run(exchange.look_after(dict))
    assert [device.id for device in bot.machine.device_store.active_user_devices(ANNA)] == ["PHONE"]
    assert not bot.machine.users_for_key_query


def test_whoever_does_not_answer_is_asked_again_but_not_all_the_time(party: Meet) -> None:
    bot, anna = party(BOT, "BOT"), party(ANNA, "PHONE")
    exchange, desk = at_work(bot, anna)
    bot.machine.users_for_key_query.add("@away:elsewhere.org")

    async def play() -> None:
        for _ in range(5):
            await exchange.look_after(dict)

    asyncio.run(play())
    assert desk.calls.count("query") == 1
    assert bot.machine.users_for_key_query == {"@away:elsewhere.org"}


def test_trouble_with_one_thing_does_not_keep_the_others(party: Meet) -> None:
    bot, anna = party(BOT, "BOT"), party(ANNA, "PHONE")
    exchange, desk = at_work(bot, anna)
    bot.machine.count({})
    desk.troubles["upload"] = [AwayError("502")]
    asyncio.run(exchange.look_after(dict))
    assert desk.calls == ["upload", "query"]
    asyncio.run(exchange.look_after(dict))
    assert desk.calls == ["upload", "query", "upload"]
    desk.troubles["upload"] = [RefusalError(401, "M_UNKNOWN_TOKEN", {})]
    bot.machine.count({})
    with pytest.raises(RefusalError):
        asyncio.run(exchange.look_after(dict))
