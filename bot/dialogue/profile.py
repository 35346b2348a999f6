"""How the assistant introduces itself before the first word, where a messenger has a place for that. Its name is the operator's."""

from bot.i18n import Translator

MAX_DESCRIPTION, MAX_SHORT, MAX_COMMAND = 512, 120, 256  # UTF-16 units that the strictest messenger shows


def description(text: Translator) -> str:
    """What a family reads in an empty chat."""
    return text.gettext(
        "I look for help for families near you: for babies, children and parents. I ask how old your child is, what is "
        "on your mind and where you live. It is free, and you need not say your name. I am a program, not a human "
        "being. I am not for emergencies: if somebody is in danger, call 112. In Telegram, Telegram can read along."
    )


def short_description(text: Translator) -> str:
    """What stands on the profile and beside a link to it."""
    return text.gettext("Finds help for families close by. Free, and without your name.")


def commands(text: Translator) -> tuple[tuple[str, str], ...]:
    """What the menu offers, and what each does."""
    return (
        ("start", text.pgettext("menu", "Start again")),
        ("help", text.pgettext("menu", "What I can do")),
        ("language", text.pgettext("menu", "Choose the language")),
        ("danger", text.pgettext("menu", "Danger now? Numbers that help")),
        ("privacy", text.pgettext("menu", "What I keep, and who can read along")),
        ("delete", text.pgettext("menu", "Delete everything at once")),
    )
