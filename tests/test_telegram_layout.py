"""Replies become calls that Telegram takes, whatever is in them."""

import json
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.calls import buttons_of, markup_of
from bot.channels.telegram.layout import MAX_CAPTION, MAX_SHARED, cut, lay_out, shown, split, units
from bot.dialogue.model import Ask, Card, Option, Picture, Pin, Reply, Say
from tests.telegram.fake import Fake
from tests.telegram.text import read_text

YES, NO = Option("child:yes", "Ja"), Option("child:no", "Nein")
BACK = Option("nav:back", "↩️ Zurück")
QUESTION = Ask("Wie alt?", (YES, NO, BACK), 1)
CAFE = Card(
    "🔹 Café <Anna> & Co\n🌐 cafe.example.org/a?b=c", "cafe", (Option("feedback:a", "💬 Wie war es?"),), "📤 Teilen"
)
FAMILY = "👩‍👩‍👧‍👦"


def only(*replies: Reply, **known: Any) -> dict[str, Any]:
    calls = lay_out(replies, **known)
    assert len(calls) == 1, calls
    return calls[0]


def methods(*replies: Reply, **known: Any) -> list[str]:
    return [call["method"] for call in lay_out(replies, **known)]


def labels(call: dict[str, Any]) -> list[list[str]]:
    return [[button["text"] for button in row] for row in call["rows"]]


# ---- messages


def test_what_is_said_and_the_question_are_one_message() -> None:
    call = only(Say("Verstanden."), Say("Gut."), QUESTION)
    assert (call["method"], call["text"]) == ("message", "Verstanden.\n\nGut.\n\nWie alt?")
    assert labels(call) == [["Ja", "Nein"], ["↩️ Zurück"]]
    assert call["rows"][0][0]["callback_data"] == "1:child:yes"


def test_each_card_is_a_message_with_its_buttons() -> None:
    said, card, question = lay_out((Say("Das passt:"), CAFE, QUESTION))
    assert said == {"method": "message", "text": "Das passt:"}
    assert card["text"].startswith("<b>🔹 Café &lt;Anna&gt; &amp; Co</b>\n🌐 ")
    assert labels(card) == [["💬 Wie war es?", "📤 Teilen"]]
    assert question["text"] == "Wie alt?"


def test_numbers_that_help_in_a_danger_stay_when_the_question_moves_on() -> None:
    numbers = Say("📞 112", ("notruf-112",))
    assert methods(numbers, QUESTION, pressed=5) == ["settle", "message", "message"]
    assert "rows" not in lay_out((numbers, QUESTION))[0]


def test_a_long_label_has_a_row_of_its_own_and_so_have_its_neighbours() -> None:
    long = Option("a", "Übergang von der Kita in die Schule")
    assert labels(only(Ask("Was?", (YES, long, NO)))) == [["Ja"], [long.label], ["Nein"]]


def test_names_cannot_break_out_of_a_message() -> None:
    for name in ("<b>", "</b>", "&amp;", "<script>alert(1)</script>", "a < b && c > d", "\"'`", "&#60;b&#62;"):
        text = only(Card(f"🔹 {name}\n{name}", "x"))["text"]
        assert read_text(text, "HTML").text == f"🔹 {name}\n{name}"
        assert read_text(only(Say(name))["text"], "HTML").text == name


# ---- questions in place


def test_a_question_makes_room_for_the_next_one() -> None:
    call = only(QUESTION, pressed=7)
    assert (call["method"], call["message"], call["text"]) == ("edit", 7, "Wie alt?")


def test_a_question_that_several_messages_answer_loses_its_buttons() -> None:
    assert lay_out((Say("Danke"),), pressed=7)[0] == {"method": "settle", "message": 7}
    assert methods(Say("Danke"), pressed=7) == ["settle", "message"]
    assert methods(CAFE, QUESTION, pressed=7) == ["settle", "message", "message"]


def test_whoever_writes_is_answered_with_a_message_apart() -> None:
    assert methods(Say("Verstanden."), QUESTION, typed=True) == ["message", "message"]


# ---- the keyboard for a place

WHERE = Ask("Wo?", (Option("nav:skip", "Weiß nicht"),), 1, "📍 Ort senden")


def test_the_keyboard_comes_in_a_message_of_its_own() -> None:
    question, keyboard = lay_out((WHERE,))
    assert question["rows"][0][0]["callback_data"] == "1@nav:skip"
    assert keyboard == {"method": "message", "text": "📍", "places": "📍\u2060 Ort senden"}


def test_the_keyboard_is_closed_where_no_message_does_it_by_itself() -> None:
    assert methods(QUESTION, pressed=7, keyboard=True) == ["close_keyboard", "edit"]
    assert methods(QUESTION, typed=True, keyboard=True) == ["close_keyboard", "message"]
    assert methods(Say("Danke"), CAFE, pressed=7, keyboard=True) == ["settle", "message", "message"]
    assert methods(WHERE, pressed=7, keyboard=True) == ["settle", "message", "message"]
    assert methods(CAFE, keyboard=True) == ["close_keyboard", "message"]


# ---- more than words


def test_a_pin_is_a_venue_and_leaves_the_card_alone() -> None:
    assert only(Pin("Café", 51.1, 15.0, "Markt 1")) == {
        "method": "venue",
        "lat": 51.1,
        "lon": 15.0,
        "title": "Café",
        "address": "Markt 1",
    }


def test_a_picture_carries_its_words() -> None:
    call = only(Picture("/x.png", "<" * 2000))
    assert call["method"] == "photo"
    assert unescape(call["text"]) == "<" * MAX_CAPTION


def test_a_card_is_shared_with_what_one_needs_to_go_there() -> None:
    long = "🔹 Café\n🌐 example.org/" + "ä" * 1000
    assert "url=%20&" in only(Card(long, "cafe", share="📤"))["rows"][0][0]["url"]
    text = "🔹 Café\nOffenes Angebot\nLange Beschreibung\n📍 Markt 1\n📞 03581 1\n🌐 cafe.example.org/a?b=c"
    button = only(Card(text, "cafe", share="📤"))["rows"][0][0]
    asked = parse_qs(urlsplit(button["url"]).query)
    assert asked == {
        "url": ["https://cafe.example.org/a?b=c"],
        "text": ["🔹 Café\n📍 Markt 1\n📞 03581 1\n🌐 cafe.example.org/a?b=c\n"],
    }
    without = only(Card("🔹 Café", "cafe", share="📤"))["rows"][0][0]["url"]
    assert without.startswith("https://t.me/share/url?url=%20&text=")


@given(st.text(max_size=3000))
def test_an_address_that_shares_is_never_too_long(text: str) -> None:
    url = only(Card("🔹 " + text[:2000], "x", share="📤"))["rows"][0][0]["url"]
    assert len(url) <= MAX_SHARED
    assert url.isascii()


# ---- length


def test_a_long_text_is_split_at_an_empty_line_then_a_line_then_a_blank() -> None:
    assert list(split("aaa\n\nbbb ccc", 6)) == ["aaa", "bbb", "ccc"]
    assert list(split("aaa\nbbb ccc", 6)) == ["aaa", "bbb", "ccc"]
    assert list(split("aaabbbccc", 6)) == ["aaabbb", "ccc"]


def test_the_buttons_stand_under_the_last_part() -> None:
    parts = lay_out((Ask("x " * 5000, (YES,)),))
    assert ["rows" in part for part in parts] == [False, False, True]


@pytest.mark.parametrize("character", ["😀", FAMILY, "🇩🇪", "👍🏽", "e\u0301", "שָׁ", "❤️"])
def test_what_people_see_as_one_character_is_never_cut(character: str) -> None:
    for before in range(6):
        parts = list(split("x" * before + character * 3000, 4096))
        assert "".join(parts) == "x" * before + character * 3000
        assert all(units(part) <= 4096 for part in parts)
        assert all(part.lstrip("x").startswith(character) and part.endswith(character) for part in parts)


def test_forty_thousand_emoji_and_nothing_but_accents_come_to_an_end() -> None:
    assert sum(len(part) for part in split("🇩" * 40_000)) == 40_000
    assert len(list(split("\u0301" * 9000))) == 3
    assert cut("\u0301" * 10, 5) == "\u0301" * 5


@given(st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" \n"), max_size=300), st.integers(2, 40))
def test_nothing_of_a_text_gets_lost_but_blanks(text: str, most: int) -> None:
    parts = list(split(shown(text), most))
    assert all(0 < units(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(shown(text).split())


# ---- whatever is said, Telegram takes it

TEXTS = st.text(max_size=200) | st.text(alphabet="<>&\"'/b\n #;x\u202e\u2067\u2069🔹🌐", max_size=60)
IDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz:-0123456789", min_size=1, max_size=62)
OPTIONS = st.lists(st.builds(Option, IDS, TEXTS), max_size=14).map(tuple)
REPLIES = st.one_of(
    st.builds(Say, TEXTS, st.sampled_from([(), ("notruf-112",)])),
    st.builds(Say, st.text(alphabet="ab <&🔹\n", min_size=4000, max_size=5000)),
    OPTIONS.flatmap(
        lambda o: st.builds(Ask, TEXTS, st.just(o), st.integers(0, len(o)), st.sampled_from(["", "📍 Ort"]))
    ),
    st.builds(Card, TEXTS, IDS, OPTIONS, st.sampled_from(["", "📤"])),
    st.builds(Pin, TEXTS, st.floats(-90, 90), st.floats(-180, 180), TEXTS),
)


@given(st.lists(REPLIES, max_size=5), st.none() | st.just(1), st.booleans(), st.booleans())
def test_telegram_takes_every_call(
    replies: list[Reply],
    pressed: int | None,
    typed: bool,  # noqa: FBT001 drawn by Hypothesis
    keyboard: bool,  # noqa: FBT001 the same
) -> None:
    fake = Fake()
    user = fake.user()
    user.start()
    calls = json.loads(json.dumps(lay_out(replies, pressed, typed=typed, keyboard=keyboard)))
    first = fake.world.send_message({"chat_id": user.id, "text": "Frage", "reply_markup": {"inline_keyboard": []}})
    for call in calls:
        form = _form(call, user.id, first["message_id"])
        if form:
            values, ignored, wrong = fake.spec.read(form[0], form[1])
            assert not ignored + wrong
            fake._methods[form[0]](values)  # noqa: SLF001 the tests' own; it raises where Telegram would refuse
    assert not fake.violations
    assert len(user.screen) >= len([call for call in calls if call["method"] in {"message", "venue"}])


def _form(call: dict[str, Any], chat: int, message: int) -> tuple[str, dict[str, str]] | None:
    """A call as it goes over the net; None for one that only changes what is there."""
    if call["method"] == "venue":
        place = {"latitude": str(call["lat"]), "longitude": str(call["lon"])}
        return "sendVenue", {"chat_id": str(chat), **place, "title": call["title"], "address": call["address"]}
    if call["method"] not in {"message", "edit"}:
        return None
    form = {"chat_id": str(chat), "text": call["text"], "parse_mode": "HTML"}
    if call["method"] == "message":
        return "sendMessage", {**form, "reply_markup": json.dumps(markup_of(call))}
    buttons = buttons_of(call)
    markup = {"reply_markup": json.dumps(buttons)} if buttons else {}
    return "editMessageText", {**form, "message_id": str(message), **markup}
