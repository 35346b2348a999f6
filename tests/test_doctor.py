"""The doctor says what is well, what is missing, and what to do; it never fails itself."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console

from bot.config import Settings
from bot.doctor import KEPT_FOR, Finding, examine, findings_table, inventory_table
from bot.keys import load_keys
from bot.store import retention
from bot.store.opening import FILE, open_database
from catalog.catalog import Catalog

TODAY = date(2026, 11, 23)
Examine = Callable[..., dict[str, Finding]]


@pytest.fixture
def examined(tmp_path: Path, catalog: Catalog) -> Examine:
    def examined(load: Callable[[], Catalog] = lambda: catalog, **changed: object) -> dict[str, Finding]:
        settings = Settings(**{"data_dir": tmp_path, "gateway_socket": tmp_path / "s", **changed})  # type: ignore[arg-type]
        return {finding.about: finding for finding in examine(settings, load, TODAY)}

    return examined


def test_a_new_installation_is_well_but_for_its_catalog_and_its_places(examined: Examine) -> None:
    found = examined()
    assert {about for about, finding in found.items() if finding.verdict == "missing"} == set()
    assert {about for about, finding in found.items() if finding.verdict == "warning"} == {"catalog", "places"}


def test_every_warning_says_what_to_do(examined: Examine) -> None:
    assert all(finding.advice for finding in examined(gateway_socket=None).values() if finding.verdict != "ok")


def test_without_a_channel_nobody_can_be_reached(examined: Examine) -> None:
    assert examined(gateway_socket=None)["channels"].verdict == "missing"


def test_a_key_that_others_can_read_is_found(examined: Examine, tmp_path: Path) -> None:
    examined()
    (tmp_path / "keys" / "pepper.key").chmod(0o644)
    found = examined()["database"]
    assert found.verdict == "missing"
    assert "chmod 600" in found.text


def test_a_missing_key_beside_a_database_is_found_and_not_made_anew(examined: Examine, tmp_path: Path) -> None:
    examined()
    (tmp_path / "keys" / "database.key").unlink()
    assert examined()["database"].verdict == "missing"
    assert not (tmp_path / "keys" / "database.key").exists()


def test_a_database_that_is_none_is_found(examined: Examine, tmp_path: Path) -> None:
    examined()
    (tmp_path / FILE).write_bytes(b"not a database" * 1000)
    assert examined()["database"].verdict == "missing"


def test_an_address_of_a_database_that_cannot_be_reached_is_found(examined: Examine) -> None:
    found = examined(database_url=SecretStr("postgresql://nobody:secret@127.0.0.1:1/none"))["database"]
    assert found.verdict == "missing"
    assert "secret" not in found.text


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_folder_that_cannot_be_written_is_found(examined: Examine, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert examined()["data folder"].verdict == "missing"


def test_a_catalog_that_cannot_be_read_is_found(examined: Examine) -> None:
    def broken() -> Catalog:
        raise ValueError("line 7: no such topic")

    found = examined(broken)["catalog"]
    assert found.verdict == "missing"
    assert "line 7" in found.text


def test_old_offers_are_counted(catalog: Catalog, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, catalog=tmp_path, gateway_socket=tmp_path / "s")
    years_later = TODAY + timedelta(days=800)
    found = {f.about: f for f in examine(settings, lambda: catalog, years_later)}["catalog"]
    assert found.verdict == "warning"
    assert "not checked for 180 days" in found.text


def test_an_old_table_of_places_is_found(examined: Examine, tmp_path: Path) -> None:
    table = tmp_path / "post_codes.csv"
    table.write_text("")
    assert examined()["places"].verdict == "ok"
    os.utime(table, (0, 0))
    assert examined()["places"].verdict == "warning"


def test_the_report_can_be_read(examined: Examine) -> None:
    console = Console(record=True, width=200, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123 closed with the process
    with console.file:
        console.print(findings_table(examined().values()))
    assert "NAHBEI_CATALOG" in console.export_text()


def test_what_is_stored_is_shown_kind_by_kind_with_how_long_it_is_kept(tmp_path: Path) -> None:
    database = open_database(load_keys(tmp_path / "keys"), tmp_path)
    try:
        kinds = database.run(retention.inventory)
        assert set(kinds) == set(KEPT_FOR)
        assert inventory_table(database).row_count == len(kinds)
    finally:
        database.close()
