"""Two secrets: made once, readable for their owner only; without them nothing can be read or recognised."""

import os
import stat
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.keys import DATABASE_FILE, NONCE_BYTES, PADDING, PEPPER_FILE, Keys, WrongKeyError, load_keys
from tests.storage import at_once, processes_at_once

KEYS = Keys(database="5e" * 32, pepper=b"pepper of the tests, 32 bytes...")
OTHER = replace(KEYS, pepper=b"another pepper, also 32 bytes...")
TAG_BYTES = 16  # of AES-GCM
posix = pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")

any_text = st.text(st.characters())  # halves of characters included


# ---- files


def test_keys_are_made_once_and_then_read(tmp_path: Path) -> None:
    made = load_keys(tmp_path / "keys")
    assert load_keys(tmp_path / "keys") == load_keys(tmp_path / "keys", create=False) == made
    assert made != load_keys(tmp_path / "other")
    assert (len(bytes.fromhex(made.database)), len(made.pepper)) == (32, 32)
    assert bytes.fromhex(made.database) != made.pepper
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == [DATABASE_FILE, PEPPER_FILE]


@posix
def test_keys_are_readable_for_their_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        load_keys(tmp_path / "keys")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()]
    assert modes == [0o600, 0o600]


@posix
@pytest.mark.parametrize(("name", "mode"), [*product([DATABASE_FILE, PEPPER_FILE], [0o604, 0o640, 0o660, 0o777])])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, name: str, mode: int) -> None:
    load_keys(tmp_path)
    (tmp_path / name).chmod(mode)
    with pytest.raises(ValueError, match=f"{name} can be read by others: chmod 600"):
        load_keys(tmp_path)
    (tmp_path / name).chmod(0o600)
    load_keys(tmp_path)


@pytest.mark.parametrize("name", [DATABASE_FILE, PEPPER_FILE])
def test_a_key_that_is_missing_beside_a_database_is_not_made_anew(tmp_path: Path, name: str) -> None:
    load_keys(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ValueError, match=f"{name} is missing: put it back"):
        load_keys(tmp_path, create=False)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("content", [b"", b"not a key", b"\xff\xfe", b"5e" * 31, b"5e" * 33, b"5e" * 31 + b"5"])
def test_a_file_that_is_no_key_is_refused_and_stays(tmp_path: Path, content: bytes) -> None:
    load_keys(tmp_path)
    (tmp_path / PEPPER_FILE).write_bytes(content)
    with pytest.raises(ValueError, match=r"pepper\.key is not a key.*: put the right file back"):
        load_keys(tmp_path)
    assert (tmp_path / PEPPER_FILE).read_bytes() == content


def test_threads_that_make_keys_at_once_agree(tmp_path: Path) -> None:
    for n in range(5):
        (first, *others) = at_once([partial(load_keys, tmp_path / str(n))] * 8)
        assert others == [first] * 7
        assert len(list((tmp_path / str(n)).iterdir())) == 2, "nothing is left over"


def test_processes_that_make_keys_at_once_agree(tmp_path: Path) -> None:
    prepare = "from pathlib import Path\nfrom bot.keys import load_keys"
    act = "keys = load_keys(Path(sys.argv[1]))\nprint(keys.database, keys.pepper.hex())"
    (first, *others) = processes_at_once(prepare, act, *[[str(tmp_path / "keys")]] * 4)
    assert others == [first] * 3
    kept = load_keys(tmp_path / "keys", create=False)
    assert first.split() == [kept.database, kept.pepper.hex()]


def test_what_a_process_left_behind_that_died_while_making_a_key_is_in_nobodys_way(tmp_path: Path) -> None:
    for name in (DATABASE_FILE, PEPPER_FILE):
        (tmp_path / f".{name}.{os.getpid()}").write_text("half a k")
    assert load_keys(tmp_path) == load_keys(tmp_path, create=False)


def test_keys_do_not_show_themselves() -> None:
    assert repr(KEYS) == "Keys()"


# ---- digests


@given(st.lists(st.tuples(any_text, any_text), min_size=2, max_size=6, unique=True))
def test_each_chat_and_each_update_has_a_digest_of_its_own(names: list[tuple[str, str]]) -> None:
    chats = {KEYS.chat(channel, chat) for channel, chat in names}
    updates = {KEYS.update(channel, chat) for channel, chat in names}
    assert len(chats) == len(updates) == len(names)
    assert not {chat[:16] for chat in chats} & updates
    assert not chats & {OTHER.chat(channel, chat) for channel, chat in names}


@given(any_text, any_text)
def test_a_digest_is_always_the_same_and_of_one_length(channel: str, chat: str) -> None:
    again = Keys(KEYS.database, KEYS.pepper)
    assert KEYS.chat(channel, chat) == again.chat(channel, chat)
    assert (len(KEYS.chat(channel, chat)), len(KEYS.update(channel, chat))) == (32, 16)


def test_digests_stay_the_same_in_every_version() -> None:
    assert KEYS.chat("telegram", "4711").hex() == EXPECTED_CHAT
    assert KEYS.update("telegram", "4711").hex() == EXPECTED_UPDATE
    assert KEYS.check() == EXPECTED_CHECK


EXPECTED_CHAT = "d18cca08ac06f4c976d4062c913bf6f4dd6cb9f64b36f74f6b65d1131fa94b34"
EXPECTED_UPDATE = "1c876332fad49f726d47706d84ef3533"
EXPECTED_CHECK = "19c306f2f1097cdcda81851f2decbeda84f186299643c93f648f1716f3751d17"


def test_the_check_tells_peppers_apart_and_says_nothing_about_them() -> None:
    assert KEYS.check() == replace(KEYS, database="00" * 32).check() != OTHER.check()
    assert KEYS.pepper.hex() not in KEYS.check()


def test_a_key_for_something_else_is_one_of_its_own() -> None:
    secrets = {keys.secret(purpose) for keys in (KEYS, OTHER) for purpose in ("one thing", "another")}
    assert len(secrets) == 4
    assert KEYS.secret("one thing") == Keys(KEYS.database, KEYS.pepper).secret("one thing")
    assert not secrets & {KEYS.pepper, OTHER.pepper, bytes.fromhex(KEYS.database)}


# ---- seals


@given(st.binary(max_size=3000), st.binary(max_size=40))
def test_what_is_sealed_can_be_opened_in_its_place(content: bytes, place: bytes) -> None:
    assert KEYS.open(KEYS.seal(content, place), place) == content


@given(st.binary(max_size=600), st.binary(max_size=40), st.binary(max_size=40))
def test_what_is_sealed_opens_nowhere_else_and_with_no_other_key(content: bytes, place: bytes, other: bytes) -> None:
    assume(place != other)
    sealed = KEYS.seal(content, place)
    with pytest.raises(WrongKeyError):
        KEYS.open(sealed, other)
    with pytest.raises(WrongKeyError):
        OTHER.open(sealed, place)


@given(st.binary(max_size=600), st.data())
def test_what_was_changed_or_cut_off_does_not_open(content: bytes, data: st.DataObject) -> None:
    sealed = KEYS.seal(content, b"place")
    i = data.draw(st.integers(0, len(sealed) - 1))
    for broken in (sealed[:i], sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :], sealed + b"0"):
        with pytest.raises(WrongKeyError):
            KEYS.open(broken, b"place")


@given(st.binary(max_size=3000))
def test_the_length_of_what_is_sealed_says_little(content: bytes) -> None:
    padded = len(KEYS.seal(content, b"")) - NONCE_BYTES - TAG_BYTES
    assert padded % PADDING == 0
    assert len(content) < padded <= len(content) + 4 + PADDING


def test_the_same_sealed_twice_looks_different() -> None:
    assert len({KEYS.seal(b"the same", b"place") for _ in range(100)}) == 100


def test_what_an_earlier_version_has_sealed_still_opens() -> None:
    assert KEYS.open(bytes.fromhex(SEALED_BEFORE), b"place") == b"content"


SEALED_BEFORE = (
    "0bb38734ecad77ff4fa1aa7ef8a0782f56b29773bfec9833b7cdd44893cc8abe918d2fa280035049a8c5557e1f75807f1b83"
    "e2d929758f8ac57db3b9fb21a1e3d8c1e0d0780bbba78be72bb73a9874adbe3d6275e8a94271fa956d48d2bba452c845fea2"
    "0572042a5d0e0cc2a0863bebfbdc5e593ee82d8059563ec0212748690e7f5d5823163ec6bc4186c18830c4ae09532bfc6287"
    "8e513de2a15b7697756d872c9d2fb056516ecaec0ed78e1b590e7c83c6cc6befda757cc1d34c7785254dbfbf03a97d992b41"
    "07d249c0b97e4f7e337255e8654f99c5eba7c218fb800232065e97200f77e23ff6034220c90bf3f015f8ab237c8c2093ef27"
    "6b114c4746e4faea1f26f116d070d97c9831225ca2c853132d01e5c67c9e6e48fc65"
)
