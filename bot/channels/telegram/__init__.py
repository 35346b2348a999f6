"""Telegram: PTB's types and `Bot` over aiohttp, an intake of our own. Nothing is confirmed before it is stored.

Long polling needs no address of one's own; a webhook does, and answers faster.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Any, cast
from urllib.parse import urlencode

import structlog
from pydantic import SecretStr
from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.channels.base import Intake, RefusedError
from bot.channels.telegram import layout
from bot.channels.telegram.calls import forget_commands, make, told
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.profile import Profile, introduce
from bot.channels.telegram.receiving import Ornaments, Receiver
from bot.channels.telegram.transport import Transport, UndoneError
from bot.channels.telegram.updates import NAME, WANTED, Address
from bot.channels.telegram.webhook import Webhook
from bot.dialogue.model import Reply
from bot.logs import where
from bot.store.database import UnavailableError

log = structlog.get_logger()

API = "https://api.telegram.org"
POLL_SECONDS = 30
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # after a poll that failed
SILENCE = 90.0  # seconds without a successful poll: something is wrong
AT_ONCE = 100  # messages that one call deletes
MOST_KEYBOARDS = 10_000  # chats of which we remember that one is open; for any other it is closed a little later


class Telegram:
    """One bot. `webhook`: where Telegram brings updates; without it they are fetched."""

    name = NAME
    repeats_harmless = False

    def __init__(
        self,
        token: SecretStr,
        profile: Profile,
        *,
        api: str = API,
        webhook: Webhook | None = None,
        stays_in_groups: bool = False,
        pace: Pace | None = None,
    ) -> None:
        address = api.rstrip("/")
        self._polls = Transport(limit=2)
        self._bot = Bot(
            token.get_secret_value(),
            base_url=f"{address}/bot",
            base_file_url=f"{address}/file/bot",
            request=Transport(),
            get_updates_request=self._polls,
        )
        self._profile = profile
        self._webhook = webhook
        self._pace = pace or Pace()
        self._heard = float("-inf")
        self._stands_by = False  # another process fetches
        self._keyboards: dict[int, None] = {}  # chats in which one for the position is open
        self._ornaments = Ornaments()
        self._receiver = Receiver(self._bot, self._ornaments, self._keyboards, stays_in_groups=stays_in_groups)

    async def run(self, intake: Intake) -> None:
        """Receive until cancelled; a revoked token or an unreachable server ends it, and it is started again."""
        try:
            await self._bot.initialize()
            self._ornaments.do(partial(introduce, self._bot, self._profile))
            if self._webhook:
                await self._listen(self._webhook, intake)
            else:
                self._stands_by = True
                await intake.lead(NAME, partial(self._poll, intake))
        except InvalidToken:
            self._heard = float("-inf")
            log.error("token_refused", channel=NAME)
            raise
        finally:
            self._stands_by = False
            self._ornaments.cancel()

    async def close(self) -> None:
        """Close the connections; not when receiving ends, for then answers are still on their way."""
        await self._bot.shutdown()

    def lay_out(self, replies: Sequence[Reply], address: str, chosen: str | None) -> Sequence[str]:
        to = Address.from_json(address)
        calls = layout.lay_out(replies, to.pressed, typed=to.typed, keyboard=to.keyboard)
        if chosen in self._profile.commands:
            calls.append({"method": "commands", "lang": chosen})
        return [json.dumps(call, ensure_ascii=False) for call in calls]

    async def deliver(self, call: str, address: str, key: str) -> Sequence[str]:  # noqa: ARG002 Telegram knows no keys
        chat, what = Address.from_json(address).chat, json.loads(call)
        await self._pace.wait(chat)
        self._ornaments.spare(chat)
        sent = await make(self._bot, chat, what, self._profile.commands)
        if layout.changes_keyboard(what):
            self._note_keyboard(chat, is_open="places" in what)
        return sent

    def _note_keyboard(self, chat: int, *, is_open: bool) -> None:
        self._keyboards.pop(chat, None)
        if is_open and len(self._keyboards) < MOST_KEYBOARDS:
            self._keyboards[chat] = None

    async def erase(self, refs: Sequence[str], address: str) -> None:
        """Telegram lets us delete what is younger than 48 hours, also what the family wrote.

        The menu of the chat goes too: its language would tell what was chosen.
        """
        chat = Address.from_json(address).chat
        await forget_commands(self._bot, chat)
        ids = [int(ref) for ref in refs]
        for i in range(0, len(ids), AT_ONCE):
            await self._erase(chat, ids[i : i + AT_ONCE])

    async def _erase(self, chat: int, ids: Sequence[int]) -> None:
        """Where one message is too old, Telegram refuses them all: then the others go in halves."""

        async def delete() -> Sequence[str]:
            await self._bot.delete_messages(chat, ids)
            return ()

        try:
            await told(delete, again=True)
        except RefusedError:
            half = len(ids) // 2
            for part in (ids[:half], ids[half:]) if half else ():
                await self._erase(chat, part)

    def is_well(self) -> bool:
        return self._stands_by or monotonic() - self._heard < SILENCE

    async def _poll(self, intake: Intake) -> None:
        """Fetch updates; only one process may."""
        self._stands_by = False
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
            self._heard = monotonic()
            await self._fetch_all(intake)
        finally:
            self._stands_by = True

    async def _fetch_all(self, intake: Intake) -> None:
        read_to = await intake.cursor(NAME)
        offset = int(read_to) if read_to else 0
        pause = FIRST_PAUSE
        while True:
            try:
                updates = await self._fetch(offset)
                self._heard = monotonic()
                if updates:
                    following = updates[-1]["update_id"] + 1
                    await self._receiver.take_in(updates, intake, cursor=str(following))
                    offset = following
                pause = FIRST_PAUSE
                continue
            except InvalidToken:
                raise
            except Conflict:
                log.error("second_instance", channel=NAME)
            except (TelegramError, UnavailableError) as error:
                log.warning("poll_failed", channel=NAME, error=where(error))
                if isinstance(error, UndoneError) and error.retry_after:
                    pause = max(pause, error.retry_after)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _fetch(self, offset: int) -> Sequence[Mapping[str, Any]]:
        """Updates as they come: one that cannot be understood must not hold up the others, as it would in PTB's own."""
        asked = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": json.dumps(WANTED)}
        address = f"{self._bot.base_url}/getUpdates?{urlencode(asked)}"
        return cast("list[dict[str, Any]]", await self._polls.post(address, read_timeout=POLL_SECONDS + 10))

    async def _listen(self, webhook: Webhook, intake: Intake) -> None:
        async def take_in(data: Mapping[str, Any]) -> None:
            self._heard = monotonic()
            await self._receiver.take_in([data], intake)

        async with webhook.listening(take_in):
            await self._bot.set_webhook(
                webhook.url,
                secret_token=webhook.secret.get_secret_value(),
                allowed_updates=WANTED,
                drop_pending_updates=False,
            )
            while True:
                if not await self._is_ours(webhook):
                    return
                await asyncio.sleep(SILENCE / 3)

    async def _is_ours(self, webhook: Webhook) -> bool:
        """Whether Telegram still brings updates to us; where nobody knows, we go on listening."""
        try:
            info = await self._bot.get_webhook_info()
        except InvalidToken:
            raise
        except TelegramError as error:
            log.warning("webhook_unchecked", channel=NAME, error=where(error))
            return True
        self._heard = monotonic()
        if info.url != webhook.url:
            log.error("second_instance", channel=NAME)
        return info.url == webhook.url
