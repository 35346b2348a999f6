"""Counters and published catalogs go from one installation into another, with nothing of any family."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from bot.dialogue.model import Count, Report
from bot.gaps import Challenge
from bot.keys import Keys
from bot.store import challenges, copying, counters, delivery
from bot.store.database import Database
from bot.store.opening import open_database
from bot.store.tables import metadata
from catalog import db, positions
from catalog.geocoding import Position
from catalog.versions import Content, pack
from tests.conftest import NOW
from tests.storage import accept, arrival, contents, rows

TODAY = NOW.date()
COUNTERS = {"demand", "published", "reports"}
COPIED = COUNTERS | {"catalog_versions", "confirmations", "challenges", "positions"}


@pytest.fixture
def fresh(tmp_path: Path, keys: Keys) -> Iterator[Database]:
    with closing(open_database(keys, tmp_path / "fresh")) as opened:
        yield opened


def fill(database: Database) -> None:
    """Three published months, one open one, reports; and a conversation."""
    for day in (date(2026, 8, 3), date(2026, 9, 7), date(2026, 10, 5), TODAY):
        for n in range(12):
            need = Count("found", f"topic {n % 2}", f"group {n % 2}", "age_1_3", "tr", "Görlitz")
            database.run(counters.count, b"family %d" % n, need, day)
    database.run(counters.report, b"family", Report("cafe", "closed"), TODAY)
    database.run(counters.turn_over, TODAY)
    content = pack(Content("Town", ()))
    database.run(db.publish, content, who="Kim", note="", now=1.0, base=0)
    database.run(db.confirm, ["cafe"], on=TODAY, by="Kim")
    database.run(challenges.add, Challenge(0, "relief", "", "Görlitz", "", "Familienbüro", TODAY))
    database.run(positions.remember, {"marktgasse 7": Position(54.4, 6.6), "nowhere 1": None}, TODAY)
    accept(database, arrival(1))
    database.run(delivery.note, b"chat", [b"ref"], 0.0)


def test_counters_come_out_as_they_went_in_whatever_the_database(database: Database, fresh: Database) -> None:
    fill(database)
    dumped = json.loads(json.dumps(database.run(copying.dump)))
    n = fresh.run(copying.load, dumped)
    for table in COPIED:
        there, here = contents(database)[table], contents(fresh)[table]
        without_number = slice(1, None) if table in {"demand", "published"} else slice(None)
        assert [row[without_number] for row in here] == [row[without_number] for row in there]
    assert n == sum(len(contents(fresh)[table]) for table in COPIED) > 3
    assert fresh.run(counters.published) == database.run(counters.published)


def test_an_installation_goes_on_counting_after_that(database: Database, tmp_path: Path, keys: Keys) -> None:
    with closing(open_database(keys, tmp_path / "old")) as old:
        fill(old)
        database.run(copying.load, old.run(copying.dump))
    need = Count("found", "topic 0", "group 0", "age_1_3", "tr", "Görlitz")
    assert database.run(counters.count, b"new family", need, TODAY)
    assert database.run(counters.turn_over, date(2026, 12, 1)) == ["2026-11"]
    assert list(database.run(counters.published)) == ["2026-08", "2026-09", "2026-10", "2026-11"]


def test_only_counters_and_catalogs_are_copied(database: Database) -> None:
    fill(database)
    dumped = database.run(copying.dump)
    assert set(dumped) == COPIED
    named_by_chat = {table.name for table in metadata.sorted_tables if "chat" in table.c or "digest" in table.c}
    assert named_by_chat == {"chats", "inbox", "outbox", "messages", "marks", "seen"}
    assert not named_by_chat & set(dumped)
    assert not {"chat", "digest", "secret"} & {name for table in dumped.values() for row in table for name in row}


@pytest.mark.parametrize("table", sorted(COPIED))
def test_an_installation_that_has_counted_takes_no_other_counters(
    database: Database, fresh: Database, table: str
) -> None:
    fill(database)
    dumped = database.run(copying.dump)
    fresh.run(copying.load, {**dict.fromkeys(COPIED, ()), table: dumped[table][:1]})
    before = contents(fresh)
    with pytest.raises(ValueError, match="a backup goes into a fresh one"):
        fresh.run(copying.load, dumped)
    assert contents(fresh) == before


def test_a_copy_of_which_one_row_does_not_fit_changes_nothing(database: Database, fresh: Database) -> None:
    fill(fresh)
    dumped = dict(fresh.run(copying.dump))
    dumped["reports"] = [*dumped["reports"], *dumped["reports"]]
    with pytest.raises(Exception, match=r"(?i)unique"):
        database.run(copying.load, dumped)
    assert not any(rows(database, f"SELECT * FROM {table}") for table in COPIED)  # noqa: S608 names from this file


def test_a_copy_of_an_earlier_nahbei_that_knew_fewer_tables_is_taken(database: Database, fresh: Database) -> None:
    fill(database)
    dumped = {name: table for name, table in database.run(copying.dump).items() if name in COUNTERS}
    assert fresh.run(copying.load, dumped) > 0
    assert fresh.run(db.stamp) == (0, 0, 0)


def test_an_empty_installation_can_be_copied(database: Database, fresh: Database) -> None:
    assert fresh.run(copying.load, database.run(copying.dump)) == 0
