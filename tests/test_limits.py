"""Each chat gets its share: so many at once, then so many a second, and memory stays small."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.limits import Buckets, Bulkheads, Rate

RATE = Rate(4, 0.5)
rates = st.builds(Rate, st.integers(1, 20), st.sampled_from([0.25, 0.5, 1, 2, 8]))  # whole parts: sums are exact
pauses = st.lists(st.sampled_from([0, 0, 0, 0.25, 1, 3, 60]), max_size=80)


def moments(pauses: list[float]) -> list[float]:
    now = 1000.0
    return [now := now + pause for pause in pauses]


@given(rates, pauses)
def test_never_more_go_through_than_burst_and_time_allow(rate: Rate, pauses: list[float]) -> None:
    buckets, strict = Buckets(rate), Buckets(rate)
    through = [now for now in moments(pauses) if buckets.take(b"chat", now)[0] == 0]
    let_in = [now for now in moments(pauses) if strict.has(b"chat", now)]
    for passed in (through, let_in):
        for i, first in enumerate(passed):
            for n, last in enumerate(passed[i:], start=1):
                assert n <= rate.burst + (last - first) * rate.per_second


@given(rates, pauses)
def test_who_waits_as_long_as_told_never_waits_twice_for_the_same(rate: Rate, pauses: list[float]) -> None:
    buckets = Buckets(rate)
    now = 1000.0
    for pause in pauses:
        wait, _ = buckets.take(b"chat", now)
        assert wait <= 1 / rate.per_second
        now += max(wait, pause)


@given(rates, st.integers(1, 50))
def test_whoever_keeps_within_the_rate_never_waits(rate: Rate, times: int) -> None:
    buckets, strict = Buckets(rate), Buckets(rate)
    for n in range(times):
        now = n / rate.per_second
        assert buckets.take(b"chat", now) == (0, False)
        assert strict.has(b"chat", now)


def test_the_first_that_has_to_wait_is_told_once(buckets: Buckets) -> None:
    taken = [buckets.take(b"chat", 0.0) for _ in range(7)]
    assert taken == [(0, False)] * 4 + [(2, True), (4, False), (6, False)]


def test_who_goes_on_a_little_too_fast_is_not_told_again_and_again(buckets: Buckets) -> None:
    told = [buckets.take(b"chat", now)[1] for now in [0.0] * 5 + [3.0 + 1.9 * n for n in range(20)]]
    assert told.count(True) == 1


def test_after_a_pause_a_new_episode_is_told_again(buckets: Buckets) -> None:
    for now in (0.0, 100.0):
        assert [buckets.take(b"chat", now)[1] for _ in range(6)] == [False] * 4 + [True, False]


@given(rates, pauses)
def test_nobody_is_told_before_they_wait_and_everybody_who_waits_was_told(rate: Rate, pauses: list[float]) -> None:
    buckets = Buckets(rate)
    was_told = False
    left = rate.burst
    before = 1000.0
    for now in moments(pauses):
        left = min(rate.burst, left + (now - before) * rate.per_second) - 1
        before = now
        wait, told = buckets.take(b"chat", now)
        assert wait == max(0, -left) / rate.per_second
        was_told = told or (was_told and (left < 0 or left < rate.burst / 2))
        assert not told or wait > 0
        assert not wait or was_told


def test_one_chat_takes_nothing_from_another(buckets: Buckets) -> None:
    for _ in range(50):
        buckets.take(b"flood", 0.0)
        buckets.has(b"flood", 0.0)
    assert buckets.take(b"calm", 0.0) == (0, False)
    assert Buckets(RATE).has(b"calm", 0.0)


def test_what_is_refused_costs_nothing() -> None:
    buckets = Buckets(RATE)
    assert [buckets.has(b"chat", 0.0) for _ in range(50)] == [True] * 4 + [False] * 46
    assert buckets.has(b"chat", 2.0), "one has come in two seconds"
    assert not buckets.has(b"chat", 2.0)


def test_what_did_not_happen_is_given_back_but_never_more_than_fits() -> None:
    buckets = Buckets(RATE)
    for _ in range(4):
        assert buckets.has(b"chat", 0.0)
    buckets.give_back(b"chat", 0.0)
    assert buckets.has(b"chat", 0.0)
    assert not buckets.has(b"chat", 0.0)
    for _ in range(20):
        buckets.give_back(b"chat", 0.0)
    assert [buckets.has(b"chat", 0.0) for _ in range(5)] == [True] * 4 + [False]


def test_a_clock_that_is_set_back_takes_nothing_away_and_stops_nobody(buckets: Buckets) -> None:
    assert buckets.take(b"chat", 1000.0) == (0, False)
    assert buckets.take(b"chat", 10.0) == (0, False)
    assert buckets.has(b"chat", 10.0)
    assert buckets.take(b"chat", 12.0) == (0, False), "time goes on from there"


@given(st.lists(st.integers(0, 30), max_size=200), st.integers(1, 10))
def test_of_more_chats_than_fit_into_memory_the_oldest_are_let_go(chats: list[int], most: int) -> None:
    buckets = Buckets(Rate(1, 0.001), most)
    remembered: list[int] = []
    for chat in chats:
        assert buckets.has(bytes([chat]), 0.0) == (chat not in remembered)
        if chat not in remembered:
            remembered = [*remembered, chat][-most:]


def test_a_channel_that_hangs_takes_no_room_from_another() -> None:
    bulkheads = Bulkheads(("left", "right"), at_once=3, brisk=1, most=100)
    for work in range(3):
        bulkheads.enter(work, "left", 1000.0)
    assert bulkheads.room(1000.5) == (3, frozenset({"left"}))


def test_what_takes_long_leaves_its_place_but_never_more_than_the_most_are_worked_on() -> None:
    bulkheads = Bulkheads(("left",), at_once=3, brisk=1, most=5)
    for work in range(3):
        bulkheads.enter(work, "left", 1000.0)
    assert bulkheads.room(1000.9) == (0, frozenset({"left"}))
    assert bulkheads.room(1001.0) == (2, frozenset())
    for work in range(3, 5):
        bulkheads.enter(work, "left", 1001.0)
    assert bulkheads.room(1060.0)[0] == 0
    bulkheads.leave(0)
    assert bulkheads.room(1060.0) == (1, frozenset())


@given(st.lists(st.tuples(st.sampled_from("lr"), st.sampled_from([0, 0, 0.5, 2]), st.booleans()), max_size=60))
def test_never_are_more_begun_at_once_than_is_allowed(steps: list[tuple[str, float, bool]]) -> None:
    bulkheads, now, begun = Bulkheads("lr", at_once=2, brisk=1, most=7), 1000.0, dict[int, tuple[str, float]]()
    for n, (channel, pause, ends) in enumerate(steps):
        now += pause
        if ends and begun:
            bulkheads.leave(min(begun))
            del begun[min(begun)]
        room, full = bulkheads.room(now)
        if room and channel not in full:
            bulkheads.enter(n, channel, now)
            begun[n] = channel, now
        assert len(begun) <= 7
        for name in "lr":
            assert sum(of == name and now - since < 1 for of, since in begun.values()) <= 2


@pytest.fixture
def buckets() -> Buckets:
    return Buckets(RATE)
