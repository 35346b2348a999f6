"""The bot introduces itself in every language, and only when something has changed."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr
from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.profile import Profile, introduce, profile_in
from bot.channels.telegram.transport import Transport
from bot.i18n import Languages
from tests.telegram.fake import TOKEN, Fake

SETS = ("setMyDescription", "setMyShortDescription", "setMyCommands")


async def introduced(fake: Fake, texts: Profile) -> int:
    """How many calls changed something."""
    before = len(fake.calls(*SETS))
    async with bot_of(fake) as bot:
        await introduce(bot, texts)
    return len(fake.calls(*SETS)) - before


def bot_of(fake: Fake) -> Bot:
    token = SecretStr(TOKEN).get_secret_value()
    return Bot(token, base_url=f"{fake.url}/bot", request=Transport(), get_updates_request=Transport())


def test_a_second_start_changes_nothing(languages: Languages) -> None:
    async def play() -> None:
        async with Fake() as fake:
            texts = profile_in(languages)
            two_letters = [language.tag for language in languages if len(language.tag) == 2]
            assert await introduced(fake, texts) == 3 * (1 + len(two_letters))
            assert await introduced(fake, texts) == 0
            assert fake.world.texts["description", "tr"] == texts.descriptions["tr"]
            assert fake.world.texts["description", ""] == texts.descriptions["de"]
            known = [(command["command"], command["description"]) for command in fake.world.commands["default", "ar"]]
            assert known == list(texts.commands["ar"])

    asyncio.run(play())


def test_only_what_has_changed_is_set(languages: Languages) -> None:
    async def play() -> None:
        async with Fake() as fake:
            texts = profile_in(languages)
            await introduced(fake, texts)
            changed = replace(texts, descriptions={**texts.descriptions, "uk": "Нове"})
            assert await introduced(fake, changed) == 1
            assert fake.world.texts["description", "uk"] == "Нове"

    asyncio.run(play())


def test_a_start_goes_on_where_the_one_before_was_stopped(languages: Languages) -> None:
    async def play() -> None:
        async with Fake() as fake:
            fake.fail("setMyCommands", 429, retry_after=3600)
            with pytest.raises(TelegramError):
                await introduced(fake, profile_in(languages))
            assert await introduced(fake, profile_in(languages)) > 0
            assert await introduced(fake, profile_in(languages)) == 0

    asyncio.run(play())
