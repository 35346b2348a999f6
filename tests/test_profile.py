"""How the assistant introduces itself before the first word: true, and short enough for every messenger."""

import re

import pytest

from bot.dialogue.engine import COMMANDS
from bot.dialogue.profile import MAX_COMMAND, MAX_DESCRIPTION, MAX_SHORT, commands, description, short_description
from bot.i18n import Languages, load_languages

each_language = pytest.mark.parametrize("tag", [language.tag for language in load_languages()])


def units(text: str) -> int:
    """Length as a messenger counts it: characters beyond the first 65,536 count twice."""
    return len(text.encode("utf-16-le")) // 2


@each_language
def test_the_texts_are_as_long_as_a_messenger_allows_and_not_empty(languages: Languages, tag: str) -> None:
    text = languages.translator(tag)
    assert 0 < units(description(text)) <= MAX_DESCRIPTION
    assert 0 < units(short_description(text)) <= MAX_SHORT
    for _, said in commands(text):
        assert 0 < units(said) <= MAX_COMMAND


@each_language
def test_the_description_names_the_emergency_number_and_who_can_read_along(languages: Languages, tag: str) -> None:
    said = description(languages.translator(tag))
    assert "112" in said
    assert "Telegram" in said or "تيليغرام" in said


@each_language
def test_every_language_says_it_in_its_own_words(languages: Languages, tag: str) -> None:
    text, others = languages.translator(tag), [languages.translator(other.tag) for other in languages]
    for written in (description, short_description):
        assert [written(other) for other in others].count(written(text)) == 1


@each_language
def test_the_menu_names_commands_that_are_understood_each_with_its_own_words(languages: Languages, tag: str) -> None:
    menu = commands(languages.translator(tag))
    assert [name for name, _ in menu] == ["start", "help", "language", "danger", "privacy", "delete"]
    assert {name for name, _ in menu} <= set(COMMANDS)
    assert all(re.fullmatch("[a-z]{1,32}", name) for name, _ in menu)
    assert len({said for _, said in menu}) == len(menu)
