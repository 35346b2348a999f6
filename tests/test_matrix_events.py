"""What is read in a room: every kind of event as the dialogue understands it, and nothing that makes it stumble."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.matrix.events import OLD, Address, Picked, is_old, objects, read, table, thread_of
from bot.dialogue.model import Choice, Command, Input, Location, Text

NAMES = st.sampled_from([
    *("type", "content", "msgtype", "body", "m.relates_to", "rel_type", "event_id", "key", "m.in_reply_to", "geo_uri", "uri"),
    *("m.location", "org.matrix.msc3488.location", "m.selections", "org.matrix.msc3381.poll.response", "answers", "state_key"),
    *("m.poll.response", "origin_server_ts", "sender", "m.new_content", "format", "formatted_body", "url", "file", "info"),
])  # fmt: skip
WORDS = st.sampled_from([
    *("m.room.message", "m.reaction", "m.sticker", "m.poll.response", "org.matrix.msc3381.poll.response", "m.text", "m.emote"),
    *("m.location", "m.image", "m.audio", "m.annotation", "m.replace", "m.thread", "m.reference", "3️⃣", "🔟", "geo:51,14", "²"),
    *("/start", "!", "//", "> quoted\n\n3", "\u0663.", "\x00", "\ud800", "geo:1e999,1", "geo:999,999", "12)", "0", "00"),
]) | st.text(max_size=20)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=5),
    max_leaves=15,
)
EVENTS = st.fixed_dictionaries({"type": WORDS, "content": JSON}) | st.dictionaries(NAMES, JSON, max_size=6)


def message(body: Any, kind: Any = "m.text", **content: Any) -> dict[str, Any]:
    return {"type": "m.room.message", "content": {"msgtype": kind, "body": body, **content}}


def reaction(key: Any, event: Any = "$question") -> dict[str, Any]:
    return {
        "type": "m.reaction",
        "content": {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": key}},
    }


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (message("Hallo"), Text("Hallo")),
        (message("winkt", "m.emote"), Text("winkt")),
        (message("3 Jahre"), Text("3 Jahre")),
        (message("02826"), Text("02826")),
        (message("/start"), Command("start")),
        (message("!Start k42-tr"), Command("start", "k42-tr")),
        (message("//delete"), Command("delete")),
        (message("/Löschen bitte alles"), Command("löschen", "bitte alles")),
        (message("/start@nahbei:example.org k42"), Command("start", "k42")),
        (message("Kita/Schule"), Text("Kita/Schule")),
        (message("?!"), Text("?!")),
        (message("  "), Text("  ")),
        (message("hier", "m.location", geo_uri="geo:51.15123,14.98765;u=12"), Location(51.151, 14.988)),
        (message("hier", "m.location", geo_uri="geo:-33,151,20"), Location(-33, 151)),
        (message("hier", "m.location", **{"org.matrix.msc3488.location": {"uri": "geo:51,14"}}), Location(51, 14)),
        (message("am Markt", "m.location", geo_uri="geo:Markt"), Text("am Markt")),
        (message("weit weg", "m.location", geo_uri="geo:999,14"), Location(999, 14)),
        (message("a.ogg", "m.audio"), Command("voice")),
        (message("a.png", "m.image"), Command("picture")),
        (message("a.pdf", "m.file"), Command("picture")),
        (message("a.mp4", "m.video"), Command("picture")),
        ({"type": "m.sticker", "content": {"body": "a cat"}}, Command("picture")),
        ({"type": "m.poll.response", "content": {"m.selections": ["topic:x"]}}, Choice("topic:x")),
    ],
)
def test_what_a_person_says_and_shares(event: dict[str, Any], said: Input) -> None:
    assert read(event) == said


@pytest.mark.parametrize("kind", ["m.poll.response", "org.matrix.msc3381.poll.response"])
@pytest.mark.parametrize("name", ["m.poll.response", "org.matrix.msc3381.poll.response"])
def test_a_vote_is_a_choice_under_its_old_and_its_new_name(kind: str, name: str) -> None:
    relation = {"m.relates_to": {"rel_type": "m.reference", "event_id": "$poll"}}
    assert read({"type": kind, "content": {**relation, name: {"answers": ["age:b", "age:c"]}}}) == Choice("age:b")
    assert read({"type": kind, "content": {**relation, name: {"answers": []}}}) is None


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        ("3", "3"),
        (" 12. ", "12"),
        ("٣", "3"),
        ("۴)", "4"),
        ("3️⃣", "3"),
        ("3⃣", "3"),
        ("🔟", "10"),
        ("05", "5"),
        ("３", "3"),
    ],
)
def test_a_number_in_any_digits_may_stand_for_an_option(body: str, sign: str) -> None:
    assert read(message(body)) == Picked(sign, "", Text(body))


@pytest.mark.parametrize("body", ["123", "1 2", "-1", "3,5", "²", "①", "3 4", "3x"])
def test_any_other_number_is_a_text(body: str) -> None:
    assert read(message(body)) == Text(body)


@pytest.mark.parametrize(
    ("key", "sign"), [("1️⃣", "1"), ("1⃣", "1"), ("🔟", "10"), ("2", "2"), ("🗺️", "🗺"), ("🗺", "🗺"), ("👍", "👍")]
)
def test_a_reaction_points_at_an_option_however_it_is_drawn(key: str, sign: str) -> None:
    assert read(reaction(key)) == Picked(sign, "$question")


def test_a_reply_points_at_what_it_answers_without_repeating_it() -> None:
    relation = {"m.relates_to": {"m.in_reply_to": {"event_id": "$question"}}}
    quoted = message("> <@nahbei:example.org> Wie alt?\n> 1  Baby\n\n1", **relation)
    assert read(quoted) == Picked("1", "$question", Text("1"))
    assert read(message("> so fängt meine Nachricht an")) == Text("> so fängt meine Nachricht an")
    assert read(message("> alles zitiert\n> sonst nichts", **relation)) == Text("")


def edited(text: str, kind: str = "m.text") -> dict[str, Any]:
    relation = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$1"}}
    return message(f"* {text}", kind, **relation, **{"m.new_content": {"msgtype": kind, "body": text}})


def test_words_that_were_mended_are_said_anew() -> None:
    assert read(edited("ich will nicht mehr leben")) == Text("ich will nicht mehr leben")
    assert read(edited("/delete")) == Command("delete")


@pytest.mark.parametrize(
    "event",
    [
        message("I am a program", "m.notice"),
        message("verify", "m.key.verification.request"),
        message("from the server", "m.server_notice"),
        edited("4"),
        edited("neu", "m.notice"),
        {**edited("neu"), "type": "m.sticker"},
        message(3),
        {**message("a state"), "state_key": ""},
        {"type": "m.room.message", "content": {}},
        {"type": "m.room.redaction", "content": {}, "redacts": "$1"},
        {"type": "m.call.invite", "content": {}},
        {"type": "org.matrix.msc3381.poll.start", "content": {}},
        {"type": "m.room.encrypted", "content": {}},
        reaction(3),
        reaction("\ufe0f"),
        reaction("1️⃣", None),
        {},
    ],
)
def test_what_is_not_said_to_us_is_nothing(event: dict[str, Any]) -> None:
    assert read(event) is None


@given(event=EVENTS)
def test_whatever_somebody_sends_is_some_input_or_nothing(event: dict[str, Any]) -> None:
    said = read(event)
    assert said is None or isinstance(said, Text | Choice | Location | Command | Picked)
    assert isinstance(thread_of(event), str)
    is_old(event, 0)


@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180))
def test_a_position_is_read_and_rounded(lat: float, lon: float) -> None:
    found = read(message("", "m.location", geo_uri=f"geo:{lat:.6f},{lon:.6f}"))
    assert isinstance(found, Location)
    assert abs(found.lat - lat) <= 0.001
    assert abs(found.lon - lon) <= 0.001


def test_what_is_six_hours_old_is_not_answered() -> None:
    now = 1_800_000_000.0
    assert is_old({"origin_server_ts": (now - OLD - 1) * 1000 // 1}, now) is False, "times are whole numbers"
    assert is_old({"origin_server_ts": int((now - OLD - 1) * 1000)}, now)
    assert not is_old({"origin_server_ts": int((now - OLD + 1) * 1000)}, now)
    assert not is_old({}, now)


@given(st.builds(Address, st.text(), st.text(), st.text(), st.booleans()))
def test_an_address_survives_storage(address: Address) -> None:
    assert Address.from_json(json.loads(json.dumps(address.to_json()))) == address


@given(JSON)
def test_malformed_json_is_empty(value: Any) -> None:
    assert isinstance(table(value), dict)
    assert all(isinstance(item, dict) for item in objects(value))
