"""A chat has one owner. Who dies loses it; who has lost it, and does not know it yet, can do no harm."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Connection, text

from bot.store import beginning, delivery
from bot.store.database import Database
from bot.store.delivery import Claim, LostClaimError, Next
from tests.storage import (
    ALIVE,
    accept,
    arrival,
    at_once,
    claim,
    contents,
    lose,
    outbox,
    parcel,
    pending,
    rows,
    take_over,
    uncommitted,
)

# ---- one owner


def test_a_chat_has_one_owner_until_it_is_let_go(database: Database, neighbour: Database) -> None:
    accept(database, arrival(1))
    claim(database, "one")
    assert neighbour.run(delivery.claim, "two", 0.0, 10) == []
    database.run(delivery.let_go, "one", b"chat", 0.0)
    assert claim(neighbour, "two").message


def test_processes_that_claim_at_once_never_get_the_same_chat(database: Database, neighbour: Database) -> None:
    accept(database, *(arrival(n, b"chat %d" % n) for n in range(60)))

    def claim_all(process: Database, owner: str) -> list[bytes]:
        found = []
        while claims := process.run(delivery.claim, owner, 0.0, 3):
            found += [claimed.chat for claimed in claims]
        return found

    owners = [(process, f"{name}{n}") for name, process in (("a", database), ("b", neighbour)) for n in range(3)]
    found = [chat for chats in at_once([partial(claim_all, *owner) for owner in owners]) for chat in chats]
    assert len(found) == len(set(found)) == 60


def test_who_claims_skips_what_another_is_just_claiming_instead_of_waiting_for_it(postgresql: Database) -> None:
    accept(postgresql, arrival(1, b"first"), now=1.0)
    accept(postgresql, arrival(2, b"second"), now=2.0)

    def claim_without_patience(connection: Connection) -> list[Claim]:
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        return delivery.claim(connection, "two", 9.0, 10)

    with uncommitted(postgresql, lambda connection: delivery.claim(connection, "one", 9.0, 1)):
        assert [claimed.chat for claimed in postgresql.run(claim_without_patience)] == [b"second"]


# ---- lost


WRITES: dict[str, Callable[[Connection, Claim], object]] = {
    "finish": lambda c, claimed: delivery.finish(c, "one", claimed, [parcel(5)], 0.0, state=b"state", expires_at=9.0),
    "set aside": lambda c, claimed: delivery.set_aside(c, "one", claimed, "error", [parcel(5)], 0.0),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_who_has_lost_a_chat_cannot_answer_in_it(
    database: Database, write: Callable[[Connection, Claim], object]
) -> None:
    accept(database, arrival(1))
    claimed = claim(database)
    lose(database, claimed)
    before = contents(database)
    with pytest.raises(LostClaimError):
        database.run(write, claimed)
    assert contents(database) == before


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_message_that_is_gone_cannot_be_answered(
    database: Database, write: Callable[[Connection, Claim], object]
) -> None:
    accept(database, arrival(1))
    claimed = claim(database)
    database.run(delivery.finish, "one", claimed, [], 0.0)
    before = contents(database)
    with pytest.raises(LostClaimError):
        database.run(write, claimed)
    assert contents(database) == before


def test_who_has_lost_a_chat_changes_nothing_of_what_the_next_owner_does(database: Database) -> None:
    accept(database, arrival(1))
    claimed = claim(database)
    database.run(delivery.finish, "one", claimed, [parcel(0), parcel(1)], 0.0)
    lose(database, claimed)
    before = contents(database)
    assert database.run(delivery.let_go, "one", b"chat", 99.0) is None
    database.run(delivery.postpone, "one", b"chat", 0, 99.0, unclear=True)
    database.run(delivery.recount, "one", b"chat", 99.0)
    assert database.run(delivery.delivered, "one", b"chat", 0, 0.0, refs=[b"ref"], following=1) is Next.STOP
    assert contents(database) == before


def test_what_arrived_although_the_chat_was_lost_is_not_sent_again(database: Database) -> None:
    accept(database, arrival(1))
    claimed = claim(database)
    database.run(delivery.finish, "one", claimed, [parcel(0), parcel(1)], 0.0)
    lose(database, claimed)
    arrived = database.run(delivery.delivered, "one", b"chat", 0, 0.0, refs=[b"ref"], following=1, key="turn.0")
    assert arrived is Next.STOP
    assert outbox(database) == [(1, False, 0, 0)]
    assert (pending(database), rows(database, "SELECT ref FROM messages")) == ([(1,)], [(b"ref",)])


PROCESS = "p" * delivery.PROCESS


def test_what_a_process_writes_twice_changes_nothing_once_it_has_claimed_the_chat_anew(database: Database) -> None:
    first, second = f"{PROCESS}1", f"{PROCESS}2"
    accept(database, arrival(1), arrival(2))
    database.run(delivery.finish, first, claim(database, first), [parcel(0, "first")], 0.0)

    def arrived() -> Next:
        return database.run(delivery.delivered, first, b"chat", 0, 0.0, key="first.0")

    assert arrived() is Next.CLAIM
    database.run(delivery.finish, second, claim(database, second), [parcel(0, "next")], 0.0)
    before = contents(database)
    assert arrived() is Next.STOP
    assert database.run(delivery.let_go, first, b"chat", 9.0) is None
    database.run(delivery.postpone, first, b"chat", 0, 9.0, unclear=True)
    assert contents(database) == before


def test_a_process_gives_back_what_it_owns_without_knowing_and_nothing_else(database: Database) -> None:
    for n, owner in enumerate((f"{PROCESS}1", f"{PROCESS}2", "other")):
        accept(database, arrival(n, b"chat %d" % n))
        claim(database, owner)
    assert database.run(delivery.free, PROCESS, [b"chat 0"]) == 1
    owners = "SELECT owner FROM chats ORDER BY chat"
    assert rows(database, owners) == [(f"{PROCESS}1",), (None,), ("other",)]
    database.run(delivery.stay_alive, PROCESS, 0.0, ALIVE)
    assert rows(database, owners) == [(f"{PROCESS}1",), (None,), (None,)]
    database.run(delivery.leave, PROCESS)
    assert rows(database, owners) == [(None,), (None,), (None,)]


def test_an_answer_is_never_taken_for_an_earlier_one_with_the_same_number(database: Database) -> None:
    accept(database, arrival(1), arrival(2))
    claimed = claim(database)
    database.run(delivery.finish, "one", claimed, [parcel(0, "slow")], 0.0)
    lose(database, claimed)
    database.run(delivery.delivered, "two", b"chat", 0, 0.0)
    database.run(delivery.finish, "two", claim(database, "two"), [parcel(0, "next")], 0.0)
    for key in ("", "slow.0"):
        assert database.run(delivery.delivered, "one", b"chat", 0, 0.0, key=key) is Next.STOP
    assert rows(database, "SELECT key FROM outbox") == [("next.0",)]


# ---- alive


def test_the_chats_of_a_process_are_taken_over_when_its_lease_ends_and_not_before(database: Database) -> None:
    accept(database, arrival(1))
    take_over(database, "one", 0.0)
    claimed = claim(database, "one")
    assert take_over(database, "two", ALIVE) == 0
    assert take_over(database, "one", ALIVE) == 0
    assert take_over(database, "two", ALIVE + 1) == 0, "it had been renewed"
    assert take_over(database, "two", 2 * ALIVE + 1) == 1
    assert claim(database, "two").message == claimed.message


def test_who_leaves_in_order_hands_over_at_once(database: Database) -> None:
    accept(database, arrival(1))
    take_over(database, "one", 0.0)
    assert database.run(delivery.lease, "sweep", "one", 0.0, 60.0)
    claim(database, "one")
    database.run(delivery.leave, "one")
    assert claim(database, "two").message
    assert database.run(delivery.lease, "sweep", "two", 0.0, 60.0)
    assert rows(database, "SELECT name, owner FROM leases") == [("sweep", "two")]


def test_a_process_frees_what_it_owns_without_knowing_and_nothing_else(database: Database) -> None:
    for n, owner in enumerate(("one", "one", "two")):
        accept(database, arrival(n, b"chat %d" % n))
        claim(database, owner)
    assert database.run(delivery.free, "one", [b"chat 0"]) == 1
    assert rows(database, "SELECT owner FROM chats ORDER BY chat") == [("one",), (None,), ("two",)]
    assert database.run(delivery.free, "one", []) == 1


def test_what_only_one_may_do_is_done_by_one(database: Database) -> None:
    assert database.run(delivery.lease, "sweep", "one", 0.0, 60.0)
    assert not database.run(delivery.lease, "sweep", "two", 60.0, 60.0)
    assert database.run(delivery.lease, "sweep", "one", 60.0, 60.0)
    assert not database.run(delivery.lease, "sweep", "two", 61.0, 60.0), "it had been renewed"
    assert database.run(delivery.lease, "sweep", "two", 121.0, 60.0)
    assert not database.run(delivery.lease, "sweep", "one", 122.0, 60.0)


def test_of_many_that_want_to_be_the_only_one_at_once_one_succeeds(database: Database, neighbour: Database) -> None:
    for n in range(10):
        name = f"lease {n}"
        wanted = [
            partial(process.run, delivery.lease, name, f"{where} {i}", 0.0, 60.0)
            for where, process in enumerate((database, neighbour))
            for i in range(3)
        ]
        assert sum(at_once(wanted)) == 1


def test_the_only_process_frees_everything_at_its_start(database: Database) -> None:
    accept(database, arrival(1))
    take_over(database, "dead", 0.0)
    database.run(delivery.lease, "sweep", "dead", 0.0, 60.0)
    claim(database, "dead")
    database.run(beginning.begin_alone, 1.0, 60.0, 99.0)
    assert claim(database, "new", now=1.0).message
    assert database.run(delivery.lease, "sweep", "new", 1.0, 60.0)


def test_what_a_clock_that_ran_ahead_has_written_is_mended_at_the_start(database: Database) -> None:
    year = 365 * 86_400.0
    accept(database, arrival(1), arrival(2), now=year)
    claimed = claim(database, now=year)
    database.run(delivery.finish, "one", claimed, [parcel(0)], year, state=b"state", expires_at=year + 10)
    database.run(delivery.note, b"chat", [b"ref"], year)
    database.run(delivery.postpone, "one", b"chat", 0, year, unclear=False)
    database.run(delivery.lease, "sweep", "one", year, 60.0)
    database.run(beginning.begin_alone, 100.0, 60.0, 50.0)
    assert rows(database, "SELECT ready_at, expires_at FROM chats") == [(100.0, 150.0)]
    for table in ("inbox", "outbox", "seen", "messages"):
        assert set(rows(database, f"SELECT at FROM {table}")) == {(100.0,)}  # noqa: S608 names from the line above
    assert database.run(delivery.lease, "sweep", "new", 100.0, 60.0)
    assert claim(database, now=100.0).parcels


def test_what_a_right_clock_has_written_stays_at_the_start(database: Database) -> None:
    accept(database, arrival(1), arrival(2), now=10.0)
    claimed = claim(database, now=10.0)
    database.run(delivery.finish, "one", claimed, [parcel(0)], 20.0, state=b"state", expires_at=70.0)
    database.run(delivery.note, b"chat", [b"ref"], 20.0)
    database.run(delivery.postpone, "one", b"chat", 0, 80.0, unclear=False)
    before = contents(database)
    database.run(beginning.begin_alone, 20.0, 60.0, 50.0)
    assert contents(database) == before
