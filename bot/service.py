"""The one place where a message meets state, time and storage.

A message is stored before its channel confirms it. A chat is claimed; its oldest message is answered; the new state and
the answers are written in one transaction; the answers are delivered one by one, and each delivery is written down.
Whatever dies at whatever moment, the next start goes on from what is written.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from time import perf_counter

import structlog

from bot.channels.base import Channel, Departing, Update, Work
from bot.claiming import Claims
from bot.conversation import Conversation
from bot.dialogue.model import Input, Reply, State, Turn
from bot.keys import Keys, WrongKeyError
from bot.leading import lead
from bot.limits import Buckets, Bulkheads, Rate
from bot.logs import where
from bot.marker import Marker
from bot.metrics import Metrics
from bot.mind import Mind
from bot.packing import Packer, forgets
from bot.reception import Reception
from bot.seals import Seals
from bot.sending import Patience, Sender
from bot.store import beginning, delivery, retention, turns
from bot.store.database import Database, Operation, P, T, UnavailableError
from bot.store.delivery import Claim, LostClaimError, Message, Next, Parcel
from bot.store.turns import Answered

log = structlog.get_logger()

POISON_TRIES = 3
FIRST_RETRY, LONGEST_RETRY = 0.1, 2.0  # seconds, while the database is away
GOODBYE = 0.5  # seconds to give back what is owned, at the end


@dataclass(frozen=True)
class Limits:
    """How much, how often, how long (seconds)."""

    chats_at_once: int = 64  # of one channel
    brisk: float = 0.5  # what takes longer leaves its place among those
    most_at_once: int = 1024  # whatever takes long
    answered: Rate = Rate(20, 1)  # of one chat; the others of its messages wait for their turn
    taken_in: Rate = Rate(200, 2)  # of one chat; nobody writes that much by hand
    patience: Patience = Patience()
    poll: float = 0.5  # where other processes may bring something, or there was no room for everything
    idle: float = 10  # where nobody else brings anything
    alive: float = 10
    drain: float = 4


def nowhere(_: str) -> None:
    """Nothing happens at the named points; the proofs end the process there."""


class Service:
    """Takes messages in and brings answers back. One per process; several processes may share a database."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        conversation: Conversation,
        channels: Sequence[Channel],
        *,
        metrics: Metrics | None = None,
        today: Callable[[], date] = date.today,
        limits: Limits = Limits(),
        marker: Marker | None = None,
        warmed_up: Callable[[], object] = int,
        at: Callable[[str], None] = nowhere,
    ) -> None:
        self.conversation = conversation
        self.metrics = metrics or Metrics()
        self.owner = secrets.token_hex(delivery.PROCESS // 2)
        self._database = database
        self._keys = keys
        self._seals = Seals(keys)
        self._channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self._today = today
        self._limits = limits
        self._marker = marker
        self._warmed_up = warmed_up
        self._at = at
        self._answered = Buckets(limits.answered)
        self._packer = Packer(self._seals, self._channels)
        self._work: dict[asyncio.Task[Next], bytes] = {}  # which chat each is about
        self._bulkheads = Bulkheads(self._channels, limits.chats_at_once, limits.brisk, limits.most_at_once)
        self._claims = Claims(database, self.owner, limits.poll, limits.idle, self._is_away)
        self._is_full = False  # more may wait than there was room for
        self._awake = asyncio.Event()
        self._claims_no_more = asyncio.Event()
        self._claims_no_more.set()
        self._stopping = False
        self._reception = Reception(
            database,
            keys,
            self._channels,
            self._rescue,
            rate=limits.taken_in,
            patience=limits.patience.send,
            metrics=self.metrics,
            at=at,
            storing=self._awake.set if database.is_sqlite else None,  # who claims stands behind it in the queue
        )
        self._mind = Mind(self._reception.calm)
        self._sender = Sender(
            database,
            self._seals,
            self._channels,
            self._write,
            metrics=self.metrics,
            today=today,
            patience=limits.patience,
            at=at,
        )

    async def accept(self, channel: str, updates: Sequence[Update], cursor: str | None = None) -> None:
        """Store updates, and how far the channel has read. When it returns they are safe.

        Raises:
            UnavailableError: they are not; dangers were answered all the same, everything must come again.
        """
        try:
            await self._reception.accept(channel, updates, cursor)
        except UnavailableError as error:
            self._is_away(error)
            raise
        if updates and not self._database.is_sqlite:
            self._awake.set()

    async def cursor(self, channel: str) -> str | None:
        """How far a channel had read."""
        return await self._database.do(delivery.cursor_of, channel)

    async def leave(self, channel: str, chat: str) -> None:
        """The family has blocked the bot or left: everything about the chat goes."""
        await self._write(turns.gone, self._keys.chat(channel, chat), self._today())
        self._database.scrub()

    async def waits(self, channel: str, chat: str) -> bool:
        """Whether somebody in this chat waits for an answer, whichever process works on it."""
        return await self._database.do(delivery.waits, self._keys.chat(channel, chat))

    async def lead(self, channel: str, work: Work) -> None:
        """Do what only one of the processes that share a database may do."""

        async def take() -> bool:
            now = self._database.now()
            return not self._stopping and await self._database.do(
                delivery.lease, channel, self.owner, now, self._limits.alive
            )

        if self._database.is_sqlite:  # one process only
            await work()
        else:
            await lead(channel, work, take, self._limits.alive)

    async def run(self) -> None:
        """Answer and deliver until stopped."""
        self._claims_no_more.clear()
        self._mind.begin(self._warm_up)  # meanwhile messages are taken in already
        try:
            await self._begin()
            while not self._stopping:
                await self._serve_some()
        finally:
            self._claims_no_more.set()

    def _warm_up(self) -> None:
        self.conversation.warm_up()
        self._warmed_up()

    async def stop(self) -> None:
        """End in order: what is being answered is answered and delivered, the rest waits for the next start.

        The channels still have to be there; what they bring meanwhile is stored, and answered after the next start.
        """
        self._stopping = True
        self._awake.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.drain):
                await self._claims_no_more.wait()
                while self._work:
                    await asyncio.wait(self._work)
        unfinished = set(self._work)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        try:
            async with asyncio.timeout(GOODBYE):
                await self._database.do(delivery.leave, self.owner)
        except (UnavailableError, TimeoutError):
            log.warning("left_without_goodbye")
        self._mind.end()

    async def stay_alive(self) -> None:
        """Renew this process's lease, and take over from processes that are gone.

        Raises:
            UnavailableError: the database is away.
        """
        await self._database.stay_synchronised()
        now = self._database.now()
        freed = await self._database.do(delivery.stay_alive, self.owner, now, self._limits.alive)
        self.metrics.database_up.set(1)
        self._claims.may_own_more = True
        if freed:
            log.warning("took_over", chats=freed)
            self._awake.set()

    async def _write(self, operation: Operation[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Write what has happened, however long the database is away: it is only known here."""
        pause = FIRST_RETRY
        while True:
            try:
                return await self._database.do(operation, *args, **named)
            except UnavailableError as error:
                self._is_away(error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_RETRY)

    def _is_away(self, error: UnavailableError) -> None:
        """Say so once, not at every attempt."""
        if self.metrics.is_database_up():
            log.error("database_unavailable", error=where(error))
        self.metrics.database_up.set(0)

    async def _rescue(self, said: Input) -> Sequence[Reply]:
        return await self._mind.at_once(self.conversation.rescue, said)

    async def _begin(self) -> None:
        if self._database.is_sqlite:
            wait, memory = self._limits.patience.longest_pause, retention.STATE_SECONDS
            await self._write(beginning.begin_alone, self._database.now(), wait, memory)
        ended_by = self._marker.read() if self._marker else None
        if self._marker and ended_by is not None:
            log.warning("ended_while_answering")
            await self._write(delivery.tried, ended_by)
            self._marker.clear()
        await self._write(delivery.stay_alive, self.owner, self._database.now(), self._limits.alive)
        self.metrics.database_up.set(1)

    async def _serve_some(self) -> None:
        """Claim as many chats as there is room for, and begin to work on them; then wait for more to do."""
        self._awake.clear()
        await self._claims.free_lost(set(self._work.values()))
        room, full = self._bulkheads.room(self._database.now())
        claims, pause = await self._claims.claim(room, full) if room else ((), self._limits.poll)
        for claimed in claims:
            task = asyncio.create_task(self._serve(claimed))
            self._work[task] = claimed.chat
            self._bulkheads.enter(task, claimed.channel, self._database.now())
            task.add_done_callback(self._done)
        self._is_full = bool(full) or len(claims) == room
        if not room or len(claims) < room:
            await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._awake.wait()

    def _done(self, task: asyncio.Task[Next]) -> None:
        self._work.pop(task, None)
        self._bulkheads.leave(task)
        error = None if task.cancelled() else task.exception()
        if error:
            log.error("bug", error=where(error))
        if self._is_full or task.cancelled() or error or task.result() is not Next.REST:
            self._awake.set()

    async def _serve(self, claimed: Claim) -> Next:
        """Deliver what waits for a chat, or else answer its oldest message."""
        self._at("after_claim")
        try:
            if claimed.channel not in self._channels:  # not configured any more: what waits goes when its time is over
                await self._let_go(claimed, self._limits.patience.longest_pause)
            elif claimed.parcels:
                return await self._sender.send(claimed, claimed.parcels)
            elif claimed.message:
                return await self._answer(claimed, claimed.message)
            else:
                await self._write(delivery.recount, claimed.owner, claimed.chat, self._database.now())
        except LostClaimError:
            log.warning("claim_lost", channel=claimed.channel)
            await self._let_go(claimed, 0)
        except Exception:
            await self._let_go(claimed, self._limits.patience.longest_pause)
            raise
        return Next.CLAIM

    async def _let_go(self, claimed: Claim, seconds: float) -> None:
        await self._write(delivery.let_go, claimed.owner, claimed.chat, self._database.now() + seconds)

    async def _answer(self, claimed: Claim, message: Message) -> Next:
        if message.tries >= POISON_TRIES:
            await self._set_aside(claimed, message, "ended_the_process")
            return Next.CLAIM
        started = perf_counter()
        waits, begins_to_wait = self._answered.take(claimed.chat, self._database.now())
        try:
            update = self._seals.open_update(claimed.chat, message.content)
            state = self._state(claimed)
            turn = await self._mind.in_turn(self._turn, message, state, update, begins_to_wait)
            if forgets(turn) and isinstance(self._channels[claimed.channel], Departing):
                turn = replace(turn, replies=await self._mind.at_once(self.conversation.farewell, state))
            answered = await self._packed(claimed, message, update, state, turn)
            self._at("before_turn_commit")
            await self._write(turns.record, claimed.owner, claimed, answered, self._database.now(), self._today())
        except UnavailableError:
            await self._let_go(claimed, self._limits.patience.first_pause)
            return Next.CLAIM
        except LostClaimError:
            raise
        except Exception as error:  # noqa: BLE001 a bug that one message meets: the others go on
            await self._failed(claimed, message, error)
            return Next.CLAIM
        self._at("after_turn_commit")
        self.metrics.turns.labels(claimed.channel).observe(perf_counter() - started)
        return await self._sender.send(claimed, answered.parcels, wait=waits)

    def _state(self, claimed: Claim) -> State:
        """What the chat remembers. Where that cannot be read, it starts anew: better than never to be answered again."""
        try:
            return self._seals.open_state(claimed.chat, claimed.state)
        except (WrongKeyError, ValueError) as error:
            log.error("state_unreadable", channel=claimed.channel, error=where(error))
            return State()

    def _turn(self, message: Message, state: State, update: Update, begins_to_wait: bool) -> Turn:  # noqa: FBT001 run_in_executor takes no names
        """Think of an answer. Runs in the thread of the conversation."""
        if self._marker:
            self._marker.set(message.id)
        turn = self.conversation.answer(state, update.said)
        if begins_to_wait:
            turn = replace(turn, replies=(*self.conversation.slow_down(turn.state), *turn.replies))
        if self._marker:
            self._marker.clear()
        return turn

    async def _packed(self, claimed: Claim, message: Message, update: Update, state: State, turn: Turn) -> Answered:
        known = await self._database.do(retention.message_refs, claimed.chat) if forgets(turn) else ()
        return self._packer.answered(
            claimed, message, update, state, turn, [*known, *self._packer.refs(claimed, update)]
        )

    async def _failed(self, claimed: Claim, message: Message, error: Exception) -> None:
        """Answering ended in a bug: twice more, later; then the message is set aside."""
        if self._marker:
            self._marker.clear()
        log.error("turn_failed", channel=claimed.channel, error=where(error))
        self.metrics.failed.labels(claimed.channel).inc()
        if message.tries + 1 >= POISON_TRIES:
            await self._set_aside(claimed, message, where(error))
            return
        await self._write(delivery.tried, message.id)
        await self._let_go(claimed, self._limits.patience.first_pause * (message.tries + 1))

    async def _set_aside(self, claimed: Claim, message: Message, error: str) -> None:
        """A message that cannot be answered goes, text and all, and the family gets an apology."""
        log.error("set_aside", channel=claimed.channel, error=error)
        self.metrics.set_aside.labels(claimed.channel).inc()
        parcels = await self._apology(claimed, message)
        now = self._database.now()
        await self._write(delivery.set_aside, claimed.owner, claimed, error, parcels, now)
        await self._sender.send(claimed, parcels)

    async def _apology(self, claimed: Claim, message: Message) -> list[Parcel]:
        """In the family's language; if that very memory is what breaks, in the language for everybody."""
        for state in (self._state(claimed), State()):
            try:
                update = self._seals.open_update(claimed.chat, message.content)
                replies = await self._mind.at_once(self.conversation.apologise, state)
                return self._packer.parcels(claimed, message, update, state, Turn(state, replies))
            except Exception as broken:  # noqa: BLE001 then there is nobody to apologise to
                log.error("no_apology", channel=claimed.channel, error=where(broken))
        return []
