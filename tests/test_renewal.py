"""A service takes what is published while it answers: whole, once, and the old catalog stays where the new one is broken."""

import asyncio
import gc
import json
import re
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.conversation import Conversation
from bot.dialogue.model import Answers, Choice, Location, State
from bot.jsonlines import Desk
from bot.keys import Keys
from bot.renewal import Renewal
from bot.service import Service
from bot.store.database import Database
from bot.store.opening import FILE, open_database, sqlite_engine
from bot.upkeep import Upkeep
from catalog import db, positions
from catalog.catalog import Catalog, load_places, published_catalog
from catalog.geocoding import Position, wanted
from catalog.model import Offer, Site
from catalog.search import short_key
from catalog.versions import Content, Published, pack
from tests.checking import TODAY, an_offer
from tests.conftest import NOW, Clock
from tests.logged import logged
from tests.postbox import Postbox, message
from tests.serving import LIMITS, Moody, until
from tests.versions import TOWN, publish

Build = Callable[[Published, Catalog], Catalog]


@pytest.fixture(scope="module")
def build(catalog: Catalog) -> Build:
    """As a service builds it that began with this town: its places are read once, not for every test."""
    began = replace(catalog, places=load_places((TOWN,), None))
    return lambda published, earlier: published_catalog(published, earlier=earlier if earlier.version else began)


@pytest.fixture
def service(database: Database, keys: Keys, desk: Desk) -> Service:
    return Service(database, keys, Conversation(desk, lambda: NOW), [Postbox()], limits=LIMITS)


@pytest.fixture
def renewal(service: Service, database: Database, build: Build) -> Renewal:
    return Renewal(service, database, build)


def own(service: Service) -> list[str]:
    """The ids of the offers that families are shown, without the helplines."""
    return [offer.id for offer in service.conversation.desk.catalog.index.offers if not offer.helpline]


def version(service: Service) -> float | None:
    return service.metrics.registry.get_sample_value("nahbei_catalog_version")


def look(renewal: Renewal) -> None:
    asyncio.run(renewal.look())


def test_until_something_is_published_nothing_changes(service: Service, renewal: Renewal) -> None:
    before = service.conversation
    look(renewal)
    assert service.conversation is before
    assert version(service) == 0


def test_what_is_published_is_taken_with_the_helplines_and_nothing_else(
    service: Service, renewal: Renewal, database: Database
) -> None:
    publish(database, (an_offer(),))
    with logged() as logs:
        look(renewal)
    assert own(service) == ["parents-cafe"]
    assert any(offer.helpline for offer in service.conversation.desk.catalog.index.offers)
    assert service.conversation.desk.catalog.places.named("Görlitz")[0].own
    assert version(service) == 1
    (line,) = [json.loads(line) for line in logs.getvalue().splitlines() if "catalog_taken" in line]
    assert line["version"] == 1
    assert line["count"] == len(service.conversation.desk.catalog.index.offers)


def test_it_is_built_once_and_used_as_long_as_nothing_changes(
    service: Service, renewal: Renewal, database: Database
) -> None:
    publish(database, (an_offer(),))
    look(renewal)
    taken = service.conversation
    look(renewal)
    assert service.conversation is taken


def test_what_is_confirmed_is_taken_as_well(service: Service, renewal: Renewal, database: Database) -> None:
    publish(database, (an_offer(verified_on=None),))
    look(renewal)
    database.run(db.confirm, ["parents-cafe"], on=TODAY, by="Kim")
    look(renewal)
    (offer,) = [offer for offer in service.conversation.desk.catalog.index.offers if not offer.helpline]
    assert (offer.verified_on, offer.verified_by) == (TODAY, "Kim")


def test_where_an_address_is_counts_as_soon_as_it_is_known(
    service: Service, renewal: Renewal, database: Database
) -> None:
    offer = an_offer(Site(address="Am Hof 1", post_code="02826", municipality="Görlitz"))
    publish(database, (offer,))
    look(renewal)
    database.run(positions.remember, {key: Position(51.15, 14.98) for key in wanted([offer])}, TODAY)
    look(renewal)
    (shown,) = [offer for offer in service.conversation.desk.catalog.index.offers if not offer.helpline]
    assert (shown.sites[0].lat, shown.sites[0].lon) == (51.15, 14.98)


def test_a_service_that_began_with_it_does_not_build_it_again(
    service: Service, renewal: Renewal, database: Database
) -> None:
    publish(database, (an_offer(),))
    look(renewal)
    taken = service.conversation
    another = Renewal(service, database, lambda _published, _earlier: pytest.fail("built again"))
    look(another)
    assert service.conversation is taken
    assert version(service) == 1


def test_what_families_said_of_offers_is_kept(service: Service, renewal: Renewal, database: Database) -> None:
    reported = {"parents-cafe": ("closed",)}
    service.conversation = service.conversation.with_reports(reported)
    publish(database, (an_offer(),))
    look(renewal)
    assert service.conversation.desk.catalog.reported == reported


def test_a_version_that_cannot_be_used_is_said_once_and_the_old_one_stays(
    service: Service, renewal: Renewal, database: Database
) -> None:
    publish(database, (an_offer(),))
    look(renewal)
    before = service.conversation
    broken = pack(Content("Görlitz", ()))
    damaged = type(broken)(broken.data[:-5], "another", 0)
    database.run(db.publish, damaged, who="", note="", now=0.0, base=1)
    with logged() as logs:
        look(renewal)
        look(renewal)
    assert logs.getvalue().count("catalog_refused") == 1
    assert service.conversation is before
    assert version(service) == 1
    publish(database, (an_offer(title="Café am Hof"),))
    look(renewal)
    assert version(service) == 3


def test_while_the_database_is_away_families_are_answered_from_what_is_there(
    tmp_path: Path, keys: Keys, desk: Desk, clock: Clock, build: Build
) -> None:
    open_database(keys, tmp_path, clock=clock).close()
    database = Moody(sqlite_engine(tmp_path / FILE, keys.database), clock=clock)
    service = Service(database, keys, Conversation(desk, lambda: NOW), [Postbox()], limits=LIMITS)
    renewal = Renewal(service, database, build)

    async def play() -> None:
        publish(database, (an_offer(),))
        upkeep = Upkeep(service, database, needed=3, alive_every=0.01, renew=renewal.look, renew_every=0.01)
        database.is_away = True
        keeping = asyncio.create_task(upkeep.run())
        await asyncio.sleep(0.05)
        assert own(service) != ["parents-cafe"]
        database.is_away = False
        await until(lambda: own(service) == ["parents-cafe"])
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    asyncio.run(play())
    database.close()


def test_the_catalog_before_it_is_let_go(service: Service, renewal: Renewal, database: Database) -> None:
    publish(database, (an_offer(),))
    look(renewal)
    before = weakref.ref(service.conversation.desk.catalog.index)
    publish(database, (an_offer(title="Café am Hof"),))
    look(renewal)
    gc.collect()
    assert before() is None


def test_places_that_stay_are_not_read_again(service: Service, renewal: Renewal, database: Database) -> None:
    publish(database, (an_offer(),))
    look(renewal)
    places = service.conversation.desk.catalog.places
    publish(database, (an_offer(title="Café am Hof"),))
    look(renewal)
    assert service.conversation.desk.catalog.places is places
    moved = pack(Content("Görlitz", (an_offer(),), ()))
    database.run(db.publish, moved, who="", note="", now=0.0, base=2)
    look(renewal)
    assert service.conversation.desk.catalog.places is not places


# ---- between two answers

HERE = Location(51.155, 14.989)
PLACELESS = Answers(step="place", lang="de", skipped=("child",), topics=(("parents-meeting", 1.0),))
LOOKING = State(replace(PLACELESS, step="results", place=TOWN))


def marked(mark: int) -> tuple[Offer, ...]:
    """Some offers that all carry the same mark."""
    checked = TODAY - timedelta(10)
    return tuple(an_offer(id=f"cafe-{n}", title=f"Café {n} Fassung {mark}", verified_on=checked) for n in range(5))


def test_no_answer_ever_mixes_two_catalogs(service: Service, renewal: Renewal, database: Database) -> None:
    """Versions come as fast as they can be built; every answer shows cards of one version only."""
    marks: set[str] = set()

    async def ask(times: int) -> None:
        for _ in range(times):
            turn = await asyncio.to_thread(service.conversation.answer, State(PLACELESS), HERE)
            seen = re.findall(r"Fassung (\d+)", " ".join(reply.text for reply in turn.replies))
            assert (len(seen), len(set(seen))) == (5, 1)
            marks.update(seen)

    async def renew() -> None:
        for mark in range(101, 112):
            await asyncio.to_thread(publish, database, marked(mark))
            await renewal.look()

    publish(database, marked(100))
    look(renewal)

    async def play() -> None:
        await asyncio.gather(ask(60), renew())

    asyncio.run(play())
    asyncio.run(ask(1))
    assert "111" in marks
    assert len(marks) > 1


def test_a_button_of_an_offer_that_went_with_the_old_version_is_answered_kindly(
    service: Service, renewal: Renewal, database: Database
) -> None:
    publish(database, (an_offer(), an_offer(id="garden", title="Familiengarten")))
    look(renewal)
    asking = service.conversation.answer(LOOKING, Choice(f"feedback:{short_key('garden')}"))
    assert "Familiengarten" in asking.replies[0].text
    publish(database, (an_offer(),))
    look(renewal)
    for option in ("feedback:{}", "map:{}", "remark:{}:closed"):
        turn = service.conversation.answer(asking.state, Choice(option.format(short_key("garden"))))
        assert turn.replies[0].text.startswith("Dieses Angebot steht leider nicht mehr in meiner Liste.")
        assert turn.effects == ()


def test_messages_are_answered_while_a_large_catalog_is_built(
    service: Service, renewal: Renewal, database: Database
) -> None:
    """The event loop goes on: it is asked again and again meanwhile."""
    publish(database, tuple(an_offer(id=f"cafe-{n}") for n in range(2000)))

    async def play() -> int:
        looking = asyncio.create_task(renewal.look())
        turns = 0
        while not looking.done():
            await asyncio.sleep(0)
            turns += 1
        await looking
        return turns

    assert asyncio.run(play()) > 20
    assert version(service) == 1


def test_the_upkeep_looks_by_itself(service: Service, renewal: Renewal, database: Database) -> None:
    async def play() -> None:
        upkeep = Upkeep(service, database, needed=3, renew=renewal.look, renew_every=0.01)
        keeping = asyncio.create_task(upkeep.run())
        await service.accept("postbox", [message(1, "a", "hallo")])
        await asyncio.to_thread(publish, database, (an_offer(),))
        await until(lambda: version(service) == 1)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    asyncio.run(play())
    assert own(service) == ["parents-cafe"]
