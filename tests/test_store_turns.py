"""What an answered message changes, it changes whole or not at all."""

from dataclasses import replace
from datetime import date
from typing import cast

import pytest

from bot.dialogue.model import Count, Effect, Forget, Outcome, Report
from bot.store import counters, delivery, retention, turns
from bot.store.database import Database
from bot.store.delivery import LostClaimError
from bot.store.turns import Answered
from tests.conftest import NOW
from tests.storage import accept, arrival, claim, contents, parcel, rows

TODAY = NOW.date()
NEED = Count("found", "debts", "money_work", "age_1_3", "tr")
EFFECTS: tuple[Effect, ...] = (NEED, Report("cafe", "closed"))
FULL = Answered([parcel(0), parcel(1)], b"state", EFFECTS, [b"ref"])


def record(database: Database, answered: Answered, now: float = 5.0, today: date = TODAY) -> None:
    database.run(turns.record, "one", claim(database), answered, now, today)


def test_message_answers_state_counters_and_refs_change_together(database: Database) -> None:
    accept(database, arrival(1))
    record(database, FULL)
    assert rows(database, "SELECT state, expires_at, pending, owner FROM chats") == [
        (b"state", 5.0 + retention.STATE_SECONDS, 2, "one")
    ]
    assert rows(database, "SELECT * FROM inbox") == []
    assert rows(database, "SELECT n, at FROM outbox ORDER BY n") == [(0, 5.0), (1, 5.0)]
    assert rows(database, "SELECT ref, at FROM messages") == [(b"ref", 5.0)]
    assert rows(database, "SELECT n FROM demand UNION ALL SELECT n FROM reports") == [(1,), (1,)]


def test_a_turn_of_which_one_part_fails_changes_nothing(database: Database) -> None:
    accept(database, arrival(1))
    claimed = claim(database)
    before = contents(database)
    impossible = Count(cast("Outcome", None), "rent", "money_work", "age_1_3", "tr")
    broken = replace(FULL, effects=(*EFFECTS, impossible))
    with pytest.raises(Exception, match=r"NOT NULL|not-null"):
        database.run(turns.record, "one", claimed, broken, 5.0, TODAY)
    assert contents(database) == before
    database.run(turns.record, "one", claimed, FULL, 5.0, TODAY)


def test_a_turn_in_a_lost_chat_counts_and_notes_nothing(database: Database) -> None:
    accept(database, arrival(1))
    claimed = claim(database)
    database.run(delivery.stay_alive, "two", 0.0, 10.0)
    before = contents(database)
    for answered in (FULL, Answered([parcel(0)], None, (Forget(),))):
        with pytest.raises(LostClaimError):
            database.run(turns.record, "one", claimed, answered, 5.0, TODAY)
    assert contents(database) == before


def test_a_turn_that_forgets_remembers_nothing_whatever_else_it_wants(database: Database) -> None:
    accept(database, arrival(1), arrival(2))
    record(database, FULL)
    for n in (0, 1):
        database.run(delivery.delivered, "one", b"chat", n, 5.0, following=1 if n == 0 else None)
    counted = database.run(counters.reported)
    forgetting = Answered([parcel(0)], b"state", (Forget(), *EFFECTS), [b"ref of the wish"])
    assert forgetting.forgets
    assert not FULL.forgets
    database.run(turns.record, "one", claim(database, now=5.0), forgetting, 6.0, TODAY)
    assert rows(database, "SELECT state, expires_at FROM chats") == [(None, 0.0)]
    assert rows(database, "SELECT ref FROM messages") == rows(database, "SELECT chat FROM marks") == []
    assert database.run(counters.reported) == counted


def test_who_has_lost_the_chat_still_writes_down_that_the_wish_was_confirmed(database: Database) -> None:
    accept(database, arrival(1))
    record(database, Answered([parcel(0)], None, (Forget(),)))
    database.run(delivery.stay_alive, "two", 6.0, 10.0)
    database.run(turns.close, "one", b"chat", 0, 6.0)
    assert rows(database, "SELECT pending FROM chats") == [(1,)], "without its key it may be another answer"
    database.run(turns.close, "one", b"chat", 0, 6.0, key="turn.0")
    assert rows(database, "SELECT * FROM chats") == []


def test_an_answered_message_shows_nothing_of_what_it_carries() -> None:
    assert "state'" not in repr(FULL)
    assert "ref" not in repr(FULL).replace("refs", "")
