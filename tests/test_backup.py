"""A backup brings the counters into a fresh installation, and tells whoever finds it nothing."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.backup import HEAD, PLACE, read_backup, write_backup
from bot.dialogue.model import Count, Forget, Report
from bot.keys import Keys
from bot.store import counters, turns
from bot.store.database import Database
from bot.store.opening import open_database
from bot.store.turns import Answered
from tests.conftest import NOW
from tests.storage import accept, arrival, claim, contents, parcel, rows

TODAY = NOW.date()
COUNTED = ("demand", "published", "reports")


@pytest.fixture
def fresh(tmp_path: Path, keys: Keys) -> Iterator[Database]:
    with closing(open_database(keys, tmp_path / "fresh")) as opened:
        yield opened


@pytest.fixture
def chats(database: Database, keys: Keys) -> list[bytes]:
    """Families that were counted; a conversation, a message and an answer in flight; and who they are."""
    known = [keys.chat("test", str(n)) for n in range(12)]
    for chat in known:
        for day in (date(2026, 10, 5), TODAY):
            database.run(counters.count, chat, Count("found", "debts", "money_work", "age_1_3", "tr", "Görlitz"), day)
    database.run(counters.report, known[0], Report("cafe", "closed"), TODAY)
    database.run(counters.turn_over, TODAY)
    accept(database, arrival(1, known[0]), arrival(2, known[0]))
    answered = Answered([parcel(0)], b"state", (), [b"ref"])
    database.run(turns.record, "one", claim(database), answered, 0.0, TODAY)
    return known


def test_counters_come_back_in_a_fresh_installation(
    database: Database, fresh: Database, keys: Keys, chats: list[bytes], tmp_path: Path
) -> None:
    assert chats
    written = write_backup(database, keys, tmp_path / "backup")
    assert read_backup(fresh, keys, tmp_path / "backup") == written == 3
    for query in (
        "SELECT month, municipality, topic_group, n FROM demand",
        "SELECT month, municipality, topic_group, n FROM published",
        "SELECT offer, remark, week, n FROM reports",
    ):
        assert rows(fresh, query) == rows(database, query)
        assert rows(fresh, query)
    assert not [name for name in ("chats", "inbox", "outbox", "messages", "marks", "seen") if contents(fresh)[name]]


def test_no_chat_and_no_word_is_in_a_backup(database: Database, keys: Keys, chats: list[bytes], tmp_path: Path) -> None:
    write_backup(database, keys, tmp_path / "backup")
    opened = keys.open((tmp_path / "backup").read_bytes().removeprefix(HEAD), PLACE)
    assert set(json.loads(opened)) == {*COUNTED, "catalog_versions", "confirmations", "challenges", "positions"}
    stored = contents(database)
    secrets = [
        *chats,
        b"state",
        b"ref",
        *(value for name in ("marks", "weeks", "seen") for row in stored[name] for value in row),
    ]
    for secret in (value for value in secrets if isinstance(value, bytes)):
        assert secret not in opened
        assert secret.hex().encode() not in opened


def test_whoever_finds_a_backup_cannot_read_it(
    database: Database, keys: Keys, chats: list[bytes], tmp_path: Path
) -> None:
    assert chats
    write_backup(database, keys, tmp_path / "backup")
    content = (tmp_path / "backup").read_bytes()
    assert content.startswith(HEAD)
    assert not [word for word in (b"debts", b"money_work", b"cafe", b"2026-11") if word in content]


def test_a_backup_of_another_pepper_is_refused(
    database: Database, fresh: Database, keys: Keys, chats: list[bytes], tmp_path: Path
) -> None:
    assert chats
    other = replace(keys, pepper=b"another pepper, also 32 bytes...")
    write_backup(database, other, tmp_path / "backup")
    with pytest.raises(ValueError, match=r"another pepper\.key \(put the right key back first\)"):
        read_backup(fresh, keys, tmp_path / "backup")
    assert not any(contents(fresh)[name] for name in COUNTED)


def test_an_installation_that_has_counted_is_left_as_it_is(
    database: Database, fresh: Database, keys: Keys, chats: list[bytes], tmp_path: Path
) -> None:
    write_backup(database, keys, tmp_path / "backup")
    fresh.run(counters.report, chats[0], Report("other", "full"), TODAY)
    before = contents(fresh)
    with pytest.raises(ValueError, match="a backup goes into a fresh one"):
        read_backup(fresh, keys, tmp_path / "backup")
    assert contents(fresh) == before


@pytest.mark.parametrize("content", [b"", b"something else", HEAD[:-1]])
def test_a_file_that_is_no_backup_is_refused(fresh: Database, keys: Keys, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match="file is not a backup of nahbei"):
        read_backup(fresh, keys, tmp_path / "file")


def test_a_backup_that_was_cut_off_or_changed_is_refused(fresh: Database, keys: Keys, tmp_path: Path) -> None:
    write_backup(fresh, keys, tmp_path / "backup")
    whole = (tmp_path / "backup").read_bytes()
    for broken in (HEAD, whole[:20], whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1])):
        (tmp_path / "backup").write_bytes(broken)
        with pytest.raises(ValueError, match="or is damaged"):
            read_backup(fresh, keys, tmp_path / "backup")


def test_a_backup_replaces_an_older_one_whole_and_leaves_nothing_beside_it(
    fresh: Database, keys: Keys, tmp_path: Path
) -> None:
    (tmp_path / "backups").mkdir()
    for n in range(2):
        fresh.run(counters.report, b"family %d" % n, Report("cafe", "closed"), TODAY)
        write_backup(fresh, keys, tmp_path / "backups" / "backup")
    assert [path.name for path in (tmp_path / "backups").iterdir()] == ["backup"]
    opened = keys.open((tmp_path / "backups" / "backup").read_bytes().removeprefix(HEAD), PLACE)
    assert [row["n"] for row in json.loads(opened)["reports"]] == [2]


def test_where_nothing_can_be_written_an_older_backup_stays(fresh: Database, keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "backup").write_bytes(b"older")
    (tmp_path / ".backup.part").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_backup(fresh, keys, tmp_path / "backup")
    assert (tmp_path / "backup").read_bytes() == b"older"


def test_who_was_forgotten_does_not_come_back_with_a_backup(
    database: Database, fresh: Database, keys: Keys, chats: list[bytes], tmp_path: Path
) -> None:
    write_backup(database, keys, tmp_path / "backup")
    accept(fresh, arrival(1, chats[0]))
    fresh.run(turns.record, "one", claim(fresh), Answered([], None, (Forget(),)), 0.0, TODAY)
    read_backup(fresh, keys, tmp_path / "backup")
    assert rows(fresh, "SELECT state FROM chats") == [(None,)]
    assert rows(fresh, "SELECT chat FROM marks") == []
