"""One way to write a word: whatever a family types, the same letters must come out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.text import MAX_LENGTH, clean, phon, skel

SHORT = st.text(max_size=60)
WORDS = re.compile(r"([a-z0-9]+( [a-z0-9]+)*)?")


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("  Mein KIND schläft nicht!!! ", "mein kind schlaft nicht"),
        ("Schrei-Baby, 3 Monate (??)", "schrei baby 3 monate"),
        ("Straße / STRASSE", "strasse strasse"),
        ("geht's  geht’s gehts", "gehts gehts gehts"),
        ("çocuğum İÇİN ışık", "cocugum icin isik"),
        ("łóżko", "lozko"),
        ("їжа Йогурт", "іжа иогурт"),
        ("ＡＢＣ ①", "abc 1"),
        ("مَدْرَسَة", "مدرسه"),
        ("أطفال إطفال آطفال", "اطفال اطفال اطفال"),
        ("کودکی", "كودكي"),
        ("مـــدرسة", "مدرسه"),
        ("😭🤱", ""),
        ("\x00\u200f\ufeff", ""),
        ("", ""),
    ],
)
def test_habits_of_typing_are_folded_away(typed: str, folded: str) -> None:
    assert clean(typed) == folded


@pytest.mark.parametrize(
    ("one", "others"),
    [
        ("Größe", ["Groesse", "Grosse", "GRÖSSE"]),
        ("Ärger", ["Aerger", "arger"]),
        ("Müller", ["Mueller", "Muller"]),
        ("Frauenärztin", ["Frauenaerztin", "frauenarztin"]),
        ("schläft nicht", ["schlaeft nicht", "shlaft nicht"]),
        ("кричить", ["krychyt", "krichit"]),
        ("чоловік", ["cholovik"]),
        ("çocuk", ["cocuk", "ÇOCUK"]),
    ],
)
def test_spellings_of_one_word_sound_alike(one: str, others: list[str]) -> None:
    assert {phon(clean(other)) for other in others} == {phon(clean(one))}


def test_an_e_that_is_no_umlaut_stays_and_a_number_stays_a_number() -> None:
    assert [phon(clean(word)) for word in ("neue", "Bauer", "Quelle")] == ["neue", "bauer", "kuele"]
    assert phon(clean("3 Kinder, 02826 Görlitz, 24/7")) == "3 kinder 02826 gorlic 24 7"


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("مدرسة", ["المدرسة", "بالمدرسة", "للمدرسة", "madrasa", "el medrese", "al madrasa"]),
        ("قلق", ["القلق", "qalaq", "kalak"]),
        ("طفل", ["الطفل", "tifl", "6ifl"]),
        ("حرام", ["haram", "7aram"]),
        ("عائلة", ["عايلة", "3ayla"]),
    ],
)
def test_arabic_and_its_romanised_forms_share_one_skeleton(word: str, written: list[str]) -> None:
    assert {skel(clean(form)) for form in written} == {skel(clean(word))}


@given(text=SHORT)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(text=SHORT)
def test_any_text_in_any_script_sounds_in_plain_letters_and_single_spaces(text: str) -> None:
    assert WORDS.fullmatch(phon(clean(text)))


@given(text=SHORT)
def test_a_skeleton_has_no_vowels(text: str) -> None:
    bones = skel(clean(text))
    assert WORDS.fullmatch(bones)
    assert not set(bones) & set("aeiou")


def test_only_the_beginning_of_a_very_long_text_is_looked_at() -> None:
    assert clean("a" * MAX_LENGTH + "b" * 100_000) == "a" * MAX_LENGTH


@given(st.text(st.characters(max_codepoint=127), max_size=40))
def test_plain_letters_are_folded_as_among_others(text: str) -> None:
    assert clean(f"{text} ж") == f"{clean(text)} ж".strip()
