"""Encryption between two devices, and everything that strangers could do to it."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.matrix.fading import DAY
from bot.channels.matrix.machine import MEGOLM, MOST_SESSIONS, Machine, UndecryptableError
from bot.channels.matrix.store import Device, open_store
from tests.test_matrix_events import JSON

STRANGER = "@stranger:elsewhere.org"
BOT, ANNA, MALLORY = "@nahbei:example.org", "@anna:example.org", "@mallory:elsewhere.org"
ROOM, KEY = "!room:example.org", "5e" * 32


@dataclass
class Party:
    """A device, and the part of the homeserver that belongs to it."""

    machine: Machine
    device_keys: dict[str, Any]
    one_time_keys: dict[str, Any]
    fallback_keys: dict[str, Any]

    @property
    def user(self) -> str:
        return str(self.machine.user_id)

    @property
    def device(self) -> str:
        return str(self.machine.device_id)

    def meet(self, other: "Party") -> None:
        """Learn another's device and claim one of its keys; when there is none left, its fallback key."""
        self.machine.learn_devices({other.user: {other.device: json.loads(json.dumps(other.device_keys))}})
        self.claim(other)

    def claim(self, other: "Party") -> None:
        keys = other.one_time_keys or other.fallback_keys
        name = next(iter(keys))
        key = other.one_time_keys.pop(name, None) or keys[name]
        self.machine.learn_one_time_keys({other.user: {other.device: {name: key}}})

    def share(self, other: "Party", room: str = ROOM) -> list[dict[str, Any]]:
        """To-device messages that bring another the key of a room."""
        sent = []
        for _, body in self.machine.new_messages(room, [other.user]):
            content = body["messages"][other.user][other.device]
            sent.append({"type": "m.room.encrypted", "sender": self.user, "content": content})
        self.machine.outbound_group_sessions[room].shared = True
        return sent

    def write(self, words: str, room: str = ROOM, event: str = "$1") -> dict[str, Any]:
        content = self.machine.group_encrypt(room, {"type": "m.room.message", "content": {"body": words}})
        kind = "m.room.encrypted"
        return {"type": kind, "sender": self.user, "event_id": event, "origin_server_ts": 1, "content": content}


Meet = Callable[..., Party]


@pytest.fixture
def party(tmp_path: Path) -> Iterator[Meet]:
    stores = []

    def make(user: str, device: str, expects: Callable[[str], bool] = lambda _: True) -> Party:
        store = open_store(tmp_path / device, KEY)
        stores.append(store)
        if store.device() is None:
            store.keep_device(Device(user, device, "token"))
        else:
            store.user_id, store.device_id = user, device
        machine = Machine(store, expects, lambda user: user != STRANGER)
        body = machine.keys_to_upload() if machine.is_new else {}
        machine.uploaded({"signed_curve25519": 50})
        return Party(machine, body.get("device_keys", {}), body.get("one_time_keys", {}), body.get("fallback_keys", {}))

    yield make
    for store in stores:
        store.close()


def words(machine: Machine, event: Mapping[str, Any], room: str = ROOM) -> str:
    return str(machine.decrypt_in_room(room, event)["content"]["body"])


def test_what_one_device_writes_the_other_reads_also_after_a_restart(party: Meet) -> None:
    anna, bot = party(ANNA, "PHONE"), party(BOT, "BOT")
    anna.meet(bot)
    assert [bot.machine.receive(message) for message in anna.share(bot)] == [ROOM]
    assert words(bot.machine, anna.write("hallo")) == "hallo"
    again = party(BOT, "BOT")
    assert again.machine.account.identity_keys == bot.machine.account.identity_keys
    assert words(again.machine, anna.write("noch da?", event="$2")) == "noch da?"


def test_a_message_without_the_name_of_its_device_is_read_all_the_same(party: Meet) -> None:
    anna, bot = party(ANNA, "PHONE"), party(BOT, "BOT")
    anna.meet(bot)
    for message in anna.share(bot):
        bot.machine.receive(message)
    event = anna.write("hallo")
    slim = {name: value for name, value in event["content"].items() if name not in {"sender_key", "device_id"}}
    assert words(bot.machine, {**event, "content": slim}) == "hallo"


def test_what_belongs_together_is_known_outside_and_inside(party: Meet) -> None:
    anna, bot = party(ANNA, "PHONE"), party(BOT, "BOT")
    anna.meet(bot)
    for message in anna.share(bot):
        bot.machine.receive(message)
    event = anna.write("hallo")
    event["content"]["m.relates_to"] = {"event_id": "$0"}
    assert bot.machine.decrypt_in_room(ROOM, event)["content"] == {"body": "hallo", "m.relates_to": {"event_id": "$0"}}


def test_a_message_cannot_be_read_twice_or_elsewhere(party: Meet) -> None:
    anna, bot = party(ANNA, "PHONE"), party(BOT, "BOT")
    anna.meet(bot)
    for message in anna.share(bot):
        bot.machine.receive(message)
    event = anna.write("hallo")
    assert words(bot.machine, event) == words(bot.machine, event) == "hallo", "the same event may come again"
    with pytest.raises(UndecryptableError):
        bot.machine.decrypt_in_room(ROOM, {**event, "event_id": "$copy"})
    with pytest.raises(UndecryptableError):
        bot.machine.decrypt_in_room("!other", event)


def test_keys_of_rooms_that_we_are_not_in_are_not_kept(party: Meet) -> None:
    mallory, bot = party(MALLORY, "EVIL"), party(BOT, "BOT", lambda room: room == ROOM)
    mallory.meet(bot)
    for n in range(5):
        for message in mallory.share(bot, f"!{n}"):
            bot.machine.receive(message)
    assert not list(bot.machine.inbound_group_store)


def test_strangers_do_not_even_get_a_session(party: Meet) -> None:
    stranger, bot = party(STRANGER, "EVIL"), party(BOT, "BOT")
    stranger.meet(bot)
    assert [bot.machine.receive(message) for message in stranger.share(bot)] == [None]
    assert not list(bot.machine.session_store)


def test_nobody_can_begin_sessions_without_end(party: Meet) -> None:
    mallory, bot = party(MALLORY, "EVIL"), party(BOT, "BOT")
    for _ in range(MOST_SESSIONS + 4):
        mallory.meet(bot)
        mallory.machine.renew(ROOM)
        assert [bot.machine.receive(message) for message in mallory.share(bot)] == [ROOM]
    assert len(list(bot.machine.session_store)) == MOST_SESSIONS
    assert len(list(party(BOT, "BOT").machine.session_store)) == MOST_SESSIONS


def test_one_time_keys_are_made_again_also_when_none_is_left(party: Meet) -> None:
    bot = party(BOT, "BOT")
    assert not bot.machine.should_upload_keys
    bot.machine.count({"signed_curve25519": 0})
    body = bot.machine.keys_to_upload()
    assert len(body["one_time_keys"]) == 50
    assert "fallback_keys" not in body
    bot.machine.count({})
    assert bot.machine.should_upload_keys
    bot.machine.count(None)
    assert bot.machine.uploaded_key_count == 0


def test_the_fallback_key_is_signed_and_a_session_begins_with_it(party: Meet) -> None:
    anna, bot = party(ANNA, "PHONE"), party(BOT, "BOT")
    assert len(bot.fallback_keys) == 1
    bot.one_time_keys.clear()
    anna.meet(bot)
    assert [bot.machine.receive(message) for message in anna.share(bot)] == [ROOM]
    bot.machine.wants_fallback_key = True
    fresh = bot.machine.keys_to_upload()["fallback_keys"]
    assert fresh.keys() != bot.fallback_keys.keys()


def test_a_broken_session_is_replaced_but_not_at_once_again(party: Meet) -> None:
    anna, bot = party(ANNA, "PHONE"), party(BOT, "BOT")
    anna.meet(bot)
    bot.meet(anna)
    broken = {"type": 1, "body": "AAAA"}
    own_key = bot.machine.account.identity_keys["curve25519"]
    sender_key = anna.machine.account.identity_keys["curve25519"]
    content = {"algorithm": "m.olm.v1.curve25519-aes-sha2", "sender_key": sender_key, "ciphertext": {own_key: broken}}
    event = {"type": "m.room.encrypted", "sender": ANNA, "content": content}
    assert bot.machine.receive(event) is None
    assert not bot.machine.wedged_devices, "the session is seconds old"
    bot.machine.session_store.get(sender_key).creation_time -= timedelta(minutes=6)
    bot.machine.receive(event)
    assert [device.user_id for device in bot.machine.wedged_devices] == [ANNA]
    bot.claim(anna)
    assert not bot.machine.wedged_devices
    assert [message.recipient for message in bot.machine.outgoing_to_device_messages] == [ANNA]


def test_a_key_that_we_asked_for_is_taken_from_the_device_that_made_it_only(party: Meet) -> None:
    anna, bot, mallory = party(ANNA, "PHONE"), party(BOT, "BOT"), party(MALLORY, "EVIL")
    anna.meet(bot)
    bot.meet(anna)
    mallory.meet(bot)
    bot.meet(mallory)
    anna.share(bot)  # on the way it gets lost
    event = anna.write("hallo")
    with pytest.raises(UndecryptableError):
        words(bot.machine, event)
    bot.machine.ask_for_key(ROOM, event)
    (request,) = bot.machine.outgoing_to_device_messages
    assert (request.recipient, request.recipient_device) == (ANNA, "PHONE")
    bot.machine._mark_to_device_message_as_sent(request)  # noqa: SLF001 as the key exchange does

    def forward(sender: Party) -> dict[str, Any]:
        session = anna.machine.inbound_group_store.get(
            ROOM, event["content"]["sender_key"], event["content"]["session_id"]
        )
        device = sender.machine.device_store[BOT]["BOT"]
        olm = sender.machine.session_store.get(device.curve25519)
        message = sender.machine._encrypt_forwarding_key(ROOM, session, olm, device)  # noqa: SLF001 as nio does
        return {"type": "m.room.encrypted", "sender": sender.user, "content": message.content}

    assert bot.machine.receive(forward(mallory)) is None
    assert bot.machine.receive(forward(anna)) == ROOM
    assert words(bot.machine, event) == "hallo"


def test_a_device_whose_signature_is_wrong_is_not_written_to(party: Meet) -> None:
    bot, anna = party(BOT, "BOT"), party(ANNA, "PHONE")
    changes: list[dict[str, Any]] = [
        {"signatures": {}},
        {"signatures": {ANNA: {"ed25519:PHONE": "AAAA"}}},
        {"keys": {"curve25519:PHONE": "x", "ed25519:PHONE": "x"}},
        {"user_id": MALLORY},
        {"device_id": "OTHER"},
    ]
    for change in changes:
        changed = {**json.loads(json.dumps(anna.device_keys)), **change}
        assert not bot.machine.learn_devices({ANNA: {"PHONE": changed}}), change
    both = {"PHONE": anna.device_keys, "BAD": {"keys": 3}}
    assert bot.machine.learn_devices({ANNA: both, MALLORY: [], "@x:y": {"X": None}}) == {ANNA}
    assert [device.id for device in bot.machine.device_store.active_user_devices(ANNA)] == ["PHONE"]


def test_a_malformed_one_time_key_stops_nobody_else(party: Meet) -> None:
    bot, anna, mallory = party(BOT, "BOT"), party(ANNA, "PHONE"), party(MALLORY, "EVIL")
    for other in (anna, mallory):
        bot.machine.learn_devices({other.user: {other.device: other.device_keys}})
    bad: dict[str, Any] = {"key": "short"}
    bad["signatures"] = {MALLORY: {"ed25519:EVIL": mallory.machine.sign_json(bad)}}
    name, good = next(iter(anna.one_time_keys.items()))
    found = {MALLORY: {"EVIL": {"signed_curve25519:A": bad}, "X": {}, "Y": 3}, "@x:y": 4, ANNA: {"PHONE": {name: good}}}
    bot.machine.learn_one_time_keys(found)
    assert bot.machine.session_store.get(anna.machine.account.identity_keys["curve25519"])


def test_the_key_is_shared_again_with_a_new_device(party: Meet) -> None:
    bot, phone, laptop = party(BOT, "BOT"), party(ANNA, "PHONE"), party(ANNA, "LAPTOP")
    bot.meet(phone)
    bot.share(phone)
    first = bot.machine.outbound_group_sessions[ROOM].id
    both = {"PHONE": phone.device_keys, "LAPTOP": laptop.device_keys}
    assert bot.machine.learn_devices({ANNA: both}) == {ANNA}
    bot.claim(laptop)
    bot.machine.renew(ROOM)
    assert bot.machine.should_share_group_session(ROOM)
    for message in bot.share(laptop):
        laptop.machine.receive(message)
    assert bot.machine.outbound_group_sessions[ROOM].id != first
    assert words(laptop.machine, bot.write("auch hier")) == "auch hier"


def test_what_was_said_in_a_room_that_we_left_cannot_be_read_any_more(party: Meet) -> None:
    anna, bot = party(ANNA, "PHONE"), party(BOT, "BOT")
    anna.meet(bot)
    bot.meet(anna)
    for message in anna.share(bot):
        bot.machine.receive(message)
    bot.share(anna)
    event = anna.write("hallo")
    bot.machine.forget(ROOM, [ANNA])
    for machine in (bot.machine, party(BOT, "BOT").machine):
        with pytest.raises(UndecryptableError):
            words(machine, event)
        assert not list(machine.device_store)


HOSTILE = st.fixed_dictionaries({
    "type": st.sampled_from(["m.room.encrypted", "m.room_key", "m.room_key_request", "m.key.verification.start"]),
    "sender": st.sampled_from([ANNA, MALLORY, BOT, ""]) | JSON,
    "content": JSON | st.fixed_dictionaries({
        "algorithm": st.sampled_from(["m.olm.v1.curve25519-aes-sha2", MEGOLM]) | JSON,
        "sender_key": st.sampled_from(["anna", "own"]) | st.text(max_size=50) | JSON,
        "ciphertext": JSON | st.fixed_dictionaries({"own": st.fixed_dictionaries({
            "type": st.integers(-1, 2) | JSON,
            "body": st.binary(max_size=200).map(lambda raw: b64encode(raw).decode()) | JSON,
        })}),
        "session_id": st.text(max_size=50) | JSON,
    }),
})  # fmt: skip


@pytest.fixture
def bot(party: Meet) -> Party:
    return party(BOT, "BOT")


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(event=HOSTILE)
def test_no_message_to_our_device_stops_it(bot: Party, event: dict[str, Any]) -> None:
    own = bot.machine.account.identity_keys["curve25519"]
    event = json.loads(json.dumps(event).replace('"own":', f'"{own}":'))
    assert bot.machine.receive(event) is None
    with pytest.raises(UndecryptableError):
        bot.machine.decrypt_in_room(ROOM, event)


# ---- what was said fades


def talking(anna: Party, bot: Party) -> None:
    anna.meet(bot)
    for message in anna.share(bot):
        bot.machine.receive(message)


def test_what_was_said_two_days_ago_cannot_be_read_any_more_and_what_comes_can(party: Meet) -> None:
    anna, bot = party(ANNA, "PHONE"), party(BOT, "BOT")
    talking(anna, bot)
    first, second = anna.write("eins"), anna.write("zwei", event="$2")
    assert (words(bot.machine, first), words(bot.machine, second)) == ("eins", "zwei")
    bot.machine.fade(time() + DAY - 60)
    assert words(bot.machine, first) == "eins"
    bot.machine.fade(time() + DAY + 60)
    assert words(bot.machine, second) == "zwei", "only what is older than the mark"
    bot.machine.fade(time() + DAY + 60)
    for machine in (bot.machine, party(BOT, "BOT").machine):
        for event in (first, second):
            with pytest.raises(UndecryptableError):
                machine.decrypt_in_room(ROOM, event)
    again = party(BOT, "BOT")
    assert words(again.machine, anna.write("drei", event="$3")) == "drei"


def test_what_we_said_yesterday_cannot_be_read_by_us_and_the_next_words_have_a_new_key(party: Meet) -> None:
    anna, bot = party(ANNA, "PHONE"), party(BOT, "BOT")
    talking(bot, anna)
    said = bot.write("hier ist Hilfe")
    assert words(bot.machine, said) == "hier ist Hilfe"
    bot.machine.fade(time() + DAY + 60)
    with pytest.raises(UndecryptableError):
        bot.machine.decrypt_in_room(ROOM, said)
    assert bot.machine.should_share_group_session(ROOM)
    assert not bot.machine.store.marks()


def test_keys_that_cannot_be_marked_are_used_all_the_same(party: Meet) -> None:
    anna, bot = party(ANNA, "PHONE"), party(BOT, "BOT")
    talking(anna, bot)
    bot.machine.store.database.execute_sql("PRAGMA query_only = 1")
    assert words(bot.machine, anna.write("eins")) == "eins"
    assert not bot.machine.store.marks()
    bot.machine.store.database.execute_sql("PRAGMA query_only = 0")
    assert words(bot.machine, anna.write("zwei", event="$2")) == "zwei"
    assert [mark.index for mark in bot.machine.store.marks()] == [2]


def test_a_room_that_is_left_leaves_no_marks(party: Meet) -> None:
    anna, bot = party(ANNA, "PHONE"), party(BOT, "BOT")
    talking(anna, bot)
    words(bot.machine, anna.write("eins"))
    bot.machine.forget(ROOM, [ANNA])
    assert not bot.machine.store.marks()
    bot.machine.fade(time() + 2 * DAY)
