"""Looks whether a bot can serve: for `nahbei doctor`. Changes nothing, and may run beside the service."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram.transport import Transport, UndoneError

FORM = re.compile(r"\d+:[\w-]{30,}")  # of a token
ASK = "@BotFather, /mybots, “API Token” shows the right one; set NAHBEI_TELEGRAM_TOKEN"
RECENT = timedelta(hours=1)
MANY = 100  # messages that wait; more come together only where nobody fetches them


@dataclass(frozen=True)
class Sign:
    """What was found. `advice` says what to do, without one all is well; `is_grave`: nobody is answered."""

    about: str
    text: str
    advice: str = ""
    is_grave: bool = False


async def check_up(token: SecretStr, api: str, webhook: str | None) -> AsyncIterator[Sign]:
    """The token, the server, then how updates come; ends where going on makes no sense. Never raises."""
    if not FORM.fullmatch(token.get_secret_value()):
        yield Sign("telegram token", "it does not look like one: digits, a colon, 35 letters", ASK, is_grave=True)
        return
    transport = Transport()
    base = f"{api.rstrip('/')}/bot"
    bot = Bot(token.get_secret_value(), base_url=base, request=transport, get_updates_request=transport)
    await transport.initialize()
    try:
        yield Sign("telegram token", f"@{(await bot.get_me()).username}")
        yield _updates(await bot.get_webhook_info(), webhook, datetime.now(UTC))
    except TelegramError as error:
        yield _failure(error, api)
    finally:
        await transport.shutdown()


def _failure(error: TelegramError, api: str) -> Sign:
    address = "is NAHBEI_TELEGRAM_API_URL right, without /bot?"
    match error:
        case InvalidToken() if "unauthorized" in error.message.lower():
            text = "Telegram does not know it (any more): it was revoked, or belongs to no bot"
            return Sign("telegram token", text, ASK, is_grave=True)
        case InvalidToken():
            return Sign("telegram server", f"there is no Bot API at {api}", address, is_grave=True)
        case UndoneError() if error.message.isdecimal():
            text = f"{api} has trouble of its own ({error.message})"
            return Sign("telegram server", text, "wait; it is tried again by itself", is_grave=True)
        case UndoneError():
            text = f"{api} cannot be reached ({error.message})"
            return Sign("telegram server", text, f"look at the network and the firewall; {address}", is_grave=True)
    return Sign("telegram server", f"{api} does not answer as a Bot API does", address, is_grave=True)


def _updates(info: WebhookInfo, webhook: str | None, now: datetime) -> Sign:
    waiting = f"{info.pending_update_count} messages wait at Telegram"
    about = "telegram updates"
    if webhook and info.url != webhook:
        where = info.url or "nowhere"
        return Sign(about, f"they are brought to {where}; {waiting}", "nahbei serve sets the webhook when it starts")
    if info.url and not webhook:
        text = f"they are brought to {info.url}, and cannot be fetched; {waiting}"
        return Sign(
            about, text, "is another program at work with this token? nahbei serve ends the webhook when it starts"
        )
    failed_at = info.last_error_date
    if webhook and failed_at and now - failed_at < RECENT:
        text = f"bringing them failed at {failed_at:%H:%M} UTC: {info.last_error_message}; {waiting}"
        return Sign(about, text, "does the web server pass the address on to NAHBEI_TELEGRAM_WEBHOOK_LISTEN?")
    if info.pending_update_count > MANY:
        return Sign(about, waiting, "does nahbei serve run? nothing is lost for a day")
    return Sign(about, f"{'brought' if webhook else 'fetched'}; {waiting}")
