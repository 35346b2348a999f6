"""Ask the real Telegram what only it can answer: python -m scripts.smoke_telegram [CHAT], or make smoke-telegram CHAT=….

Needs NAHBEI_TELEGRAM_TOKEN. It uses the channel's own calls, says what it checked, and leaves the chat as it was. Without CHAT it
waits until somebody writes to the bot; then nahbei serve must not run.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence

import click
from telegram import Bot, BotCommandScopeChat
from telegram.error import TelegramError

from bot.channels.base import GoneError, RefusedError, UnclearError, UnsentError
from bot.channels.telegram import API
from bot.channels.telegram.calls import make
from bot.channels.telegram.layout import lay_out
from bot.channels.telegram.transport import Transport
from bot.dialogue.model import Ask, Card, Option, Pin, Reply, Say

WAIT = 50  # seconds for somebody to write
MENU = (("start", "رحلة التجربة"), ("help", "<b>&</b> 🆘"))
QUESTION = Ask("Ein Versuch <b>&amp;</b> مرحبا 🆘", (Option("smoke:1", "Ja"), Option("smoke:2", "لا")), 0)
CHANGED = Ask("An derselben Stelle: “Ґрати” & <i>", (Option("smoke:1", "Ja"),), 0)
PLACE = Ask("📍?", (Option("smoke:1", "Ja"),), 0, location="📍 Ort senden")
CARD = Card("🔹 Ein Angebot\n📞 030 23125 000\n🌐 example.org", "", (), share="📤 Teilen")
PIN = Pin("Nahbei", 54.45, 6.6, "Beispielhafen")


class SmokeError(Exception):
    """Telegram does something else than we believe."""


async def smoke(bot: Bot, chat: int | None) -> AsyncIterator[str]:
    """Go through what the channel needs; one line for everything that is as it should be.

    Raises:
        SmokeError, TelegramError, UnsentError, UnclearError, GoneError, RefusedError: what is not.
    """
    me = await bot.get_me()
    yield f"the token is valid: @{me.username}"
    chat = chat or await _somebody(bot)
    async for line in _menu(bot, chat):
        yield line
    sent: list[str] = []
    try:
        async for line in _messages(bot, chat, sent):
            yield line
    finally:
        if sent:
            await bot.delete_messages(chat, [int(message) for message in sent])
    yield f"{len(sent)} messages deleted"


async def _somebody(bot: Bot) -> int:
    """The chat of whoever writes first. Nothing is confirmed, so it will be answered later."""
    for update in await bot.get_updates(timeout=WAIT, allowed_updates=["message"]):
        if update.effective_chat:
            return update.effective_chat.id
    raise SmokeError("nobody wrote to the bot")


async def _menu(bot: Bot, chat: int) -> AsyncIterator[str]:
    scope = BotCommandScopeChat(chat)
    before = await bot.get_my_commands(scope)
    try:
        await bot.set_my_commands(MENU, scope)
        read = tuple((command.command, command.description) for command in await bot.get_my_commands(scope))
        if read != MENU:
            raise SmokeError(f"the menu came back as {read}")
    finally:
        await (bot.set_my_commands(before, scope) if before else bot.delete_my_commands(scope))
    yield "a menu of one chat is set, read back the same, and put back"


async def _messages(bot: Bot, chat: int, sent: list[str]) -> AsyncIterator[str]:
    [question] = await _say(bot, chat, sent, QUESTION)
    yield "a question with buttons arrives"
    if await _say(bot, chat, sent, CHANGED, pressed=int(question)):
        raise SmokeError("the question was not changed in place, but sent anew")
    yield "it is changed in place"
    await _say(bot, chat, sent, PLACE)
    yield "a keyboard for the place opens"
    await _say(bot, chat, sent, Say("👍"))
    yield "and is closed"
    await _say(bot, chat, sent, CARD)
    yield "a card with a button to share it arrives"
    await _say(bot, chat, sent, PIN)
    yield "a place is shown on the map"


async def _say(bot: Bot, chat: int, sent: list[str], reply: Reply, pressed: int | None = None) -> Sequence[str]:
    """Exactly as the channel would: laid out, made JSON, sent."""
    ids: list[str] = []
    for call in lay_out([reply], pressed):
        ids += await make(bot, chat, json.loads(json.dumps(call)), {})
    sent += ids
    return ids


async def run(token: str, api: str, chat: int | None) -> bool:
    """Print what was found. False: not all is as it should be."""
    transport = Transport()
    await transport.initialize()
    bot = Bot(token, base_url=f"{api.rstrip('/')}/bot", request=transport, get_updates_request=transport)
    try:
        async for line in smoke(bot, chat):
            click.echo(f"✅ {line}")
    except (SmokeError, TelegramError, UnsentError, UnclearError, GoneError, RefusedError) as error:
        click.echo(f"❌ {type(error).__name__}: {str(error).replace(token, '…')}")
        return False
    finally:
        await transport.shutdown()
    return True


@click.command()
@click.argument("chat", type=int, required=False)
def main(chat: int | None) -> None:
    token = os.environ.get("NAHBEI_TELEGRAM_TOKEN")
    if not token:
        raise click.UsageError("NAHBEI_TELEGRAM_TOKEN is not set: @BotFather gives one")
    if chat is None:
        click.echo(f"Write something to the bot now ({WAIT} seconds) …")
    sys.exit(not asyncio.run(run(token, os.environ.get("NAHBEI_TELEGRAM_API_URL", API), chat)))


if __name__ == "__main__":
    main()
