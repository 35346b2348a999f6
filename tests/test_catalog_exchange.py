"""`nahbei catalog import`, `export` and `geocode`, as a coordinator types them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from catalog.geocoding import Position
from tests.conftest import lay_words
from tests.nominatim import fake_nominatim
from tests.offers import EXAMPLE_TOWN, PROGRAMMES

TABLE = """Name;Traeger;Strasse;PLZ;Ort;Telefon;Seite
Kita Nord;Stadt;Weidenring 30;20095;Hamburg;43 40 64;https://example.org
Kita Süd;Stadt;Kaistraße 15;20097;Hamburg;43 40 65;http://http://example.org
"""
SHELTER = """catalog: {name: Test}
offers:
  - {id: shelter, title: Frauenhaus, provider: Haus, offer_type: womens-shelter, topics: [domestic-violence], sites: [{kind: hidden, municipality: Beispielhafen}]}
  - {id: cafe, title: Elterncafé, provider: Haus, offer_type: parents-cafe, topics: [parents-meeting], sites: [{address: Weidenring 30, post_code: "00103", municipality: Beispielhafen}, {address: Nirgendweg 1, post_code: "00103", municipality: Beispielhafen}]}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: Path) -> Path:
    """An installation without a catalog, on a wide screen, in an empty folder."""
    lay_words(words, tmp_path / "data")
    monkeypatch.setenv("NAHBEI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(*words: str, said: str = "") -> Result:
    return CliRunner().invoke(main, ["catalog", *words], input=said)


def written(name: str, text: str) -> str:
    Path(name).write_text(text, "utf-8")
    return name


def test_a_foreign_table_becomes_a_catalog_that_can_be_matched(here: Path) -> None:
    done = typed("import", written("kitas.csv", TABLE), "--out", "town.xlsx", "--verified-on", "2026-11-01")
    assert done.exit_code == 0, done.output
    assert "2 Zeilen, 2 Angebote." in done.output
    assert "{Strasse}" in (here / "kitas.mapping.yaml").read_text("utf-8")
    asked = json.dumps({"text": "Kita-Platz", "place": "Hamburg", "today": "2026-11-23"})
    answer = CliRunner().invoke(main, ["match", "--catalog", "town.xlsx"], input=asked)
    assert "Kita Nord" in answer.output
    assert (here / "kitas.csv").read_text("utf-8") == TABLE


def test_what_is_odd_is_said_with_a_way_out() -> None:
    done = typed("import", written("kitas.csv", TABLE), "--no-ask")
    assert "1 × „http://http://example.org“ ist hier nicht lesbar" in done.output
    assert "phone: '040 {Telefon}'" in done.output
    assert "--verified-on" in done.output
    assert "--out" in done.output


def test_a_mapping_is_used_again_and_never_written_over(here: Path) -> None:
    typed("import", written("kitas.csv", TABLE))
    mapping = here / "kitas.mapping.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace("'{Telefon}'", "030 23125 {Telefon}"), "utf-8")
    mended = mapping.read_text("utf-8")
    done = typed("import", "kitas.csv", "--out", "town.yaml")
    assert "kitas.mapping.yaml" in done.output
    assert "030 23125 43 40 64" in (here / "town.yaml").read_text("utf-8")
    assert mapping.read_text("utf-8") == mended
    other = written("other.csv", TABLE)
    assert "030 23125 43 40 64" in typed("import", other, "--mapping", "kitas.mapping.yaml").output
    assert not (here / "other.mapping.yaml").exists()


def test_what_is_missing_is_named_and_nothing_is_written(here: Path) -> None:
    done = typed("import", written("liste.csv", TABLE), "--out", "town.yaml", "--lang", "en")
    assert done.exit_code == 1
    assert "Still missing: Offer type, Topics." in done.output
    assert not (here / "town.yaml").exists()
    assert (here / "liste.mapping.yaml").exists()


def test_in_a_terminal_it_asks_until_a_word_is_on_the_list(here: Path) -> None:
    said = "Kindergarden\nKindergarten\nKita-Platz oder Tagespflege\ny\n"
    done = typed("import", written("liste.csv", TABLE), "--ask", "--out", "town.yaml", said=said)
    assert done.exit_code == 0, done.output
    assert "Meinten Sie: Kindergarten?" in done.output
    assert "offer_type: kita" in (here / "town.yaml").read_text("utf-8")


def test_no_is_no(here: Path) -> None:
    done = typed("import", written("kitas.csv", TABLE), "--ask", "--out", "town.yaml", said="n\n")
    assert done.exit_code == 1
    assert not (here / "town.yaml").exists()


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".yaml", ".geojson", ".ics", ".json"])
def test_every_format_is_written(suffix: str, here: Path) -> None:
    done = typed("export", str(PROGRAMMES), "--to", f"town{suffix}")
    assert done.exit_code == 0, done.output
    assert "16 Angebote" in done.output
    assert (here / f"town{suffix}").stat().st_size > 100
    assert [file.name for file in here.iterdir() if file.name.endswith(".new")] == []


def test_hsds_goes_out_and_comes_in_again(here: Path) -> None:
    typed("export", str(EXAMPLE_TOWN), "--to", "town.json")
    done = typed("import", "town.json", "--out", "again.yaml")
    assert "190 Zeilen, 190 Angebote." in done.output
    typed("export", str(EXAMPLE_TOWN), "--to", "town.yaml")
    text = (here / "town.yaml").read_text("utf-8").partition("offers:")[2]
    assert text == (here / "again.yaml").read_text("utf-8").partition("offers:")[2]


def test_what_is_published_is_exported_without_naming_a_file(here: Path) -> None:
    assert "bitte nennen Sie eine Datei" in typed("export", "--to", "town.csv").output
    assert not (here / "data" / "nahbei.db").exists()
    assert typed("publish", str(PROGRAMMES), "--yes", "--today", "2026-11-23").exit_code == 0
    assert "16 Angebote" in typed("export", "--to", "town.csv").output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("export", "town.yaml", "--to", "town.docx"), ".docx"),
        (("export", "town.yaml", "--to", "town.yaml"), "nie überschrieben"),
        (("export", "town.yaml", "--to", "there.csv"), "--replace"),
        (("import", "town.csv", "--out", "town.ics"), ".ics"),
        (("import", "missing.csv"), "missing.csv"),
        (("import", "town.csv", "--verified-on", "gestern"), "gestern"),
        (("import", "empty.json"), "HSDS"),
        (("geocode", "town.yaml"), "NAHBEI_GEOCODER_URL"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(line: tuple[str, ...], said: str, here: Path) -> None:
    written("town.yaml", SHELTER)
    written("town.csv", TABLE)
    written("there.csv", "mine")
    written("empty.json", "{}")
    before = {file.name: file.read_bytes() for file in here.iterdir() if file.is_file()}
    done = typed(*line)
    assert done.exit_code == 2
    assert said in done.output
    assert len(done.output.splitlines()) == 1
    assert {file.name: file.read_bytes() for file in here.iterdir() if file.is_file()} == before


def test_replace_replaces(here: Path) -> None:
    written("there.csv", "mine")
    assert typed("export", str(PROGRAMMES), "--to", "there.csv", "--replace").exit_code == 0
    assert (here / "there.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_addresses_are_asked_once_and_secret_ones_never(monkeypatch: pytest.MonkeyPatch) -> None:
    written("town.yaml", SHELTER)
    with fake_nominatim({"Weidenring 30": Position(54.4781, 6.5889)}) as server:
        monkeypatch.setenv("NAHBEI_GEOCODER_URL", server.url)
        first = typed("geocode", "town.yaml")
        assert "1 von 2 Adressen gefunden; 0 waren schon bekannt." in first.output
        assert "Nirgendweg 1, 00103, Beispielhafen" in first.output
        assert [asked["street"] for asked in server.asked] == ["Weidenring 30", "Nirgendweg 1"]
        assert "2 waren schon bekannt" in typed("geocode", "town.yaml").output
        assert len(server.asked) == 2
        assert "0 von 1 Adressen gefunden" in typed("geocode", "town.yaml", "--again").output
        server.status = 503
        away = typed("geocode", "town.yaml", "--again")
        assert (away.exit_code, "antwortet nicht" in away.output) == (1, True)


def test_a_published_catalog_knows_the_positions(monkeypatch: pytest.MonkeyPatch) -> None:
    written("town.yaml", SHELTER.replace("title: Elterncafé", "title: Elterncafé, verified_on: 2026-11-01"))
    with fake_nominatim({"Weidenring 30": Position(54.4781, 6.5889)}) as server:
        monkeypatch.setenv("NAHBEI_GEOCODER_URL", server.url)
        typed("geocode", "town.yaml")
    assert typed("publish", "town.yaml", "--yes", "--today", "2026-11-23").exit_code == 0
    asked = json.dumps({"text": "Elterncafé", "place": [54.4781, 6.5889], "today": "2026-11-23"})
    (offer,) = json.loads(CliRunner().invoke(main, ["match"], input=asked).output)["offers"][:1]
    assert (offer["id"], offer["distance_km"]) == ("cafe", 0.0)
