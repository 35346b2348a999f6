"""Telegram's speed limits: about one message a second in a chat, thirty a second in all (core.telegram.org/bots/faq)."""

import asyncio
from collections.abc import Callable
from time import monotonic

from bot.channels.base import UnsentError
from bot.limits import MOST_CHATS, Rate

CHAT = Rate(8, 1)  # one page of offers goes at once, then one message a second
OVERALL = Rate(30, 30)
LONGEST_WAIT = 5.0  # seconds; for more the chat steps aside and others go on


class Pace:
    """Lets calls through in time."""

    def __init__(self, chat: Rate = CHAT, overall: Rate = OVERALL, clock: Callable[[], float] = monotonic) -> None:
        self._chat = chat
        self._overall = overall
        self._clock = clock
        self._chats: dict[int, float] = {}  # until when each has used up its share
        self._all = 0.0

    async def wait(self, chat: int) -> None:
        """Wait until a message may go to this chat.

        Raises:
            UnsentError: that would take too long; nothing was counted as sent.
        """
        now = self._clock()
        mine, everybody = max(self._chats.get(chat, now), now), max(self._all, now)
        seconds = max(_ahead(mine - now, self._chat), _ahead(everybody - now, self._overall))
        if seconds > LONGEST_WAIT:
            raise UnsentError("too many messages", seconds)
        self._chats[chat] = mine + 1 / self._chat.per_second
        self._all = everybody + 1 / self._overall.per_second
        if len(self._chats) > MOST_CHATS:
            self._chats = {known: until for known, until in self._chats.items() if until > now}
        if seconds > 0:
            await asyncio.sleep(seconds)


def _ahead(used: float, rate: Rate) -> float:
    """Seconds to wait where `used` seconds of the share are used up."""
    return used - (rate.burst - 1) / rate.per_second
