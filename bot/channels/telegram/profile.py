"""How the bot introduces itself in Telegram: descriptions and menus, in every language that Telegram tells apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from telegram import Bot

from bot.dialogue import profile
from bot.i18n import Languages

DEFAULT = "de"  # for whoever's Telegram speaks a language that we do not


@dataclass(frozen=True)
class Profile:
    """Texts by tag of the language."""

    descriptions: Mapping[str, str]
    short_descriptions: Mapping[str, str]
    commands: Mapping[str, Sequence[tuple[str, str]]]


def profile_in(languages: Languages) -> Profile:
    texts = {language.tag: languages.translator(language.tag) for language in languages}
    return Profile(
        {tag: profile.description(text) for tag, text in texts.items()},
        {tag: profile.short_description(text) for tag, text in texts.items()},
        {tag: profile.commands(text) for tag, text in texts.items()},
    )


async def introduce(bot: Bot, texts: Profile) -> None:
    """Set what has changed, and only that: Telegram allows few such calls a day.

    Raises:
        TelegramError: not now; the next start tries again.
    """
    for code in ("", *(tag for tag in texts.descriptions if len(tag) == 2)):  # noqa: PLR2004 Telegram knows two letters
        tag, lang = code or DEFAULT, code or None
        if (await bot.get_my_description(lang)).description != texts.descriptions[tag]:
            await bot.set_my_description(texts.descriptions[tag], lang)
        if (await bot.get_my_short_description(lang)).short_description != texts.short_descriptions[tag]:
            await bot.set_my_short_description(texts.short_descriptions[tag], lang)
        known = [(command.command, command.description) for command in await bot.get_my_commands(language_code=lang)]
        if known != list(texts.commands[tag]):
            await bot.set_my_commands(texts.commands[tag], language_code=lang)
