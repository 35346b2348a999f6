"""Brings the answers of one chat to its messenger, one by one, and writes down what became of each."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog

from bot.channels.base import Channel, Departing, GoneError, RefusedError, UnsentError
from bot.logs import where
from bot.metrics import Metrics
from bot.seals import Letter, Seals
from bot.store import delivery, turns
from bot.store.database import Database
from bot.store.delivery import Claim, Next, Parcel

log = structlog.get_logger()


@dataclass(frozen=True)
class Patience:
    """How long (seconds) and how often."""

    send: float = 20
    first_pause: float = 1
    longest_pause: float = 60
    longest_wait: float = 3600  # whatever a channel asks for: after an hour nobody waits for an answer any more
    unclear_pause: float = 5
    unclear: int = 1  # so often an answer is sent again of which nobody knows whether it arrived
    unclear_urgent: int = 3  # the same for numbers in a danger: twice is better than never


class Sender:
    """Delivers parcels in their order; the first that fails makes the chat wait."""

    def __init__(
        self,
        database: Database,
        seals: Seals,
        channels: Mapping[str, Channel],
        write: Callable[..., Awaitable[Any]],
        *,
        metrics: Metrics,
        today: Callable[[], date],
        patience: Patience = Patience(),
        at: Callable[[str], None],
    ) -> None:
        self._database = database
        self._seals = seals
        self._channels = channels
        self._write = write
        self._metrics = metrics
        self._today = today
        self._patience = patience
        self._at = at

    async def send(self, claimed: Claim, parcels: Sequence[Parcel], *, wait: float = 0) -> Next:
        """Deliver everything, then let the chat go for `wait` seconds."""
        if not parcels:
            await self._let_go(claimed, wait)
        channel = self._channels[claimed.channel]
        for i, parcel in enumerate(parcels):
            following = parcels[i + 1].n if i + 1 < len(parcels) else None
            letter = self._seals.open_letter(claimed.chat, parcel.content)
            arrived = await self._send_one(claimed, channel, parcel, letter)
            if arrived is None:
                return Next.CLAIM
            if letter.closes:
                await self._depart(channel, letter.address)
            refs = [self._seals.ref(claimed.chat, ref) for ref in arrived]
            then = await self._mark(claimed, parcel, letter, refs, following, wait)
            self._at("after_mark")
            if then is not Next.DELIVER:
                return then
        return Next.CLAIM

    async def _depart(self, channel: Channel, address: str) -> None:
        """Leave a chat in which everything is said and deleted."""
        if not isinstance(channel, Departing):
            return
        try:
            async with asyncio.timeout(self._patience.send):
                await channel.depart(address)
        except Exception as error:  # noqa: BLE001 nothing of the family is left there, only we are
            log.warning("not_left", channel=channel.name, error=where(error))

    async def _mark(
        self, claimed: Claim, parcel: Parcel, letter: Letter, refs: Sequence[bytes], following: int | None, wait: float
    ) -> Next:
        """Write down that it arrived."""
        now, chat = self._database.now(), claimed.chat
        if letter.closes:
            await self._write(turns.close, claimed.owner, chat, parcel.n, now, key=parcel.key)
            self._database.scrub()
            return Next.CLAIM
        ready_at = now + wait
        then: Next = await self._write(
            delivery.delivered,
            claimed.owner,
            chat,
            parcel.n,
            now,
            refs=refs,
            following=following,
            ready_at=ready_at,
            key=parcel.key,
        )
        return then

    async def _let_go(self, claimed: Claim, seconds: float) -> None:
        await self._write(delivery.let_go, claimed.owner, claimed.chat, self._database.now() + seconds)

    async def _send_one(self, claimed: Claim, channel: Channel, parcel: Parcel, letter: Letter) -> Sequence[str] | None:
        """Refs of what arrived (or was given up); None when the chat has to wait."""
        if parcel.started:  # a process ended in the middle of it: again, however often that happens, but ever later
            pause = self._grown_pause(parcel) if parcel.failed else 0
            await self._postpone(claimed, parcel, pause, unclear=False)
            return None
        self._at("before_send")
        try:
            async with asyncio.timeout(self._patience.send):
                refs = await self._call(channel, letter, parcel)
        except GoneError:
            self._metrics.sends.labels(channel.name, "gone").inc()
            await self._write(turns.gone, claimed.chat, self._today())
            self._database.scrub()
            return None
        except RefusedError as error:
            log.error("refused", channel=channel.name, error=where(error))
            self._metrics.sends.labels(channel.name, "refused").inc()
            self._metrics.given_up.labels(channel.name).inc()
            return ()
        except UnsentError as error:
            await self._unsent(claimed, channel, parcel, error)
            return None
        except (Exception, asyncio.CancelledError) as error:  # a broken connection, a time-out, a bug of the channel
            if is_cancelled():
                raise
            log.warning("send_unclear", channel=channel.name, error=where(error))
            return None if await self._unclear(claimed, channel, parcel, letter) else ()
        self._at("after_send")
        self._metrics.sends.labels(channel.name, "sent").inc()
        return refs

    async def _call(self, channel: Channel, letter: Letter, parcel: Parcel) -> Sequence[str]:
        if letter.erase:
            await channel.erase(letter.erase, letter.address)
            return ()
        return await channel.deliver(letter.call, letter.address, parcel.key)

    async def _unsent(self, claimed: Claim, channel: Channel, parcel: Parcel, error: UnsentError) -> None:
        """Surely not delivered: again, with growing pauses, for as long as answers are kept."""
        self._metrics.sends.labels(channel.name, "unsent").inc()
        wanted = min(error.retry_after or 0, self._patience.longest_wait)
        await self._postpone(claimed, parcel, max(self._grown_pause(parcel), wanted), unclear=False)

    async def _unclear(self, claimed: Claim, channel: Channel, parcel: Parcel, letter: Letter) -> bool:
        """Nobody knows whether it arrived. True: it will be sent again; False: that was often enough."""
        self._metrics.sends.labels(channel.name, "unclear").inc()
        most = self._patience.unclear_urgent if letter.urgent else self._patience.unclear
        if parcel.unclear >= most and (letter.erase or not channel.repeats_harmless):
            self._metrics.given_up.labels(channel.name).inc()
            return False
        await self._postpone(claimed, parcel, self._patience.unclear_pause, unclear=True)
        return True

    async def _postpone(self, claimed: Claim, parcel: Parcel, pause: float, *, unclear: bool) -> None:
        ready_at = self._database.now() + pause
        await self._write(delivery.postpone, claimed.owner, claimed.chat, parcel.n, ready_at, unclear=unclear)

    def _grown_pause(self, parcel: Parcel) -> float:
        grown = self._patience.first_pause * 2.0 ** min(parcel.failed, 16)
        return min(self._patience.longest_pause, grown) * random.uniform(0.5, 1)  # noqa: S311 only spreads the load


def is_cancelled() -> bool:
    """Whether somebody ends this task; a library may also cancel something of its own, and that must not end a chat."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
