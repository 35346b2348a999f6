"""`nahbei catalog diff`, `publish`, `rollback`, `history` as a coordinator types them, on both databases."""

import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import PIPE, Popen
from time import monotonic, sleep

import pytest

from tests.conftest import lay_words
from tests.test_cli import run

TOWN = """
catalog: {name: Musterfelde, example: true}
places:
  - {name: Musterfelde, municipality: Musterfelde, post_codes: ["00120"], lat: 54.385, lon: 6.69}
offers:
"""
ENTRY = """
  - id: {id}
    title: {title}
    summary: Kommen Sie vorbei.
    provider: Landfrauen
    offer_type: parents-cafe
    topics: [{topic}]
    phone: {phone}
    sites: [{{municipality: Musterfelde, address: Dorfstraße 1, post_code: "00120", lat: 54.385, lon: 6.69}}]
    opening_hours: Mo-Fr 09:00-12:00
    access: [walk_in]
    verified_on: 2026-11-01
"""
DAY = ("--today", "2026-11-23")
PATIENCE = 60.0
Nahbei = Callable[..., tuple[int, str, str]]
# For what is decided before anything is stored, and is the same on both databases.
on_the_file = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def entry(name: str, title: str = "", phone: str = "030 23125 345", topic: str = "parents-meeting") -> str:
    return ENTRY.format(id=name, title=title or f"Elterncafé {name}", phone=phone, topic=topic)


@pytest.fixture
def environment(tmp_path: Path, database_url: str | None, words: Path) -> Mapping[str, str]:
    lay_words(words, tmp_path / "data")
    return {"NAHBEI_DATA_DIR": str(tmp_path / "data"), "NAHBEI_DATABASE_URL": database_url or ""}


@pytest.fixture
def nahbei(environment: Mapping[str, str]) -> Nahbei:
    def typed(*arguments: str, said: str = "", **changed: str) -> tuple[int, str, str]:
        return run(*arguments, said=said, env={**environment, **changed})

    return typed


@pytest.fixture
def town(tmp_path: Path) -> Callable[..., str]:
    """Writes the coordinator's file, and returns its path."""

    def written(*entries: str) -> str:
        file = tmp_path / "town.yaml"
        file.write_text(TOWN + "".join(entries), "utf-8")
        return str(file)

    return written


def found(nahbei: Nahbei, topic: str = "parents-meeting", **changed: str) -> set[str]:
    """Which offers of the town a family would get now."""
    asked = {"id": 1, "lang": "de", "topics": [topic], "place": [54.385, 6.69], "today": "2026-11-23", "limit": 50}
    code, output, error = nahbei("match", *DAY, said=json.dumps(asked) + "\n", **changed)
    assert code == 0, error
    answer = json.loads(output)
    return {offer["id"] for offer in answer.get("offers", ()) if not offer["id"].startswith("helpline-")}


def test_the_first_catalog_is_published_and_answered_from(nahbei: Nahbei, town: Callable[..., str]) -> None:
    code, output, _ = nahbei("catalog", "publish", town(entry("north"), entry("south")), "--who", "Kim", *DAY)
    assert code == 0
    assert "2 Angebote" in output
    assert "Version 1 ist veröffentlicht" in output
    assert found(nahbei) == {"north", "south"}


@on_the_file
def test_nobody_publishes_what_has_errors(nahbei: Nahbei, town: Callable[..., str]) -> None:
    nahbei("catalog", "publish", town(entry("north"), entry("south")), *DAY)
    code, output, _ = nahbei("catalog", "publish", town(entry("north"), entry("south", topic="tea")), "--yes", *DAY)
    assert code == 1
    assert "1 Fehler" in output
    assert "tea" in output
    assert "nichts veröffentlicht" in output
    assert found(nahbei) == {"north", "south"}


@on_the_file
def test_what_is_no_catalog_changes_nothing(nahbei: Nahbei, town: Callable[..., str], tmp_path: Path) -> None:
    nahbei("catalog", "publish", town(entry("north")), *DAY)
    for content in ("", "offers: [", "offers: []", "no catalog", "a: 1"):
        (tmp_path / "town.yaml").write_text(content, "utf-8")
        code, output, error = nahbei("catalog", "publish", str(tmp_path / "town.yaml"), "--yes", *DAY)
        assert (code, output) == (2, ""), content
        assert error.startswith("nahbei: ")
        assert len(error.strip().splitlines()) == 1
    assert found(nahbei) == {"north"}


@on_the_file
def test_the_difference_is_shown_field_by_field_in_the_words_of_the_table(
    nahbei: Nahbei, town: Callable[..., str]
) -> None:
    nahbei("catalog", "publish", town(entry("north"), entry("south"), entry("west")), *DAY)
    file = town(entry("north", phone="030 23125 876"), entry("west", "Treff im Westen"), entry("east"))
    code, output, _ = nahbei("catalog", "diff", file, *DAY)
    assert code == 0
    assert "1 neu, 1 entfernt, 2 geändert" in output
    assert re.search(r"^\+ east ", output, re.MULTILINE)
    assert re.search(r"^− south ", output, re.MULTILINE)
    assert "    Telefon: 030 23125 345 → 030 23125 876" in output
    assert "    Titel: Elterncafé west → Treff im Westen" in output
    _, english, _ = nahbei("catalog", "diff", file, "--lang", "en", *DAY)
    assert "    Phone: 030 23125 345 → 030 23125 876" in english
    assert found(nahbei) == {"north", "south", "west"}, "looking changes nothing"


def test_the_same_catalog_again_is_no_new_version(nahbei: Nahbei, town: Callable[..., str]) -> None:
    nahbei("catalog", "publish", town(entry("north"), entry("south")), *DAY)
    code, output, _ = nahbei("catalog", "publish", town(entry("south"), entry("north")), *DAY)
    assert code == 0
    assert "genau wie in der veröffentlichten Version 1" in output
    _, history, _ = nahbei("catalog", "history")
    assert not re.search(r"^ *2 ", history, re.MULTILINE)


@on_the_file
def test_many_offers_go_only_when_somebody_means_it(nahbei: Nahbei, town: Callable[..., str]) -> None:
    every = [entry(f"cafe-{n}") for n in range(5)]
    nahbei("catalog", "publish", town(*every), *DAY)
    code, output, _ = nahbei("catalog", "publish", town(*every[:3]), *DAY)
    assert code == 1
    assert "2 von 5 Angeboten verschwinden" in output
    assert "--yes" in output
    assert len(found(nahbei)) == 5
    assert nahbei("catalog", "publish", town(*every[:3]), "--yes", *DAY)[0] == 0
    assert len(found(nahbei)) == 3


@on_the_file
def test_a_number_for_emergencies_changes_only_when_somebody_means_it(nahbei: Nahbei, town: Callable[..., str]) -> None:
    others = [entry(f"cafe-{n}") for n in range(5)]
    crisis = ("crisis", "Krisendienst")
    nahbei("catalog", "publish", town(*others, entry(*crisis, "030 23125 111", "suicidal-thoughts")), *DAY)
    changed = town(*others, entry(*crisis, "030 23125 222", "suicidal-thoughts"))
    code, output, _ = nahbei("catalog", "publish", changed, *DAY)
    assert code == 1
    assert "030 23125 111 → 030 23125 222" in output
    assert nahbei("catalog", "publish", changed, "--yes", *DAY)[0] == 0


def test_back_to_the_version_before_is_one_command(nahbei: Nahbei, town: Callable[..., str]) -> None:
    nahbei("catalog", "publish", town(entry("north")), "--who", "Kim", "--note", "Anfang", *DAY)
    nahbei("catalog", "publish", town(entry("south")), "--yes", *DAY)
    code, output, _ = nahbei("catalog", "rollback", "--who", "Sam")
    assert code == 0
    assert "Version 3 ist veröffentlicht" in output
    assert found(nahbei) == {"north"}
    code, _, _ = nahbei("catalog", "rollback", "2")
    assert code == 0
    assert found(nahbei) == {"south"}
    _, history, _ = nahbei("catalog", "history")
    told = [line.split() for line in history.splitlines() if re.search(r"\d\d\.\d\d\.20\d\d", line)]
    numbers = [next(cell for cell in line if cell.isdigit()) for line in told]
    assert numbers == ["4", "3", "2", "1"]
    assert "Anfang" in history
    assert "wieder Version 1" in history
    assert {"Kim", "Sam"} <= set(history.split())


@pytest.mark.parametrize("arguments", [("rollback",), ("history",), ("confirm", "north"), ("stale",)])
def test_before_anything_is_published_it_says_so(nahbei: Nahbei, arguments: tuple[str, ...]) -> None:
    code, output, error = nahbei("catalog", *arguments)
    assert (code, output) == (2, "")
    assert "nahbei catalog publish" in error


@on_the_file
def test_a_version_that_is_not_kept_is_named_with_those_that_are(nahbei: Nahbei, town: Callable[..., str]) -> None:
    nahbei("catalog", "publish", town(entry("north")), *DAY)
    for wanted in ([], ["7"]):
        code, _, error = nahbei("catalog", "rollback", *wanted)
        assert code == 2
        assert "Vorhanden: 1" in error


@on_the_file
def test_looking_makes_no_database(nahbei: Nahbei, town: Callable[..., str], environment: Mapping[str, str]) -> None:
    nahbei("catalog", "diff", town(entry("north")), *DAY)
    found(nahbei)
    nahbei("catalog", "history")
    assert not Path(environment["NAHBEI_DATA_DIR"], "nahbei.db").exists()


# ---- which catalog counts


def test_a_named_catalog_comes_before_the_published_one_and_that_before_the_setting(
    nahbei: Nahbei, town: Callable[..., str], tmp_path: Path
) -> None:
    setting = tmp_path / "setting.yaml"
    setting.write_text(TOWN + entry("setting"), "utf-8")
    assert found(nahbei, NAHBEI_CATALOG=str(setting)) == {"setting"}
    code, output, _ = nahbei("catalog", "publish", town(entry("north")), *DAY, NAHBEI_CATALOG=str(setting))
    assert code == 0
    assert "NAHBEI_CATALOG" in output
    assert found(nahbei, NAHBEI_CATALOG=str(setting)) == {"north"}
    asked = json.dumps(
        {"id": 1, "lang": "de", "topics": ["parents-meeting"], "place": "Musterfelde", "today": "2026-11-23"}
    )
    _, output, _ = nahbei("match", "--catalog", str(setting), *DAY, said=asked + "\n")
    assert '"setting"' in output
    _, doctor, _ = nahbei("doctor", NAHBEI_CATALOG=str(setting), COLUMNS="300")
    assert re.search(r"version 1, published 20\d\d-\d\d-\d\d \d\d:\d\d \(today\) by", doctor)
    assert "NAHBEI_CATALOG" in doctor
    assert "delete the setting" in doctor


# ---- what is due, and what is still correct


def test_what_is_due_is_listed_by_whom_to_ask_until_somebody_says_that_it_is_still_correct(
    nahbei: Nahbei, town: Callable[..., str]
) -> None:
    mailed = entry("north") + "    email: cafe@example.org\n"
    nahbei("catalog", "publish", town(mailed, entry("south")), *DAY)
    later = ("--today", "2027-06-01")
    _, output, _ = nahbei("catalog", "stale", *later)
    assert "Angebote zu prüfen: 2 · Wer sie prüft: 2" in output
    assert re.search(r"^cafe@example\.org\n +north ", output, re.MULTILINE)
    _, mails, _ = nahbei("catalog", "stale", "--mail", *later)
    assert "An: cafe@example.org" in mails
    assert "Telefon: 030 23125 345" in mails
    (command,) = re.findall(r"nahbei (catalog confirm north .*)", mails)
    code, output, _ = nahbei("catalog", "confirm", "north", "--who", "cafe@example.org", *later)
    assert command == "catalog confirm north --who cafe@example.org"
    assert code == 0
    assert "01.06.2027" in output
    _, output, _ = nahbei("catalog", "stale", *later)
    assert "north" not in output
    assert "south" in output
    nahbei("catalog", "confirm", "south", *later)
    _, output, _ = nahbei("catalog", "stale", *later)
    assert "180 Tagen geprüft" in output


def test_what_was_confirmed_stays_confirmed_when_the_same_old_file_is_published(
    nahbei: Nahbei, town: Callable[..., str]
) -> None:
    nahbei("catalog", "publish", town(entry("north")), *DAY)
    nahbei("catalog", "confirm", "north", "--today", "2027-06-01")
    nahbei("catalog", "publish", town(entry("north", "Café Nord")), "--today", "2027-06-02")
    _, output, _ = nahbei("catalog", "stale", "--today", "2027-06-03")
    assert "180 Tagen geprüft" in output


@on_the_file
def test_an_unknown_id_is_answered_with_the_one_that_is_meant_and_nothing_is_confirmed(
    nahbei: Nahbei, town: Callable[..., str]
) -> None:
    nahbei("catalog", "publish", town(entry("north")), *DAY)
    code, _, error = nahbei("catalog", "confirm", "north", "nort", "--today", "2027-06-01")
    assert code == 2
    assert "Gemeint vielleicht: north" in error
    _, output, _ = nahbei("catalog", "stale", "--today", "2027-06-01")
    assert "north" in output


# ---- every save


@pytest.mark.whole
def test_every_save_of_a_watched_file_is_published_and_a_broken_one_is_not(
    nahbei: Nahbei, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    """The real process; JSON is settled after a second."""
    file = tmp_path / "town.json"

    def save(*names: str) -> None:
        site = {"municipality": "Musterfelde", "lat": 54.385, "lon": 6.69}
        place = {
            "name": "Musterfelde",
            "municipality": "Musterfelde",
            "post_codes": ["00120"],
            "lat": 54.385,
            "lon": 6.69,
        }
        offers = [
            {"id": name, "title": f"Café {name}", "provider": "Landfrauen", "offer_type": "parents-cafe"}
            | {"topics": ["parents-meeting"], "sites": [site], "verified_on": "2026-11-01"}
            for name in names
        ]
        file.write_text(json.dumps({"places": [place], "offers": offers}), "utf-8")

    save("north")
    command = [sys.executable, "-m", "bot.cli", "catalog", "watch", str(file), "--lang", "en"]
    with Popen(command, env={**clean_environment(), **environment}, stdout=PIPE, text=True) as watching:
        try:
            assert watching.stdout
            wait_for(watching.stdout.readline, "Version 1 is published")
            file.write_text('{"offers": [{"id": "nor', "utf-8")
            wait_for(watching.stdout.readline, "cannot be read like this")
            save("north", "south")
            wait_for(watching.stdout.readline, "Version 2 is published")
        finally:
            watching.kill()
    assert found(nahbei) == {"north", "south"}


def clean_environment() -> dict[str, str]:
    own = {"PYTHONUNBUFFERED": "1"}
    return {name: value for name, value in os.environ.items() if not name.startswith("NAHBEI_")} | own


def wait_for(line: Callable[[], str], words: str) -> None:
    until = monotonic() + PATIENCE
    while words not in line():
        assert monotonic() < until, f"never said: {words}"
        sleep(0.01)
