"""The database of the first start is made outside of the process that serves."""

from pathlib import Path

from bot.keys import load_keys
from bot.store import FILE
from bot.store.founding import found_apart
from bot.store.opening import open_database, sqlite_engine
from tests.test_store_tables import differences


def test_what_is_made_apart_is_a_whole_database_with_its_keys_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    found_apart(folder, tmp_path / "keys")
    keys = load_keys(tmp_path / "keys", create=False)
    engine = sqlite_engine(folder / FILE, keys.database)
    with engine.connect() as connection:
        assert differences(connection) == []
    engine.dispose()
    open_database(keys, folder).close()
    assert not [path for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077]


def test_a_database_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not to be touched")
    found_apart(tmp_path, tmp_path / "keys")
    assert (tmp_path / FILE).read_bytes() == b"not to be touched"
    assert not (tmp_path / "keys").exists()


def test_where_nothing_can_be_made_nothing_is_said_yet(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where a folder should be", "utf-8")
    found_apart(tmp_path / "file" / "data", tmp_path / "keys")
    assert not (tmp_path / "file" / "data").exists()
