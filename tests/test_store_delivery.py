"""What is taken in is answered once, in order, by one process at a time, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import Connection, text

from bot.store import delivery
from bot.store.database import Database
from bot.store.delivery import Arrival, Claim, Message, Next, Parcel
from tests.storage import (
    accept,
    arrival,
    at_once,
    claim,
    lose,
    outbox,
    parcel,
    pending,
    rows,
    uncommitted,
    wait_for_locks,
)

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
    assert claim(database) == Claim(b"chat", "test", None, Message(number, b"update 1", b"content 1", 0), owner="one")


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
    assert database.run(delivery.delivered, "one", b"chat", 0, 0.0, following=1) is Next.DELIVER
    assert database.run(delivery.claim, "two", 0.0, 10) == []
    assert database.run(delivery.delivered, "one", b"chat", 1, 0.0) is Next.CLAIM
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
