"""The one place where a message meets state, time and storage.

A message is stored before its channel confirms it. A chat is claimed; its oldest message is answered; the new state and
the answers are written in one transaction; the answers are delivered one by one, and each delivery is written down.
Whatever dies at whatever moment, the next start goes on from what is written.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from time import perf_counter

import structlog

from bot.channels.base import Channel, Update
from bot.conversation import Conversation
from bot.dialogue.model import State, Text, Turn
from bot.keys import Keys
from bot.limits import Buckets, Rate
from bot.logs import where
from bot.marker import Marker
from bot.metrics import Metrics
from bot.seals import Letter, Seals
from bot.sending import Patience, Sender
from bot.store import delivery, retention, turns
from bot.store.database import Database, Operation, P, T, UnavailableError
from bot.store.delivery import Arrival, Claim, LostClaimError, Message, Parcel
from bot.store.turns import Answered

log = structlog.get_logger()

MAX_INPUT = 4000  # characters; nobody reads more, and nothing that is longer helps to understand
RESCUED = 10_000  # updates remembered that were answered while nothing could be stored
POISON_TRIES = 3
FIRST_RETRY, LONGEST_RETRY = 0.1, 2.0  # seconds, while the database is away


@dataclass(frozen=True)
class Limits:
    """How much, how often, how long (seconds)."""

    chats_at_once: int = 64
    answered: Rate = Rate(20, 1)  # of one chat; the others of its messages wait for their turn
    taken_in: Rate = Rate(200, 2)  # of one chat; nobody writes that much by hand
    patience: Patience = Patience()
    poll: float = 0.5
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
        at: Callable[[str], None] = nowhere,
    ) -> None:
        self.conversation = conversation
        self.metrics = metrics or Metrics()
        self.owner = secrets.token_hex(8)
        self._database = database
        self._keys = keys
        self._seals = Seals(keys)
        self._channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self._today = today
        self._limits = limits
        self._marker = marker
        self._at = at
        self._answered = Buckets(limits.answered)
        self._taken_in = Buckets(limits.taken_in)
        self._rescued: OrderedDict[bytes, None] = OrderedDict()
        self._mind = ThreadPoolExecutor(1, thread_name_prefix="conversation")
        self._work: set[asyncio.Task[None]] = set()
        self._awake = asyncio.Event()
        self._stopping = False
        self._sender = Sender(
            database,
            self._seals,
            self._channels,
            self._write,
            owner=self.owner,
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
        now = self._database.now()
        arrivals = [self._arrival(channel, update, now) for update in updates]
        self._at("before_inbox_commit")
        try:
            fresh = await self._database.do(
                delivery.accept, arrivals, now, None if cursor is None else (channel, cursor)
            )
        except UnavailableError:
            self.metrics.database_up.set(0)
            for update, arrival in zip(updates, arrivals, strict=True):
                await self._rescue(self._channels[channel], update, arrival.digest)
            raise
        self._at("after_inbox_commit")
        self.metrics.updates.labels(channel).inc(sum(fresh))
        self.metrics.repeated.labels(channel).inc(len(fresh) - sum(fresh))
        self._awake.set()

    async def cursor(self, channel: str) -> str | None:
        """How far a channel had read."""
        return await self._database.do(delivery.cursor_of, channel)

    async def leave(self, channel: str, chat: str) -> None:
        """The family has blocked the bot or left: everything about the chat goes."""
        await self._write(turns.gone, self._keys.chat(channel, chat), self._today())
        self._database.scrub()

    async def run(self) -> None:
        """Answer and deliver until stopped."""
        await self._begin()
        while not self._stopping:
            self._awake.clear()
            room = self._limits.chats_at_once - len(self._work)
            claims = await self._claim(room) if room else []
            for claimed in claims:
                task = asyncio.create_task(self._serve(claimed))
                self._work.add(task)
                task.add_done_callback(self._done)
            if not room or len(claims) < room:
                await self._rest()

    async def stop(self) -> None:
        """End in order: what is being answered is answered and delivered, the rest waits for the next start."""
        self._stopping = True
        self._awake.set()
        if self._work:
            await asyncio.wait(set(self._work), timeout=self._limits.drain)
        for task in self._work:
            task.cancel()
        try:
            await self._database.do(delivery.leave, self.owner)
        except UnavailableError:
            log.warning("left_without_goodbye")
        self._mind.shutdown(wait=False, cancel_futures=True)

    async def stay_alive(self) -> None:
        """Renew this process's lease, and take over from processes that are gone.

        Raises:
            UnavailableError: the database is away.
        """
        await asyncio.to_thread(self._database.synchronise)
        now = self._database.now()
        freed = await self._database.do(delivery.stay_alive, self.owner, now, self._limits.alive)
        self.metrics.database_up.set(1)
        if freed:
            log.warning("took_over", chats=freed)
            self._awake.set()

    async def _write(self, operation: Operation[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Write what has happened, however long the database is away: it is only known here."""
        pause = FIRST_RETRY
        while True:
            try:
                return await self._database.do(operation, *args, **named)
            except UnavailableError:
                self.metrics.database_up.set(0)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_RETRY)

    # ---- messages that come in

    def _arrival(self, channel: str, update: Update, now: float) -> Arrival:
        chat, digest = self._keys.chat(channel, update.chat), self._keys.update(channel, update.id)
        if digest in self._rescued:
            return Arrival(digest, chat, channel, None)
        if not self._taken_in.has(chat, now):
            self.metrics.flooded.labels(channel).inc()
            return Arrival(digest, chat, channel, None)
        return Arrival(digest, chat, channel, self._seals.update(chat, _cut(update)))

    async def _rescue(self, channel: Channel, update: Update, digest: bytes) -> None:
        """Nothing can be stored; somebody in danger gets the numbers nevertheless, once."""
        if digest in self._rescued:
            return
        try:
            replies = await self._think(self.conversation.rescue, _cut(update).said)
            for call in channel.lay_out(replies, update.address, None) if replies else ():
                await asyncio.wait_for(channel.deliver(call, update.address, digest.hex()), self._limits.patience.send)
        except Exception as error:  # noqa: BLE001 the update comes again, and is tried again
            log.warning("rescue_failed", channel=channel.name, error=where(error))
            return
        if replies:
            self.metrics.rescued.labels(channel.name).inc()
            self._rescued[digest] = None
            if len(self._rescued) > RESCUED:
                self._rescued.popitem(last=False)

    # ---- chats that are worked on

    async def _begin(self) -> None:
        if self._database.is_sqlite:
            wait, memory = self._limits.patience.longest_pause, retention.STATE_SECONDS
            await self._write(delivery.begin_alone, self._database.now(), wait, memory)
        ended_by = self._marker.read() if self._marker else None
        if self._marker and ended_by is not None:
            log.warning("ended_while_answering")
            await self._write(delivery.tried, ended_by)
            self._marker.clear()
        await self._write(delivery.stay_alive, self.owner, self._database.now(), self._limits.alive)

    async def _claim(self, room: int) -> list[Claim]:
        try:
            return await self._database.do(delivery.claim, self.owner, self._database.now(), room)
        except UnavailableError as error:
            self.metrics.database_up.set(0)
            log.error("database_unavailable", error=where(error))
            return []

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._awake.wait(), self._limits.poll)
        except TimeoutError:
            return

    def _done(self, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        self._awake.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("bug", error=where(error))

    async def _serve(self, claimed: Claim) -> None:
        """Deliver what waits for a chat, or else answer its oldest message."""
        self._at("after_claim")
        try:
            if claimed.parcels:
                await self._sender.send(claimed, claimed.parcels)
            elif claimed.message:
                await self._answer(claimed, claimed.message)
            else:
                await self._write(delivery.recount, self.owner, claimed.chat, self._database.now())
        except LostClaimError:
            log.warning("claim_lost", channel=claimed.channel)
            await self._let_go(claimed, 0)
        except Exception:
            await self._let_go(claimed, self._limits.patience.longest_pause)
            raise

    async def _let_go(self, claimed: Claim, seconds: float) -> None:
        await self._write(delivery.let_go, self.owner, claimed.chat, self._database.now() + seconds)

    async def _answer(self, claimed: Claim, message: Message) -> None:
        if message.tries >= POISON_TRIES:
            await self._set_aside(claimed, message, "ended the process")
            return
        started = perf_counter()
        waits, begins_to_wait = self._answered.take(claimed.chat, self._database.now())
        try:
            update = self._seals.open_update(claimed.chat, message.content)
            state = self._seals.open_state(claimed.chat, claimed.state)
            turn = await self._think(self._turn, message, state, update, begins_to_wait)
            answered = await self._answered_with(claimed, message, update, state, turn)
        except UnavailableError:
            await self._let_go(claimed, self._limits.patience.first_pause)
            return
        except Exception as error:  # noqa: BLE001 a bug that one message meets: the others go on
            await self._failed(claimed, message, error)
            return
        self._at("before_turn_commit")
        await self._write(turns.record, self.owner, claimed, answered, self._database.now(), self._today())
        self._at("after_turn_commit")
        self.metrics.turns.labels(claimed.channel).observe(perf_counter() - started)
        await self._sender.send(claimed, answered.parcels, wait=waits, closes=answered.forgets)

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

    async def _answered_with(
        self, claimed: Claim, message: Message, update: Update, state: State, turn: Turn
    ) -> Answered:
        chat = claimed.chat
        answered = Answered(
            parcels=self._parcels(claimed, message, update, turn, state),
            state=self._seals.state(chat, turn.state),
            effects=turn.effects,
            refs=[self._seals.ref(chat, ref) for ref in update.refs],
        )
        if not answered.forgets:
            return answered
        known = await self._database.do(retention.message_refs, chat)
        refs = (*(self._seals.open_ref(chat, ref) for ref in known), *update.refs)
        erasing = self._parcel(claimed, message, -1, Letter(update.address, erase=refs)) if refs else None
        return replace(answered, parcels=[erasing, *answered.parcels] if erasing else answered.parcels)

    def _parcels(self, claimed: Claim, message: Message, update: Update, turn: Turn, before: State) -> list[Parcel]:
        channel, lang = self._channels.get(claimed.channel), turn.state.answers.lang
        chosen = lang if lang != before.answers.lang else None
        calls = channel.lay_out(turn.replies, update.address, chosen) if channel else ()
        urgent = turn.danger is not None
        return [
            self._parcel(claimed, message, n, Letter(update.address, call, urgent=urgent))
            for n, call in enumerate(calls)
        ]

    def _parcel(self, claimed: Claim, message: Message, n: int, letter: Letter) -> Parcel:
        return Parcel(n, f"{message.digest.hex()}.{n}", self._seals.letter(claimed.chat, letter), started=False)

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
        parcels: Sequence[Parcel] = ()
        try:
            update = self._seals.open_update(claimed.chat, message.content)
            state = self._seals.open_state(claimed.chat, claimed.state)
            replies = await self._think(self.conversation.apologise, state)
            parcels = self._parcels(claimed, message, update, Turn(state, replies), state)
        except Exception as broken:  # noqa: BLE001 then there is nobody to apologise to
            log.error("no_apology", channel=claimed.channel, error=where(broken))
        now = self._database.now()
        await self._write(delivery.set_aside, self.owner, claimed, error, parcels, now)
        await self._sender.send(claimed, parcels)

    async def _think(self, thought: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Run what takes time to compute beside the event loop, one at a time."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._mind, lambda: thought(*args, **named))


def _cut(update: Update) -> Update:
    match update.said:
        case Text(words) if len(words) > MAX_INPUT:
            return replace(update, said=Text(words[:MAX_INPUT]))
    return update
