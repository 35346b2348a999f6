"""What goes, and when; and that it is gone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.dialogue.model import Count, Forget
from bot.keys import Keys
from bot.store import delivery, retention, turns
from bot.store.database import Database
from bot.store.delivery import Arrival, Claim, Next, Parcel
from bot.store.opening import open_database, sqlite_engine
from bot.store.retention import Backlog, Expired, Kept
from bot.store.turns import Answered
from tests.conftest import NOW
from tests.storage import accept, arrival, claim, contents, files, parcel, rows, uncommitted, wait_for_locks

HOUR, TODAY = 3600.0, NOW.date()
NOTHING = Expired(0, 0, 0)
NEED = Count("found", "debts", "money_work", "age_1_3", "tr")


def remember(database: Database, now: float = 0.0, state: bytes = b"state") -> None:
    """A message was answered and its answer has arrived; its chat is remembered."""
    accept(database, arrival(int(now) + 1), now=now)
    answered = Answered([parcel(0)], state, (NEED,), [b"ref of the message"])
    database.run(turns.record, "one", claim(database, now=now), answered, now, TODAY)
    database.run(delivery.delivered, "one", b"chat", 0, now, refs=[b"ref of the answer"])


def ask_to_forget(database: Database, now: float = 0.0) -> Claim:
    """The wish is granted; its answer has not arrived yet."""
    accept(database, arrival(999), now=now)
    claimed = claim(database, now=now)
    database.run(turns.record, "one", claimed, Answered([parcel(0), parcel(1)], None, (Forget(),)), now, TODAY)
    return claimed


def expire(database: Database, now: float) -> Expired:
    return database.run(retention.expire, now)


# ---- by itself


def test_a_conversation_is_remembered_for_a_day_after_its_last_message(database: Database) -> None:
    remember(database, now=0.0, state=b"first")
    remember(database, now=2 * HOUR, state=b"second")
    assert expire(database, 26 * HOUR) == NOTHING
    assert rows(database, "SELECT state FROM chats") == [(b"second",)]
    assert expire(database, 26 * HOUR + 1) == Expired(1, 0, 0)
    assert rows(database, "SELECT * FROM chats") == []


def test_a_conversation_at_work_is_forgotten_but_not_its_place_in_the_row(database: Database) -> None:
    remember(database)
    accept(database, arrival(7), now=24 * HOUR)
    assert expire(database, 24 * HOUR + 1) == NOTHING
    assert rows(database, "SELECT state, pending FROM chats") == [(None, 1)]
    assert claim(database, now=24 * HOUR + 1).message


def test_a_conversation_somebody_is_at_work_on_is_not_taken_away(database: Database) -> None:
    remember(database)
    accept(database, arrival(7), now=24 * HOUR)
    claimed = claim(database, now=24 * HOUR)
    expire(database, 24 * HOUR + 1)
    database.run(turns.record, "one", claimed, Answered([], b"new"), 24 * HOUR + 2, TODAY)
    assert rows(database, "SELECT state, expires_at FROM chats") == [(b"new", 48 * HOUR + 2)]


def test_a_message_that_nobody_answered_goes_after_an_hour(database: Database) -> None:
    accept(database, arrival(1), now=0.0)
    accept(database, arrival(2), arrival(3, b"another"), now=10.0)
    assert expire(database, HOUR) == NOTHING
    assert expire(database, HOUR + 1) == Expired(0, 1, 0)
    assert rows(database, "SELECT content FROM inbox ORDER BY content") == [(b"content 2",), (b"content 3",)]
    assert rows(database, "SELECT pending FROM chats ORDER BY chat") == [(1,), (1,)]
    assert expire(database, HOUR + 11) == Expired(2, 2, 0)
    assert rows(database, "SELECT * FROM chats") == []


def test_an_answer_that_could_not_be_delivered_goes_after_an_hour(database: Database) -> None:
    accept(database, arrival(1))
    answered = Answered([parcel(0), parcel(1)], b"state")
    database.run(turns.record, "one", claim(database), answered, 10.0, TODAY)
    database.run(delivery.postpone, "one", b"chat", 0, 20.0, unclear=False)
    assert expire(database, HOUR + 10) == NOTHING
    assert expire(database, HOUR + 11) == Expired(0, 0, 2)
    assert rows(database, "SELECT pending, state FROM chats") == [(0, b"state")]


def test_an_answer_that_expires_while_it_is_sent_is_not_counted_twice(database: Database) -> None:
    accept(database, arrival(1))
    database.run(turns.record, "one", claim(database), Answered([parcel(0), parcel(1)], b"state"), 0.0, TODAY)
    expire(database, HOUR + 1)
    arrived = database.run(delivery.delivered, "one", b"chat", 0, HOUR + 1, refs=[b"ref"], following=1)
    assert arrived is Next.REST
    assert rows(database, "SELECT pending, owner FROM chats") == [(0, None)], "nothing follows: it is let go"
    assert database.run(delivery.delivered, "one", b"chat", 1, HOUR + 1) is Next.STOP
    assert rows(database, "SELECT pending, owner FROM chats") == [(0, None)]


@pytest.mark.parametrize(
    ("kind", "hours"), [("updates seen", 48), ("messages to delete", 48), ("messages set aside", 7 * 24)]
)
def test_what_is_kept_for_some_days_is_kept_for_these_days(database: Database, kind: str, hours: int) -> None:
    accept(database, arrival(1))
    database.run(delivery.note, b"chat", [b"ref"], 0.0)
    database.run(delivery.set_aside, "one", claim(database), "error", [], 0.0)
    expire(database, hours * HOUR)
    assert database.run(retention.inventory)[kind] == Kept(1, 0.0)
    expire(database, hours * HOUR + 1)
    assert database.run(retention.inventory)[kind] == Kept(0)


def test_an_update_that_comes_again_within_two_days_is_recognised(database: Database) -> None:
    accept(database, arrival(1))
    expire(database, 48 * HOUR)
    assert accept(database, arrival(1), now=48 * HOUR) == [False]


def test_leases_that_ended_long_ago_are_swept_out(database: Database) -> None:
    database.run(delivery.lease, "process old", "old", 0.0, 10.0)
    expire(database, HOUR + 10)
    assert rows(database, "SELECT name FROM leases") == [("process old",)]
    expire(database, HOUR + 11)
    assert rows(database, "SELECT name FROM leases") == []


def test_after_some_silent_days_nothing_is_left_but_counters(database: Database) -> None:
    remember(database)
    accept(database, arrival(7))
    database.run(delivery.set_aside, "one", claim(database), "error", [parcel(0)], 0.0)
    expire(database, 7 * 24 * HOUR + 1)
    database.run(delivery.leave, "one")
    expire(database, 7 * 24 * HOUR + 2)
    assert {table for table, stored in contents(database).items() if stored} == {"facts", "weeks", "marks", "demand"}


# ---- at a family's word


def test_refs_come_in_the_order_in_which_they_were_noted_and_only_of_their_chat(database: Database) -> None:
    remember(database)
    database.run(delivery.note, b"another", [b"theirs"], 0.0)
    assert database.run(retention.message_refs, b"chat") == [b"ref of the message", b"ref of the answer"]


def test_who_asks_for_it_is_forgotten_at_once_and_still_told_so(database: Database) -> None:
    remember(database)
    remember_another(database)
    ask_to_forget(database)
    assert database.run(retention.message_refs, b"chat") == []
    assert rows(database, "SELECT chat, state FROM chats ORDER BY chat") == [(b"another", b"theirs"), (b"chat", None)]
    assert rows(database, "SELECT count(*) FROM outbox") == [(2,)]
    assert rows(database, "SELECT count(*) FROM marks") == [(0,)]


def remember_another(database: Database) -> None:
    accept(database, arrival(500, b"another"))
    database.run(turns.record, "one", claim(database), Answered([], b"theirs"), 0.0, TODAY)
    database.run(delivery.note, b"another", [b"theirs"], 0.0)
    database.run(delivery.let_go, "one", b"another", 0.0)


def test_when_the_answer_to_the_wish_has_arrived_no_trace_of_the_chat_is_left(database: Database) -> None:
    remember_another(database)
    before = contents(database)
    remember(database)
    ask_to_forget(database)
    database.run(delivery.delivered, "one", b"chat", 0, 0.0, refs=[b"ref of the answer"], following=1)
    database.run(turns.close, "one", b"chat", 1, 0.0)
    after = contents(database)
    kept_without_a_chat = {"seen", "demand", "weeks"}
    assert {table for table in after if after[table] != before[table]} == kept_without_a_chat


def test_a_chat_that_writes_on_after_its_wish_is_answered(database: Database) -> None:
    remember(database)
    ask_to_forget(database)
    accept(database, arrival(1000))
    database.run(delivery.delivered, "one", b"chat", 0, 0.0, refs=[b"ref of the answer"], following=1)
    database.run(turns.close, "one", b"chat", 1, 0.0)
    claimed = claim(database)
    assert claimed.state is None
    assert claimed.message
    assert claimed.message.content == b"content 1000"
    assert database.run(retention.message_refs, b"chat") == [b"ref of the answer"], "the next wish deletes it"


def test_a_chat_that_is_remembered_is_not_dropped_as_empty(database: Database) -> None:
    remember(database)
    before = contents(database)
    database.run(retention.drop_if_empty, b"chat")
    assert contents(database) == before


def test_of_a_chat_that_cannot_be_reached_everything_goes_at_once(database: Database) -> None:
    remember_another(database)
    before = contents(database)
    remember(database)
    accept(database, arrival(7), arrival(8))
    database.run(turns.record, "one", claim(database), Answered([parcel(0)], b"state", (NEED,)), 0.0, TODAY)
    database.run(turns.gone, b"chat", TODAY)
    after = contents(database)
    assert {table for table in after if after[table] != before[table]} == {"seen", "demand", "weeks"}
    database.run(turns.gone, b"chat", TODAY)
    assert contents(database) == after


def test_a_message_that_comes_in_while_its_chat_is_dropped_begins_a_new_one(postgresql: Database) -> None:
    accept(postgresql, arrival(1))
    with ThreadPoolExecutor(1) as thread:
        with uncommitted(postgresql, lambda connection: delivery.accept(connection, [arrival(2)], 0.0)):
            dropped = thread.submit(postgresql.run, retention.drop, b"chat")
            wait_for_locks(postgresql, 1)
        dropped.result()
        assert rows(postgresql, "SELECT * FROM chats") == [], "what came first goes with its chat"
        with uncommitted(postgresql, lambda connection: retention.drop(connection, b"chat")):
            pass
        accept(postgresql, arrival(3))
        with uncommitted(postgresql, lambda connection: retention.drop(connection, b"chat")):
            accepted = thread.submit(accept, postgresql, arrival(4))
            wait_for_locks(postgresql, 1)
        accepted.result()
    claimed = claim(postgresql)
    assert claimed.message
    assert claimed.message.content == b"content 4"
    assert rows(postgresql, "SELECT pending FROM chats") == [(1,)]


# ---- the bytes


MARKS = {name: f"<<{name}>>".encode() for name in ("CHAT", "SAID", "ANSWER", "STATE", "REF")}


def marked(name: str, n: int, length: int) -> bytes:
    """Something recognisable of this length: also what is torn to pieces is found."""
    return (MARKS[name] + b"%d" % n) * (length // 8)


def live_through(database: Database, n: int) -> Arrival:
    """One chat with everything that can be stored of it, short or long."""
    length = (20, 300, 9000)[n % 3]
    came = Arrival(b"update %d" % n, marked("CHAT", n, 32), "test", marked("SAID", n, length))
    accept(database, came)
    (claimed,) = database.run(delivery.claim, "one", 0.0, 10)
    answers = [Parcel(i, f"{n}.{i}", marked("ANSWER", n, length), started=False) for i in range(2)]
    answered = Answered(answers, marked("STATE", n, length), (NEED,), [marked("REF", n, length)])
    database.run(turns.record, "one", claimed, answered, 0.0, TODAY)
    for i in range(2):
        refs = [marked("REF", n, length)]
        database.run(delivery.delivered, "one", came.chat, i, 0.0, refs=refs, following=1 if i == 0 else None)
    return came


def be_forgotten(database: Database, chat: bytes) -> None:
    accept(database, Arrival(b"delete " + chat[-4:], chat, "test", marked("SAID", 0, 300)))
    (claimed,) = database.run(delivery.claim, "one", 0.0, 10)
    answered = Answered([parcel(0)], None, (Forget(),))
    database.run(turns.record, "one", claimed, answered, 0.0, TODAY)
    database.run(turns.close, "one", chat, 0, 0.0)


def pieces(stored: bytes) -> list[bytes]:
    return [mark for mark in MARKS.values() if mark[1:-1] in stored]


@pytest.fixture
def plain(tmp_path: Path, keys: Keys) -> Iterator[Database]:
    with closing(open_database(keys, tmp_path, encrypted=False)) as opened:
        yield opened


def test_what_is_stored_is_found_among_the_bytes(plain: Database, tmp_path: Path) -> None:
    came = [live_through(plain, n) for n in range(3)]
    assert pieces(files(tmp_path)) == [MARKS[name] for name in ("CHAT", "SAID", "ANSWER", "STATE", "REF")]
    be_forgotten(plain, came[0].chat)
    assert pieces(files(tmp_path)), "deleted rows alone leave their bytes in the log"


def test_after_the_wish_to_forget_no_byte_is_left_in_any_file(plain: Database, tmp_path: Path) -> None:
    came = [live_through(plain, n) for n in range(30)]
    for arrived in came:
        be_forgotten(plain, arrived.chat)
    assert plain.scrub().result() is True
    assert pieces(files(tmp_path)) == []
    assert b"turn.0" not in files(tmp_path)


def test_of_those_who_stay_everything_is_still_there(plain: Database, tmp_path: Path) -> None:
    came = [live_through(plain, n) for n in range(30)]
    for arrived in came[1:]:
        be_forgotten(plain, arrived.chat)
    assert plain.scrub().result() is True
    assert rows(plain, "SELECT chat, state FROM chats") == [(came[0].chat, marked("STATE", 0, 20))]
    assert not [n for n in range(1, 30) if marked("CHAT", n, 32) in files(tmp_path)]


def test_what_another_process_is_reading_is_said_to_be_there_still(plain: Database, tmp_path: Path) -> None:
    be_forgotten(plain, live_through(plain, 0).chat)
    plain.run(lambda connection: connection.execute(text("PRAGMA busy_timeout = 50")))
    reader = sqlite_engine(tmp_path / "nahbei.db", None)
    with reader.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("BEGIN")
        connection.execute(text("SELECT * FROM chats")).all()
        live_through(plain, 1)
        assert plain.scrub().result() is False
        connection.exec_driver_sql("ROLLBACK")
    reader.dispose()
    assert plain.scrub().result() is True


def test_on_postgresql_no_row_holds_what_was_forgotten(postgresql: Database) -> None:
    came = [live_through(postgresql, n) for n in range(6)]
    assert pieces(repr(contents(postgresql)).encode())
    for arrived in came:
        be_forgotten(postgresql, arrived.chat)
    assert postgresql.scrub().result() is True
    assert pieces(repr(contents(postgresql)).encode()) == []


# ---- what is there now


def test_the_inventory_counts_every_kind_and_knows_since_when(database: Database) -> None:
    assert set(database.run(retention.inventory).values()) == {Kept(0)}
    remember(database, now=5.0)
    accept(database, arrival(7), arrival(8, b"another"), now=9.0)
    kept = database.run(retention.inventory)
    assert {kind: stored for kind, stored in kept.items() if stored.rows} == {
        "conversations": Kept(1),
        "chats at work": Kept(2),
        "messages unanswered": Kept(2, 9.0),
        "updates seen": Kept(3, 5.0),
        "messages to delete": Kept(2, 5.0),
        "marks of this week": Kept(1),
        "demand not published": Kept(1),
    }


def test_the_backlog_is_what_waits_and_since_when(database: Database) -> None:
    assert database.run(retention.backlog) == Backlog(0, 0, None)
    accept(database, arrival(1), now=5.0)
    database.run(turns.record, "one", claim(database, now=5.0), Answered([parcel(0), parcel(1)], None), 6.0, TODAY)
    assert database.run(retention.backlog) == Backlog(0, 2, 6.0)
    accept(database, arrival(2), now=7.0)
    assert database.run(retention.backlog) == Backlog(1, 2, 6.0)
