"""The words of a spreadsheet stand for everything that the model can hold, and for nothing twice."""

from typing import get_args

import pytest

from bot.i18n import load_languages
from catalog.model import (
    Access,
    Capacity,
    CostPer,
    Document,
    Interpreter,
    Kind,
    NextStep,
    ProviderType,
    Sector,
    SiteKind,
    Staffing,
    Wheelchair,
)
from catalog.places import STATES
from catalog.topics import load_topics
from catalog.words import LANGS, folded, load_words

WORDS = load_words()
TOPICS = load_topics()
LITERALS = {
    "provider_types": get_args(ProviderType),
    "kinds": get_args(Kind),
    "sectors": get_args(Sector),
    "staffing": (*get_args(Staffing), "unknown"),
    "access": get_args(Access),
    "capacity": get_args(Capacity),
    "site_kinds": get_args(SiteKind),
    "interpreters": get_args(get_args(Interpreter)[0]),
    "wheelchair": get_args(get_args(Wheelchair)[0]),
    "cost_per": get_args(CostPer),
    "documents": get_args(Document),
    "next_steps": get_args(NextStep),
    "thresholds": tuple("12345"),
    "states": tuple(STATES.values()),
    "topics": tuple(TOPICS.topics),
    "topic_groups": tuple(TOPICS.groups),
    "offer_types": tuple(TOPICS.offer_types),
}


@pytest.mark.parametrize("name", LITERALS)
def test_every_value_of_the_model_has_words_and_no_other_has(name: str) -> None:
    assert set(WORDS[name].by_code) == set(LITERALS[name])


@pytest.mark.parametrize("name", WORDS)
def test_a_word_stands_for_one_value_only(name: str) -> None:
    owners: dict[str, set[str]] = {}
    for code, by_lang in WORDS[name].by_code.items():
        for words in by_lang.values():
            for word in words:
                owners.setdefault(folded(word), set()).add(code)
    assert {word: codes for word, codes in owners.items() if len(codes) > 1} == {}


@pytest.mark.parametrize("name", WORDS)
def test_the_word_that_is_written_is_read_as_the_same_value(name: str) -> None:
    words = WORDS[name]
    assert all(words.code(words.word(code, lang)) == code for code in words.by_code for lang in LANGS)
    assert all(words.code(code) == code for code in words.by_code)


@pytest.mark.parametrize("kind", ["topics", "offer_types"])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_what_a_family_reads_on_a_button_is_understood_in_a_spreadsheet(kind: str, lang: str) -> None:
    labels = load_languages().by_tag[lang].labels[kind]
    assert {code: WORDS[kind].code(label) for code, label in labels.items()} == {code: code for code in labels}


@pytest.mark.parametrize(
    "typed", ["Elterncafé", "elterncafe", " ELTERNCAFÉ ", "Elterncafé / offener Treff", "parents-cafe"]
)
def test_capitals_accents_and_spaces_do_not_matter(typed: str) -> None:
    assert WORDS["offer_types"].code(typed) == "parents-cafe"


def test_a_mark_in_a_table_is_a_yes() -> None:
    assert [WORDS["yes_no"].code(mark) for mark in ("x", "✓", "1", "ja", "JA", "–", "nein", "0", "?")] == [
        *["yes"] * 5,
        *["no"] * 3,
        None,
    ]


def test_a_code_without_words_is_written_as_itself() -> None:
    assert WORDS["topics"].word("new-topic", "de") == "new-topic"
