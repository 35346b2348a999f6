"""What is taken in is answered once, in order, by one process at a time, on both databases."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.keys import Keys
from bot.store import delivery
from bot.store.database import Database
from bot.store.delivery import Arrival, Claim, LostClaimError, Message, Parcel
from bot.store.opening import open_database
from tests.conftest import Clock
from tests.storage import accept, arrival, at_once, claim, contents, parcel, rows, uncommitted, wait_for_locks

ALIVE = 10.0


@pytest.fixture
def neighbour(
    database: Database, database_url: str | None, tmp_path: Path, keys: Keys, clock: Clock
) -> Iterator[Database]:
    """A second process on the same database."""
    assert database.now() == clock()
    opened = open_database(keys, tmp_path, database_url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def postgresql(postgres_url: str, tmp_path: Path, keys: Keys) -> Iterator[Database]:
    opened = open_database(keys, tmp_path, postgres_url)
    yield opened
    opened.close()


def take_over(database: Database, heir: str, now: float) -> int:
    return database.run(delivery.stay_alive, heir, now, ALIVE)


def lose(database: Database, claimed: Claim, heir: str = "two") -> Claim:
    """The owner's lease has ended (it never had one); somebody else takes its chat."""
    assert take_over(database, heir, 0.0) == 1
    lost = claim(database, heir)
    assert lost.chat == claimed.chat
    return lost


def pending(database: Database) -> list[tuple[object, ...]]:
    return rows(database, "SELECT pending FROM chats ORDER BY chat")


def outbox(database: Database) -> list[tuple[object, ...]]:
    return rows(database, "SELECT n, started, unclear, failed FROM outbox ORDER BY chat, n")


# ---- taken in


def test_an_update_that_comes_twice_is_taken_in_once(database: Database) -> None:
    assert accept(database, arrival(1)) == [True]
    assert accept(database, arrival(1), arrival(2)) == [False, True]
    assert accept(database, arrival(3), arrival(3)) == [True, False]
    assert pending(database) == [(3,)]


def test_an_update_that_comes_again_after_its_answer_is_not_answered_again(database: Database) -> None:
    accept(database, arrival(1))
    claimed = claim(database)
    database.run(delivery.finish, "one", claimed, [], 0.0)
    database.run(delivery.let_go, "one", b"chat", 0.0)
    assert accept(database, arrival(1)) == [False]
    assert database.run(delivery.claim, "one", 1.0, 10) == []


def test_of_an_update_without_content_only_its_coming_is_remembered(database: Database) -> None:
    assert accept(database, Arrival(b"update", b"chat", "test", None)) == [True]
    assert accept(database, Arrival(b"update", b"chat", "test", b"now with content")) == [False]
    assert rows(database, "SELECT * FROM chats") == rows(database, "SELECT * FROM inbox") == []


def test_the_same_updates_brought_to_two_processes_at_once_are_taken_in_once(
    database: Database, neighbour: Database
) -> None:
    there = [arrival(n, b"chat %d" % (n % 3)) for n in range(30)]
    back = there[::-1]
    fresh = at_once([partial(accept, where, *way) for where in (database, neighbour) for way in (there, back)])
    assert sum(map(sum, fresh)) == 30
    assert rows(database, "SELECT count(*) FROM inbox") == [(30,)]


def test_a_cursor_is_stored_with_its_updates_or_not_at_all(database: Database) -> None:
    database.run(delivery.accept, [arrival(1)], 0.0, ("test", "17"))
    assert database.run(delivery.cursor_of, "test") == "17"
    assert database.run(delivery.cursor_of, "another") is None

    def break_off(connection: Connection) -> None:
        delivery.accept(connection, [arrival(2)], 0.0, ("test", "18"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.run(break_off)
    assert database.run(delivery.cursor_of, "test") == "17"
    assert accept(database, arrival(2)) == [True]


# ---- claimed


def test_the_messages_of_a_chat_are_answered_in_the_order_in_which_they_came(database: Database) -> None:
    accept(database, arrival(2), arrival(1), arrival(9, b"another"))
    accept(database, arrival(3))
    answered = []
    while claims := [c for c in database.run(delivery.claim, "one", 0.0, 10) if c.chat == b"chat"]:
        (claimed,) = claims
        assert claimed.message
        answered.append(claimed.message.content)
        database.run(delivery.finish, "one", claimed, [], 0.0)
        database.run(delivery.let_go, "one", b"chat", 0.0)
    assert answered == [b"content 2", b"content 1", b"content 3"]


def test_a_claim_brings_what_is_needed_for_the_answer(database: Database) -> None:
    accept(database, arrival(1))
    (number,) = rows(database, "SELECT id FROM inbox")[0]
    assert isinstance(number, int)
    assert claim(database) == Claim(b"chat", "test", None, Message(number, b"update 1", b"content 1", 0))


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


def test_the_chat_that_has_waited_longest_comes_first(database: Database) -> None:
    for n, when in ((1, 30.0), (2, 10.0), (3, 20.0)):
        accept(database, arrival(n, b"chat %d" % n), now=when)
    assert [c.chat for c in database.run(delivery.claim, "one", 40.0, 2)] == [b"chat 2", b"chat 3"]
    assert [c.chat for c in database.run(delivery.claim, "one", 40.0, 2)] == [b"chat 1"]


def test_a_chat_that_was_here_before_does_not_overtake_those_that_wait(database: Database) -> None:
    accept(database, arrival(1, b"known"), now=1.0)
    database.run(delivery.finish, "one", claim(database, now=1.0), [], 1.0, state=b"state", expires_at=99.0)
    database.run(delivery.let_go, "one", b"known", 1.0)
    accept(database, arrival(2, b"new"), now=10.0)
    accept(database, arrival(3, b"known"), now=20.0)
    assert [c.chat for c in database.run(delivery.claim, "one", 30.0, 10)] == [b"new", b"known"]


def test_a_message_that_comes_later_does_not_send_its_chat_back_in_the_row(database: Database) -> None:
    accept(database, arrival(1, b"first"), now=1.0)
    accept(database, arrival(2, b"second"), now=2.0)
    accept(database, arrival(3, b"first"), now=3.0)
    assert [c.chat for c in database.run(delivery.claim, "one", 4.0, 1)] == [b"first"]


def test_a_chat_that_waits_is_not_woken_by_its_next_message(database: Database) -> None:
    accept(database, arrival(1))
    claim(database)
    database.run(delivery.let_go, "one", b"chat", 60.0)
    accept(database, arrival(2), now=1.0)
    assert database.run(delivery.claim, "one", 59.0, 10) == []
    assert claim(database, now=60.0).message


def test_a_state_that_is_past_its_time_is_not_brought(database: Database) -> None:
    accept(database, arrival(1), arrival(2), arrival(3))
    for now, known in ((0.0, None), (9.0, b"state"), (10.0, None)):
        claimed = claim(database, now=now)
        assert claimed.state == known
        database.run(delivery.finish, "one", claimed, [], now, state=b"state", expires_at=10.0)
        database.run(delivery.let_go, "one", b"chat", 0.0)


# ---- answered and delivered


def test_while_an_answer_is_delivered_the_next_message_waits(database: Database) -> None:
    accept(database, arrival(1), arrival(2))
    database.run(delivery.finish, "one", claim(database), [parcel(0), parcel(1)], 0.0)
    assert database.run(delivery.claim, "two", 0.0, 10) == []
    assert database.run(delivery.delivered, "one", b"chat", 0, 0.0, following=1)
    assert database.run(delivery.claim, "two", 0.0, 10) == []
    assert database.run(delivery.delivered, "one", b"chat", 1, 0.0)
    claimed = claim(database)
    assert claimed.parcels == ()
    assert claimed.message
    assert claimed.message.content == b"content 2"


def test_what_waits_to_be_delivered_comes_with_the_claim_before_the_next_message(database: Database) -> None:
    accept(database, arrival(1), arrival(2))
    database.run(delivery.finish, "one", claim(database), [parcel(0), parcel(1)], 0.0)
    database.run(delivery.postpone, "one", b"chat", 0, 0.0, unclear=False)
    claimed = claim(database)
    assert [(p.n, p.key, p.content) for p in claimed.parcels] == [
        (0, "turn.0", b"answer turn.0"),
        (1, "turn.1", b"answer turn.1"),
    ]


def test_an_attempt_is_written_down_before_it_begins(database: Database) -> None:
    accept(database, arrival(1))
    database.run(delivery.finish, "one", claim(database), [parcel(0), parcel(1)], 0.0)
    assert outbox(database) == [(0, True, 0, 0), (1, False, 0, 0)]
    database.run(delivery.delivered, "one", b"chat", 0, 0.0, following=1)
    assert outbox(database) == [(1, True, 0, 0)]
    database.run(delivery.postpone, "one", b"chat", 1, 0.0, unclear=False)
    assert outbox(database) == [(1, False, 0, 1)]
    assert [(p.started, p.failed) for p in claim(database).parcels] == [(False, 1)]
    assert outbox(database) == [(1, True, 0, 1)]


def test_an_attempt_of_which_nobody_knows_the_end_is_told_from_one_that_failed(database: Database) -> None:
    accept(database, arrival(1))
    database.run(delivery.finish, "one", claim(database), [parcel(0)], 0.0)
    for unclear, counted in ((True, (1, 0)), (False, (1, 1)), (True, (2, 1))):
        database.run(delivery.postpone, "one", b"chat", 0, 0.0, unclear=unclear)
        (waiting,) = claim(database).parcels
        assert (waiting.unclear, waiting.failed) == counted
        assert not waiting.started


def test_an_attempt_that_ended_with_its_process_is_told_to_the_next_owner(database: Database) -> None:
    accept(database, arrival(1))
    claimed = claim(database)
    database.run(delivery.finish, "one", claimed, [parcel(0), parcel(1)], 0.0)
    assert [p.started for p in lose(database, claimed).parcels] == [True, False]


def test_a_postponed_chat_waits_and_others_go_on(database: Database) -> None:
    accept(database, arrival(1))
    database.run(delivery.finish, "one", claim(database), [parcel(0)], 0.0)
    database.run(delivery.postpone, "one", b"chat", 0, 60.0, unclear=False)
    accept(database, arrival(2, b"another"))
    assert [c.chat for c in database.run(delivery.claim, "one", 59.0, 10)] == [b"another"]
    assert [c.chat for c in database.run(delivery.claim, "one", 60.0, 10)] == [b"chat"]


def test_refs_of_an_answer_are_noted_when_it_has_arrived(database: Database) -> None:
    accept(database, arrival(1))
    database.run(delivery.finish, "one", claim(database), [parcel(0)], 0.0)
    for _ in range(2):
        database.run(delivery.delivered, "one", b"chat", 0, 5.0, refs=[b"ref a", b"ref b"])
    assert rows(database, "SELECT chat, ref, at FROM messages ORDER BY id") == [
        (b"chat", b"ref a", 5.0),
        (b"chat", b"ref b", 5.0),
    ]


def test_a_message_that_fails_is_counted_and_at_last_set_aside_without_its_words(database: Database) -> None:
    accept(database, arrival(1), arrival(2))
    claimed = claim(database)
    assert claimed.message
    database.run(delivery.tried, claimed.message.id)
    database.run(delivery.let_go, "one", b"chat", 0.0)
    claimed = claim(database)
    assert claimed.message
    assert claimed.message.tries == 1
    database.run(delivery.set_aside, "one", claimed, "bot/engine.py:7 KeyError", [parcel(0)], 5.0)
    assert rows(database, "SELECT channel, error, at FROM quarantine") == [("test", "bot/engine.py:7 KeyError", 5.0)]
    assert rows(database, "SELECT content FROM inbox") == [(b"content 2",)]
    assert (pending(database), outbox(database)) == ([(2,)], [(0, True, 0, 0)])


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
    assert not database.run(delivery.let_go, "one", b"chat", 99.0)
    database.run(delivery.postpone, "one", b"chat", 0, 99.0, unclear=True)
    database.run(delivery.recount, "one", b"chat", 99.0)
    assert not database.run(delivery.delivered, "one", b"chat", 0, 0.0, refs=[b"ref"], following=1)
    assert contents(database) == before


def test_what_arrived_although_the_chat_was_lost_is_not_sent_again(database: Database) -> None:
    accept(database, arrival(1))
    claimed = claim(database)
    database.run(delivery.finish, "one", claimed, [parcel(0), parcel(1)], 0.0)
    lose(database, claimed)
    assert not database.run(delivery.delivered, "one", b"chat", 0, 0.0, refs=[b"ref"], following=1, key="turn.0")
    assert outbox(database) == [(1, False, 0, 0)]
    assert (pending(database), rows(database, "SELECT ref FROM messages")) == ([(1,)], [(b"ref",)])


def test_an_answer_is_never_taken_for_an_earlier_one_with_the_same_number(database: Database) -> None:
    accept(database, arrival(1), arrival(2))
    claimed = claim(database)
    database.run(delivery.finish, "one", claimed, [parcel(0, "slow")], 0.0)
    lose(database, claimed)
    database.run(delivery.delivered, "two", b"chat", 0, 0.0)
    database.run(delivery.finish, "two", claim(database, "two"), [parcel(0, "next")], 0.0)
    for key in ("", "slow.0"):
        assert not database.run(delivery.delivered, "one", b"chat", 0, 0.0, key=key)
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
    database.run(delivery.begin_alone, 1.0, 60.0, 99.0)
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
    database.run(delivery.begin_alone, 100.0, 60.0, 50.0)
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
    database.run(delivery.begin_alone, 20.0, 60.0, 50.0)
    assert contents(database) == before


# ---- counted


def test_a_chat_for_which_nothing_waits_is_counted_anew(database: Database) -> None:
    accept(database, arrival(1))
    database.run(lambda connection: connection.execute(text("UPDATE chats SET pending = 7")))
    claim(database)
    database.run(delivery.recount, "one", b"chat", 3.0)
    assert rows(database, "SELECT pending, owner, ready_at FROM chats") == [(1, None, 3.0)]


def test_a_message_that_comes_in_during_the_recount_is_counted(postgresql: Database) -> None:
    accept(postgresql, arrival(1))
    claimed = claim(postgresql)
    postgresql.run(delivery.finish, "one", claimed, [], 0.0)
    with ThreadPoolExecutor(1) as thread:
        with uncommitted(postgresql, lambda connection: delivery.accept(connection, [arrival(2)], 0.0)):
            recounted = thread.submit(postgresql.run, delivery.recount, "one", b"chat", 0.0)
            wait_for_locks(postgresql, 1)
        recounted.result()
    assert pending(postgresql) == [(1,)]


def test_parcels_and_claims_show_nothing_of_what_they_carry() -> None:
    secret = b"what was said"
    shown = repr(
        Claim(b"chat", "test", secret, Message(1, b"digest", secret, 0), (Parcel(0, "key", secret, started=False),))
    ) + repr(Arrival(b"digest", b"chat", "test", secret))
    assert secret.decode() not in shown
