from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.columns import load_layout
from catalog.mapping import ColumnMapping, mapped
from catalog.proposal import lacking, propose, unused
from catalog.sources.csv import read_csv
from catalog.sources.tables import Cell, Row, Table
from tests.conftest import SHARED
from tests.offers import TOPICS

LAYOUT = load_layout()
FAMILIAR = {"Stillberatung": "baby-sleep-feeding", "Trauerbegleitung": "grief", "Müttertreff": "parents-meeting"}


def guess(words: str) -> Sequence[str]:
    return [FAMILIAR[words]] if words in FAMILIAR else []


def proposed(*rows: tuple[Cell, ...], name: str = "liste") -> ColumnMapping:
    return propose(table(*rows), LAYOUT, TOPICS, guess, name)


def table(*rows: tuple[Cell, ...]) -> Table:
    return Table("", tuple(Row(number, cells) for number, cells in enumerate(rows, start=1)))


def texts(mapping: ColumnMapping) -> dict[str, str]:
    return {key: rule.text for key, rule in mapping.columns.items()}


def test_headings_that_are_like_ours_are_taken() -> None:
    mapping = proposed(("Bezeichnung", "Traeger", "Strase", "PLZ"), ("Haus am Ring", "Stadt", "Ring", "00103"))
    assert texts(mapping) == {
        "title": "{Bezeichnung}",
        "provider": "{Traeger}",
        "address": "{Strase}",
        "post_code": "{PLZ}",
    }


def test_what_stands_in_a_column_tells_what_it_is() -> None:
    row = ("mail@example.org", "https://example.org", "030 23125 001", 54.4487, 6.6002)
    assert texts(proposed(("a", "b", "c", "d", "e"), row)) == {
        "email": "{a}",
        "web": "{b}",
        "phone": "{c}",
        "lat": "{d}",
        "lon": "{e}",
    }


def test_a_heading_whose_column_holds_something_else_is_not_believed() -> None:
    mapping = proposed(
        ("Name", "Art", "Sprachen", "Barrierefrei"), ("Haus", "Grundschule", "1. Englisch", "Rampe hinten")
    )
    assert not {"kind", "languages", "wheelchair"} & mapping.columns.keys()


def test_the_house_number_follows_its_street() -> None:
    mapping = proposed(("Name", "Strasse", "Hausnr", "Hausnr_alpha"), ("Haus", "Ring", 3, "a"))
    assert mapping.columns["address"].text == "{Strasse} {Hausnr} {Hausnr_alpha}"


def test_the_name_of_the_file_can_say_what_all_rows_are() -> None:
    mapping = proposed(("Name",), ("Haus am Ring",), name="kitas")
    assert mapping.columns["offer_type"].text == "Kita / Kindertagesstätte"
    assert mapping.columns["topics"].text.startswith("Kita-Platz")


def test_a_column_of_concerns_is_translated_value_by_value_and_what_is_unknown_stays_open() -> None:
    rows = [("a", "Stillberatung"), ("b", "Trauerbegleitung"), ("c", "Müttertreff"), ("d", "Sonstiges")]
    mapping = proposed(("Name", "Feld"), *rows)
    words = mapping.columns["topics"].words
    assert words["Trauerbegleitung"] == "Trauer in der Familie"
    assert words["Sonstiges"] == ""
    assert mapping.columns["offer_type"].words["Stillberatung"] == "Stillberatung"


def test_where_rows_begin_with_a_concern_the_house_is_its_provider() -> None:
    mapping = proposed(("Feld", "Name"), ("Stillberatung", "Haus A"), ("Trauerbegleitung", "Haus A"))
    assert (mapping.columns["title"].text, mapping.columns["provider"].text) == ("{Feld}", "{Name}")


def test_numbers_are_never_guessed_at() -> None:
    mapping = propose(
        table(("Nr", "Flag"), *((n, n % 2) for n in range(9))), LAYOUT, TOPICS, lambda _: ["poisoning"], "1"
    )
    assert not [rule for rule in mapping.columns.values() if rule.words]


def test_bare_numbers_as_ids_carry_the_name_of_the_file() -> None:
    assert proposed(("ID", "Name"), (1, "a"), (2, "b"), name="Schulen 2026").columns["id"].text == "schulen-2026-{ID}"


def test_signs_for_nothing_are_found() -> None:
    assert proposed(("Name", "Telefon"), ("Haus", "_"), ("Hof", "k. A.")).empty == ("_", "k. A.")


def test_what_is_missing_and_what_is_left_over_is_known() -> None:
    rows = table(("Name", "Fax"), ("Haus", "030 23125 009 Fax"))
    mapping = propose(rows, LAYOUT, TOPICS, guess, "liste")
    assert lacking(mapping, LAYOUT) == ["offer_type", "topics"]
    assert unused(rows, mapping) == ["Fax"]


REAL = {
    "hamburg_kitas/kitas.csv": {"title": "{Name}", "post_code": "{PLZ}", "offer_type": "Kita / Kindertagesstätte"},
    "erlangen_beratung/beratungsstellen.csv": {"summary": "{desc_de}", "phone": "{phone}", "address": "{address}"},
}


@pytest.mark.parametrize("name", REAL)
def test_real_tables_are_recognised(name: str) -> None:
    file: Path = SHARED / "data" / "catalogs" / name
    if not file.exists():
        pytest.skip("the real tables beside the checkout (../shared/data/catalogs) are not here")
    mapping = propose(read_csv(file).tables[0], LAYOUT, TOPICS, guess, file.stem)
    assert REAL[name].items() <= texts(mapping).items()


cell: st.SearchStrategy[Cell] = (
    st.none() | st.integers() | st.floats() | st.booleans() | st.text(max_size=12) | st.dates()
)


@given(rows=st.lists(st.lists(cell, max_size=4).map(tuple), max_size=5))
def test_whatever_a_table_holds_its_mapping_fits_it(rows: list[tuple[Cell, ...]]) -> None:
    foreign = table(*rows)
    mapping = propose(foreign, LAYOUT, TOPICS, guess, "liste")
    assert len(mapped(foreign, mapping, "liste.csv").rows) == max(len(rows), 1)
