"""Whoever takes something back says what they mean instead."""

import pytest

from bot.understanding.reading import Understanding


@pytest.mark.parametrize(
    ("lang", "text", "meant"),
    [
        *(("de", "nein, 4 nicht 3", "4"), ("de", "quatsch, 6", "6"), ("de", "sorry falsche plz, 02827", "plz 02827")),
        *(("en", "sorry 5 not 4", "5"), ("en", "oops not 2, 3", "3"), ("tr", "pardon 3 değil 5 yaşında", "5 yasinda")),
        *(("tr", "hayır köln değil bonn", "bonn"), ("ar", "لا ٥ مو ٤", "5"), ("uk", "ой ні, 6 а не 5", "6 а")),
    ],
)
def test_what_is_taken_back_is_left_out(understanding: Understanding, lang: str, text: str, meant: str) -> None:
    assert understanding.corrected(text, lang) == meant


@pytest.mark.parametrize("text", ["schläft nicht", "mein Kind isst nicht", "3 Jahre", "nein", "", "nein " + "und " * 9])
def test_a_plain_no_or_a_concern_corrects_nothing(understanding: Understanding, text: str) -> None:
    assert understanding.corrected(text, "de") is None
