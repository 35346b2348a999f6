"""Answers arrive one by one, in order; what became of each is written down, whatever the messenger does."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.channels.base import GoneError, RefusedError, UnclearError, UnsentError, Update
from bot.dialogue.model import Command
from bot.keys import Keys
from bot.service import Service
from bot.store import retention
from bot.store.database import Database
from tests.conftest import Clock
from tests.postbox import After, Hangs, Lost, Postbox, Trouble, message
from tests.serving import LIMITS, Doom, Script, Stage, until
from tests.storage import contents, rows

PATIENCE = LIMITS.patience
HASTY = replace(LIMITS, patience=replace(PATIENCE, send=0.05), drain=0.1)


@pytest.fixture
def stage(database: Database, keys: Keys, clock: Clock) -> Stage:
    return Stage(database, keys, clock)


def said(chat: str, *texts: str, first: int = 0) -> list[Update]:
    return [message(f"{chat} {n}", chat, text) for n, text in enumerate(texts, first)]


def play(stage: Stage, postbox: Postbox, updates: Sequence[Update], *troubles: Trouble, **changed: object) -> Service:
    """Bring the updates, let the time fly until nothing waits any more."""
    postbox.trouble("a", *troubles)

    async def script() -> Service:
        async with stage.serving(postbox, **changed) as service:
            await service.accept("postbox", updates)
            await stage.passing(lambda: stage.waiting() == (0, 0))
            return service

    return asyncio.run(script())


def counted(service: Service, name: str, **labels: str) -> float:
    return service.metrics.registry.get_sample_value(name, {"channel": "postbox", **labels}) or 0


# ---- surely not delivered


def test_what_surely_did_not_arrive_is_sent_until_it_does(stage: Stage) -> None:
    postbox = Postbox()
    service = play(stage, postbox, said("a", "say 2", "next"), *[UnsentError("down")] * 30)
    assert postbox.arrived("a") == ["1: say 2 0", "1: say 2 1", "2: next"]
    assert counted(service, "nahbei_sends_total", result="unsent") == 30


def test_the_pauses_grow_and_end_at_the_longest(stage: Stage) -> None:
    postbox = Postbox()
    pauses = []

    async def script() -> None:
        postbox.trouble("a", *[UnsentError("down")] * 12)
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "hello"))
            for attempt in range(1, 13):
                await until(lambda attempt=attempt: postbox.attempts == attempt and ready_at() > stage.clock())  # type: ignore[misc]
                pauses.append(ready_at() - stage.clock())
                stage.clock.pass_(pauses[-1] + 0.001)
            await stage.settled()

    def ready_at() -> float:
        ((ready, owner),) = rows(stage.database, "SELECT ready_at, owner FROM chats")
        assert isinstance(ready, float)
        return ready if owner is None else 0

    asyncio.run(script())
    for n, pause in enumerate(pauses):
        whole = min(PATIENCE.longest_pause, PATIENCE.first_pause * 2**n)
        assert whole / 2 <= pause <= whole
    assert postbox.arrived("a") == ["1: hello"]


def test_a_chat_waits_as_long_as_the_messenger_asks_for_and_the_others_go_on(stage: Stage) -> None:
    postbox = Postbox()

    async def script() -> None:
        postbox.trouble("a", UnsentError("slow down", retry_after=100))
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "hello"))
            await until(lambda: postbox.attempts == 1)
            for n in range(3):
                stage.clock.pass_(33)
                await service.accept("postbox", said("b", f"m{n}", first=n))
                await until(lambda n=n: len(postbox.arrived("b")) == n + 1)  # type: ignore[misc]
            assert postbox.arrived("a") == []
            stage.clock.pass_(2)
            await stage.settled()

    asyncio.run(script())
    assert postbox.arrived("a") == ["1: hello"]


@pytest.mark.parametrize("wanted", [float("inf"), float("nan"), -5.0, 1e300])
def test_a_messenger_that_asks_for_something_mad_does_not_silence_a_chat(stage: Stage, wanted: float) -> None:
    postbox = Postbox()

    async def script() -> None:
        postbox.trouble("a", UnsentError("slow down", retry_after=wanted))
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "hello"))
            await until(lambda: postbox.attempts == 1)
            await until(lambda: rows(stage.database, "SELECT owner FROM chats") == [(None,)])
            stage.clock.pass_(retention.IN_FLIGHT_SECONDS + 1)
            await stage.settled()

    asyncio.run(script())
    assert postbox.arrived("a") == ["1: hello"]


# ---- nobody knows


@pytest.mark.parametrize("error", [UnclearError(), RuntimeError("a bug of the channel"), TimeoutError(), OSError()])
def test_what_may_have_arrived_is_sent_exactly_once_more(stage: Stage, error: Exception) -> None:
    postbox = Postbox()
    service = play(stage, postbox, said("a", "hello", "next"), *[Lost(error)] * 3)
    assert postbox.arrived("a") == ["1: hello", "1: hello", "2: next", "2: next"]
    assert counted(service, "nahbei_sends_total", result="unclear") == 3
    assert counted(service, "nahbei_answers_given_up_total") == 1


def test_numbers_in_a_danger_are_sent_three_times_more(stage: Stage) -> None:
    postbox = Postbox()
    play(stage, postbox, said("a", "help! now", "next"), *[Lost(UnclearError())] * 20)
    assert postbox.arrived("a") == ["1: call 112"] * 4 + ["2: next"] * 2


def test_where_repeats_do_no_harm_an_answer_is_sent_until_it_has_surely_arrived(stage: Stage) -> None:
    postbox = Postbox(repeats_harmless=True)
    lost: list[Trouble] = [Lost(UnclearError()), UnclearError(), TimeoutError()] * 8
    service = play(stage, postbox, said("a", "hello", "next"), *lost)
    assert postbox.arrived("a") == ["1: hello", "2: next"]
    assert postbox.attempts == len(lost) + 2
    assert counted(service, "nahbei_answers_given_up_total") == 0


def test_what_is_unclear_waits_a_while_before_it_is_sent_again(stage: Stage) -> None:
    postbox = Postbox()

    async def script() -> None:
        postbox.trouble("a", UnclearError())
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "hello"))
            await until(lambda: rows(stage.database, "SELECT unclear FROM outbox") == [(1,)])
            ((ready_at,),) = rows(stage.database, "SELECT ready_at FROM chats")
            assert ready_at == stage.clock() + PATIENCE.unclear_pause
            stage.clock.pass_(PATIENCE.unclear_pause)
            await stage.settled()

    asyncio.run(script())
    assert postbox.arrived("a") == ["1: hello"]


def test_a_send_that_never_ends_is_ended_and_counts_as_unclear(stage: Stage) -> None:
    postbox = Postbox()
    service = play(stage, postbox, said("a", "hello", "next"), Hangs(), limits=HASTY)
    assert postbox.arrived("a") == ["1: hello", "2: next"]
    assert counted(service, "nahbei_sends_total", result="unclear") == 1


def test_a_library_that_cancels_something_of_its_own_does_not_end_a_chat(stage: Stage) -> None:
    postbox = Postbox()
    play(stage, postbox, said("a", "hello", "next"), asyncio.CancelledError())
    assert postbox.arrived("a") == ["1: hello", "2: next"]


def test_a_key_is_the_same_for_every_attempt_and_another_for_every_answer(stage: Stage) -> None:
    postbox = Postbox()
    play(stage, postbox, said("a", "say 2", "next"), Lost(UnclearError()))
    keys = [delivery.key for delivery in postbox.deliveries]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert not any("a 0" in key for key in keys)


# ---- never


def test_a_chat_that_is_gone_leaves_nothing_behind(stage: Stage) -> None:
    postbox = Postbox()

    async def script() -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "hello"))
            await stage.settled()
            assert stage.stored()["conversations"] == 1
            postbox.trouble("a", GoneError())
            await service.accept("postbox", said("a", "say 3", "again", first=1))
            await stage.settled()
            assert counted(service, "nahbei_sends_total", result="gone") == 1

    asyncio.run(script())
    assert postbox.arrived("a") == ["1: hello"]
    assert stage.stored() == {"updates seen": 3}
    assert contents(stage.database)["chats"] == []


def test_a_message_after_that_begins_a_new_chat(stage: Stage) -> None:
    postbox = Postbox()
    play(stage, postbox, said("a", "hello"), GoneError())
    play(stage, postbox, said("a", "back again", first=1))
    assert postbox.arrived("a") == ["1: back again"]


def test_an_answer_that_is_refused_is_given_up_and_the_rest_goes_on(stage: Stage) -> None:
    postbox = Postbox()
    service = play(stage, postbox, said("a", "say 3", "next"), After(0), RefusedError())
    assert postbox.arrived("a") == ["1: say 3 0", "1: say 3 2", "2: next"]
    assert counted(service, "nahbei_answers_given_up_total") == 1


def test_what_has_waited_for_an_hour_is_given_up_and_the_chat_goes_on(stage: Stage) -> None:
    postbox = Postbox()

    async def script() -> None:
        postbox.trouble("a", UnsentError("down"))
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "say 2"))
            await until(lambda: rows(stage.database, "SELECT failed FROM outbox WHERE n = 0") == [(1,)])
            stage.clock.pass_(retention.IN_FLIGHT_SECONDS + 1)
            await stage.database.do(retention.expire, stage.clock())
            await service.accept("postbox", said("a", "next", first=1))
            await stage.settled()

    asyncio.run(script())
    assert postbox.arrived("a")[-1] == "2: next"


# ---- erasing in the messenger


def test_what_cannot_be_erased_is_no_reason_not_to_say_goodbye(stage: Stage) -> None:
    postbox = Postbox()
    postbox.trouble("erase a", *[UnclearError()] * 5)
    play(stage, postbox, said("a", "hello"))
    play(stage, postbox, [message("a 1", "a", Command("delete"))])
    assert postbox.erased == []
    assert postbox.arrived("a") == ["1: hello", "deleted", "hello again"]
    assert stage.stored() == {"updates seen": 2}


def test_a_refused_or_unclear_farewell_still_closes_the_chat(stage: Stage) -> None:
    for n, trouble in enumerate((RefusedError(), UnclearError(), GoneError())):
        postbox = Postbox()
        play(stage, postbox, said("a", "hello", first=10 * n))
        postbox.trouble("a", After(0), trouble)
        play(stage, postbox, [message(f"a {10 * n + 1}", "a", Command("delete"))])
        assert set(stage.stored()) == {"updates seen"}
        assert contents(stage.database)["chats"] == []


# ---- a process that ends


def test_between_sending_and_writing_it_down_a_process_may_end_and_at_most_one_answer_comes_twice(
    stage: Stage,
) -> None:
    postbox = Postbox()

    def told(*updates: Update) -> Script:
        async def script(service: Service) -> None:
            await service.accept("postbox", updates)
            await stage.passing(lambda: stage.waiting() == (0, 0), step=1)

        return script

    assert stage.live(told(*said("a", "say 2", "next")), postbox, doom=Doom("after_send"))
    assert postbox.arrived("a") == ["1: say 2 0"]
    assert not stage.live(told(), postbox)
    assert postbox.arrived("a") == ["1: say 2 0", "1: say 2 0", "1: say 2 1", "2: next"]


def test_a_process_that_ended_is_no_attempt_of_which_nobody_knows(stage: Stage) -> None:
    """An answer that is then unclear once is sent again, as if no process had ended."""
    postbox = Postbox()

    async def script(service: Service) -> None:
        await service.accept("postbox", said("a", "hello"))
        await stage.passing(lambda: stage.waiting() == (0, 0), step=1)

    for _ in range(3):
        assert stage.live(script, postbox, doom=Doom("before_send"))
    postbox.trouble("a", UnclearError())
    assert not stage.live(script, postbox)
    assert postbox.arrived("a") == ["1: hello"]
