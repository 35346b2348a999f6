"""Where there is nothing to tap on, no sentence speaks of tapping: what is said instead, in the same language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.dialogue.model import Ask, Card, Reply, Say
from bot.i18n import Translator

Wording = Mapping[str, str]  # what is said where there are buttons -> what is said where there are none


def typed_wording(translators: Iterable[Translator]) -> Wording:
    """For everything that the conversation says in these languages."""
    return {tapped: typed for text in translators for tapped, typed in _pairs(text)}


def _pairs(text: Translator) -> Sequence[tuple[str, str]]:
    _ = text.gettext
    return (
        (
            _(
                "How old is your child? You can tap or write, for example: “3 years”. If you are pregnant, tap “Pregnancy”."
            ),
            # to this question a number is an answer in itself, so that the answers below have none
            _(
                "How old is your child? Please write it, for example: “3 years”. If you are pregnant, write “Pregnancy”."
            ),
        ),
        (
            _("Tap every age that fits. Then tap “Done”."),
            _("Write the ages of all your children, for example: “2 years and 5 years”."),
        ),
        (_("Please tap at least one age first."), _("Please write at least one age first.")),
        (
            _("What is on your mind? Tap, or write in your own words, for example: “My child does not sleep.”"),
            _(
                "What is on your mind? Write the number of an answer, or write in your own words, for example: “My child does not sleep.”"
            ),
        ),
        (
            _("Sorry, I did not understand that. You can tap a button or write it in other words."),
            _("Sorry, I did not understand that. You can write the number of an answer or write it in other words."),
        ),
        (
            _("Sorry, something went wrong on my side. Please write it in other words, or tap a button."),
            _(
                "Sorry, something went wrong on my side. Please write it in other words, or write the number of an answer."
            ),
        ),
        (
            _("I cannot listen to voice messages. Please write a few words, or tap a button."),
            _("I cannot listen to voice messages. Please write a few words, or the number of an answer."),
        ),
        (
            _("I cannot look at pictures or files. Please write a few words, or tap a button."),
            _("I cannot look at pictures or files. Please write a few words, or the number of an answer."),
        ),
        (
            _("If somebody is in danger right now: call 112 or 110, or tap 🆘."),
            _("If somebody is in danger right now: call 112 or 110, or write “SOS”."),
        ),
    )


def as_typed(reply: Reply, wording: Wording) -> Reply:
    """The same reply, for somebody who has no buttons."""
    if not isinstance(reply, Say | Ask | Card):
        return reply
    text = reply.text
    for tapped, typed in wording.items():
        if tapped in text:
            text = text.replace(tapped, typed)
    return replace(reply, text=text)
