"""Takes in what the channels bring: stored before it is confirmed, and what is a danger answered even if it cannot be."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import structlog

from bot.channels.base import Channel, Update
from bot.dialogue.model import Input, Reply, Text
from bot.keys import Keys
from bot.limits import Buckets, Rate
from bot.logs import where
from bot.metrics import Metrics
from bot.seals import Seals
from bot.store import delivery
from bot.store.database import Database, UnavailableError
from bot.store.delivery import Arrival

log = structlog.get_logger()

MAX_INPUT = 4000  # characters; nobody reads more, and nothing that is longer helps to understand
YIELDING = 0.1  # seconds at most that an answer waits until nothing is being stored
STORING = 2.0  # seconds; a database that takes longer counts as away, even if it stores what was brought after all
RESCUED = 10_000  # updates remembered that were looked at while nothing could be stored


class Reception:
    """The door. `rescue`: the answer to a danger, without any memory; nothing for everything else.

    `storing` is told when updates are about to be stored, in the same breath: SQLite then claims their chats in the same
    transaction.
    """

    def __init__(
        self,
        database: Database,
        keys: Keys,
        channels: Mapping[str, Channel],
        rescue: Callable[[Input], Awaitable[Sequence[Reply]]],
        *,
        rate: Rate,
        patience: float,
        metrics: Metrics,
        at: Callable[[str], None],
        storing: Callable[[], None] | None = None,
    ) -> None:
        self._database = database
        self._keys = keys
        self._seals = Seals(keys)
        self._channels = channels
        self._rescue = rescue
        self._taken_in = Buckets(rate)
        self._patience = patience
        self._metrics = metrics
        self._at = at
        self._storing = storing
        self._rescued: OrderedDict[bytes, None] = OrderedDict()
        self._harmless: OrderedDict[bytes, None] = OrderedDict()  # so that what comes again and again costs no thought
        self._is_away = False
        self._coming = 0
        self._is_calm = asyncio.Event()
        self._is_calm.set()

    async def calm(self) -> None:
        """Wait, for a moment at most, until nothing is being stored: what is heard goes before what is answered."""
        if self._coming:
            with suppress(TimeoutError):
                async with asyncio.timeout(YIELDING):
                    await self._is_calm.wait()

    async def accept(self, channel: str, updates: Sequence[Update], cursor: str | None) -> None:
        """Store updates, and how far the channel has read.

        Raises:
            UnavailableError: they are not stored; dangers were answered all the same.
        """
        self._coming += 1
        self._is_calm.clear()
        try:
            await self._accept(channel, updates, cursor)
        finally:
            self._coming -= 1
            if not self._coming:
                self._is_calm.set()

    async def _accept(self, channel: str, updates: Sequence[Update], cursor: str | None) -> None:
        if self._is_away:
            await self._save_all(channel, updates)  # before anything else is waited for
        now = self._database.now()
        arrivals = [self._arrival(channel, update, now) for update in updates]
        self._at("before_inbox_commit")
        if updates and self._storing:
            self._storing()
        try:
            async with asyncio.timeout(STORING):
                fresh = await self._database.do(
                    delivery.accept, arrivals, now, None if cursor is None else (channel, cursor)
                )
        except (UnavailableError, TimeoutError) as error:
            self._is_away = True
            self._give_back(arrivals, now)
            await self._save_all(channel, updates)
            raise UnavailableError(str(error) or "does not answer") from error
        self._is_away = False
        self._at("after_inbox_commit")
        self._give_back((arrival for arrival, is_fresh in zip(arrivals, fresh, strict=True) if not is_fresh), now)
        self._metrics.updates.labels(channel).inc(sum(fresh))
        self._metrics.repeated.labels(channel).inc(len(fresh) - sum(fresh))

    def _arrival(self, channel: str, update: Update, now: float) -> Arrival:
        chat, digest = self._keys.chat(channel, update.chat), self._keys.update(channel, update.id)
        if digest in self._rescued:
            return Arrival(digest, chat, channel, None)
        if not self._taken_in.has(chat, now):
            self._metrics.flooded.labels(channel).inc()
            return Arrival(digest, chat, channel, None)
        return Arrival(digest, chat, channel, self._seals.update(chat, _cut(update)))

    def _give_back(self, arrivals: Iterable[Arrival], now: float) -> None:
        """Only what is stored counts against a chat: what comes again is the channel's doing, not the family's."""
        for arrival in arrivals:
            if arrival.content is not None:
                self._taken_in.give_back(arrival.chat, now)

    async def _save_all(self, channel: str, updates: Iterable[Update]) -> None:
        by_digest = {self._keys.update(channel, update.id): update for update in updates}
        await asyncio.gather(*(self._save(self._channels[channel], *item) for item in by_digest.items()))

    async def _save(self, channel: Channel, digest: bytes, update: Update) -> None:
        """Nothing can be stored; somebody in danger gets the numbers nevertheless, once."""
        if digest in self._rescued or digest in self._harmless:
            return
        try:
            replies = await self._rescue(_cut(update).said)
            for n, call in enumerate(channel.lay_out(replies, update.address, None) if replies else ()):
                async with asyncio.timeout(self._patience):
                    await channel.deliver(call, update.address, f"{digest.hex()}.rescue.{n}")
        except Exception as error:  # noqa: BLE001 the update comes again, and is tried again
            log.warning("rescue_failed", channel=channel.name, error=where(error))
            return
        if replies:
            self._metrics.rescued.labels(channel.name).inc()
        looked_at = self._rescued if replies else self._harmless
        looked_at[digest] = None
        if len(looked_at) > RESCUED:
            looked_at.popitem(last=False)


def _cut(update: Update) -> Update:
    match update.said:
        case Text(words) if len(words) > MAX_INPUT:
            return replace(update, said=Text(words[:MAX_INPUT]))
    return update
