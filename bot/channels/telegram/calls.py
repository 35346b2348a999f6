"""Makes the calls that layout.py has laid out, and says how each of them went."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from telegram import Bot, BotCommandScopeChat, Message
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    TelegramError,
)

from bot.channels.base import GoneError, RefusedError, UnclearError, UnsentError
from bot.channels.telegram.transport import UndoneError

Commands = Mapping[str, Sequence[tuple[str, str]]]
Json = Mapping[str, Any]
NO_PREVIEW: Json = {"is_disabled": True}
CLOSED_KEYBOARD: Json = {"remove_keyboard": True}
GONE = ("chat not found", "user is deactivated", "bot was kicked", "peer_id_invalid")
UNCHANGED = "message is not modified"
ALONE = 60.0  # seconds; after Telegram has refused the token


async def make(bot: Bot, chat: int, call: Json, commands: Commands) -> Sequence[str]:
    """Make one call. Returns the ids of messages that it has sent.

    Raises:
        UnsentError, UnclearError, GoneError, RefusedError: see bot/channels/base.py.
    """
    return await told(lambda: CALLS[call["method"]](bot, chat, call, commands), again=call["method"] in REPEATABLE)


async def told(action: Callable[[], Awaitable[Sequence[str]]], *, again: bool = False) -> Sequence[str]:
    """Run a call, and say in the service's words how it went. `again`: twice does no harm."""
    try:
        return await action()
    except (Forbidden, ChatMigrated) as error:
        raise GoneError(type(error).__name__) from None
    except BadRequest as error:
        if any(sign in error.message.lower() for sign in GONE):
            raise GoneError("not found") from None
        raise RefusedError("400") from None
    except InvalidToken:
        raise UnsentError("401", ALONE) from None
    except UndoneError as error:
        raise UnsentError(error.message, error.retry_after) from None
    except TelegramError as error:  # a time-out, a connection that broke, an answer that nobody can read
        raise (UnsentError if again else UnclearError)(type(error).__name__) from None


async def _message(bot: Bot, chat: int, call: Json, _: Commands) -> Sequence[str]:
    extra = {"link_preview_options": NO_PREVIEW, "reply_markup": markup_of(call)}
    sent = await bot.send_message(chat, call["text"], parse_mode=ParseMode.HTML, api_kwargs=extra)
    return (str(sent.message_id),)


async def _edit(bot: Bot, chat: int, call: Json, commands: Commands) -> Sequence[str]:
    """The question makes room for the next one; where it cannot be changed any more, a new message is sent."""
    extra = {"link_preview_options": NO_PREVIEW, "reply_markup": buttons_of(call)}
    try:
        await bot.edit_message_text(call["text"], chat, call["message"], parse_mode=ParseMode.HTML, api_kwargs=extra)
    except BadRequest as error:
        if UNCHANGED in error.message.lower():
            return ()
        return await told(lambda: _message(bot, chat, call, commands))
    return ()


async def _settle(bot: Bot, chat: int, call: Json, _: Commands) -> Sequence[str]:
    """A question that is answered keeps its words and loses its buttons."""
    try:
        await bot.edit_message_reply_markup(chat, call["message"], reply_markup=None)
    except BadRequest:
        return ()
    return ()


async def _close_keyboard(bot: Bot, chat: int, _: Json, __: Commands) -> Sequence[str]:
    """Only a message can close a keyboard; this one goes again at once."""
    sent: Message = await bot.send_message(
        chat, "👍", disable_notification=True, api_kwargs={"reply_markup": CLOSED_KEYBOARD}
    )
    try:
        await bot.delete_message(chat, sent.message_id)
    except TelegramError:
        return (str(sent.message_id),)
    return ()


async def _venue(bot: Bot, chat: int, call: Json, _: Commands) -> Sequence[str]:
    sent = await bot.send_venue(chat, call["lat"], call["lon"], call["title"], call["address"])
    return (str(sent.message_id),)


async def _photo(bot: Bot, chat: int, call: Json, _: Commands) -> Sequence[str]:
    sent = await bot.send_photo(chat, Path(call["path"]), caption=call["text"], parse_mode=ParseMode.HTML)
    return (str(sent.message_id),)


async def _commands(bot: Bot, chat: int, call: Json, commands: Commands) -> Sequence[str]:
    """The menu of this chat, in the language that the family has chosen."""
    await bot.set_my_commands(commands[call["lang"]], scope=BotCommandScopeChat(chat))
    return ()


async def forget_commands(bot: Bot, chat: int) -> None:
    """From now on the chat has the menu of everybody whose Telegram speaks its language.

    Raises:
        UnsentError, GoneError: see bot/channels/base.py.
    """

    async def forget() -> Sequence[str]:
        await bot.delete_my_commands(scope=BotCommandScopeChat(chat))
        return ()

    with suppress(RefusedError):
        await told(forget, again=True)


CALLS: Mapping[str, Callable[[Bot, int, Json, Commands], Awaitable[Sequence[str]]]] = {
    "message": _message,
    "edit": _edit,
    "settle": _settle,
    "close_keyboard": _close_keyboard,
    "venue": _venue,
    "photo": _photo,
    "commands": _commands,
}
REPEATABLE = {"edit", "settle", "commands"}


def markup_of(call: Json) -> Json:
    """What stands under a message: its buttons; else it brings the keyboard for a place, or closes one that is open.

    As Telegram wants it: to make PTB's objects of it, which become the same again, costs a tenth of a whole turn.
    """
    if "places" in call:
        key = {"text": call["places"], "request_location": True}
        return {"keyboard": [[key]], "resize_keyboard": True, "one_time_keyboard": True}
    return buttons_of(call) or CLOSED_KEYBOARD


def buttons_of(call: Json) -> Json | None:
    """The buttons under a message; None where it has none."""
    return {"inline_keyboard": call["rows"]} if call.get("rows") else None
