"""Versions in the database: numbered without gaps, whole, and never two at once. Each test on both databases."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import NoResultFound

from bot.store.database import Database
from catalog import db, positions
from catalog.db import KEPT, OutdatedError
from catalog.geocoding import Position
from catalog.model import Offer
from catalog.versions import Confirmation, Stamp, shown, unpack
from tests.checking import TODAY, an_offer
from tests.conftest import Clock
from tests.storage import at_once, contents, empty
from tests.versions import catalogs, ordered, publish

again = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def test_before_the_first_version_there_is_nothing(database: Database) -> None:
    assert database.run(db.stamp) == (0, 0, 0)
    assert database.run(db.newest) is None
    assert database.run(db.history) == []
    assert database.run(db.has_tables)


def test_a_version_says_who_published_it_when_and_why(database: Database, clock: Clock) -> None:
    made = publish(database, (an_offer(),), who="Kim", note="Neue Nummern")
    assert (made.number, made.at, made.who, made.note, made.offers) == (1, clock.time, "Kim", "Neue Nummern", 1)
    published = database.run(db.newest)
    assert published
    assert (published.version, published.stamp) == (made, Stamp(1, 0))
    assert unpack(published.content).offers == (an_offer(),)


def test_versions_are_counted_and_listed_the_newest_first(database: Database) -> None:
    for n in range(3):
        publish(database, (an_offer(phone=f"030 23125 00{n}"),))
    assert [version.number for version in database.run(db.history)] == [3, 2, 1]


def test_the_same_catalog_again_is_no_new_version(database: Database) -> None:
    first = publish(database, (an_offer(), an_offer(id="other-cafe")), who="Kim")
    again = publish(database, (an_offer(id="other-cafe"), an_offer()), who="Sam")
    assert again == first
    assert database.run(db.stamp) == (1, 0, 0)


def test_whoever_compared_with_an_older_version_is_refused_and_nothing_changes(database: Database) -> None:
    publish(database, (an_offer(),))
    publish(database, (an_offer(phone="030 23125 002"),))
    before = contents(database)
    with pytest.raises(OutdatedError):
        publish(database, (an_offer(phone="030 23125 003"),), base=1)
    assert contents(database) == before


def test_of_two_who_publish_at_the_same_moment_one_is_first(database: Database, neighbour: Database) -> None:
    def attempt(through: Database, phone: str) -> str:
        try:
            publish(through, (an_offer(phone=phone),), base=0)
        except OutdatedError:
            return ""
        return phone

    for _ in range(5):
        empty(database)
        won = at_once([lambda: attempt(database, "030 23125 001"), lambda: attempt(neighbour, "030 23125 002")])
        published = database.run(db.newest)
        assert published
        assert won.count("") == 1
        assert [offer.phone for offer in unpack(published.content).offers] == ["".join(won)]


def test_only_the_newest_hundred_versions_are_kept(database: Database) -> None:
    for n in range(KEPT + 3):
        publish(database, (an_offer(title=f"Café Nummer {n}"),))
    numbers = [version.number for version in database.run(db.history)]
    assert numbers == list(range(KEPT + 3, 3, -1))
    with pytest.raises(NoResultFound):
        database.run(db.content, 3)


@again
@given(catalogs, catalogs)
def test_after_publishing_and_going_back_the_offers_are_those_of_before(
    database: Database, before: tuple[Offer, ...], after: tuple[Offer, ...]
) -> None:
    empty(database)
    first = publish(database, before)
    changed = publish(database, after)
    packed = database.run(db.content, first.number)
    back = database.run(db.publish, packed, who="Kim", note="", now=2.0, base=changed.number)
    published = database.run(db.newest)
    assert published
    assert list(shown(published)) == ordered(before)
    assert (back.checksum, back.offers) == (first.checksum, len(before))
    assert back.number == changed.number + (first.number != changed.number)


# ---- confirmed


def test_what_is_confirmed_is_kept_over_every_publishing_and_noticed(database: Database) -> None:
    publish(database, (an_offer(), an_offer(id="other-cafe")))
    database.run(db.confirm, ["parents-cafe"], on=TODAY, by="Kim")
    assert database.run(db.stamp) == (1, 1, 0)
    publish(database, (an_offer(title="Café am Hof"), an_offer(id="other-cafe")))
    published = database.run(db.newest)
    assert published
    assert published.stamp == (2, 1, 0)
    assert published.confirmations == {"parents-cafe": Confirmation(TODAY, "Kim")}
    assert [offer.verified_on == TODAY for offer in shown(published)] == [False, True]


def test_of_each_offer_the_last_word_counts_and_each_word_is_noticed(database: Database) -> None:
    seen = set()
    for day in range(4):
        database.run(db.confirm, ["parents-cafe"], on=TODAY + timedelta(day), by=f"Kim {day}")
        seen.add(database.run(db.stamp))
    assert len(seen) == 4
    assert database.run(db.confirmed) == {"parents-cafe": Confirmation(TODAY + timedelta(3), "Kim 3")}


def test_two_who_confirm_at_the_same_moment_are_both_noticed(database: Database, neighbour: Database) -> None:
    def confirm(through: Database, offer: str) -> None:
        through.run(db.confirm, [offer], on=TODAY, by="Kim")

    at_once([lambda: confirm(database, "one"), lambda: confirm(neighbour, "two")])
    assert database.run(db.stamp) == (0, 2, 0)
    assert set(database.run(db.confirmed)) == {"one", "two"}


@again
@given(
    st.lists(
        st.tuples(st.sampled_from(["publish", "confirm", "geocode", "ask in vain"]), st.integers(0, 3)), max_size=8
    )
)
def test_the_stamp_changes_exactly_when_the_catalog_does(database: Database, deeds: list[tuple[str, int]]) -> None:
    """Whoever has seen the newest stamp has seen the newest catalog."""
    empty(database)
    known: dict[Stamp, object] = {}
    asked: set[int] = set()  # what was found once is never asked again
    for deed, n in deeds:
        if deed == "publish":
            publish(database, (an_offer(phone=f"030 23125 00{n}"),))
        elif deed == "confirm":
            database.run(db.confirm, ["parents-cafe"], on=TODAY + timedelta(n), by="")
        else:
            found = {f"weidenring {n}": Position(54.4, 6.6) if deed == "geocode" else None}
            database.run(positions.remember, {} if deed != "geocode" and n in asked else found, TODAY)
            asked.add(n)
        published = database.run(db.newest)
        places = {key: at for key, at in published.positions.items() if at} if published else {}
        seen = published and (published.content, published.confirmations, places)
        assert known.setdefault(database.run(db.stamp), seen) == seen


def test_a_version_is_one_row_that_names_no_family(database: Database) -> None:
    made = publish(database, (an_offer(),))
    ((*line, content),) = contents(database)["catalog_versions"]
    assert line == [*vars(made).values()]
    assert isinstance(content, bytes)
