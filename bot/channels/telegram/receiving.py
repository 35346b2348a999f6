"""From Telegram's updates to the inbox: confirm presses, store what families say, leave groups."""

import asyncio
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from telegram import Bot
from telegram import Update as TelegramUpdate
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channels.base import Intake
from bot.channels.telegram.updates import NAME, Event, Received, read
from bot.dialogue.model import Text
from bot.logs import where
from bot.store.database import UnavailableError

log = structlog.get_logger()

PATIENCE = 5.0  # seconds to erase a chat whose family has left, before others wait for it
TYPING_AFTER = 0.3  # seconds without an answer; most are there before anybody could see that one is being written
MOST_TYPING = 30  # chats at once; where more wait, answers matter more


class Ornaments:
    """What does not matter if it fails: never waited for, never tried again."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._later: dict[int, asyncio.TimerHandle] = {}  # by chat

    def __bool__(self) -> bool:
        return bool(self._tasks)

    def do(self, ornament: Callable[[], Awaitable[object]]) -> None:
        task = asyncio.create_task(self._quietly(ornament))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def do_later(self, chat: int, ornament: Callable[[], Awaitable[object]]) -> None:
        """Do it if nothing is answered meanwhile."""
        self.spare(chat)
        if len(self._later) < MOST_TYPING:
            self._later[chat] = asyncio.get_running_loop().call_later(TYPING_AFTER, self._do_now, chat, ornament)

    def spare(self, chat: int) -> None:
        """An answer comes: nobody needs to see that one is being written."""
        if waiting := self._later.pop(chat, None):
            waiting.cancel()

    def _do_now(self, chat: int, ornament: Callable[[], Awaitable[object]]) -> None:
        del self._later[chat]
        self.do(ornament)

    def cancel(self) -> None:
        for waiting in self._later.values():
            waiting.cancel()
        self._later.clear()
        for task in self._tasks:
            task.cancel()

    async def _quietly(self, ornament: Callable[[], Awaitable[object]]) -> None:
        try:
            await ornament()
        except (TelegramError, UnavailableError) as error:
            log.debug("ornament_failed", channel=NAME, error=where(error))


class Receiver:
    """Takes updates in. `keyboards`: chats in which one for the position is open."""

    def __init__(self, bot: Bot, ornaments: Ornaments, keyboards: Container[int], *, stays_in_groups: bool) -> None:
        self._bot = bot
        self._ornaments = ornaments
        self._keyboards = keyboards
        self._stays_in_groups = stays_in_groups

    async def take_in(self, updates: Sequence[Mapping[str, Any]], intake: Intake, cursor: str | None = None) -> None:
        """Store updates as they come from Telegram; a press is confirmed at once.

        Raises:
            UnavailableError: not stored; Telegram has to bring them again.
        """
        received = [item for update in updates if (item := self._read(update))]
        for item in received:
            if item.query:
                self._ornaments.do(partial(self._bot.answer_callback_query, item.query))
        await self._store(received, intake, cursor)
        for item in received:
            if item.event is Event.GROUP:
                self._ornaments.do(partial(self._in_group, item))
            elif item.update and isinstance(item.update.said, Text):
                self._ornaments.do_later(item.chat, partial(self._show_typing, item.chat, intake))

    async def _show_typing(self, chat: int, intake: Intake) -> None:
        if await intake.waits(NAME, str(chat)):  # another process may have answered, or it has come before
            await self._bot.send_chat_action(chat, ChatAction.TYPING)

    def _read(self, update: Mapping[str, Any]) -> Received | None:
        """Understand an update. One that nobody can read would come again for a day, and hold up all behind it."""
        try:
            return read(TelegramUpdate.de_json(dict(update), self._bot), self._bot.username, self._keyboards)
        except Exception as error:  # noqa: BLE001 whatever is in it: the others go on
            log.error("update_unreadable", channel=NAME, error=where(error))
            return None

    async def _store(self, received: Sequence[Received], intake: Intake, cursor: str | None) -> None:
        """Families who have left are erased; what they write when they come back is stored after that."""
        left = {item.chat for item in received if item.event is Event.LEFT}
        stay = [item.update for item in received if item.update and item.chat not in left]
        if not left:
            await intake.accept(NAME, stay, cursor)
            return
        await intake.accept(NAME, stay)
        for item in received:
            if item.event is Event.LEFT:
                await self._forget(item.chat, intake)
            elif item.update and item.chat in left:
                await intake.accept(NAME, [item.update])
        await intake.accept(NAME, [], cursor)

    async def _forget(self, chat: int, intake: Intake) -> None:
        try:
            await asyncio.wait_for(intake.leave(NAME, str(chat)), PATIENCE)
        except TimeoutError:
            raise UnavailableError from None

    async def _in_group(self, item: Received) -> None:
        """Nobody's worries belong into a group: go, or point to the private chat when spoken to."""
        if not self._stays_in_groups:
            await self._bot.leave_chat(item.chat)
        elif item.mentioned:
            await self._bot.send_message(item.chat, f"💬 {self._bot.link}")
