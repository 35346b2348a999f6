"""The doctor says what is well, what is missing, and what to do; it never fails itself."""

import io
import os
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import time

import pytest
from pydantic import SecretStr
from rich.console import Console

from bot.config import Settings
from bot.dialogue.model import Report
from bot.doctor import KEPT_FOR, Finding, _clock, examine, findings_table, inventory_table
from bot.keys import load_keys
from bot.store import counters, retention
from bot.store.database import Database
from bot.store.opening import FILE, open_database
from catalog.catalog import Catalog
from catalog.problems import Problem, Spot
from catalog.versions import Version
from tests.storage import accept, arrival

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


def test_a_published_catalog_is_named_with_its_number_its_day_and_its_age(catalog: Catalog, tmp_path: Path) -> None:
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC).timestamp()
    published = replace(catalog, version=Version(7, at, "Kim", "", "", 3))
    settings = Settings(data_dir=tmp_path, catalog=tmp_path, gateway_socket=tmp_path / "s")
    said, unused = [one for one in examine(settings, lambda: published, TODAY) if one.about == "catalog"][:2]
    assert said.text.startswith("version 7, published 2026-11-20 10:30 (3 days ago) by Kim: ")
    assert (unused.verdict, unused.advice) == ("warning", "delete the setting")


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


@pytest.mark.parametrize(
    ("changed", "about"),
    [
        ({"telegram_token": SecretStr("1:hush")}, "telegram"),
        ({"matrix_homeserver": "https://example.org", "matrix_access_token": SecretStr("hush")}, "matrix"),
    ],
)
def test_every_channel_that_is_configured_is_named_and_its_secrets_are_not(
    examined: Examine, changed: dict[str, object], about: str
) -> None:
    found = examined(gateway_socket=None, **changed)
    assert found[about].verdict == "ok"
    assert "channels" not in found
    assert not any("hush" in repr(finding) for finding in found.values())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"telegram_token": SecretStr("1:a"), "telegram_webhook_url": "https://example.org/x"}, "WEBHOOK_SECRET"),
        ({"matrix_homeserver": "https://example.org"}, "NAHBEI_MATRIX_PASSWORD"),
    ],
)
def test_a_channel_that_lacks_a_setting_is_found(examined: Examine, changed: dict[str, object], said: str) -> None:
    found = examined(**changed)["channels"]
    assert found.verdict == "missing"
    assert said in found.text


def test_a_disk_with_little_room_is_found(catalog: Catalog, tmp_path: Path) -> None:
    findings = examine(Settings(data_dir=tmp_path), lambda: catalog, TODAY, little=2**62)
    found = next(finding for finding in findings if finding.about == "data folder")
    assert found.verdict == "warning"
    assert "MB are free" in found.text


def test_a_folder_that_cannot_be_made_is_found(examined: Examine) -> None:
    found = examined(data_dir=Path("/dev/null/nahbei"))["data folder"]
    assert found.verdict == "missing"
    assert "NAHBEI_DATA_DIR" in found.advice


def test_a_database_whose_clock_differs_is_found() -> None:
    assert _clock(time()).verdict == "ok"
    assert _clock(time() + 3600).verdict == "warning"
    assert "3600 s" in _clock(time() + 3600).text


def test_messages_that_wait_are_counted(examined: Examine, tmp_path: Path) -> None:
    with closing(open_database(load_keys(tmp_path / "keys"), tmp_path)) as database:
        accept(database, arrival(1), arrival(2))
    assert "2 messages" in examined()["database"].text


def test_problems_in_the_catalog_are_named(examined: Examine, catalog: Catalog) -> None:
    broken = replace(catalog, problems=(Problem(Spot("offers.yaml", row=7), "phone-undialable", "0800"),))
    found = [finding for finding in examined(lambda: broken).values() if finding.about == "catalog"]
    assert found[0].verdict == "warning"
    assert "offers.yaml, line 7: “0800” is not a telephone number" in found[0].text


def test_switched_off_health_is_said(examined: Examine) -> None:
    assert examined(health_listen="off")["health"].text == "switched off"


@pytest.mark.parametrize("kind", ["conversations", "messages unanswered", "updates seen", "reports about offers"])
def test_the_numbers_are_those_in_the_database(database: Database, kind: str) -> None:
    accept(database, arrival(1), arrival(2, b"other"), arrival(3))
    for n in range(4):
        database.run(counters.report, b"chat %d" % n, Report("an-offer", "closed"), TODAY)
    wanted = {"conversations": 0, "messages unanswered": 3, "updates seen": 3, "reports about offers": 1}[kind]
    console = Console(record=True, width=200, file=io.StringIO())
    console.print(inventory_table(database))
    (line,) = [line for line in console.export_text().splitlines() if kind in line]
    assert re.search(rf"{kind}\W+{wanted}\b", line)
    assert KEPT_FOR[kind] in line
