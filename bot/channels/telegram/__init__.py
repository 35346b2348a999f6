"""Telegram: PTB's types and `Bot` over aiohttp, an intake of our own. Nothing is confirmed before it is stored.

Long polling needs no address of one's own; a webhook does, and answers faster.
"""

import asyncio
import json
from collections.abc import Coroutine, Sequence
from time import monotonic
from typing import Any

import structlog
from pydantic import SecretStr
from telegram import Bot
from telegram import Update as TelegramUpdate
from telegram.constants import ChatAction
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.base import Intake
from bot.channels.telegram import layout
from bot.channels.telegram.calls import make
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.profile import Profile, introduce
from bot.channels.telegram.transport import Transport
from bot.channels.telegram.updates import WANTED, Address, Event, Received, read
from bot.channels.telegram.webhook import Webhook
from bot.dialogue.model import Reply, Text
from bot.logs import where
from bot.store.database import UnavailableError

log = structlog.get_logger()

API = "https://api.telegram.org"
POLL_SECONDS = 30
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # after a poll that failed
SILENCE = 90.0  # seconds without a successful poll: something is wrong
AT_ONCE = 100  # messages that one call deletes


class Telegram:
    """One bot. `webhook`: where Telegram brings updates; without it they are fetched."""

    name = "telegram"
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
        self._bot = Bot(
            token.get_secret_value(),
            base_url=f"{address}/bot",
            base_file_url=f"{address}/file/bot",
            request=Transport(),
            get_updates_request=Transport(limit=2),
        )
        self._profile = profile
        self._webhook = webhook
        self._stays_in_groups = stays_in_groups
        self._pace = pace or Pace()
        self._heard = float("-inf")
        self._aside: set[asyncio.Task[None]] = set()

    async def run(self, intake: Intake) -> None:
        """Receive until cancelled; a revoked token or an unreachable server ends it, and it is started again."""
        try:
            async with self._bot:
                self._do_aside(introduce(self._bot, self._profile))
                if self._webhook:
                    await self._listen(self._webhook, intake)
                else:
                    await self._bot.delete_webhook(drop_pending_updates=False)
                    await self._poll(intake)
        except InvalidToken:
            log.error("token_refused", channel=self.name)
            raise
        finally:
            for task in self._aside:
                task.cancel()

    def lay_out(self, replies: Sequence[Reply], address: str, chosen: str | None) -> Sequence[str]:
        to = Address.from_json(address)
        calls = layout.lay_out(replies, to.pressed, typed=to.typed, keyboard=to.keyboard)
        if chosen in self._profile.commands:
            calls.append({"method": "commands", "lang": chosen})
        return [json.dumps(call, ensure_ascii=False) for call in calls]

    async def deliver(self, call: str, address: str, key: str) -> Sequence[str]:  # noqa: ARG002 Telegram knows no keys
        chat = Address.from_json(address).chat
        await self._pace.wait(chat)
        return await make(self._bot, chat, json.loads(call), self._profile.commands)

    async def erase(self, refs: Sequence[str], address: str) -> None:
        """Telegram lets us delete what is younger than 48 hours, also what the family wrote."""
        chat = Address.from_json(address).chat
        ids = [int(ref) for ref in refs]
        for i in range(0, len(ids), AT_ONCE):
            await self._bot.delete_messages(chat, ids[i : i + AT_ONCE])

    def is_well(self) -> bool:
        return monotonic() - self._heard < SILENCE

    async def _poll(self, intake: Intake) -> None:
        read_to = await intake.cursor(self.name)
        offset = int(read_to) if read_to else None
        pause = FIRST_PAUSE
        while True:
            try:
                updates = await self._bot.get_updates(
                    offset, timeout=POLL_SECONDS, read_timeout=POLL_SECONDS + 10, allowed_updates=WANTED
                )
                self._heard = monotonic()
                if updates:
                    await self.take_in(updates, intake, cursor=str(updates[-1].update_id + 1))
                    offset = updates[-1].update_id + 1
                pause = FIRST_PAUSE
                continue
            except InvalidToken:
                raise
            except RetryAfter as error:
                seconds = error.retry_after
                pause = float(seconds if isinstance(seconds, int) else seconds.total_seconds())
            except Conflict:
                log.error("second_instance", channel=self.name)
            except (TelegramError, UnavailableError) as error:
                log.warning("poll_failed", channel=self.name, error=where(error))
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _listen(self, webhook: Webhook, intake: Intake) -> None:
        async def take_in(data: dict[str, Any]) -> None:
            update = TelegramUpdate.de_json(data, self._bot)
            self._heard = monotonic()
            await self.take_in([update], intake)

        async with webhook.listening(take_in):
            await self._bot.set_webhook(
                webhook.url,
                secret_token=webhook.secret.get_secret_value(),
                allowed_updates=WANTED,
                drop_pending_updates=False,
            )
            while True:
                info = await self._bot.get_webhook_info()
                self._heard = monotonic()
                if info.url != webhook.url:
                    log.error("second_instance", channel=self.name)
                    return
                await asyncio.sleep(SILENCE / 3)

    async def take_in(self, updates: Sequence[TelegramUpdate], intake: Intake, cursor: str | None = None) -> None:
        """Confirm button presses, store what families say, leave groups.

        Raises:
            UnavailableError: not stored; Telegram has to bring them again.
        """
        received = [item for update in updates if (item := read(update, self._bot.username))]
        for item in received:
            if item.query:
                self._do_aside(self._bot.answer_callback_query(item.query))
            if item.event is Event.LEFT:
                await intake.leave(self.name, str(item.chat))
        await intake.accept(self.name, [item.update for item in received if item.update], cursor)
        for item in received:
            if item.event is Event.GROUP:
                self._do_aside(self._in_group(item))
            elif item.update and isinstance(item.update.said, Text):
                self._do_aside(self._bot.send_chat_action(item.chat, ChatAction.TYPING))

    async def _in_group(self, item: Received) -> None:
        """Nobody's worries belong into a group: go, or point to the private chat when spoken to."""
        if not self._stays_in_groups:
            await self._bot.leave_chat(item.chat)
        elif item.mentioned:
            await self._bot.send_message(item.chat, f"💬 {self._bot.link}")

    def _do_aside(self, ornament: Coroutine[Any, Any, Any]) -> None:
        """What does not matter if it fails: never waited for, never tried again."""

        async def quietly() -> None:
            try:
                await ornament
            except TelegramError as error:
                log.debug("ornament_failed", channel=self.name, error=where(error))

        task = asyncio.create_task(quietly())
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)
