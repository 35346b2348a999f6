"""Brings the answers of one chat to its messenger, one by one, and writes down what became of each."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog

from bot.channels.base import Channel, GoneError, RefusedError, UnsentError
from bot.logs import where
from bot.metrics import Metrics
from bot.seals import Letter, Seals
from bot.store import delivery, turns
from bot.store.database import Database
from bot.store.delivery import Claim, Parcel

log = structlog.get_logger()


@dataclass(frozen=True)
class Patience:
    """How long (seconds) and how often."""

    send: float = 20
    first_pause: float = 1
    longest_pause: float = 60
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
        owner: str,
        metrics: Metrics,
        today: Callable[[], date],
        patience: Patience = Patience(),
        at: Callable[[str], None],
    ) -> None:
        self._database = database
        self._seals = seals
        self._channels = channels
        self._write = write
        self._owner = owner
        self._metrics = metrics
        self._today = today
        self._patience = patience
        self._at = at

    async def send(self, claimed: Claim, parcels: Sequence[Parcel], *, wait: float = 0, closes: bool = False) -> None:
        """Deliver everything, then let the chat go for `wait` seconds; `closes`: then the chat itself is erased."""
        channel = self._channels.get(claimed.channel)
        if channel is None:  # not configured any more: its answers wait, and go when their time is over
            await self._let_go(claimed, self._patience.longest_pause)
            return
        if not parcels:
            await self._let_go(claimed, wait)
            return
        for i, parcel in enumerate(parcels):
            following = parcels[i + 1].n if i + 1 < len(parcels) else None
            arrived = await self._send_one(claimed, channel, parcel)
            if arrived is None:
                return
            now = self._database.now()
            if closes and following is None:
                await self._write(turns.close, self._owner, claimed.chat, parcel.n, now)
                self._database.scrub()
                return
            refs = [self._seals.ref(claimed.chat, ref) for ref in arrived]
            await self._write(
                delivery.delivered,
                self._owner,
                claimed.chat,
                parcel.n,
                now,
                refs=refs,
                following=following,
                ready_at=now + wait,
            )
            self._at("after_mark")

    async def _let_go(self, claimed: Claim, seconds: float) -> None:
        await self._write(delivery.let_go, self._owner, claimed.chat, self._database.now() + seconds)

    async def _send_one(self, claimed: Claim, channel: Channel, parcel: Parcel) -> Sequence[str] | None:
        """Refs of what arrived (or was given up); None when the chat has to wait."""
        letter = self._seals.open_letter(claimed.chat, parcel.content)
        if parcel.started:  # the process ended in the middle of it
            again = await self._unclear(claimed, channel, parcel, letter, pause=0)
            return None if again else ()
        self._at("before_send")
        try:
            refs = await asyncio.wait_for(self._call(channel, letter, parcel), self._patience.send)
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
        except Exception as error:  # noqa: BLE001 a broken connection, a time-out, a bug of the channel: nobody knows
            log.warning("send_unclear", channel=channel.name, error=where(error))
            self._metrics.sends.labels(channel.name, "unclear").inc()
            again = await self._unclear(claimed, channel, parcel, letter, pause=self._patience.unclear_pause)
            return None if again else ()
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
        grown = min(self._patience.longest_pause, self._patience.first_pause * 2 ** min(parcel.failed, 16))
        pause = max(error.retry_after or 0, grown * random.uniform(0.5, 1))  # noqa: S311 only spreads the load
        ready_at = self._database.now() + pause
        await self._write(delivery.postpone, self._owner, claimed.chat, parcel.n, ready_at, unclear=False)

    async def _unclear(self, claimed: Claim, channel: Channel, parcel: Parcel, letter: Letter, *, pause: float) -> bool:
        """Nobody knows whether it arrived. True: it will be sent again; False: that was often enough."""
        most = self._patience.unclear_urgent if letter.urgent else self._patience.unclear
        if letter.erase or (parcel.unclear >= most and not channel.repeats_harmless):
            self._metrics.given_up.labels(channel.name).inc()
            return False
        ready_at = self._database.now() + pause
        await self._write(delivery.postpone, self._owner, claimed.chat, parcel.n, ready_at, unclear=True)
        return True
