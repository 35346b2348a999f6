"""What every language must bring, and what may never slip into a text."""

import io
import re
from string import Formatter
from typing import get_args

import polib
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.i18n import FSI, PDI, Language, Languages, load_languages
from bot.understanding.age_words import age_words
from bot.understanding.danger import parse_patterns
from catalog.helplines import load_helplines
from catalog.model import Document, Kind, NextStep, ProviderType
from catalog.topics import load_topics
from tests.conftest import SHARED
from tests.test_architecture import ROOT

LANGUAGES = list(load_languages())
TOPICS = load_topics()
KEYWORDS = {"gettext": None, "_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
BUTTON_LENGTH = 30
LABEL_LENGTH = 60
FEWEST_PHRASES = 20
DANGERS = {topic.id for topic in TOPICS.topics.values() if topic.is_danger}
each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)


def catalog_of(language: Language) -> polib.POFile:
    return polib.pofile(str(ROOT / "locales" / language.tag / "LC_MESSAGES" / "nahbei.po"))


def spoken_in_code() -> set[tuple[str | None, str]]:
    found = extract_from_dir(ROOT / "bot", keywords=KEYWORDS)
    return {(context, message if isinstance(message, str) else message[0]) for _, _, message, _, context in found}


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def test_the_languages_of_this_release_are_there() -> None:
    assert {"de", "de-simple", "en", "tr", "ar", "uk"} <= {language.tag for language in LANGUAGES}


@each_language
def test_every_sentence_of_the_code_is_translated(language: Language) -> None:
    known = {(entry.msgctxt, entry.msgid): entry for entry in catalog_of(language)}
    assert spoken_in_code() == set(known), "run `make messages`"
    assert not [key for key, entry in known.items() if not entry.translated() or "fuzzy" in entry.flags]


@each_language
def test_a_translation_invents_no_placeholder_and_loses_none_but_the_number(language: Language) -> None:
    for entry in catalog_of(language):
        source = placeholders(entry.msgid) | placeholders(entry.msgid_plural)
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            assert placeholders(text) <= source, entry.msgid
            assert source - placeholders(text) <= ({"n"} if entry.msgid_plural else set()), entry.msgid


@each_language
def test_every_plural_form_is_there(language: Language) -> None:
    path = ROOT / "locales" / language.tag / "LC_MESSAGES" / "nahbei.po"
    forms = read_po(io.BytesIO(path.read_bytes())).num_plurals
    for entry in catalog_of(language):
        if entry.msgid_plural:
            assert sorted(entry.msgstr_plural) == list(range(forms)), entry.msgid


@each_language
def test_buttons_fit_on_a_phone(language: Language) -> None:
    for entry in catalog_of(language):
        if entry.msgctxt == "button":
            assert len(entry.msgstr) <= BUTTON_LENGTH, entry.msgstr
    for kind in ("topics", "groups"):
        for label in language.labels[kind].values():
            assert len(label) <= LABEL_LENGTH, label


@each_language
def test_everything_that_can_be_chosen_or_shown_has_a_name(language: Language) -> None:
    wanted = {
        "topics": set(TOPICS.topics),
        "groups": set(TOPICS.groups),
        "phases": set(TOPICS.phases),
        "offer_types": set(TOPICS.offer_types),
        "kinds": set(get_args(Kind)),
        "provider_types": set(get_args(ProviderType)),
        "documents": set(get_args(Document)),
        "next_steps": set(get_args(NextStep)),
        "helplines": set(load_helplines().lines),
        "states": set(load_helplines().poison_centres),
        "calm": DANGERS,
    }
    for kind, names in wanted.items():
        labels = language.labels[kind]
        assert names == set(labels), kind
        assert all(str(label).strip() for label in labels.values()), kind


@each_language
def test_every_topic_has_enough_everyday_words(language: Language) -> None:
    phrases = language.data("phrases")
    assert set(phrases) == set(TOPICS.topics)
    for topic, entries in phrases.items():
        assert len({entry.casefold() for entry in entries}) >= FEWEST_PHRASES, topic
        assert all(isinstance(entry, str) for entry in entries), topic


@each_language
def test_no_entry_stands_under_two_topics(language: Language) -> None:
    seen: dict[str, str] = {}
    for topic, entries in language.data("phrases").items():
        for entry in entries:
            assert seen.setdefault(entry.casefold(), topic) == topic, entry


@each_language
def test_words_for_ages_and_dangers_can_be_read(language: Language) -> None:
    assert age_words(language.data("numbers")).numbers
    patterns = list(parse_patterns(language.data("danger")))
    assert {pattern.topic for pattern in patterns} == DANGERS


def test_a_command_word_means_one_command_in_all_languages(languages: Languages) -> None:
    meaning: dict[str, str] = {}
    for other in languages:
        for command, words in other.data("words")["commands"].items():
            for word in words:
                assert meaning.setdefault(str(word).casefold(), command) == command, (other.tag, word)


@each_language
def test_isolates_are_balanced_and_values_keep_their_direction(language: Language, languages: Languages) -> None:
    said = languages.translator(language.tag).gettext("open now until {time}", time="17:00")
    assert said.count(FSI) == said.count(PDI)
    assert (f"{FSI}17:00{PDI}" in said) is (language.direction == "rtl")


@each_language
def test_texts_never_blame(language: Language) -> None:
    blaming = re.compile(r"problemfamil|bildungsfern|sozial schwach|problem famil", re.IGNORECASE)
    texts = [entry.msgstr for entry in catalog_of(language)]
    texts += [label for kind in language.labels.values() for label in kind.values()]
    assert not [text for text in texts if blaming.search(text)]


def test_the_shared_language_list_agrees() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared facts beside the checkout are not here")
    listed = (SHARED / "data" / "languages.yaml").read_text("utf-8")
    for language in LANGUAGES:
        assert f"- tag: {language.tag}\n" in listed
