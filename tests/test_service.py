"""A message meets state, time and storage: answered once, in order, whatever dies at whatever moment."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.crashes import POINTS
from bot.channels.base import UnclearError, UnsentError, Update
from bot.dialogue.model import Command, State
from bot.keys import Keys
from bot.limits import Rate
from bot.marker import Marker
from bot.sending import Patience
from bot.service import POISON_TRIES, Limits, Service
from bot.store import delivery, retention
from bot.store.database import Database
from bot.store.tables import chats
from tests.conftest import Clock
from tests.postbox import After, Hangs, Lost, Postbox, Trouble, Until, message
from tests.serving import LIMITS, Doom, Echo, Ended, Script, Stage, running, until
from tests.storage import contents, empty, rows


@pytest.fixture
def stage(database: Database, keys: Keys, clock: Clock) -> Stage:
    return Stage(database, keys, clock)


def said(chat: str, *texts: str, first: int = 0) -> list[Update]:
    return [message(f"{chat} {n}", chat, text) for n, text in enumerate(texts, first)]


# ---- once, and in order


def test_an_update_that_comes_ten_times_among_others_has_one_effect(stage: Stage) -> None:
    postbox = Postbox()
    updates = [update for chat in ("a", "b", "c") for update in said(chat, "one", "two", "three")]
    again = updates * 9
    random.Random(3).shuffle(again)  # noqa: S311 only shuffles

    async def play() -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", updates)
            for update in again:
                await service.accept("postbox", [update])
            await stage.settled()

    asyncio.run(play())
    for chat in ("a", "b", "c"):
        assert postbox.arrived(chat) == ["1: one", "2: two", "3: three"]


def test_thirty_chats_keep_their_order_with_jitter_and_slow_sends(stage: Stage) -> None:
    postbox, chance = Postbox(), random.Random(7)  # noqa: S311 only jitters
    talks = {f"chat {n}": said(f"chat {n}", *(f"message {i}" for i in range(20))) for n in range(30)}
    for chat in talks:
        postbox.trouble(chat, *(After(chance.uniform(0, 0.01)) for _ in range(20)))

    async def write(service_accepts: Sequence[Update], accept: object) -> None:
        for update in service_accepts:
            await asyncio.sleep(chance.uniform(0, 0.005))
            await accept("postbox", [update])  # type: ignore[operator]

    async def play() -> None:
        async with stage.serving(postbox) as service:
            await asyncio.gather(*(write(updates, service.accept) for updates in talks.values()))
            await stage.settled()

    asyncio.run(play())
    for chat in talks:
        assert postbox.arrived(chat) == [f"{i + 1}: message {i}" for i in range(20)]


def test_the_parts_of_an_answer_arrive_in_order_before_the_next_answer(stage: Stage) -> None:
    postbox = Postbox()
    postbox.trouble("a", After(0.02), After(0), After(0.01))

    async def play() -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "say 3", "next"))
            await stage.settled()

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: say 3 0", "1: say 3 1", "1: say 3 2", "2: next"]


def test_what_a_family_told_is_remembered_for_a_day_and_then_forgotten(stage: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with stage.serving(postbox) as service:
            for n, pause in enumerate((0.0, retention.STATE_SECONDS - 60, retention.STATE_SECONDS + 60)):
                stage.clock.pass_(pause)
                await service.accept("postbox", said("a", "hello", first=n))
                await stage.settled()

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: hello", "2: hello", "1: hello"]


def test_the_language_that_was_chosen_is_told_to_the_channel_once(stage: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "one", "two"))
            await stage.settled()

    asyncio.run(play())
    assert postbox.chosen == ["tr"]


def test_two_channels_are_served_side_by_side_and_never_mixed_up(stage: Stage) -> None:
    left, right = Postbox("left"), Postbox("right")

    async def play() -> None:
        async with stage.serving(left, right) as service:
            await service.accept("left", said("a", "to the left"))
            await service.accept("right", said("a", "to the right"))
            await stage.settled()

    asyncio.run(play())
    assert (left.arrived("a"), right.arrived("a")) == (["1: to the left"], ["1: to the right"])


# ---- fair shares


@pytest.mark.parametrize("trouble", [Hangs(), UnsentError("down"), RuntimeError("a bug of the channel")])
def test_a_chat_that_cannot_be_reached_delays_nobody(stage: Stage, trouble: Hangs | UnsentError | RuntimeError) -> None:
    postbox = Postbox()
    postbox.trouble("stuck", *[trouble] * 100)
    slow = replace(LIMITS, patience=Patience(send=0.3), drain=0.1)

    async def play() -> None:
        async with stage.serving(postbox, limits=slow) as service:
            await service.accept("postbox", said("stuck", *["hello"] * 5))
            for n in range(5):
                await service.accept("postbox", said("b", f"message {n}", first=n))
                await until(lambda n=n: len(postbox.arrived("b")) == n + 1)  # type: ignore[misc]

    asyncio.run(play())
    assert postbox.arrived("b") == [f"{n + 1}: message {n}" for n in range(5)]
    assert postbox.arrived("stuck") == []


def test_a_chat_that_floods_is_told_once_and_waits_while_others_go_on(stage: Stage) -> None:
    postbox = Postbox()
    limits = replace(LIMITS, answered=Rate(3, 1))

    async def play() -> None:
        async with stage.serving(postbox, limits=limits) as service:
            await service.accept("postbox", said("flood", *(f"m{n}" for n in range(8))))
            await until(lambda: stage.waiting() == (4, 0))
            await service.accept("postbox", said("calm", "hello"))
            await until(lambda: postbox.arrived("calm") == ["1: hello"])
            await until(lambda: stage.waiting() == (4, 0))  # the flood's time has not passed
            await stage.passing(lambda: stage.waiting() == (0, 0), step=1)

    asyncio.run(play())
    flood = postbox.arrived("flood")
    assert flood.count("slowly in tr") == 1
    assert [text for text in flood if "slowly" not in text] == [f"{n + 1}: m{n}" for n in range(8)]


def test_no_more_chats_than_allowed_are_worked_on_at_once(stage: Stage) -> None:
    postbox = Postbox()
    for n in range(6):
        postbox.trouble(f"chat {n}", Hangs())
    limits = replace(LIMITS, chats_at_once=2, patience=Patience(send=0.2), drain=0.1)

    async def play() -> None:
        async with stage.serving(postbox, limits=limits) as service:
            await service.accept("postbox", [update for n in range(6) for update in said(f"chat {n}", "hello")])
            await until(lambda: postbox.attempts == 2)
            owned = rows(stage.database, "SELECT count(*) FROM chats WHERE owner IS NOT NULL")
            assert owned == [(2,)]
            await stage.passing(lambda: len(postbox.deliveries) == 6)

    asyncio.run(play())


def test_a_channel_whose_deliveries_hang_delays_no_other_channel(stage: Stage) -> None:
    hanging, well = Postbox("hanging"), Postbox("well")
    for n in range(6):
        hanging.trouble(f"chat {n}", *[Hangs()] * 9)
    limits = replace(LIMITS, chats_at_once=2, brisk=3600, patience=Patience(send=3600), drain=0.1)

    async def play() -> None:
        async with stage.serving(hanging, well, limits=limits) as service:
            await service.accept("hanging", [update for n in range(6) for update in said(f"chat {n}", "hello")])
            await until(lambda: hanging.attempts >= 2)
            await service.accept("well", said("a", "hello"))
            await until(lambda: well.arrived("a") != [])
            assert hanging.attempts <= 4

    asyncio.run(play())
    assert well.arrived("a") == ["1: hello"]


def test_chats_whose_deliveries_hang_soon_give_way_to_the_others_of_their_channel(stage: Stage) -> None:
    postbox = Postbox()
    for n in range(4):
        postbox.trouble(f"chat {n}", *[Hangs()] * 9)
    limits = replace(LIMITS, chats_at_once=2, brisk=1, patience=Patience(send=3600), drain=0.1)

    async def play() -> None:
        async with stage.serving(postbox, limits=limits) as service:
            await service.accept("postbox", [update for n in range(4) for update in said(f"chat {n}", "hello")])
            await until(lambda: postbox.attempts == 2)
            await service.accept("postbox", said("a", "hello"))
            await stage.passing(lambda: postbox.arrived("a") != [], step=1)

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: hello"]


# ---- messages that cannot be answered


def test_a_message_that_meets_a_bug_three_times_is_set_aside_and_the_family_told_in_its_language(stage: Stage) -> None:
    postbox = Postbox()
    tried: list[str] = []

    class Counting(Echo):
        def answer(self, state: State, said: object) -> object:  # type: ignore[override]
            tried.append(str(said))
            return super().answer(state, said)  # type: ignore[arg-type]

    async def play() -> None:
        async with stage.serving(postbox, conversation=Counting()) as service:
            await service.accept("postbox", said("a", "hello", "boom here", "and then?"))
            await service.accept("postbox", said("b", "hello"))
            await until(lambda: postbox.arrived("b") == ["1: hello"])
            await stage.passing(lambda: stage.waiting() == (0, 0))

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: hello", "sorry in tr", "2: and then?"]
    assert sum("boom" in words for words in tried) == POISON_TRIES
    kept = contents(stage.database)
    assert len(kept["quarantine"]) == 1
    assert "boom" not in repr(kept)
    assert "RuntimeError tests" not in repr(kept["quarantine"]), "only our own code is named"
    assert "RuntimeError" in repr(kept["quarantine"])


def test_what_cannot_be_written_down_counts_as_a_bug_of_that_message(stage: Stage) -> None:
    postbox = Postbox()

    def at(point: str) -> None:
        if point == "before_turn_commit" and not postbox.arrived("b"):
            raise ValueError(point)

    async def play() -> None:
        async with stage.serving(postbox, at=at) as service:
            await service.accept("postbox", said("a", "hello"))
            await stage.passing(lambda: postbox.arrived("a") == ["sorry in None"])
            await stage.settled()

    asyncio.run(play())
    assert stage.stored()["messages set aside"] == 1


def test_a_bug_that_goes_away_costs_nothing(stage: Stage) -> None:
    postbox = Postbox()
    failures = [RuntimeError("once"), RuntimeError("twice")]

    class Recovering(Echo):
        def answer(self, state: State, said: object) -> object:  # type: ignore[override]
            if failures:
                raise failures.pop()
            return super().answer(state, said)  # type: ignore[arg-type]

    async def play() -> None:
        async with stage.serving(postbox, conversation=Recovering()) as service:
            await service.accept("postbox", said("a", "hello", "again"))
            await stage.passing(lambda: stage.waiting() == (0, 0))

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: hello", "2: again"]


def test_an_apology_that_fails_with_what_is_remembered_is_said_without_it(stage: Stage) -> None:
    postbox = Postbox()

    class Forgetful(Echo):
        def apologise(self, state: State) -> object:  # type: ignore[override]
            if state != State():
                raise KeyError("topic")
            return super().apologise(state)

    async def play() -> None:
        async with stage.serving(postbox, conversation=Forgetful()) as service:
            await service.accept("postbox", said("a", "hello", "boom"))
            await stage.passing(lambda: stage.waiting() == (0, 0))

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: hello", "sorry in None"]


def test_a_state_that_cannot_be_read_starts_anew_instead_of_silencing_the_chat(stage: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "hello"))
            await stage.settled()
            broken = chats.update().values(state=b"broken")
            stage.database.run(lambda connection: connection.execute(broken))
            await service.accept("postbox", said("a", "again", first=1))
            await stage.settled()

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: hello", "1: again"]


def test_a_message_that_ended_the_process_three_times_is_set_aside(stage: Stage, tmp_path: Path) -> None:
    postbox = Postbox()

    async def script(service: Service) -> None:
        await service.accept("postbox", said("a", "hello", "end of it", "and then?"))
        await service.accept("postbox", said("b", "hello"))
        await stage.passing(lambda: stage.waiting() == (0, 0))

    for life in range(POISON_TRIES + 1):
        with closing(Marker(tmp_path / "answering")) as marker:
            doom = Doom()
            has_ended = stage.live(script, postbox, doom=doom, conversation=Echo(doom.come), marker=marker)
            assert has_ended == (life < POISON_TRIES)
    assert postbox.arrived("a") == ["1: hello", "sorry in tr", "2: and then?"]
    assert postbox.arrived("b") == ["1: hello"]
    assert "ended_the_process" in repr(contents(stage.database)["quarantine"])


def test_a_process_that_ended_between_two_answers_blames_no_message(stage: Stage, tmp_path: Path) -> None:
    postbox = Postbox()

    async def script(service: Service) -> None:
        await service.accept("postbox", said("a", "hello"))
        await stage.passing(lambda: stage.waiting() == (0, 0))

    for life in range(POISON_TRIES + 2):
        with closing(Marker(tmp_path / "answering")) as marker:
            doom = Doom("before_turn_commit" if life <= POISON_TRIES else "")
            assert stage.live(script, postbox, doom=doom, marker=marker) == bool(doom.point)
    assert postbox.arrived("a") == ["1: hello"]


# ---- ends, in order and otherwise


def test_at_the_end_what_is_under_way_is_delivered_and_nothing_stays_owned(stage: Stage) -> None:
    postbox = Postbox(delay=0.05)

    async def play() -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", [update for n in range(5) for update in said(f"chat {n}", "say 3")])
            await until(lambda: postbox.attempts >= 5)

    asyncio.run(play())
    assert sorted(delivery.text for delivery in postbox.deliveries) == sorted(
        ["1: say 3 0", "1: say 3 1", "1: say 3 2"] * 5
    )
    assert stage.waiting() == (0, 0)
    assert rows(stage.database, "SELECT owner FROM chats WHERE owner IS NOT NULL") == []
    assert contents(stage.database)["leases"] == []


def test_the_end_waits_no_longer_than_it_may_and_the_rest_arrives_after_the_next_start(stage: Stage) -> None:
    postbox = Postbox()
    postbox.trouble("stuck", Hangs())
    hasty = replace(LIMITS, drain=0.05)

    async def play() -> None:
        async with stage.serving(postbox, limits=hasty) as service:
            await service.accept("postbox", said("stuck", "hello"))
            await until(lambda: postbox.attempts == 1)
        assert rows(stage.database, "SELECT owner FROM chats") == [(None,)]
        async with stage.serving(postbox):
            await stage.settled()

    asyncio.run(play())
    assert postbox.arrived("stuck") == ["1: hello"]


def test_a_claim_that_comes_back_while_the_service_ends_is_worked_off_or_given_back(stage: Stage) -> None:
    """Ends at every moment of the loop: never is a chat left owned, or answered by a service that has gone."""
    postbox = Postbox()

    async def play() -> None:
        for n in range(40):
            service = stage.service(postbox, limits=replace(LIMITS, poll=0.001))
            async with running(service):
                accepting = asyncio.create_task(service.accept("postbox", said(f"chat {n}", "hello", "again")))
                await asyncio.sleep(n * 0.0005)
            await accepting
            before = len(postbox.deliveries)
            assert rows(stage.database, "SELECT owner FROM chats WHERE owner IS NOT NULL") == []
            await asyncio.sleep(0.002)
            assert len(postbox.deliveries) == before
        async with stage.serving(postbox):
            await stage.settled()

    asyncio.run(play())
    for n in range(40):
        assert postbox.arrived(f"chat {n}") == ["1: hello", "2: again"]


def test_what_comes_in_while_the_service_ends_is_answered_once_if_only_after_the_next_start(stage: Stage) -> None:
    postbox = Postbox(delay=0.05)

    async def play() -> None:
        service = stage.service(postbox)
        async with running(service):
            await service.accept("postbox", said("a", "hello"))
            await until(lambda: postbox.attempts == 1)
            stopping = asyncio.create_task(service.stop())
            await asyncio.sleep(0.01)
            await service.accept("postbox", said("b", "in the last moment"))
            await stopping
        assert postbox.arrived("a") == ["1: hello"]
        async with stage.serving(postbox):
            await stage.settled()

    asyncio.run(play())
    assert postbox.arrived("b") == ["1: in the last moment"]


def told(stage: Stage, updates: Sequence[Update]) -> Script:
    """The updates come, one by one, and everything is answered."""

    async def script(service: Service) -> None:
        for update in updates:
            await service.accept("postbox", [update])
        await stage.passing(lambda: stage.waiting() == (0, 0), step=1)

    return script


def duplicates(arrived: list[str]) -> int:
    return sum(before == after for before, after in pairwise(arrived))


def without_repeats(arrived: list[str]) -> list[str]:
    return [text for before, text in zip(["", *arrived], arrived, strict=False) if text != before]


@pytest.mark.parametrize("passage", [1, 2, 5])
@pytest.mark.parametrize("point", POINTS)
def test_wherever_the_process_ends_nothing_is_lost_or_disordered_and_in_a_chat_at_most_one_answer_comes_twice(
    stage: Stage, point: str, passage: int
) -> None:
    postbox = Postbox()
    updates = [update for n in range(2) for chat in ("a", "b", "c") for update in said(chat, f"say {n + 1}", first=n)]
    assert stage.live(told(stage, updates), postbox, doom=Doom(point, passage))
    assert not stage.live(told(stage, updates), postbox)
    for chat in ("a", "b", "c"):
        assert without_repeats(postbox.arrived(chat)) == ["1: say 1 0", "2: say 2 0", "2: say 2 1"]
        assert duplicates(postbox.arrived(chat)) <= 1


@pytest.mark.parametrize("point", POINTS)
def test_a_process_that_ends_again_and_again_at_the_same_point_loses_nothing(stage: Stage, point: str) -> None:
    postbox = Postbox()
    script = told(stage, said("a", "hello", "say 2"))
    ends = sum(stage.live(script, postbox, doom=Doom(point)) for _ in range(6))
    assert not stage.live(script, postbox)
    assert ends >= 2
    assert without_repeats(postbox.arrived("a")) == ["1: hello", "2: say 2 0", "2: say 2 1"]
    assert duplicates(postbox.arrived("a")) <= (ends if point == "after_send" else 0)


DOOMS = st.lists(st.tuples(st.sampled_from(POINTS), st.integers(1, 8)), max_size=4)
TROUBLES = st.lists(
    st.sampled_from([After(0), After(0.003), UnsentError("down"), UnsentError("slow", 7), Lost(UnclearError())]),
    max_size=6,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=15,
)
@given(DOOMS, st.fixed_dictionaries({"a": TROUBLES, "b": TROUBLES}))
def test_no_series_of_ends_and_troubles_loses_or_disorders_anything(
    sqlite: Database, keys: Keys, clock: Clock, dooms: list[tuple[str, int]], troubles: dict[str, list[Trouble]]
) -> None:
    """Each end of the process, and each send that nobody knows of, may bring one answer twice; no more than that."""
    empty(sqlite)
    postbox, stage = Postbox(), Stage(sqlite, keys, clock)
    for chat, waiting in troubles.items():
        postbox.trouble(chat, *waiting)
    updates = [update for n in range(3) for chat in ("a", "b") for update in said(chat, f"say {n + 1}", first=n)]
    ends = sum(stage.live(told(stage, updates), postbox, doom=Doom(*doom)) for doom in dooms)
    stage.live(told(stage, updates), postbox)
    for chat, waiting in troubles.items():
        unclear = sum(isinstance(trouble, Lost) for trouble in waiting)
        assert without_repeats(postbox.arrived(chat)) == [
            f"{n + 1}: say {n + 1} {part}" for n in range(3) for part in range(n + 1)
        ]
        assert duplicates(postbox.arrived(chat)) <= ends + unclear


def test_another_process_goes_on_when_the_lease_of_the_first_has_ended(stage: Stage) -> None:
    """The first one hangs in a send and then wakes up: one answer comes twice, none is lost, none is out of order."""
    if stage.database.is_sqlite:
        pytest.skip("one process has a SQLite database to itself")
    slow, postbox = Postbox(), Postbox()

    async def play() -> None:
        wakes_up, goes_on = asyncio.Event(), asyncio.Event()
        slow.trouble("a", Until(wakes_up))
        postbox.trouble("a", After(0), Until(goes_on))
        first = stage.service(slow, limits=replace(LIMITS, chats_at_once=1, brisk=3600))
        async with running(first, alive=False):
            await first.accept("postbox", said("a", "say 3"))
            await until(lambda: slow.attempts == 1)
            stage.clock.pass_(LIMITS.alive + 1)
            async with running(stage.service(postbox)):
                await until(lambda: postbox.attempts == 2)
                wakes_up.set()
                await until(lambda: slow.arrived("a") != [])
                await asyncio.sleep(0.05)
                goes_on.set()
                await stage.settled()

    asyncio.run(play())
    assert slow.arrived("a") == ["1: say 3 0"], "it goes on although the chat is somebody else's"
    assert postbox.arrived("a") == ["1: say 3 0", "1: say 3 1", "1: say 3 2"]


def test_two_processes_share_the_work_and_answer_everything_once(stage: Stage) -> None:
    if stage.database.is_sqlite:
        pytest.skip("one process has a SQLite database to itself")
    left, right = Postbox(delay=0.001), Postbox(delay=0.001)
    talks = [f"chat {n}" for n in range(20)]

    async def play() -> None:
        one, other = stage.service(left), stage.service(right)
        async with running(one), running(other):
            for n in range(5):
                updates = [update for chat in talks for update in said(chat, f"m{n}", first=n)]
                await asyncio.gather(one.accept("postbox", updates), other.accept("postbox", updates))
            await stage.settled()

    asyncio.run(play())
    both = sorted([*left.deliveries, *right.deliveries], key=lambda delivery: delivery.text)
    for chat in talks:
        assert [delivery.text for delivery in both if delivery.address == chat] == [f"{n + 1}: m{n}" for n in range(5)]


def test_a_chat_of_a_channel_that_is_no_longer_there_waits_and_is_not_lost(stage: Stage) -> None:
    old, new = Postbox("old"), Postbox("new")

    async def play() -> None:
        await stage.service(old).accept("old", said("a", "hello"))
        async with stage.serving(new) as service:
            await service.accept("new", said("b", "hello"))
            await until(lambda: new.arrived("b") == ["1: hello"])
        assert stage.waiting() == (1, 0)
        async with stage.serving(old, new):
            await stage.passing(lambda: stage.waiting() == (0, 0))

    asyncio.run(play())
    assert old.arrived("a") == ["1: hello"]


# ---- everything about a chat


def test_delete_erases_in_the_messenger_then_here_and_the_next_message_starts_anew(stage: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "hello"))
            await stage.settled()
            sent = postbox.deliveries[0].key
            await service.accept("postbox", [message("a 1", "a", Command("delete"))])
            await stage.settled()
            assert postbox.erased == [("a", ("a said a 0", f"a ref {sent}", "a said a 1"))]
            assert stage.stored() == {"updates seen": 2}
            await service.accept("postbox", said("a", "hello", first=2))
            await stage.settled()

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: hello", "deleted", "hello again", "1: hello"]


@pytest.mark.parametrize("point", ["after_turn_commit", "before_send", "after_send", "after_mark"])
@pytest.mark.parametrize("passage", [1, 2, 3])
def test_delete_is_carried_out_to_the_end_by_the_next_process(stage: Stage, point: str, passage: int) -> None:
    postbox = Postbox()
    stage.live(told(stage, said("a", "hello")), postbox)
    stage.live(told(stage, [message("a 1", "a", Command("delete"))]), postbox, doom=Doom(point, passage))
    stage.live(told(stage, []), postbox)
    assert {refs for _, refs in postbox.erased} == {("a said a 0", f"a ref {postbox.deliveries[0].key}", "a said a 1")}
    assert without_repeats(postbox.arrived("a")) == ["1: hello", "deleted", "hello again"]
    assert stage.stored() == {"updates seen": 2}
    assert contents(stage.database)["chats"] == []


def test_delete_is_carried_out_although_the_messenger_is_away_for_a_while(stage: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "hello"))
            await stage.settled()
            postbox.trouble("erase a", UnsentError("down"))
            postbox.trouble("a", UnsentError("down"), UnsentError("down"))
            await service.accept("postbox", [message("a 1", "a", Command("delete"))])
            await stage.passing(lambda: stage.waiting() == (0, 0))

    asyncio.run(play())
    assert len(postbox.erased) == 1
    assert postbox.arrived("a") == ["1: hello", "deleted", "hello again"]
    assert stage.stored() == {"updates seen": 2}
    assert contents(stage.database)["chats"] == []


def test_whoever_leaves_is_forgotten_with_everything_that_waits(stage: Stage) -> None:
    postbox = Postbox()
    postbox.trouble("a", *[UnsentError("down")] * 100)

    async def play() -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "say 3", "again"))
            await service.accept("postbox", said("b", "hello"))
            await until(lambda: postbox.attempts == 2)
            await service.leave("postbox", "a")
            await stage.settled()

    asyncio.run(play())
    assert [row[1] for row in contents(stage.database)["chats"]] == ["postbox"]
    assert stage.stored()["messages to delete"] == 2, "only what belongs to the other chat"


def test_whoever_leaves_while_an_answer_is_on_its_way_leaves_nothing_behind(stage: Stage) -> None:
    postbox = Postbox()
    postbox.trouble("a", After(0.1))

    async def play() -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "say 2"))
            await until(lambda: postbox.attempts == 1)
            await service.leave("postbox", "a")
            await until(lambda: postbox.arrived("a") != [])

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: say 2 0"]
    assert stage.stored() == {"updates seen": 1}


# ---- odds and ends


def test_a_chat_for_which_nothing_waits_is_let_go_and_not_claimed_for_ever(stage: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        service = stage.service(postbox)
        await service.accept("postbox", said("a", "hello"))
        stage.database.run(lambda connection: connection.exec_driver_sql("DELETE FROM inbox"))
        async with running(service):
            await until(lambda: rows(stage.database, "SELECT pending, owner FROM chats") == [(0, None)])

    asyncio.run(play())
    assert postbox.deliveries == []


def test_the_cursor_of_a_channel_is_stored_with_what_it_has_read(stage: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        service = stage.service(postbox)
        assert await service.cursor("postbox") is None
        await service.accept("postbox", said("a", "hello"), cursor="18")
        assert await service.cursor("postbox") == "18"
        service = stage.service(postbox, at=Doom("before_inbox_commit"))
        with pytest.raises(Ended):
            await service.accept("postbox", said("a", "again", first=1), cursor="19")
        assert await service.cursor("postbox") == "18"

    asyncio.run(play())


def test_a_clock_that_ran_ahead_is_mended_at_the_start_of_the_only_process(stage: Stage) -> None:
    if not stage.database.is_sqlite:
        pytest.skip("PostgreSQL has one clock for all")
    postbox = Postbox()

    async def play() -> None:
        stage.clock.pass_(86_400 * 30)
        await stage.service(postbox).accept("postbox", said("a", "hello"))
        stage.clock.pass_(-86_400 * 30)
        async with stage.serving(postbox):
            await stage.settled()

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: hello"]


def test_metrics_count_what_happened(stage: Stage) -> None:
    postbox = Postbox()
    postbox.trouble("a", UnsentError("down"))

    async def play() -> dict[str, float]:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "hello", "boom"))
            await service.accept("postbox", said("a", "hello"))
            await stage.passing(lambda: stage.waiting() == (0, 0))
            return {
                sample.name: sample.value
                for metric in service.metrics.registry.collect()
                for sample in metric.samples
                if sample.labels.get("result", "sent") == "sent"
            }

    numbers = asyncio.run(play())
    assert numbers["nahbei_updates_total"] == 2
    assert numbers["nahbei_updates_repeated_total"] == 1
    assert numbers["nahbei_turns_failed_total"] == 3
    assert numbers["nahbei_messages_set_aside_total"] == 1
    assert numbers["nahbei_turn_seconds_count"] == 1
    assert numbers["nahbei_sends_total"] == 2


def test_limits_are_generous_to_people_and_end_a_service_in_time() -> None:
    usual = Limits()
    assert usual.answered.burst >= 20
    assert usual.drain < 5
    assert usual.alive > 2 * usual.poll
    assert delivery.ALIVE
