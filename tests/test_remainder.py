"""What is left of a message when age and place are taken out: the concern, with its "not"."""

import pytest

from bot.i18n import Languages
from bot.understanding.age_words import age_words
from bot.understanding.place import PlaceWords
from bot.understanding.remainder import remainder

SMALL = frozenset({"ist", "wir", "hat", "und", "is", "we", "she", "meine"})


def left(languages: Languages, lang: str, text: str, names: list[str]) -> str:
    language = languages.by_tag[lang]
    ages, places = age_words(language.data("numbers")), PlaceWords.of(language.data("words")["place"])
    return remainder(text, ages, places, names, SMALL.__contains__)


@pytest.mark.parametrize(
    ("lang", "text", "names", "expected"),
    [
        ("de", "Meine Tochter ist 4, schläft nachts nicht, wir wohnen in Dresden", ["dresden"], "schlaft nachts nicht"),
        ("de", "Sohn 3 Jahre spricht nicht, 02826", [], "spricht nicht"),
        ("de", "Zwillinge, 8 Monate, schreien viel", [], "schreien viel"),
        ("en", "we live in Dresden, she is 7 and bites", ["dresden"], "bites"),
        ("tr", "kızım 4 yaşında, derse odaklanamıyor, dresdende oturuyoruz", ["dresdende"], "derse odaklanamiyor"),
        ("uk", "доньці 4 роки, не спить, живемо в Дрездені", ["дрездені"], "не спить"),
    ],
)
def test_who_and_where_go_and_the_concern_stays(
    languages: Languages, lang: str, text: str, names: list[str], expected: str
) -> None:
    assert left(languages, lang, text, names) == expected


def test_words_of_a_concern_are_not_swallowed_where_no_number_and_no_place_stands_beside_them(
    languages: Languages,
) -> None:
    assert left(languages, "de", "mein Kind ist allein", []) == "mein kind ist allein"
