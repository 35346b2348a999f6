"""Whatever happens in whatever order: nothing is lost, nothing is answered twice, each chat keeps its order.

Hypothesis plays families, processes and their sudden ends against the store, and beside it a model that is so simple that
it can be believed.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bot.dialogue.model import Forget
from bot.store import delivery, retention, turns
from bot.store.database import Database
from bot.store.delivery import Claim, LostClaimError, Next, Parcel
from bot.store.turns import Answered
from tests.conftest import NOW
from tests.storage import ALIVE, arrival, empty, rows

CHATS = [b"chat a", b"chat b", b"chat c"]
some_chat = st.sampled_from(CHATS)


@dataclass
class Modelled:
    """What a chat should look like."""

    unanswered: list[int] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)  # keys
    state: bytes | None = None
    ready_at: float = 0.0
    answered: list[int] = field(default_factory=list)  # also those that were set aside
    posted: list[str] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)  # at the messenger; what came twice, twice

    @property
    def pending(self) -> int:
        return len(self.unanswered) + len(self.undelivered)


class Delivery(RuleBasedStateMachine):
    """Processes come and go: one at a time is alive, all the earlier ones may still be writing."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        empty(database)
        self.now = 1000.0
        self.coming = 0
        self.generation = 0
        self.chats: dict[bytes, Modelled] = defaultdict(Modelled)
        self.owned: dict[bytes, Claim] = {}  # with what is still to deliver
        self.lost: list[tuple[str, Claim]] = []
        self.repeats = 0
        self._begin()

    @property
    def owner(self) -> str:
        return f"process {self.generation}"

    def _begin(self) -> None:
        self.generation += 1
        self.database.run(delivery.stay_alive, self.owner, self.now, ALIVE)

    # ---- families

    @rule(chats=st.lists(some_chat, min_size=1, max_size=4))
    def write(self, chats: list[bytes]) -> None:
        numbers = range(self.coming, self.coming + len(chats))
        self.coming += len(chats)
        arrivals = [arrival(n, chat) for n, chat in zip(numbers, chats, strict=True)]
        assert self.database.run(delivery.accept, arrivals, self.now) == [True] * len(chats)
        for n, chat in zip(numbers, chats, strict=True):
            modelled = self.chats[chat]
            if not modelled.pending:
                modelled.ready_at = max(modelled.ready_at, self.now)
            modelled.unanswered.append(n)

    @precondition(lambda self: self.coming)
    @rule(data=st.data(), chat=some_chat)
    def bring_again(self, data: st.DataObject, chat: bytes) -> None:
        n = data.draw(st.integers(0, self.coming - 1))
        assert self.database.run(delivery.accept, [arrival(n, chat)], self.now) == [False]

    @rule(seconds=st.sampled_from([0.5, 5.0, 70.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.database.run(delivery.stay_alive, self.owner, self.now, ALIVE)

    # ---- the process

    @rule(most=st.integers(1, 3))
    def claim(self, most: int) -> None:
        free = {c: m.ready_at for c, m in self.chats.items() if m.pending and c not in self.owned}
        ready = {c: at for c, at in free.items() if at <= self.now}
        claims, due = self.database.run(delivery.claim_alone, self.owner, self.now, most)
        assert {claimed.chat for claimed in claims} <= set(ready)
        assert [ready[claimed.chat] for claimed in claims] == sorted(ready.values())[:most]
        for claimed in claims:
            self._check(claimed, self.chats[claimed.chat])
            self.owned[claimed.chat] = claimed
        assert due == min((at for chat, at in free.items() if chat not in self.owned), default=None)

    def _check(self, claimed: Claim, modelled: Modelled) -> None:
        assert claimed.state == modelled.state
        assert [p.key for p in claimed.parcels] == modelled.undelivered
        digests = [b"update %d" % n for n in modelled.unanswered[:1]]
        assert [claimed.message.digest] == digests if claimed.message else not digests

    def _to_answer(self) -> list[bytes]:
        return [chat for chat, claimed in self.owned.items() if claimed.message and not claimed.parcels]

    def _to_deliver(self) -> list[bytes]:
        return [chat for chat, claimed in self.owned.items() if claimed.parcels]

    @precondition(lambda self: self._to_answer())
    @rule(data=st.data(), replies=st.integers(0, 3), is_remembered=st.booleans())
    def answer(self, data: st.DataObject, replies: int, is_remembered: bool) -> None:  # noqa: FBT001 drawn by Hypothesis
        chat = data.draw(st.sampled_from(self._to_answer()))
        claimed, n = self.owned[chat], self.chats[chat].unanswered[0]
        parcels = self._parcels(n, replies)
        state = b"state after %d" % n if is_remembered else None
        answered = Answered(parcels, state, () if is_remembered else (Forget(),))
        self.database.run(turns.record, self.owner, claimed, answered, self.now, NOW.date())
        self.chats[chat].state = state
        self._answered(chat, n, parcels)

    @precondition(lambda self: self._to_answer())
    @rule(data=st.data(), replies=st.integers(0, 2))
    def set_aside(self, data: st.DataObject, replies: int) -> None:
        chat = data.draw(st.sampled_from(self._to_answer()))
        n = self.chats[chat].unanswered[0]
        parcels = self._parcels(n, replies)
        self.database.run(delivery.set_aside, self.owner, self.owned[chat], "error", parcels, self.now)
        self._answered(chat, n, parcels)

    def _parcels(self, update: int, replies: int) -> list[Parcel]:
        return [Parcel(n, f"{update}.{n}", b"answer", started=False) for n in range(replies)]

    def _answered(self, chat: bytes, n: int, parcels: list[Parcel]) -> None:
        modelled = self.chats[chat]
        modelled.answered.append(modelled.unanswered.pop(0))
        assert modelled.answered[-1] == n
        modelled.undelivered = [p.key for p in parcels]
        modelled.posted += modelled.undelivered
        self.owned[chat] = Claim(chat, "test", None, None, tuple(parcels))
        if not parcels:
            assert self.database.run(delivery.let_go, self.owner, chat, self.now) is not None
            self._let_go(chat, self.now)

    @precondition(lambda self: self._to_deliver())
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        chat = data.draw(st.sampled_from(self._to_deliver()))
        parcel, *following = self.owned[chat].parcels
        self.chats[chat].arrived.append(parcel.key)
        self._written_down(chat, parcel.key)
        next_one = following[0].n if following else None
        is_there = not following or following[0].key in self.chats[chat].undelivered
        then = self.database.run(
            delivery.delivered, self.owner, chat, parcel.n, self.now, following=next_one, key=parcel.key
        )
        self.owned[chat] = Claim(chat, "test", None, None, tuple(following))
        if following and is_there:
            assert then is Next.DELIVER
            return
        assert then is (Next.CLAIM if self.chats[chat].pending else Next.REST)
        self._let_go(chat, self.now)

    @precondition(lambda self: self._to_deliver())
    @rule(data=st.data(), unclear=st.booleans(), pause=st.sampled_from([0.0, 5.0, 60.0]))
    def postpone(self, data: st.DataObject, unclear: bool, pause: float) -> None:  # noqa: FBT001 drawn by Hypothesis
        chat = data.draw(st.sampled_from(self._to_deliver()))
        parcel = self.owned[chat].parcels[0]
        if unclear and data.draw(st.booleans()):
            self.chats[chat].arrived.append(parcel.key)
            self.repeats += 1
        ready_at = self.now + pause
        self.database.run(delivery.postpone, self.owner, chat, parcel.n, ready_at, unclear=unclear)
        self._let_go(chat, ready_at)

    @precondition(lambda self: self.owned)
    @rule(data=st.data(), pause=st.sampled_from([0.0, 5.0]))
    def fail(self, data: st.DataObject, pause: float) -> None:
        chat = data.draw(st.sampled_from(list(self.owned)))
        if (message := self.owned[chat].message) is not None:
            self.database.run(delivery.tried, message.id)
        assert self.database.run(delivery.let_go, self.owner, chat, self.now + pause) is not None
        self._let_go(chat, self.now + pause)

    def _let_go(self, chat: bytes, ready_at: float) -> None:
        del self.owned[chat]
        self.chats[chat].ready_at = ready_at

    def _written_down(self, chat: bytes, key: str) -> None:
        if key in self.chats[chat].undelivered:
            self.chats[chat].undelivered.remove(key)

    # ---- its end, and what it writes when it does not know yet

    @rule(in_order=st.booleans())
    def end(self, in_order: bool) -> None:  # noqa: FBT001 drawn by Hypothesis
        self.lost += [(self.owner, claimed) for claimed in self.owned.values()]
        if in_order:
            self.database.run(delivery.leave, self.owner)
        self.now += 0 if in_order else ALIVE + 1
        self.owned = {}
        self._begin()

    @precondition(lambda self: self.lost)
    @rule(data=st.data())
    def write_too_late(self, data: st.DataObject) -> None:
        owner, claimed = data.draw(st.sampled_from(self.lost))
        if claimed.message:
            with pytest.raises(LostClaimError):
                self.database.run(delivery.finish, owner, claimed, [Parcel(0, "late", b"late")], self.now)
            with pytest.raises(LostClaimError):
                self.database.run(delivery.set_aside, owner, claimed, "late", [], self.now)
        for parcel in claimed.parcels[:1]:
            self.database.run(delivery.postpone, owner, claimed.chat, parcel.n, self.now + 999, unclear=True)
        self.database.run(delivery.recount, owner, claimed.chat, self.now + 999)
        assert not self.database.run(delivery.let_go, owner, claimed.chat, self.now + 999)

    @precondition(lambda self: any(claimed.parcels for _, claimed in self.lost))
    @rule(data=st.data())
    def arrive_too_late(self, data: st.DataObject) -> None:
        owner, claimed = data.draw(st.sampled_from([lost for lost in self.lost if lost[1].parcels]))
        parcel = claimed.parcels[0]
        self.chats[claimed.chat].arrived.append(parcel.key)
        self.repeats += 1
        self._written_down(claimed.chat, parcel.key)
        self.database.run(delivery.delivered, owner, claimed.chat, parcel.n, self.now, following=1, key=parcel.key)

    @rule()
    def sweep(self) -> None:
        expired = self.database.run(retention.expire, self.now)
        assert (expired.unanswered, expired.undelivered) == (0, 0)
        for chat, modelled in self.chats.items():
            if not modelled.pending and not modelled.state and chat not in self.owned:
                modelled.ready_at = 0.0  # the row is gone

    # ---- what must always be true

    @invariant()
    def what_waits_is_counted(self) -> None:
        counted = """
            SELECT chats.chat, pending, (SELECT count(*) FROM inbox WHERE inbox.chat = chats.chat),
                   (SELECT count(*) FROM outbox WHERE outbox.chat = chats.chat) FROM chats"""
        stored = {chat: counts for chat, *counts in rows(self.database, counted)}
        for chat, modelled in self.chats.items():
            expected = [modelled.pending, len(modelled.unanswered), len(modelled.undelivered)]
            assert stored.get(chat, [0, 0, 0]) == expected
        assert set(stored) <= set(self.chats)

    @invariant()
    def nothing_arrives_before_its_turn(self) -> None:
        for modelled in self.chats.values():
            first = list(dict.fromkeys(modelled.arrived))
            assert first == [key for key in modelled.posted if key in first]
            assert modelled.answered == sorted(modelled.answered)

    def teardown(self) -> None:
        """At the end a new process comes, and everything is answered and arrives."""
        self.end(in_order=False)
        while any(modelled.pending for modelled in self.chats.values()):
            self.now += 999
            for claimed in self.database.run(delivery.claim, self.owner, self.now, 9):
                self._check(claimed, self.chats[claimed.chat])
                self._work_off(claimed)
        for modelled in self.chats.values():
            assert list(dict.fromkeys(modelled.arrived)) == modelled.posted
        assert sum(len(m.answered) for m in self.chats.values()) == self.coming
        twice = sum(len(m.arrived) - len(set(m.arrived)) for m in self.chats.values())
        assert twice <= self.repeats

    def _work_off(self, claimed: Claim) -> None:
        modelled = self.chats[claimed.chat]
        for parcel in claimed.parcels:
            modelled.arrived.append(parcel.key)
            modelled.undelivered.remove(parcel.key)
            self.database.run(delivery.delivered, self.owner, claimed.chat, parcel.n, self.now, following=parcel.n + 1)
        if claimed.message and not claimed.parcels:
            self.database.run(delivery.finish, self.owner, claimed, [], self.now)
            modelled.answered.append(modelled.unanswered.pop(0))
            modelled.state = None
        self.database.run(delivery.let_go, self.owner, claimed.chat, self.now)


def play(database: Database, examples: int, steps: int) -> None:
    class OnDatabase(Delivery):
        def __init__(self) -> None:
            super().__init__(database)

    run_state_machine_as_test(OnDatabase, settings=settings(max_examples=examples, stateful_step_count=steps))


def test_nothing_is_lost_doubled_or_out_of_order_on_sqlite(sqlite: Database) -> None:
    play(sqlite, settings().max_examples, steps=40)


def test_nothing_is_lost_doubled_or_out_of_order_on_postgresql(postgresql: Database) -> None:
    play(postgresql, settings().max_examples // 4, steps=30)
