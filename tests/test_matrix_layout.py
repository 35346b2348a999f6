"""Replies as events: everything is readable in every client, escaped, and says what can be picked."""

import json
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.matrix.events import Address
from bot.channels.matrix.layout import MAX_TEXT, Buttons, Call, Choices, lay_out, split
from bot.dialogue.model import Ask, Card, Option, Picture, Pin, Reply, Say

ROOM = Address("!room", "$event")
BRIDGED = Address("!room", "$event", bridged=True)
ASK = Ask("Was passt?", (Option("topic:a", "👶 Baby"), Option("topic:b", "Schlaf"), Option("nav:back", "↩️ Zurück")), 1)
CARD = Card(
    "⚠️ Beispiel\n🔹 Café <Nord>\n📞 030 1", "cafe", (Option("map:c", "🗺️ Karte"), Option("feedback:c", "💬 Wie war es?"))
)
LARGEST = 48_000  # bytes; encrypted it is a third more, and 65,536 are allowed
PIN = Pin("Café", 51.15, 14.99, "Gasse 7")
TEXTS = st.text(max_size=200) | st.text("ab <&>\"'\n\n🔹\x00\u2068", max_size=MAX_TEXT + 500)
OPTIONS_ = st.lists(st.builds(Option, st.text("ab:", min_size=1, max_size=62), st.text(max_size=80)), max_size=25).map(
    tuple
)
REPLIES = st.lists(
    st.builds(Say, TEXTS)
    | st.builds(Ask, TEXTS, OPTIONS_)
    | st.builds(Card, TEXTS, st.just("id"), OPTIONS_)
    | st.builds(Picture, st.just("/a/b.png"), TEXTS)
    | st.builds(Pin, TEXTS, st.floats(-90, 90), st.floats(-180, 180), TEXTS),
    max_size=6,
)


def body(call: Call) -> str:
    return str(call["content"]["body"])


def test_a_question_takes_along_what_is_said_before_it_and_numbers_its_options() -> None:
    (call,) = lay_out((Say("👍 Verstanden"), ASK), ROOM)
    assert call["type"] == "m.room.message"
    assert call["content"]["msgtype"] == "m.notice"
    assert body(call) == "👍 Verstanden\n\nWas passt?\n\n1  👶 Baby\n2  Schlaf\n3  ↩️ Zurück"


def test_cards_stand_alone_and_the_numbers_go_on_to_the_question() -> None:
    calls = lay_out((Say("Das passt:"), CARD, CARD, ASK), ROOM)
    assert [body(call).splitlines()[-1] for call in calls] == [
        *("Das passt:", "2  💬 Wie war es?", "4  💬 Wie war es?", "7  ↩️ Zurück")
    ]
    assert [choices.first for call in calls if (choices := Choices.of(call["content"]))] == [1, 3, 5]


def test_where_a_number_is_an_answer_the_options_have_none() -> None:
    (call,) = lay_out((Ask("Wie alt?", (Option("age:a", "0 bis 1"), Option("nav:skip", "?"))),), ROOM)
    assert body(call) == "Wie alt?\n\n•  0 bis 1\n•  ?"
    choices = Choices.of(call["content"])
    assert choices
    assert choices.numbered(1) is None
    assert choices.signed("1") == "age:a"


def test_markup_is_escaped_and_titles_stand_out() -> None:
    (call,) = lay_out((CARD,), ROOM)
    assert "<strong>🔹 Café &lt;Nord&gt;</strong><br>" in call["content"]["formatted_body"]
    assert call["content"]["format"] == "org.matrix.custom.html"


def test_a_poll_carries_the_options_as_its_answers_and_the_text_beside_it() -> None:
    (call,) = lay_out((Say("👍"), ASK), ROOM, "polls")
    start = call["content"]["org.matrix.msc3381.poll.start"]
    assert call["type"] == "org.matrix.msc3381.poll.start"
    assert start["question"]["org.matrix.msc1767.text"] == "👍\n\nWas passt?"
    assert [answer["id"] for answer in start["answers"]] == ["topic:a", "topic:b", "nav:back"]
    assert start["max_selections"] == 1
    assert "2  Schlaf" in call["content"]["org.matrix.msc1767.text"]


def test_what_no_poll_can_hold_stays_text() -> None:
    many = Ask("Was?", tuple(Option(f"x:{n}", str(n)) for n in range(21)))
    for ask in (many, Ask("Nur eins?", ASK.options[:1]), Ask("x" * 1001, ASK.options), Ask("Wo?")):
        assert {call["type"] for call in lay_out((ask,), ROOM, "polls")} == {"m.room.message"}


def test_reactions_are_seeded_for_the_first_ten_options_only() -> None:
    many = Ask("Was?", tuple(Option(f"x:{n}", str(n)) for n in range(12)))
    (call,) = lay_out((many,), ROOM, "reactions")
    assert (call["seeds"][0], call["seeds"][-1], len(call["seeds"])) == ("1️⃣", "🔟", 10)
    assert "seeds" not in lay_out((Say("nichts"),), ROOM, "reactions")[0]


@pytest.mark.parametrize("buttons", ["text", "polls", "reactions"])
def test_through_a_bridge_everything_is_plain_numbered_text(buttons: Buttons) -> None:
    calls = lay_out((CARD, PIN, ASK), BRIDGED, buttons)
    assert {(call["type"], call["content"]["msgtype"]) for call in calls} == {("m.room.message", "m.text")}
    assert not any("seeds" in call for call in calls)
    assert "openstreetmap.org/?mlat=51.15&mlon=14.99" in body(calls[1])
    assert "1  🗺️ Karte" in body(calls[0])


def test_a_place_is_a_place() -> None:
    (call,) = lay_out((PIN,), ROOM)
    assert (call["content"]["msgtype"], call["content"]["geo_uri"]) == ("m.location", "geo:51.15,14.99")
    assert "Gasse 7" in body(call)


def test_a_picture_is_uploaded_when_it_is_sent() -> None:
    (call,) = lay_out((Picture("/srv/qr.png", "QR-Code"),), ROOM)
    assert (call["picture"], call["content"]["filename"], body(call)) == ("/srv/qr.png", "qr.png", "QR-Code")


def test_an_answer_goes_into_the_thread_of_the_question() -> None:
    (call,) = lay_out((Say("hier"),), Address("!room", "$event", "$root"))
    relation = call["content"]["m.relates_to"]
    assert (relation["rel_type"], relation["event_id"]) == ("m.thread", "$root")
    assert relation["m.in_reply_to"] == {"event_id": "$event"}


def test_what_can_be_picked_by_sign() -> None:
    choices = Choices(CARD.options, 3)
    assert [choices.signed(sign) for sign in ("🗺", "💬", "3", "4", "1", "5", "👍", "K")] == [
        *("map:c", "feedback:c", "map:c", "feedback:c", "map:c", None, None, None)
    ]


@given(replies=REPLIES, buttons=st.sampled_from(["text", "polls", "reactions"]), bridged=st.booleans())
def test_every_event_is_small_enough_valid_and_escaped(replies: list[Reply], buttons: Buttons, bridged: bool) -> None:  # noqa: FBT001 drawn
    for call in lay_out(replies, BRIDGED if bridged else ROOM, buttons):
        content = call["content"]
        assert len(json.dumps(content, ensure_ascii=False).encode()) < LARGEST
        assert "\x00" not in json.dumps(content)
        if "formatted_body" in content:
            html = content["formatted_body"]
            assert set(re.findall(r"<[^>]*>", html)) <= {"<br>", "<strong>", "</strong>"}
            plain = unescape(re.sub(r"</?strong>", "", html.replace("<br>", "\n")))
            assert plain == content["body"]


@given(replies=REPLIES)
def test_every_option_is_offered_and_its_number_picks_it(replies: list[Reply]) -> None:
    wanted = [option for reply in replies if isinstance(reply, Ask | Card) for option in reply.options]
    offered = [choices for call in lay_out(replies, ROOM) if (choices := Choices.of(call["content"]))]
    assert [option.id for choices in offered for option in choices.options] == [option.id for option in wanted]
    for choices in offered:
        for n, option in enumerate(choices.options):
            assert choices.first == 0 or choices.numbered(choices.first + n) == option.id


@given(text=TEXTS)
def test_splitting_loses_only_blanks(text: str) -> None:
    parts = [*split(text)]
    assert all(len(part) <= MAX_TEXT for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
