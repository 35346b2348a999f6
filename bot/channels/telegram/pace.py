"""Telegram's speed limits: about one message a second in a chat, thirty a second in all (core.telegram.org/bots/faq)."""

import asyncio
from collections.abc import Callable
from time import monotonic

from bot.channels.base import UnsentError
from bot.limits import Buckets, Rate

CHAT = Rate(8, 1)  # one page of offers goes at once, then one message a second
OVERALL = Rate(30, 30)
LONGEST_WAIT = 10.0  # seconds; for more the chat steps aside and others go on


class Pace:
    """Lets calls through in time."""

    def __init__(self, chat: Rate = CHAT, overall: Rate = OVERALL, clock: Callable[[], float] = monotonic) -> None:
        self._chats = Buckets(chat)
        self._overall = Buckets(overall)
        self._clock = clock
        self._closed: dict[int, float] = {}

    async def wait(self, chat: int) -> None:
        """Wait until a message may go to this chat.

        Raises:
            UnsentError: that would take too long; nothing was counted as sent.
        """
        now = self._clock()
        closed = self._closed.get(chat, 0.0) - now
        if closed > 0:
            raise UnsentError("too many messages", closed)
        self._closed.pop(chat, None)
        seconds = max(self._chats.take(str(chat).encode(), now)[0], self._overall.take(b"", now)[0])
        if seconds > LONGEST_WAIT:
            raise UnsentError("too many messages", seconds)
        if seconds > 0:
            await asyncio.sleep(seconds)

    def close(self, chat: int, seconds: float) -> None:
        """Telegram wants to be left alone for this chat; others go on."""
        self._closed[chat] = self._clock() + seconds
