"""Which language a message is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.language import LanguageDetector, LanguageGuess, LanguageTraits
from bot.understanding.reading import Understanding
from catalog.text import clean

UNKNOWN = LanguageGuess(None, 0.0)


def traits(
    tag: str, script: str = "LATIN", *, words: tuple[str, ...] = (), romanised: tuple[str, ...] = (), letters: str = ""
) -> LanguageTraits:
    return LanguageTraits(
        tag, script, frozenset(map(clean, words)), frozenset(map(clean, romanised)), frozenset(letters)
    )


SMALL = LanguageDetector(
    [
        traits("de", words=("und", "ich", "nicht"), letters="äöüß"),
        traits("en", words=("and", "i", "not")),
        traits("tr", words=("ve", "ben", "değil"), letters="ğşı"),
        traits("ar", "ARABIC", words=("أنا",), romanised=("ana", "bdi"), letters="حضل"),
        traits("uk", "CYRILLIC", words=("і", "не", "мій"), letters="іїєґ"),
        traits("ru", "CYRILLIC", words=("и", "не", "мой"), letters="ыэъ"),
    ]
)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("ich und nicht", "de"),
        ("and I do not", "en"),
        ("ben ve annem", "tr"),
        ("أنا هنا", "ar"),
        ("мій син", "uk"),
        ("мой сын", "ru"),
    ],
)
def test_small_everyday_words_tell_the_language(text: str, lang: str) -> None:
    assert SMALL.guess(text).lang == lang


def test_letters_of_its_own_tell_neighbours_apart() -> None:
    assert SMALL.guess("її").lang == "uk"
    assert SMALL.guess("ыэ").lang == "ru"
    assert SMALL.guess("ığş").lang == "tr"


def test_the_script_decides_before_anything_else() -> None:
    """Most letters count, not the first ones."""
    assert SMALL.guess("Kita حضانة قريبة").lang == "ar"


def test_arabic_in_latin_letters_is_arabic() -> None:
    assert SMALL.guess("ana bdi").lang == "ar"


def test_more_signs_make_more_sure() -> None:
    few, many = SMALL.guess("мій"), SMALL.guess("мій і не їжа")
    assert (few.lang, many.lang) == ("uk", "uk")
    assert few.confidence < many.confidence


@pytest.mark.parametrize("text", ["", " ", "123", "👶", "?!", "02826", "\x00"])
def test_a_text_without_letters_has_no_language(text: str) -> None:
    assert SMALL.guess(text) == UNKNOWN


@pytest.mark.parametrize("text", ["日本語", "ልጄ", "παιδί", "한국어"])
def test_a_script_that_nobody_speaks_here_has_no_language(text: str) -> None:
    assert SMALL.guess(text) == UNKNOWN


def test_no_languages_guess_nothing() -> None:
    assert LanguageDetector([]).guess("ich und nicht") == UNKNOWN


def test_the_only_language_of_a_script_needs_a_sign_of_its_own() -> None:
    alone = LanguageDetector([traits("uk", "CYRILLIC", words=("мій",))])
    assert alone.guess("мій").lang == "uk"
    assert alone.guess("дом") == UNKNOWN


def test_only_the_first_thousand_characters_count() -> None:
    assert SMALL.guess("ich und nicht " + "and " * 5000).lang == SMALL.guess("ich und nicht " + "and " * 400).lang
    assert SMALL.guess("1 " * 600 + "ich und nicht") == UNKNOWN


# What somebody may send first, before any language was chosen.
FIRST_MESSAGES = {
    "de": ("Guten Tag, ich suche einen Kitaplatz", "Wer hilft mir mit dem Antrag?", "mein Sohn schläft nicht"),
    "en": ("Hello, I need help with my baby", "my daughter doesn't want to go to school", "where can I learn German"),
    "tr": ("Merhaba, yardıma ihtiyacım var", "oğlum geceleri uyumuyor", "kreş yeri arıyorum"),
    "ar": ("مرحبا، أحتاج مساعدة", "ابني ما بينام بالليل", "وين في دورة ألماني"),
    "uk": ("Добрий день, шукаю садочок", "мій син погано спить", "де вивчити німецьку мову"),
}


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, texts in FIRST_MESSAGES.items() for text in texts])
def test_a_first_message_is_known_by_the_shipped_languages(understanding: Understanding, lang: str, text: str) -> None:
    guess = understanding.detector.guess(text)
    assert guess.lang == lang
    assert guess.confidence >= 0.5


@given(text=st.text(max_size=120))
def test_any_text_gets_one_of_our_languages_or_none(understanding: Understanding, text: str) -> None:
    lang, confidence = understanding.detector.guess(text)
    assert lang is None or lang in understanding.languages
    assert 0.0 <= confidence <= 1.0
    assert (lang is None) == (confidence == 0.0)
