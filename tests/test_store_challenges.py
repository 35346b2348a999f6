"""Gaps that somebody has taken on are kept, numbered, and go a year after they are done."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest

from bot.gaps import Challenge
from bot.store import challenges, retention
from bot.store.database import Database
from tests.conftest import Clock
from tests.storage import at_once

LATER = Challenge(0, "relief", "", "Beispielhafen", "", "Familienbüro", date(2027, 3, 31))
SOONER = Challenge(0, "parenting", "age_0_1", "Beispielhafen", "Altstadt", "Netzwerk Frühe Hilfen", date(2026, 12, 1))


def test_the_next_one_due_comes_first_and_what_is_done_last(database: Database) -> None:
    for challenge in (LATER, SOONER):
        database.run(challenges.add, challenge)
    assert database.run(challenges.listed) == [replace(SOONER, number=2), replace(LATER, number=1)]
    assert database.run(challenges.finish, 2, datetime(2026, 11, 23, 23, 30, tzinfo=UTC).timestamp())
    done = replace(SOONER, number=2, done_on=date(2026, 11, 24))  # the day in Germany
    assert database.run(challenges.listed) == [replace(LATER, number=1), done]


@pytest.mark.parametrize("number", [1, 7])
def test_only_an_open_challenge_can_be_done(database: Database, number: int) -> None:
    database.run(challenges.add, LATER)
    database.run(challenges.finish, 1, 0.0)
    assert not database.run(challenges.finish, number, 0.0)


def test_two_people_at_once_get_two_numbers(database: Database, neighbour: Database) -> None:
    at_once([partial(one.run, challenges.add, LATER) for one in (database, neighbour) * 4])
    assert sorted(challenge.number for challenge in database.run(challenges.listed)) == [*range(1, 9)]


def test_what_is_done_goes_after_a_year_and_what_is_open_stays(database: Database, clock: Clock) -> None:
    for challenge in (LATER, SOONER):
        database.run(challenges.add, challenge)
    database.run(challenges.finish, 1, clock())
    clock.pass_(retention.CHALLENGES_SECONDS - 1)
    database.run(retention.expire, clock())
    assert len(database.run(challenges.listed)) == 2
    clock.pass_(2)
    database.run(retention.expire, clock())
    assert [challenge.number for challenge in database.run(challenges.listed)] == [2]
