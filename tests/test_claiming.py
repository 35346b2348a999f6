"""When it is time to look for work again: at once, when something is due, or hardly ever."""

import asyncio
from collections.abc import Sequence

from bot.claiming import SOON, Claims
from bot.store import delivery
from bot.store.database import Database, UnavailableError
from bot.store.delivery import Claim
from tests.storage import arrival

PROCESS = "p" * delivery.PROCESS
POLL, IDLE = 0.5, 10.0


def claim(database: Database, *full: str) -> tuple[Sequence[Claim], float]:
    return asyncio.run(Claims(database, PROCESS, POLL, IDLE, lambda _: None).claim(10, full))


def test_where_nothing_waits_the_only_process_hardly_looks(database: Database) -> None:
    assert claim(database) == ([], IDLE if database.is_sqlite else POLL)


def test_what_waits_is_claimed_once(database: Database) -> None:
    database.run(delivery.accept, [arrival(1)], database.now() - 1)
    (claimed,), _ = claim(database)
    assert claimed.message
    assert not claim(database)[0]


def test_what_is_due_later_is_looked_for_then(database: Database) -> None:
    database.run(delivery.accept, [arrival(1)], database.now() + 5)
    claims, pause = claim(database)
    assert not claims
    assert 4 < pause <= 5 if database.is_sqlite else pause == POLL


def test_what_a_full_channel_waits_for_is_looked_for_without_haste(database: Database) -> None:
    database.run(delivery.accept, [arrival(1)], database.now() - 1)
    assert claim(database, "test") == ([], POLL)
    assert SOON < POLL


def test_while_the_database_is_away_it_is_tried_again_soon(database: Database) -> None:
    heard: list[UnavailableError] = []
    database.close()
    claims = Claims(database, PROCESS, POLL, IDLE, heard.append)
    assert asyncio.run(claims.claim(10, ())) == ((), POLL)
    assert heard
