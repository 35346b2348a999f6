"""The terminal: what a typed line means, and how a turn looks on paper and as JSON."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.console import as_json, numbered, parse, show
from bot.dialogue.model import (
    Answers,
    Ask,
    Card,
    Choice,
    Command,
    Input,
    Location,
    Option,
    Picture,
    Pin,
    Reply,
    Say,
    State,
    Text,
    Turn,
)
from bot.i18n import isolate

QUESTION = Ask("Wie alt?", (Option("age:a", "0 bis 1"), Option("age:b", "1 bis 3"), Option("nav:back", "Zurück")), 1)

CAFE = Card("🔹 Elterncafé", "parents-cafe", (Option("feedback:a", "💬 Wie war es?"),), "📤 Teilen")
PIN = Pin("Elterncafé", 54.46, 6.6, "Marktgasse 7, 00103 Beispielhafen")


def turn(*replies: Reply, danger: str | None = None) -> Turn:
    return Turn(State(Answers(step="child", lang="de")), replies or (QUESTION,), danger=danger)


def many(count: int) -> Turn:
    return turn(Ask("Was?", tuple(Option(f"topic:{n}", f"Anliegen {n}") for n in range(1, count + 1))))


@pytest.mark.parametrize("line", ["2", " 2 ", "2.", "2)", "02", "٢", "۲", "２", "2\n"])
def test_a_number_in_any_digits_picks_that_option(line: str) -> None:
    assert parse(line, turn()) == Choice("age:b")


@pytest.mark.parametrize("line", ["0", "4", "999", "1000", "-1", "2 Jahre", "2,5", "²", "②", "1 2", "", "2.."])
def test_any_other_number_is_text(line: str) -> None:
    assert parse(line, turn()) == Text(line)


def test_the_last_option_is_picked_by_the_number_of_all() -> None:
    assert parse("3", turn()) == Choice("nav:back")
    assert parse("12", many(12)) == Choice("topic:12")
    assert parse("13", many(12)) == Text("13")


def test_where_nothing_is_asked_a_number_is_text() -> None:
    assert parse("1", turn(Say("Verstanden."))) == Text("1")


def test_options_of_two_questions_are_numbered_on() -> None:
    second = Ask("Wo?", (Option("place:0", "Görlitz"),))
    assert parse("4", turn(QUESTION, Say("und"), second)) == Choice("place:0")
    assert "   4  Görlitz" in show(turn(QUESTION, Say("und"), second))


@pytest.mark.parametrize(
    ("line", "position"),
    [
        ("@51.15,14.99", Location(51.15, 14.99)),
        ("@ 51.15 , 14.99 ", Location(51.15, 14.99)),
        ("@51;14", Location(51, 14)),
        ("@-33.9,-0.5", Location(-33.9, -0.5)),
    ],
)
def test_a_position_is_shared_with_an_at_sign(line: str, position: Location) -> None:
    assert parse(line, turn()) == position


@pytest.mark.parametrize(
    "line", ["51.15,14.99", "@", "@51.15", "@51.15,", "@nahbei", "@5115,1499", "@nan,nan", "@1e2,3"]
)
def test_what_is_no_position_is_text(line: str) -> None:
    assert parse(line, turn()) == Text(line)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("/start", Command("start")),
        ("/START", Command("start")),
        ("/start@example_bot", Command("start")),
        ("/start k42-tr-p00103", Command("start", "k42-tr-p00103")),
        ("/start@example_bot  K42 ", Command("start", "K42")),
        ("/help  me  please", Command("help", "me  please")),
        ("/ back", Command("back")),
        ("/", Command("")),
        ("/löschen", Command("löschen")),
    ],
)
def test_a_slash_begins_a_command_and_what_follows_is_kept(line: str, command: Command) -> None:
    assert parse(line, turn()) == command


def test_a_slash_inside_a_sentence_is_no_command() -> None:
    assert parse("Kita/Schule", turn()) == Text("Kita/Schule")


@given(line=st.text(max_size=40), options=st.integers(0, 20))
def test_every_line_is_some_input_and_text_is_never_changed(line: str, options: int) -> None:
    said: Input = parse(line, many(options))
    if isinstance(said, Text):
        assert said.text == line
    if isinstance(said, Choice):
        assert said.option in {f"topic:{n}" for n in range(1, options + 1)}


@given(number=st.integers(1, 20))
def test_the_number_that_is_shown_picks_what_stands_beside_it(number: int) -> None:
    line = show(many(20)).splitlines()[number]
    shown, label = line.split(maxsplit=1)
    assert parse(shown, many(20)) == Choice(f"topic:{label.removeprefix('Anliegen ')}")


def test_a_turn_is_laid_out_with_a_blank_line_between_messages() -> None:
    expected = "👍 Verstanden.\n\nWie alt?\n   1  0 bis 1\n   2  1 bis 3\n   3  Zurück"
    assert show(turn(Say("👍 Verstanden."), QUESTION)) == expected


def test_a_question_without_buttons_is_only_its_text() -> None:
    assert show(turn(Ask("Wo wohnen Sie?"))) == "Wo wohnen Sie?"


def test_a_card_and_a_picture_are_shown_in_words() -> None:
    shown = show(turn(Card("🔹 Elterncafé\n📞 030 23125 100", "parents-cafe"), Picture("code.png", "Ein Code")))
    assert shown == "🔹 Elterncafé\n📞 030 23125 100\n\nEin Code"


def test_what_can_be_done_on_a_card_is_numbered_in_order_of_appearance() -> None:
    said = turn(
        CAFE, Card("🔹 Telefon", "helpline-x"), replace(CAFE, options=(Option("feedback:b", "💬 ?"),)), QUESTION
    )
    assert show(said) == (
        "🔹 Elterncafé\n   1  💬 Wie war es?\n\n🔹 Telefon\n\n🔹 Elterncafé\n   2  💬 ?\n\n"
        "Wie alt?\n   3  0 bis 1\n   4  1 bis 3\n   5  Zurück"
    )
    picked = ["feedback:a", "feedback:b", "age:a", "age:b", "nav:back"]
    assert [parse(str(number), said) for number in range(1, 6)] == [Choice(option) for option in picked]
    assert parse("6", said) == Text("6")


def test_a_pin_says_what_is_there_and_where() -> None:
    assert show(turn(PIN)) == "📍 Elterncafé, Marktgasse 7, 00103 Beispielhafen (54.46, 6.6)"


def test_after_a_pin_the_numbers_mean_what_they_meant_before() -> None:
    before, pinned, other = turn(CAFE, QUESTION), turn(PIN), turn(Say("."))
    assert numbered(before, pinned) is before
    assert numbered(before, other) is other
    assert parse("2", numbered(before, pinned)) == Choice("age:a")


@given(kinds=st.lists(st.tuples(st.sampled_from(["say", "card", "ask"]), st.integers(0, 4)), max_size=6))
def test_the_number_shown_beside_an_option_always_picks_it(kinds: list[tuple[str, int]]) -> None:
    replies: list[Reply] = []
    for at, (kind, count) in enumerate(kinds):
        options = tuple(Option(f"x:{at}:{n}", f"<x:{at}:{n}>") for n in range(count))
        reply: dict[str, Reply] = {"say": Say("."), "card": Card(".", "a", options), "ask": Ask(".", options)}
        replies.append(reply[kind])
    said = turn(Say("."), *replies)
    lines = [line.split() for line in show(said).splitlines() if "<" in line]
    assert [number for number, _ in lines] == [str(n + 1) for n in range(len(lines))]
    for number, label in lines:
        assert parse(number, said) == Choice(label.strip("<>"))


def test_a_terminal_gets_no_invisible_signs() -> None:
    shown = show(turn(Say(f"هاتف {isolate('030 23125 100')}"), Ask("؟", (Option("a:b", isolate("Görlitz")),))))
    assert shown == "هاتف 030 23125 100\n\n؟\n   1  Görlitz"


def test_as_json_each_kind_of_reply_has_the_same_keys_and_only_its_own_values() -> None:
    said = turn(
        Say("112", ("notruf-112",)),
        QUESTION,
        Card("Café", "cafe", (Option("feedback:a", "💬 ?"),)),
        Picture("a.png", "Bild"),
        PIN,
        danger="poisoning",
    )
    line = as_json("Hilfe", said)
    assert "\n" not in line
    answer = json.loads(line)
    assert (answer["said"], answer["step"], answer["danger"]) == ("Hilfe", "child", "poisoning")
    options = [{"id": option.id, "label": option.label} for option in QUESTION.options]
    button = [{"id": "feedback:a", "label": "💬 ?"}]
    assert answer["replies"] == [
        {"kind": "say", "text": "112", "options": [], "offer": None, "helplines": ["notruf-112"]},
        {"kind": "ask", "text": "Wie alt?", "options": options, "offer": None, "helplines": []},
        {"kind": "card", "text": "Café", "options": button, "offer": "cafe", "helplines": []},
        {"kind": "picture", "text": "Bild", "options": [], "offer": None, "helplines": []},
        {"kind": "pin", "text": show(turn(PIN)), "options": [], "offer": None, "helplines": []},
    ]


def test_as_json_the_first_turn_was_said_by_nobody_and_letters_stay_readable() -> None:
    line = as_json(None, turn(Say("Вітаємо! Größe\nzwei Zeilen")))
    assert json.loads(line)["said"] is None
    assert "Вітаємо! Größe\\nzwei Zeilen" in line


@given(text=st.text(max_size=40))
def test_as_json_every_text_stays_on_one_line_and_comes_back_as_it_was(text: str) -> None:
    line = as_json(text, turn(Say(text)))
    assert "\n" not in line
    assert "\r" not in line
    assert json.loads(line)["replies"][0]["text"] == text
