"""The device's store: encrypted, for one process, lost rather than read with the wrong key."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.channels.matrix.machine import Machine
from bot.channels.matrix.store import FILE, KEPT_UNREAD, Device, TakenError, alone, open_store
from bot.keys import Keys

KEY = "5e" * 32
DEVICE = Device("@nahbei:example.org", "DEVICE", "secret-token", 3)


def test_the_device_is_remembered(tmp_path: Path) -> None:
    store = open_store(tmp_path, KEY)
    assert store.device() is None
    store.keep_device(DEVICE)
    store.close()
    again = open_store(tmp_path, KEY)
    assert again.device() == DEVICE
    again.close()
    assert "secret-token" not in repr(DEVICE)


def test_nothing_can_be_read_in_the_file_and_nobody_else_may_open_it(tmp_path: Path) -> None:
    store = open_store(tmp_path / "matrix", KEY)
    store.keep_device(DEVICE)
    Machine(store, lambda _: True, lambda _: True).save_account()
    store.keep_unread("!room:example.org", "$event")
    store.save_encrypted_rooms({"!room:example.org"})
    content = b"".join(path.read_bytes() for path in (tmp_path / "matrix").iterdir())
    store.close()
    for clear in (b"SQLite format", b"DEVICE", b"secret-token", b"example.org", b"DEFAULT_KEY", KEY.encode()):
        assert clear not in content
    assert (tmp_path / "matrix").stat().st_mode & 0o077 == 0


def test_every_installation_has_a_key_of_its_own() -> None:
    one, other = Keys(KEY, b"1" * 32), Keys(KEY, b"2" * 32)
    assert one.secret("matrix store") != other.secret("matrix store")
    assert one.secret("matrix store") != one.secret("something else")
    assert len(one.secret("matrix store")) == 32


def test_a_store_that_cannot_be_opened_is_lost_and_a_new_one_begins(tmp_path: Path) -> None:
    store = open_store(tmp_path, KEY)
    store.keep_device(DEVICE)
    store.close()
    other = open_store(tmp_path, "7a" * 32)
    assert other.device() is None
    other.close()
    (tmp_path / FILE).write_bytes(b"something else" * 1000)
    broken = open_store(tmp_path, KEY)
    assert broken.device() is None
    broken.close()


def test_what_waits_for_its_key_is_remembered_in_order_but_not_without_end(tmp_path: Path) -> None:
    store = open_store(tmp_path, KEY)
    for n in range(KEPT_UNREAD + 5):
        store.keep_unread("!room", f"${n}")
    store.keep_unread("!room", f"${KEPT_UNREAD}")
    assert store.unread() == [("!room", f"${n}") for n in range(5, KEPT_UNREAD + 5)]
    store.drop_unread("$5")
    assert ("!room", "$5") not in store.unread()
    store.forget("!room", [])
    assert not store.unread()
    store.close()


def test_two_processes_never_share_a_store(tmp_path: Path) -> None:
    script = f"from pathlib import Path; from bot.channels.matrix.store import alone\nwith alone(Path({str(tmp_path)!r})): print('mine')"

    def other() -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)

    with alone(tmp_path):
        assert b"TakenError" in other().stderr
        with pytest.raises(TakenError), alone(tmp_path):
            raise AssertionError
    assert other().stdout == b"mine\n"
