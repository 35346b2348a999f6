"""Beside the service: it stays alive, sweeps out, closes months, shows what families report, and never ends it."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import pytest

from bot.conversation import Conversation
from bot.dialogue.model import Count, Remark, Report
from bot.keys import Keys
from bot.service import Service
from bot.store import counters, delivery, retention
from bot.store.database import Database
from bot.upkeep import SWEEP_EVERY, SWEEPING, Upkeep
from tests.conftest import Clock
from tests.postbox import Hangs, Postbox, message
from tests.serving import LIMITS, Echo, Stage, until
from tests.storage import contents

TODAY = date(2026, 11, 23)
NEEDED = 3


@pytest.fixture
def stage(database: Database, keys: Keys, clock: Clock) -> Stage:
    return Stage(database, keys, clock)


class Warned(Echo):
    """Remembers what it is told about offers."""

    def with_reports(self, reported: Mapping[str, tuple[str, ...]]) -> Conversation:
        warned = Warned()
        object.__setattr__(warned, "reported", dict(reported))
        return warned


def upkeep(stage: Stage, service: Service | None = None, today: Callable[[], date] = lambda: TODAY) -> Upkeep:
    return Upkeep(service or stage.service(Postbox()), stage.database, needed=NEEDED, today=today)


def sweep(stage: Stage, today: date = TODAY, service: Service | None = None) -> Service:
    service = service or stage.service(Postbox(), conversation=Warned())
    asyncio.run(upkeep(stage, service, lambda: today).sweep())
    return service


def sample(service: Service, name: str, **labels: str) -> float | None:
    return service.metrics.registry.get_sample_value(name, labels)


# ---- alive


def test_a_process_says_that_it_is_alive_and_takes_over_from_one_that_is_not(stage: Stage) -> None:
    postbox = Postbox()
    postbox.trouble("a", Hangs())

    async def play() -> None:
        lost = stage.service(postbox)
        await lost.accept("postbox", [message(1, "a", "hello")])
        working = asyncio.create_task(lost.run())
        await until(lambda: postbox.attempts == 1)
        working.cancel()
        stage.clock.pass_(LIMITS.alive + 1)
        service = stage.service(postbox)
        await upkeep(stage, service).look()
        assert stage.database.run(delivery.claim, "anybody", stage.clock(), 10) != []
        (lease,) = [row for row in contents(stage.database)["leases"] if service.owner in str(row)]
        assert lease[-1] == stage.clock() + LIMITS.alive

    asyncio.run(play())


def test_what_waits_is_carried_into_the_numbers(stage: Stage) -> None:
    async def play() -> Service:
        service = stage.service(Postbox())
        await service.accept("postbox", [message(n, "a", "hello") for n in range(3)])
        stage.clock.pass_(7)
        await upkeep(stage, service).look()
        return service

    service = asyncio.run(play())
    assert sample(service, "nahbei_unanswered") == 3
    assert sample(service, "nahbei_undelivered") == 0
    assert sample(service, "nahbei_oldest_waiting_seconds") == pytest.approx(7)
    stage.clock.pass_(retention.IN_FLIGHT_SECONDS)
    sweep(stage, service=service)
    asyncio.run(upkeep(stage, service).observe())
    assert sample(service, "nahbei_unanswered") == 0
    assert sample(service, "nahbei_oldest_waiting_seconds") == 0


# ---- swept out


def test_what_is_past_its_time_goes_and_is_counted(stage: Stage) -> None:
    postbox = Postbox()

    async def play() -> Service:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", [message(1, "a", "hello")])
            await stage.settled()
        await service.accept("postbox", [message(2, "b", "never answered")])
        return service

    service = asyncio.run(play())
    sweep(stage, service=service)
    assert stage.stored()["conversations"] == 1
    stage.clock.pass_(retention.IN_FLIGHT_SECONDS + 1)
    sweep(stage, service=service)
    assert "messages unanswered" not in stage.stored()
    stage.clock.pass_(retention.STATE_SECONDS)
    sweep(stage, service=service)
    assert "conversations" not in stage.stored()
    stage.clock.pass_(retention.SEEN_SECONDS)
    sweep(stage, service=service)
    assert stage.stored() == {}
    assert contents(stage.database)["chats"] == []
    assert sample(service, "nahbei_expired_total", kind="unanswered") == 1
    assert sample(service, "nahbei_expired_total", kind="conversations") == 2


def test_of_several_processes_one_sweeps_until_it_is_gone(stage: Stage) -> None:
    first, second = stage.service(Postbox()), stage.service(Postbox())
    sweep(stage, service=first)

    def sweeper() -> str:
        (row,) = [row for row in contents(stage.database)["leases"] if row[0] == SWEEPING]
        return str(row[1])

    sweep(stage, service=second)
    assert sweeper() == first.owner
    stage.clock.pass_(2 * SWEEP_EVERY + 1)
    sweep(stage, service=second)
    assert sweeper() == second.owner


def test_a_month_that_is_over_is_published_once(stage: Stage) -> None:
    found = Count("found", "crying-baby", "baby", "age_0_1", "de", "Görlitz", "", "Görlitz")

    def count(n: int, day: date) -> None:
        for chat in range(n):
            stage.database.run(counters.count, b"chat %d" % chat, found, day)

    count(12, TODAY)
    service = sweep(stage)
    assert stage.database.run(counters.published) == {}
    december = date(2026, 12, 1)
    sweep(stage, december, service)
    ((_, n),) = stage.database.run(counters.published)["2026-11"]
    assert n == 10
    count(30, TODAY)
    sweep(stage, december + timedelta(days=1), service)
    ((_, still),) = stage.database.run(counters.published)["2026-11"]
    assert still == n
    assert "demand not published" not in stage.stored()


def test_offers_that_enough_families_warn_of_are_marked_and_unmarked_when_somebody_has_looked(stage: Stage) -> None:
    def report(offer: str, remark: Remark, families: int) -> None:
        for chat in range(families):
            stage.database.run(counters.report, b"%s %d" % (remark.encode(), chat), Report(offer, remark), TODAY)

    report("closed-offer", "closed", NEEDED)
    report("new-number", "wrong_number", NEEDED - 1)
    report("good-offer", "helped", 10)
    service = sweep(stage)
    assert vars(service.conversation)["reported"] == {"closed-offer": ("closed",)}
    stage.database.run(counters.clear_reports, ["closed-offer"])
    sweep(stage, service=service)
    assert vars(service.conversation)["reported"] == {}


def test_whoever_does_not_sweep_hears_of_the_warnings_all_the_same(stage: Stage) -> None:
    sweep(stage)
    for chat in range(NEEDED):
        stage.database.run(counters.report, b"chat %d" % chat, Report("an-offer", "full"), TODAY)
    other = sweep(stage)
    assert vars(other.conversation)["reported"] == {"an-offer": ("full",)}


# ---- and goes on


def test_what_fails_is_tried_again_and_ends_nothing(stage: Stage) -> None:
    failures: list[Exception] = [KeyError("a bug"), RuntimeError("another one")]

    class Failing(Echo):
        def with_reports(self, reported: Mapping[str, tuple[str, ...]]) -> Conversation:
            if failures:
                raise failures.pop()
            return super().with_reports(reported)

    async def play() -> None:
        service = stage.service(Postbox(), conversation=Failing())
        hasty = Upkeep(service, stage.database, needed=NEEDED, alive_every=0.01, sweep_every=0.01)
        keeping = asyncio.create_task(hasty.run())
        await until(lambda: not failures)
        await until(service.metrics.is_database_up)
        service.metrics.database_up.set(0)
        await until(service.metrics.is_database_up)
        assert not keeping.done()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    asyncio.run(play())
