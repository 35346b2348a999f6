"""How often the understanding is right, counted on messages with known answers."""

import io
import json

import pytest
from rich.console import Console

from bot.evaluate import Score, evaluate, table
from bot.jsonlines import Desk

THREE_YEARS = {"min_months": 36, "max_months": 47}
CRYING = "mein Baby schreit die ganze Nacht"
DANGER = "mein Mann schlägt mich"
HARMLESS = "wir suchen einen Kitaplatz"


def scored(desk: Desk, *asked: dict[str, object]) -> dict[tuple[str, str], Score]:
    return evaluate(desk, [json.dumps(line) for line in asked])


def is_right(desk: Desk, slot: str, text: str, expect: object, lang: str = "de") -> bool:
    (score,) = scored(desk, {"slot": slot, "lang": lang, "text": text, "expect": expect}).values()
    return score.first == 1


def test_answers_are_counted_by_slot_and_language(desk: Desk) -> None:
    scores = scored(
        desk,
        {"slot": "age", "lang": "de", "text": "3 Jahre", "expect": {"children": [THREE_YEARS]}},
        {"slot": "age", "lang": "de", "text": "4 Jahre", "expect": {"children": [THREE_YEARS]}},
        {"slot": "age", "lang": "tr", "text": "3 yaşında", "expect": {"children": [THREE_YEARS]}},
        {"slot": "place", "lang": "de", "text": "00103", "expect": {"plz": "00103"}},
    )
    assert scores == {
        ("age", "de"): Score(count=2, first=1, three=1),
        ("age", "tr"): Score(count=1, first=1, three=1),
        ("place", "de"): Score(count=1, first=1, three=1),
    }


def test_ages_are_right_when_all_children_are_there_and_no_other(desk: Desk) -> None:
    five = {"min_months": 60, "max_months": 71}
    assert is_right(desk, "age", "3 und 5 Jahre", {"children": [THREE_YEARS, five]})
    assert is_right(desk, "age", "5 und 3 Jahre", [[36, 47], [60, 71]])
    assert not is_right(desk, "age", "3 und 5 Jahre", [[36, 47]])
    assert not is_right(desk, "age", "3 Jahre", [[36, 47], [60, 71]])
    assert not is_right(desk, "age", "3 Jahre", [[36, 36]])


def test_no_age_can_be_the_right_answer(desk: Desk) -> None:
    assert is_right(desk, "age", "weiß nicht", [])
    assert not is_right(desk, "age", "3 Jahre", [])


def test_a_place_is_right_by_what_is_expected_of_it(desk: Desk) -> None:
    assert is_right(desk, "place", "00103", {"name": "Beispielhafen", "plz": "00103"})
    assert is_right(desk, "place", "00103", "beispielhafen")
    assert is_right(desk, "place", "00103", {"places": [{"plz": "00103"}]})
    assert not is_right(desk, "place", "00103", {"name": "Beispielhafen", "plz": "00101"})
    assert not is_right(desk, "place", "xyzxyzxyz", "Beispielhafen")


def test_no_place_can_be_the_right_answer(desk: Desk) -> None:
    assert is_right(desk, "place", "xyzxyzxyz", {"places": []})
    assert not is_right(desk, "place", "Beispielhafen", {"places": []})


def test_a_topic_is_right_at_once_or_among_the_first_three(desk: Desk) -> None:
    (score,) = scored(desk, {"slot": "topic", "lang": "de", "text": CRYING, "expect": ["crying-baby"]}).values()
    assert (score.first, score.three) == (1, 1)
    second = desk.understanding.topics.guess(CRYING, "de").guesses[1].topic
    (score,) = scored(desk, {"slot": "topic", "lang": "de", "text": CRYING, "expect": [second]}).values()
    assert (score.first, score.three) == (0, 1)
    (score,) = scored(desk, {"slot": "topic", "lang": "de", "text": CRYING, "expect": ["youth-club"]}).values()
    assert (score.first, score.three) == (0, 0)


@pytest.mark.parametrize(
    "expect",
    [
        "crying-baby",
        ["crying-baby"],
        ["youth-club", "crying-baby"],
        {"topic": "crying-baby"},
        {"topics": ["crying-baby"]},
        {"topics": [{"id": "crying-baby"}]},
    ],
    ids=str,
)
def test_a_topic_may_be_expected_in_any_of_these_forms(desk: Desk, expect: object) -> None:
    assert is_right(desk, "topic", CRYING, expect)


def test_a_language_may_be_expected_in_any_of_these_forms(desk: Desk) -> None:
    text = "мій син не спить"
    assert is_right(desk, "language", text, "uk")
    assert is_right(desk, "language", text, {"lang": "uk"})
    assert is_right(desk, "language", text, ["ru", "uk"])
    assert not is_right(desk, "language", text, "de")


def test_the_language_of_a_message_can_stand_in_what_is_expected(desk: Desk) -> None:
    asked: dict[str, object] = {"slot": "language", "text": "мій син не спить", "expect": {"lang": "uk"}}
    assert list(scored(desk, asked)) == [("language", "uk")]
    assert list(scored(desk, asked | {"expect": "uk"})) == [("language", "-")]


def test_dangers_and_false_alarms_are_counted_apart(desk: Desk) -> None:
    scores = scored(
        desk,
        {"slot": "topic", "lang": "de", "text": DANGER, "expect": {"danger": "domestic-violence"}},
        {"slot": "topic", "lang": "de", "text": HARMLESS, "expect": {"danger": "domestic-violence"}},
        {"slot": "topic", "lang": "de", "text": HARMLESS, "expect": {"danger": None}},
        {"slot": "topic", "lang": "de", "text": DANGER, "expect": {"danger": None}},
    )
    assert scores == {
        ("danger", "de"): Score(count=2, first=1, three=1),
        ("no danger", "de"): Score(count=2, first=1, three=1),
    }


def test_the_numbers_for_a_neighbouring_danger_help_too(desk: Desk) -> None:
    assert is_right(desk, "topic", DANGER, {"danger": "child-in-danger"})


def test_no_lines_are_no_scores(desk: Desk) -> None:
    assert evaluate(desk, ["", "  ", "\n"]) == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"slot": "age", "text": "3"}, "line 2: 'expect' is missing"),
        ({"slot": "age", "expect": []}, "line 2: 'text' is missing"),
        ({"slot": "mood", "text": "3", "expect": []}, "line 2: unknown slot 'mood': use age, place, topic, language"),
        ({"slot": "age", "text": "3", "lang": "tlh", "expect": []}, "line 2: unknown language 'tlh'"),
    ],
)
def test_a_line_that_cannot_be_evaluated_is_named(desk: Desk, line: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        evaluate(desk, ["", json.dumps(line)])


@pytest.mark.parametrize("line", ["kaputt", "{", "[1]", "5"])
def test_a_line_that_is_no_json_object_is_named(desk: Desk, line: str) -> None:
    right = json.dumps({"slot": "age", "text": "3", "expect": [[36, 47]]})
    with pytest.raises(ValueError, match=r"^line 3: "):
        evaluate(desk, [right, right, line])


def test_shares_are_rounded_for_scripts() -> None:
    assert Score(count=3, first=2, three=3).as_json("topic", "de") == {
        "slot": "topic",
        "lang": "de",
        "count": 3,
        "first": 0.6667,
        "three": 1.0,
    }


def test_the_table_shows_percentages_in_order() -> None:
    screen = io.StringIO()
    scores = {("topic", "tr"): Score(8, 7, 8), ("age", "de"): Score(3, 2, 2)}
    Console(file=screen, width=100).print(table(scores))
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in screen.getvalue().splitlines() if "│" in line]
    assert rows == [["age", "de", "3", "66.7 %", "66.7 %"], ["topic", "tr", "8", "87.5 %", "100.0 %"]]
