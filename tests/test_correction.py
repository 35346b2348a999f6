"""Whoever takes something back says what they mean instead."""

from collections.abc import Callable

import pytest

from bot.understanding.reading import Understanding
from tests.conftest import Chat


@pytest.mark.parametrize(
    ("lang", "text", "meant"),
    [
        *(
            ("de", "nein, 4 nicht 3", "4"),
            ("ar", "لا، ٤ وليس ٣", "4"),
            ("de", "quatsch, 6", "6"),
            ("de", "sorry falsche plz, 02827", "plz 02827"),
        ),
        *(("en", "sorry 5 not 4", "5"), ("en", "oops not 2, 3", "3"), ("tr", "pardon 3 değil 5 yaşında", "5 yasinda")),
        *(("tr", "hayır köln değil bonn", "bonn"), ("ar", "لا ٥ مو ٤", "5"), ("uk", "ой ні, 6 а не 5", "6 а")),
    ],
)
def test_what_is_taken_back_is_left_out(understanding: Understanding, lang: str, text: str, meant: str) -> None:
    assert understanding.corrected(text, lang) == meant


@pytest.mark.parametrize("text", ["schläft nicht", "mein Kind isst nicht", "3 Jahre", "nein", "", "nein " + "und " * 9])
def test_a_plain_no_or_a_concern_corrects_nothing(understanding: Understanding, text: str) -> None:
    assert understanding.corrected(text, "de") is None


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("de", "nein, 4 nicht 3"),
        ("en", "no, 4 not 3"),
        ("tr", "3 değil 4"),
        ("uk", "ні, 4, а не 3"),
        ("ar", "لا، ٤ وليس ٣"),
    ],
)
def test_an_age_is_corrected_also_where_a_place_is_asked_for(chat: Callable[..., Chat], lang: str, text: str) -> None:
    talk = chat(lang)
    talk.say("3")
    talk.command("skip")
    assert talk.answers.step == "place"
    talk.say(text)
    assert [child.min_months for child in talk.answers.children] == [48]
    assert talk.answers.step == "place"


def test_a_post_code_is_corrected_and_is_no_age(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    for said in ("3", "schläft nicht", "00103", "nein, 00101 nicht 00103"):
        talk.say(said)
    assert talk.answers.place
    assert talk.answers.place.plz == "00101"
    assert talk.answers.children[0].min_months == 36
