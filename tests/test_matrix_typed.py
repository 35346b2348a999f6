"""Who has no buttons is never told to tap one, in any language, and what is said instead works."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import polib
import pytest

from bot.channels.matrix.events import Address
from bot.channels.matrix.layout import Buttons, lay_out
from bot.channels.matrix.typed import Wording, as_typed, typed_wording
from bot.dialogue.model import Ask, Card, Option, Pin, Reply, Say
from bot.i18n import Languages
from bot.understanding.reading import Understanding

LOCALES = Path(__file__).parent.parent / "locales"
TAPPING: Mapping[str, str] = {  # how each language speaks of buttons, and of what is done with them
    "en": r"\btap|button|\bpress|\bclick",
    "de": r"\btipp|antipp|Knopf|Knöpf|drück|klick|Schaltfläche",
    "de-simple": r"\btipp|antipp|Knopf|Knöpf|drück|klick|Schaltfläche",
    "tr": r"dokun|düğme|\bbasın|tıkla",
    "ar": r"ضغط|\bزر\b|انقر|المسوا",
    "uk": r"тисн|кнопк|торкн|клацн",
}
QUOTED = re.compile(r"[“„«](.+?)[”“»]")


@pytest.fixture(scope="module")
def wording(languages: Languages) -> Wording:
    return typed_wording(languages.translator(language.tag) for language in languages)


def sentences(tag: str) -> Iterator[polib.POEntry]:
    """Everything that is said in a language; what has the context "button" is a label."""
    return (e for e in polib.pofile(str(LOCALES / tag / "LC_MESSAGES" / "nahbei.po")) if not e.msgctxt)


def test_every_language_with_texts_is_looked_through() -> None:
    assert {path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/nahbei.po")} == TAPPING.keys()


@pytest.mark.parametrize("tag", TAPPING)
def test_no_sentence_speaks_of_buttons_where_there_are_none(tag: str, wording: Wording) -> None:
    for entry in sentences(tag):
        for said in (entry.msgstr, *entry.msgstr_plural.values()):
            reply = as_typed(Say(f"🙉 {said}\n\n{said}"), wording)
            assert isinstance(reply, Say)
            assert not re.search(TAPPING[tag], reply.text, re.IGNORECASE), said


@pytest.mark.parametrize("tag", TAPPING)
def test_whatever_the_conversation_says_of_tapping_has_another_wording(tag: str, wording: Wording) -> None:
    tapping = {e.msgstr for e in sentences(tag) if re.search(r"\btap|button", e.msgid, re.IGNORECASE)}
    assert tapping
    assert tapping <= wording.keys()


@pytest.mark.parametrize("kind", [Say, lambda text: Ask(text, (Option("a", "A"),)), lambda text: Card(text, "id")])
def test_every_kind_of_reply_is_reworded(kind: type[Say], wording: Wording) -> None:
    tapped, typed = next(iter(wording.items()))
    assert as_typed(kind(f"a {tapped} b"), wording) == kind(f"a {typed} b")


def test_what_says_nothing_of_tapping_stays_as_it_is(wording: Wording) -> None:
    pin: Reply = Pin("Café", 51.15, 14.99, "Gasse 7")
    for reply in (Say("Hallo"), pin):
        assert as_typed(reply, wording) == reply


@pytest.mark.parametrize("bridged", [False, True])
@pytest.mark.parametrize("buttons", ["text", "polls", "reactions"])
def test_it_depends_on_what_the_room_shows(buttons: Buttons, bridged: bool, wording: Wording) -> None:  # noqa: FBT001 drawn by pytest
    tapped, typed = next(iter(wording.items()))
    (call,) = lay_out([Say(tapped)], Address("!room", bridged=bridged), buttons, wording)
    assert call["content"]["body"] == (typed if buttons == "text" or bridged else tapped)


@pytest.mark.parametrize("tag", TAPPING)
def test_the_ages_that_stand_as_examples_are_understood(
    tag: str, languages: Languages, understanding: Understanding
) -> None:
    _ = languages.translator(tag).gettext
    asked = _("How old is your child? Please write it, for example: “3 years”. If you are pregnant, write “Pregnancy”.")
    child, pregnancy = QUOTED.findall(asked)
    (several,) = QUOTED.findall(_("Write the ages of all your children, for example: “2 years and 5 years”."))
    assert [len(understanding.ages(words, tag, asked=True)) for words in (child, pregnancy, several)] == [1, 1, 2]


@pytest.mark.parametrize("tag", TAPPING)
def test_who_writes_what_is_named_gets_the_numbers(
    tag: str, languages: Languages, understanding: Understanding
) -> None:
    said = languages.translator(tag).gettext("If somebody is in danger right now: call 112 or 110, or write “SOS”.")
    (wanted,) = QUOTED.findall(said)
    assert wanted == "SOS"
    assert understanding.command(wanted) == "danger"
