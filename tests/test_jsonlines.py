"""JSON Lines in, JSON Lines out: exactly the forms that DESIGN, section 7 promises to scripts."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import FSI, PDI
from bot.jsonlines import Answer, Desk, answered, match, understand
from bot.moments import parse_moment
from catalog.topics import Topics

NOT_AN_OBJECT = {"id": None, "error": "this line is not a JSON object"}
PLACE_KEYS = ["name", "plz", "district", "lat", "lon", "approximate"]
CHARACTERS = st.characters(exclude_categories=["Cs"])  # as in test_age.py


def lines(desk: Desk, answer: Answer, *asked: object) -> list[dict[str, Any]]:
    written = [line if isinstance(line, str) else json.dumps(line) for line in asked]
    return [json.loads(line) for line in answered(desk, written, answer)]


def understood(desk: Desk, **asked: object) -> dict[str, Any]:
    return lines(desk, understand, {"id": 1, **asked})[0]


def matched(desk: Desk, **asked: object) -> dict[str, Any]:
    return lines(desk, match, {"id": 1, **asked})[0]


def error(answer: dict[str, Any]) -> str:
    assert answer.keys() == {"id", "error"}
    assert answer["id"] == 1
    return str(answer["error"])


def test_each_line_is_answered_in_order_as_it_comes(desk: Desk) -> None:
    asked = iter([json.dumps({"id": n, "slot": "age", "lang": "de", "text": str(n)}) for n in (3, 1, 2)])
    answers = answered(desk, asked, understand)
    assert json.loads(next(answers)) == {"id": 3, "children": [{"min_months": 36, "max_months": 47}]}
    assert len(list(asked)) == 2  # nothing was read ahead


def test_a_wrong_line_does_not_stop_the_next_one(desk: Desk) -> None:
    answers = lines(desk, understand, "{broken", {"id": 2, "slot": "mood", "text": "x"}, {"slot": "age", "text": "3"})
    assert [sorted(answer) for answer in answers] == [["error", "id"], ["error", "id"], ["children", "id"]]
    assert [answer["id"] for answer in answers] == [None, 2, None]


def test_empty_lines_are_left_out(desk: Desk) -> None:
    assert lines(desk, understand, "", "   ", "\t\r\n") == []


@pytest.mark.parametrize(
    "line", ["kaputt", "{", '{"id": 1', "[1]", "5", '"text"', "null", "true", "[" * 100_000, '{"a":' * 5_000, "\x00"]
)
def test_what_is_no_json_object_is_named_so(desk: Desk, line: str) -> None:
    assert lines(desk, understand, line) == [NOT_AN_OBJECT]
    assert lines(desk, match, line) == [NOT_AN_OBJECT]


@pytest.mark.parametrize("name", [7, "de-1", None, 1.5, ["a"], {"a": 1}])
def test_the_id_comes_back_as_it_was(desk: Desk, name: object) -> None:
    assert lines(desk, understand, {"id": name, "slot": "age", "text": "3"})[0]["id"] == name


def test_answers_are_one_line_each_in_readable_letters(desk: Desk) -> None:
    (line,) = answered(desk, ['{"id": "größe\\n", "slot": "language", "text": "123"}'], understand)
    assert line == '{"id": "größe\\n", "lang": null, "confidence": 0.0}'


def test_an_age_is_a_list_of_children_in_months(desk: Desk) -> None:
    assert understood(desk, slot="age", lang="de", text="3 und 5 Jahre") == {
        "id": 1,
        "children": [{"min_months": 36, "max_months": 47}, {"min_months": 60, "max_months": 71}],
    }


def test_a_pregnancy_is_before_birth(desk: Desk) -> None:
    answer = understood(desk, slot="age", lang="de", text="schwanger")
    assert answer == {"id": 1, "children": [{"min_months": -9, "max_months": -1}]}


def test_no_age_is_an_empty_list(desk: Desk) -> None:
    assert understood(desk, slot="age", lang="de", text="weiß nicht") == {"id": 1, "children": []}
    assert understood(desk, slot="age", lang="de", text="") == {"id": 1, "children": []}


def test_a_place_has_exactly_these_fields(desk: Desk) -> None:
    assert understood(desk, slot="place", lang="de", text="00103") == {
        "id": 1,
        "places": [
            {
                "name": "Beispielhafen",
                "plz": "00103",
                "district": "Nordweide",
                "lat": 54.479,
                "lon": 6.59,
                "approximate": False,
            }
        ],
        "ambiguous": False,
    }


def test_places_of_one_name_are_all_there_and_ambiguous(desk: Desk) -> None:
    answer = understood(desk, slot="place", lang="de", text="Neustadt")
    assert answer["ambiguous"] is True
    assert len(answer["places"]) > 1
    assert all(list(place) == PLACE_KEYS for place in answer["places"])


def test_no_place_is_an_empty_list(desk: Desk) -> None:
    assert understood(desk, slot="place", text="xyzxyzxyz") == {"id": 1, "places": [], "ambiguous": False}


def test_a_topic_has_exactly_these_fields(desk: Desk) -> None:
    answer = understood(desk, slot="topic", lang="de", text="mein Baby schreit die ganze Nacht")
    assert list(answer) == ["id", "topics", "confident", "urgency", "danger", "helplines"]
    assert answer["topics"][0]["id"] == "crying-baby"
    assert 1 < len(answer["topics"]) <= 5
    assert all(list(topic) == ["id", "score"] for topic in answer["topics"])
    assert (answer["confident"], answer["urgency"], answer["danger"]) == (True, "soon", None)
    assert answer["helplines"] == ["elterntelefon"]


def test_a_danger_is_named_with_its_helplines(desk: Desk) -> None:
    answer = understood(desk, slot="topic", lang="de", text="mein Mann schlägt mich")
    assert (answer["danger"], answer["urgency"]) == ("domestic-violence", "crisis")
    assert answer["helplines"][:2] == ["notruf-110", "hilfetelefon-frauen"]


def test_no_topic_is_an_empty_list(desk: Desk) -> None:
    assert understood(desk, slot="topic", lang="de", text="?") == {
        "id": 1,
        "topics": [],
        "confident": False,
        "urgency": None,
        "danger": None,
        "helplines": [],
    }


def test_a_topic_is_understood_without_a_language(desk: Desk) -> None:
    answer = understood(desk, slot="topic", text="mein Baby schreit die ganze Nacht")
    assert answer["topics"][0]["id"] == "crying-baby"


def test_a_language_has_exactly_these_fields(desk: Desk) -> None:
    answer = understood(desk, slot="language", text="мій син не спить")
    assert list(answer) == ["id", "lang", "confidence"]
    assert answer["lang"] == "uk"
    assert 0.5 <= answer["confidence"] <= 1.0


def test_the_language_of_a_text_is_not_told_to_the_one_who_asks_for_it(desk: Desk) -> None:
    assert understood(desk, slot="language", lang="de", text="мій син не спить")["lang"] == "uk"


@pytest.mark.parametrize("lang", ["de", "DE", "de_AT", "de-simple", None])
def test_a_language_may_be_written_as_messengers_write_it(desk: Desk, lang: str | None) -> None:
    assert understood(desk, slot="age", lang=lang, text="drei Jahre")["children"] == [
        {"min_months": 36, "max_months": 47}
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"slot": "age"}, "'text' is missing"),
        ({"slot": "age", "text": 3}, "'text' is missing"),
        ({"slot": "age", "text": None}, "'text' is missing"),
        ({"text": "3"}, "unknown slot None: use age, place, topic, language"),
        ({"slot": "mood", "text": "3"}, "unknown slot 'mood': use age, place, topic, language"),
        ({"slot": "", "text": "3"}, "unknown slot '': use age, place, topic, language"),
        ({"slot": "age", "text": "3", "lang": "tlh"}, "unknown language 'tlh'"),
        ({"slot": "age", "text": "3", "lang": ""}, "unknown language ''"),
        ({"slot": "age", "text": "3", "lang": 5}, "unknown language 5"),
    ],
)
def test_what_cannot_be_understood_is_said(desk: Desk, asked: dict[str, object], said: str) -> None:
    assert error(understood(desk, **asked)) == said


def test_an_offer_has_exactly_these_fields_and_says_why(desk: Desk) -> None:
    answer = matched(desk, lang="de", topics=["crying-baby"], place="00103", limit=1)
    assert list(answer) == ["id", "offers", "helplines"]
    (offer,) = answer["offers"]
    assert list(offer) == ["id", "title", "distance_km", "score", "why", "widened"]
    assert offer["id"] == "crying-clinic-clinic"
    assert 0 <= offer["distance_km"] < 1
    assert offer["why"][:2] == ["Baby schreit sehr viel", "weniger als 1 km"]
    assert offer["widened"] is None
    assert answer["helplines"] == ["elterntelefon"]


def test_a_text_says_the_same_as_its_parts(desk: Desk) -> None:
    told = matched(desk, lang="de", text="mein Baby ist 3 Monate alt und schreit nur, 00103", limit=1)
    parts = {"topics": ["crying-baby"], "children": [{"min_months": 3, "max_months": 3}], "place": "00103"}
    assert told["offers"][0]["id"] == matched(desk, lang="de", **parts, limit=1)["offers"][0]["id"]


def test_what_is_given_counts_more_than_what_the_text_says(desk: Desk) -> None:
    answer = matched(desk, lang="de", text="mein Baby schreit, 00103", topics=["jobcenter"], limit=1)
    assert "Jobcenter" in answer["offers"][0]["title"]


@pytest.mark.parametrize("place", ["Beispielhafen", "00101", [54.45, 6.6]], ids=str)
def test_a_place_may_be_a_name_a_post_code_or_a_position(desk: Desk, place: object) -> None:
    answer = matched(desk, lang="de", topics=["crying-baby"], place=place, limit=10)
    near = [offer for offer in answer["offers"] if offer["distance_km"] is not None]
    assert near
    assert all(0 <= offer["distance_km"] < 10 for offer in near)


def test_a_real_town_is_never_sent_to_an_invented_offer(desk: Desk) -> None:
    answer = matched(desk, lang="de", topics=["crying-baby"], place="Görlitz", limit=100)
    assert answer["offers"], "never an empty answer"
    assert all(offer["id"].startswith("helpline-") for offer in answer["offers"])


def test_no_more_offers_than_asked_for(desk: Desk) -> None:
    asked = {"lang": "de", "topics": ["crying-baby"], "place": "00103"}
    assert len(matched(desk, **asked)["offers"]) == 5
    assert len(matched(desk, **asked, limit=2)["offers"]) == 2
    everything = matched(desk, **asked, limit=100)["offers"]
    assert 5 < len({offer["id"] for offer in everything}) == len(everything) <= 100


def test_reasons_hold_no_invisible_characters(desk: Desk) -> None:
    """A script compares them with what it knows."""
    answer = matched(desk, lang="ar", topics=["crying-baby"], place="00103", limit=20)
    reasons = "".join(reason for offer in answer["offers"] for reason in offer["why"])
    assert reasons
    assert FSI not in reasons
    assert PDI not in reasons


def test_a_danger_in_the_text_brings_its_helplines_not_those_of_the_topic(desk: Desk) -> None:
    answer = matched(desk, lang="de", text="mein Mann schlägt mich", topics=["crying-baby"])
    assert answer["helplines"][0] == "notruf-110"


def test_the_day_decides_what_is_open(desk: Desk) -> None:
    asked = {"lang": "de", "topics": ["crying-baby"], "place": "00103", "limit": 1}
    day = matched(desk, **asked, today="2026-11-23T10:00")["offers"][0]["why"]
    night = matched(desk, **asked, today="2026-11-23T23:00")["offers"][0]["why"]
    assert any(reason.startswith("jetzt geöffnet") for reason in day)
    assert not any(reason.startswith("jetzt geöffnet") for reason in night)


@pytest.mark.parametrize("today", ["2026-11-23", "2026-11-23T21:30", "2026-11-23 21:30", "2026-11-23T21:30+01:00"])
def test_a_day_may_have_a_time(desk: Desk, today: str) -> None:
    assert matched(desk, topics=["crying-baby"], today=today)["offers"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"text": 5}, "'text' must be a string"),
        ({"topics": "crying-baby"}, "'topics' must be a list of topic ids"),
        ({"topics": [1]}, "'topics' must be a list of topic ids"),
        ({"topics": ["crying-baby", "x"]}, "unknown topic 'x'"),
        ({"place": "Nirgendwoxyz"}, "unknown place 'Nirgendwoxyz'"),
        ({"place": 2826}, "unknown place 2826"),
        ({"place": {"lat": 1}}, "'place' must be a name, a post code or [lat, lon]"),
        ({"place": 1.5}, "'place' must be a name, a post code or [lat, lon]"),
        ({"place": [1]}, "'place' as a position is [lat, lon]"),
        ({"place": [1, 2, 3]}, "'place' as a position is [lat, lon]"),
        ({"place": ["a", "b"]}, "'place' as a position is [lat, lon]"),
        ({"place": [91, 0]}, "'place' as a position is [lat, lon] in degrees"),
        ({"place": [0, -181]}, "'place' as a position is [lat, lon] in degrees"),
        ({"place": [float("nan"), 0]}, "'place' as a position is [lat, lon] in degrees"),
        ({"place": [float("inf"), 0]}, "'place' as a position is [lat, lon] in degrees"),
        ({"children": 5}, "'children' is a list of {min_months, max_months}"),
        ({"children": [36]}, "'children' is a list of {min_months, max_months}"),
        ({"children": [{"min_months": 1}]}, "'children' is a list of {min_months, max_months}"),
        ({"children": [{"min_months": "a", "max_months": 3}]}, "'children' is a list of {min_months, max_months}"),
        ({"limit": 0}, "'limit' is a whole number from 1 to 100"),
        ({"limit": 101}, "'limit' is a whole number from 1 to 100"),
        ({"limit": -1}, "'limit' is a whole number from 1 to 100"),
        ({"limit": "5"}, "'limit' is a whole number from 1 to 100"),
        ({"limit": 5.0}, "'limit' is a whole number from 1 to 100"),
        ({"limit": True}, "'limit' is a whole number from 1 to 100"),
        ({"lang": "tlh"}, "unknown language 'tlh'"),
        ({"today": "gestern"}, "'gestern' is not a date such as 2026-11-22"),
        ({"today": "2026-13-01"}, "'2026-13-01' is not a date such as 2026-11-22"),
        ({"today": "2026-11-22T25:00"}, "'2026-11-22T25:00' is not a date such as 2026-11-22"),
        ({"today": ""}, "'' is not a date such as 2026-11-22"),
    ],
    ids=str,
)
def test_what_cannot_be_matched_is_said(desk: Desk, asked: dict[str, object], said: str) -> None:
    assert error(matched(desk, **asked)) == said


def test_a_day_without_a_time_is_noon() -> None:
    assert parse_moment("2026-11-22") == datetime(2026, 11, 22, 12, 0)  # noqa: DTZ001 local time, as everywhere
    assert parse_moment("2026-11-22T21:30") == datetime(2026, 11, 22, 21, 30)  # noqa: DTZ001
    assert parse_moment("2026-11-22T21:30+01:00").tzinfo is None


@given(
    text=st.text(CHARACTERS, max_size=60),
    slot=st.sampled_from(["age", "place", "topic", "language"]),
    lang=st.sampled_from(["de", "en", "tr", "ar", "uk", None]),
)
def test_any_text_is_answered_without_an_error(desk: Desk, text: str, slot: str, lang: str | None) -> None:
    answer = understood(desk, slot=slot, lang=lang, text=text)
    assert "error" not in answer


@given(
    topic_at=st.integers(0, 82),
    low=st.integers(-9, 323),
    width=st.integers(0, 60),
    place=st.sampled_from(["00101", "Görlitz", "02826", [54.4, 6.7], [0, 0], None]),
    lang=st.sampled_from(["de", "en", "tr", "ar"]),
    limit=st.integers(1, 100),
)
def test_a_family_is_never_left_without_an_answer(
    desk: Desk, topics: Topics, topic_at: int, low: int, width: int, place: object, lang: str, limit: int
) -> None:
    topic = list(topics.topics)[topic_at % len(topics.topics)]
    children = [{"min_months": low, "max_months": low + width}]
    answer = matched(desk, topics=[topic], children=children, place=place, lang=lang, limit=limit)
    assert 1 <= len(answer["offers"]) <= limit
    assert all(offer["why"] for offer in answer["offers"])
    near = [o["score"] for o in answer["offers"] if o["widened"] is None and o["distance_km"] is not None]
    assert near == sorted(near, reverse=True)
