"""What is taken in is answered once, in order, by one process at a time, on both databases."""

from bot.store import delivery
from bot.store.database import Database
from bot.store.delivery import Arrival


def arrival(n: int, chat: bytes = b"chat") -> Arrival:
    return Arrival(b"update %d" % n, chat, "test", b"content %d" % n)


def test_an_update_that_comes_twice_is_taken_in_once(database: Database) -> None:
    assert database.run(delivery.accept, [arrival(1)], 0.0) == [True]
    assert database.run(delivery.accept, [arrival(1), arrival(2)], 0.0) == [False, True]
