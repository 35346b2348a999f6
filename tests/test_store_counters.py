"""Counted is what families look for and report; never who, never twice a week, and never after a month is closed."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot.demand import Cell, Row, publish
from bot.dialogue.model import Count, Outcome, Remark, Report
from bot.keys import Keys
from bot.store import counters
from bot.store.database import Database
from bot.store.opening import open_database
from tests.conftest import NOW, Clock
from tests.storage import at_once, empty, rows, uncommitted, wait_for_locks

TODAY = NOW.date()  # a Monday
NEED = Count("found", "debts", "money_work", "age_1_3", "tr", "Görlitz", "Weinhübel", "Görlitz")
HELPED = replace(NEED, outcome="helped")
CELL = Cell("Görlitz", "Görlitz", "Weinhübel", "money_work", "age_1_3", "tr", "found")
CLOSED = Report("cafe", "closed")
A_DAY, A_WEEK = timedelta(days=1), timedelta(weeks=1)


def count(database: Database, chat: bytes = b"chat", counted: Count = NEED, today: date = TODAY) -> bool:
    return database.run(counters.count, chat, counted, today)


def report(database: Database, chat: bytes = b"chat", reported: Report = CLOSED, today: date = TODAY) -> bool:
    return database.run(counters.report, chat, reported, today)


def count_many(database: Database, families: int, today: date = TODAY, counted: Count = NEED) -> None:
    def all_of_them(connection: Connection) -> None:
        for n in range(families):
            assert counters.count(connection, b"family %d" % n, counted, today)

    database.run(all_of_them)


def demand(database: Database) -> list[tuple[object, ...]]:
    return rows(database, "SELECT month, outcome, n FROM demand ORDER BY month, outcome")


# ---- once a week


def test_a_chat_counts_once_a_week_for_a_topic(database: Database) -> None:
    assert count(database)
    assert not count(database)
    assert not count(database, counted=replace(NEED, outcome="nothing", municipality="Zittau"))
    assert not count(database, today=TODAY + 6 * A_DAY), "Sunday"
    assert demand(database) == [("2026-11", "found", 1)]


def test_another_chat_and_another_topic_count_as_well(database: Database) -> None:
    assert count(database)
    assert count(database, b"another")
    assert count(database, counted=replace(NEED, topic="rent"))
    assert demand(database) == [("2026-11", "found", 3)]


def test_whether_it_helped_counts_beside_what_was_looked_for(database: Database) -> None:
    assert count(database)
    assert count(database, counted=HELPED)
    assert not count(database, counted=replace(NEED, outcome="not_helped"))
    assert demand(database) == [("2026-11", "found", 1), ("2026-11", "helped", 1)]


def test_a_new_week_counts_again_and_each_month_for_itself(database: Database) -> None:
    assert count(database)
    assert count(database, today=TODAY + A_WEEK)
    assert count(database, today=TODAY + 2 * A_WEEK)
    assert demand(database) == [("2026-11", "found", 2), ("2026-12", "found", 1)]


def test_a_week_goes_from_monday_to_sunday_over_the_turn_of_the_year(database: Database) -> None:
    assert count(database, today=date(2026, 12, 28))
    assert not count(database, today=date(2027, 1, 3))
    assert count(database, today=date(2027, 1, 4))
    assert [counters.week_of(date(2027, 1, day)) for day in (3, 4)] == ["2026-W53", "2027-W01"]


def test_who_wants_to_be_forgotten_and_comes_back_is_counted_anew(database: Database) -> None:
    for chat in (b"chat", b"another"):
        assert count(database, chat)
        assert report(database, chat)
    database.run(counters.unmark, b"chat", TODAY)
    assert rows(database, "SELECT count(*) FROM marks") == [(2,)]
    assert count(database)
    assert report(database)
    assert not count(database, b"another")


def test_who_was_never_counted_can_be_forgotten_too(database: Database) -> None:
    database.run(counters.unmark, b"chat", TODAY)
    assert rows(database, "SELECT * FROM weeks") == []


def test_with_the_week_go_its_secret_and_all_marks(database: Database) -> None:
    assert count(database)
    assert report(database)
    database.run(counters.turn_over, TODAY + 6 * A_DAY)
    assert rows(database, "SELECT count(*) FROM marks") == [(2,)]
    secret = rows(database, "SELECT secret FROM weeks")
    database.run(counters.turn_over, TODAY + A_WEEK)
    assert rows(database, "SELECT week FROM weeks UNION ALL SELECT week FROM marks") == []
    assert count(database, today=TODAY + A_WEEK)
    assert rows(database, "SELECT secret FROM weeks") != secret


def test_a_mark_says_nothing_to_whoever_has_not_the_secret_of_the_week(database: Database, keys: Keys) -> None:
    chat = keys.chat("test", "4711")
    assert count(database, chat)
    stored = repr(rows(database, "SELECT digest, chat FROM marks"))
    assert chat[:4].hex() not in stored.encode().hex()
    assert "debts" not in stored
    marks = set(rows(database, "SELECT digest FROM marks"))
    database.run(counters.turn_over, TODAY + A_WEEK)
    assert count(database, chat, today=TODAY + A_WEEK)
    assert marks.isdisjoint(rows(database, "SELECT digest FROM marks")), "no week can be tied to another"


def test_chats_that_are_counted_at_once_are_all_counted_once(database: Database) -> None:
    families = [b"family %d" % (n % 20) for n in range(40)]
    counted = at_once([partial(count, database, family) for family in families])
    assert sum(counted) == 20
    assert demand(database) == [("2026-11", "found", 20)]
    assert rows(database, "SELECT count(*) FROM weeks") == [(1,)]


some_counts = st.lists(
    st.tuples(
        st.sampled_from([b"a", b"b", b"c"]),
        st.sampled_from(["debts", "rent"]),
        st.sampled_from(get_args(Outcome)),
        st.integers(0, 20),
    ),
    max_size=25,
)


def test_however_often_a_chat_comes_its_week_counts_once(tmp_path: Path, keys: Keys, clock: Clock) -> None:
    with closing(open_database(keys, tmp_path, clock=clock)) as database:

        @given(some_counts)
        def each_week_counts_once(visits: list[tuple[bytes, str, Outcome, int]]) -> None:
            empty(database)
            seen: set[tuple[bytes, str, bool, str]] = set()
            for chat, topic, outcome, day in sorted(visits, key=lambda visit: visit[-1]):
                today = TODAY + day * A_DAY
                mark = (chat, topic, outcome in {"helped", "not_helped"}, counters.week_of(today))
                assert count(database, chat, replace(NEED, topic=topic, outcome=outcome), today) == (mark not in seen)
                seen.add(mark)
            assert sum(n for *_, n in demand(database) if isinstance(n, int)) == len(seen)

        each_week_counts_once()


# ---- months


def test_a_month_is_published_when_it_is_over(database: Database) -> None:
    count_many(database, 12)
    assert database.run(counters.turn_over, date(2026, 11, 30)) == []
    assert database.run(counters.published) == {}
    assert database.run(counters.turn_over, date(2026, 12, 1)) == ["2026-11"]
    assert database.run(counters.published) == {"2026-11": (Row(CELL, 10),)}
    assert demand(database) == [], "the exact counts go"


def test_what_comes_late_to_a_closed_month_is_never_published(database: Database) -> None:
    count_many(database, 12)
    database.run(counters.turn_over, date(2026, 12, 1))
    count_many(database, 40, today=date(2026, 11, 30))
    assert database.run(counters.turn_over, date(2026, 12, 2)) == []
    assert database.run(counters.published) == {"2026-11": (Row(CELL, 10),)}
    assert demand(database) == []


def test_a_month_in_which_too_few_came_says_nothing_and_is_closed_all_the_same(database: Database) -> None:
    count_many(database, 3)
    assert database.run(counters.turn_over, date(2026, 12, 1)) == ["2026-11"]
    count_many(database, 40, today=date(2026, 11, 30))
    assert database.run(counters.turn_over, date(2026, 12, 2)) == []
    assert database.run(counters.published) == {"2026-11": ()}


def test_a_month_without_any_family_is_not_published(database: Database) -> None:
    assert database.run(counters.turn_over, date(2026, 12, 1)) == []
    assert database.run(counters.published) == {}


def test_months_that_were_missed_are_all_published_the_oldest_first_and_stay(database: Database) -> None:
    for month in (9, 10, 11):
        count_many(database, 12, today=date(2026, month, 2))
    assert database.run(counters.turn_over, date(2026, 12, 31)) == ["2026-09", "2026-10", "2026-11"]
    assert list(database.run(counters.published)) == ["2026-09", "2026-10", "2026-11"]
    count_many(database, 12, today=date(2027, 1, 2))
    database.run(counters.turn_over, date(2027, 2, 1))
    assert list(database.run(counters.published)) == ["2026-09", "2026-10", "2026-11", "2027-01"]


def test_two_processes_that_close_a_month_at_once_publish_it_once(postgresql: Database) -> None:
    last_day = date(2026, 11, 30)
    count_many(postgresql, 3, today=last_day)
    with ThreadPoolExecutor(1) as thread:
        with uncommitted(postgresql, lambda connection: counters.turn_over(connection, date(2026, 12, 1))):
            count_many(postgresql, 20, today=last_day, counted=replace(NEED, topic="rent", outcome="nothing"))
            second = thread.submit(postgresql.run, counters.turn_over, date(2026, 12, 1))
            wait_for_locks(postgresql, 1)
        assert second.result() == []
    assert postgresql.run(counters.published) == {"2026-11": ()}
    assert demand(postgresql) == []


def test_what_is_published_is_what_may_be(tmp_path: Path, keys: Keys, clock: Clock) -> None:
    cells = st.builds(
        Count,
        st.sampled_from(["found", "nothing"]),
        st.just("debts"),
        st.sampled_from(["money_work", "health"]),
        st.just("age_1_3"),
        st.sampled_from(["tr", "ar"]),
        st.sampled_from(["Görlitz", "Zittau", ""]),
    )
    with closing(open_database(keys, tmp_path, clock=clock)) as database:

        @given(st.lists(cells, max_size=40))
        def only_that(families: list[Count]) -> None:
            empty(database)
            exact: Counter[Cell] = Counter()
            for n, counted in enumerate(families):
                count(database, b"family %d" % n, counted)
                place = (counted.county, counted.municipality, counted.district)
                exact[Cell(*place, counted.group, counted.band, counted.lang, counted.outcome)] += 1
            database.run(counters.turn_over, date(2026, 12, 1))
            assert database.run(counters.published) == ({"2026-11": publish(exact)} if families else {})

        only_that()


# ---- reports


def test_a_chat_says_one_thing_a_week_about_an_offer(database: Database) -> None:
    assert report(database)
    assert not report(database)
    assert not report(database, reported=replace(CLOSED, remark="full"))
    assert report(database, reported=replace(CLOSED, offer="another"))
    assert report(database, today=TODAY + A_WEEK)
    assert database.run(counters.reported) == [("another", "closed", 1, "2026-W48"), ("cafe", "closed", 2, "2026-W49")]


def test_reports_are_kept_for_a_quarter(database: Database) -> None:
    report(database)
    report(database, today=TODAY + A_WEEK)
    database.run(counters.turn_over, TODAY + 13 * A_WEEK)
    assert database.run(counters.reported) == [("cafe", "closed", 2, "2026-W49")]
    database.run(counters.turn_over, TODAY + 14 * A_WEEK)
    assert database.run(counters.reported) == [("cafe", "closed", 1, "2026-W49")]
    database.run(counters.turn_over, TODAY + 15 * A_WEEK)
    assert database.run(counters.reported) == []


def test_a_coordinator_who_has_looked_after_an_offer_begins_anew(database: Database) -> None:
    for chat in (b"one", b"two"):
        for offer in ("cafe", "midwife"):
            report(database, chat, Report(offer, "wrong_number"))
    report(database, b"three", CLOSED)
    assert database.run(counters.clear_reports, ["cafe", "unknown"]) == 2
    assert database.run(counters.reported) == [("midwife", "wrong_number", 2, "2026-W48")]
    assert not report(database, b"three", CLOSED), "it has said it this week"


def test_an_offer_is_marked_when_enough_families_say_the_same() -> None:
    said: list[tuple[str, Remark, int, str]] = [
        ("cafe", "closed", 3, ""),
        ("cafe", "full", 2, ""),
        ("cafe", "helped", 9, ""),
        ("cafe", "wrong_number", 4, ""),
        ("midwife", "full", 2, ""),
    ]
    assert counters.warnings(said, 3) == {"cafe": ("closed", "wrong_number")}
    assert counters.warnings([], 3) == {}
