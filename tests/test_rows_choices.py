"""Controlled values: every spelling is understood, and a mistyped one is answered with what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.problems import Lang
from catalog.rows.choices import language_name, read_choice, read_choices, read_languages, read_yes_no
from catalog.words import LANGS, load_words

WORDS = load_words()
LANGUAGES = WORDS["languages"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Handy, Tablet, Spiele, Schulden", ("screen-time", "debts")),
        ("Schulden; Handy, Tablet, Spiele", ("debts", "screen-time")),
        ("Schulden, Trauer in der Familie\nSchulden", ("debts", "grief")),
        ("debts", ("debts",)),
        ("", ()),
    ],
)
def test_several_words_are_parted_even_where_one_holds_commas(text: str, codes: tuple[str, ...]) -> None:
    assert read_choices(text, WORDS["topics"]).value == codes
    assert not read_choices(text, WORDS["topics"]).doubts


def test_a_slash_parts_words_only_where_both_sides_are_words() -> None:
    assert read_choices("Impfpass / Mutterpass", WORDS["documents"]).value == ("vaccination_record", "maternity_record")
    assert read_choices("Elterncafé / offener Treff", WORDS["offer_types"]).value == ("parents-cafe",)


def test_a_mistyped_word_is_answered_with_what_was_meant() -> None:
    [doubt] = read_choice("Schreiambulans", WORDS["offer_types"]).doubts
    assert (doubt.code, doubt.details) == ("choice-mistyped", {"suggestion": "Schreiambulanz"})


def test_a_foreign_word_is_answered_with_the_list_where_it_is_short() -> None:
    [doubt] = read_choice("Quark", WORDS["capacity"]).doubts
    words = {"de": "Plätze frei, Warteliste, voll", "en": "places free, waiting list, full"}
    assert (doubt.code, doubt.details) == ("choice-unknown", {"choices": words})
    [doubt] = read_choice("Quark", WORDS["offer_types"]).doubts
    assert doubt.code == "choice-of-many"


def test_one_unknown_word_does_not_cost_the_known_ones() -> None:
    reading = read_choices("Schulden; Quark", WORDS["topics"])
    assert (reading.value, [doubt.value for doubt in reading.doubts]) == (("debts",), ["Quark"])


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("Deutsch, Arabisch und Englisch", ("de", "ar", "en")),
        ("Polnisch / Tschechisch sowie Deutsch", ("pl", "cs", "de")),
        ("Turkish & German", ("tr", "de")),
        ("Deutsch/Englisch", ("de", "en")),
        ("deutsch; TÜRKISCH; Suaheli", ("de", "tr", "sw")),
        ("German, Arabic, Hebrew", ("de", "ar", "he")),
        ("Serbisch, Bosnisch, Kroatisch", ("sr-Latn",)),
        ("Bosnisch, Farsi, Dari", ("sr-Latn", "fa", "fa-AF")),
        ("Kurdisch (Sorani); Kurmandschi", ("ckb", "kmr")),
        ("de, uk", ("de", "uk")),
        ("Klingonisch (selten)", None),
    ],
)
def test_languages_are_known_by_their_names_in_german_and_english(text: str, tags: tuple[str, ...] | None) -> None:
    reading = read_languages(text, LANGUAGES)
    assert bool(reading.doubts) == (tags is None)
    assert tags is None or reading.value == tags


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("türk.", "Türkisch"),
        ("arab.", "Arabisch"),
        ("rumän.", "Rumänisch"),
        ("span.", "Spanisch"),
        ("vietn.", "Vietnamesisch"),
    ],
)
def test_an_abbreviated_language_is_understood_and_said(text: str, name: str) -> None:
    reading = read_languages(text, LANGUAGES)
    (doubt,) = reading.doubts
    assert (doubt.code, doubt.value) == ("language-short", text)
    assert [language_name(tag, "de", LANGUAGES) for tag in reading.value] == [name]
    assert doubt.details["kept"] == {lang: language_name(reading.value[0], lang, LANGUAGES) for lang in LANGS}


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("russ./ukr.", ("ru", "uk")),
        ("engl/frz/arab", ("en", "fr", "ar")),
        ("Deutsch, alb. u. poln.", ("de", "sq", "pl")),
        ("dt. + türk", ("de", "tr")),
    ],
)
def test_several_abbreviations_in_one_cell(text: str, tags: tuple[str, ...]) -> None:
    assert read_languages(text, LANGUAGES).value == tags


@pytest.mark.parametrize(
    "text", ["alle", "Alle Sprachen", "all languages", "mehrsprachig", "viele Sprachen", "weitere nach Absprache"]
)
def test_what_is_no_language_to_search_for_is_said(text: str) -> None:
    reading = read_languages(f"Deutsch; {text}", LANGUAGES)
    assert (reading.value, [doubt.code for doubt in reading.doubts]) == (("de",), ["languages-any"])


def test_an_abbreviation_of_two_languages_is_not_guessed() -> None:
    assert [doubt.code for doubt in read_languages("kurd.", LANGUAGES).doubts] == ["choice-of-many"]


@pytest.mark.parametrize("lang", LANGS)
def test_every_language_is_read_as_it_is_written(lang: Lang) -> None:
    for tag in [*LANGUAGES.by_code, "sw", "he", "ja", "ur"]:
        assert read_languages(language_name(tag, lang, LANGUAGES), LANGUAGES).value == (tag,)


def test_neither_yes_nor_no_is_said() -> None:
    assert [read_yes_no(text, WORDS["yes_no"]).value for text in ("ja", "No", "")] == [True, False, None]
    assert [doubt.code for doubt in read_yes_no("vielleicht", WORDS["yes_no"]).doubts] == ["yes-no-form"]


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_or_gives_a_value_that_is_on_no_list(text: str) -> None:
    assert set(read_choices(text, WORDS["topics"]).value) <= set(WORDS["topics"].by_code)
