"""The rows of a sheet as offers, each mistake with its row and column."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.columns import load_layout
from catalog.rows.offers import column_of
from catalog.sources.tables import Cell
from tests.tables import GOOD, read, read_row, said, table

LAYOUT = load_layout()


def test_a_good_row_is_an_offer_and_its_place_in_the_file_is_known() -> None:
    source = read_row(Telefon="030 23125 101", Geprüft_am=date(2026, 10, 1))
    [offer] = source.offers
    assert (offer.id, offer.title, offer.phone, offer.verified_on) == (
        "cafe-nord",
        "Elterncafé Nord",
        "030 23125 101",
        date(2026, 10, 1),
    )
    assert source.problems == ()
    spot = source.spot("cafe-nord", "phone")
    assert (spot.file, spot.sheet, spot.row, spot.column) == ("town.xlsx", "Angebote", 2, "Telefon")


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"Titel": "A"}, ("error", "text-short", "Titel")),
        ({"Titel": "x" * 121}, ("error", "text-long", "Titel")),
        ({"Träger": ""}, ("error", "field-missing", "Träger")),
        ({"Angebotsart": "Schreiambulans"}, ("error", "choice-mistyped", "Angebotsart")),
        ({"Angebotsart": ""}, ("error", "field-missing", "Angebotsart")),
        ({"Anliegen": "Quark"}, ("error", "choice-of-many", "Anliegen")),
        ({"PLZ": "123"}, ("error", "post-code-form", "PLZ")),
        ({"PLZ": 1067}, ("warning", "post-code-zero-added", "PLZ")),
        ({"E-Mail": "cafe (at) example.org"}, ("error", "email-form", "E-Mail")),
        ({"Internet": "javascript:alert(1)"}, ("error", "web-form", "Internet")),
        ({"Wo": "geschützter Ort"}, ("error", "hidden-with-address", "Straße und Hausnummer")),
        ({"Wo": "irgendwo"}, ("error", "choice-unknown", "Wo")),
        ({"Alter von": "6 Jahre", "Alter bis": "3 Jahre"}, ("error", "ages-swapped", "Alter bis")),
        ({"Gültig bis": "bald"}, ("error", "date-form", "Gültig bis")),
        ({"lat": "54,4"}, ("error", "half-a-position", "lat")),
        ({"lat": "544,4", "lon": "6,6"}, ("error", "number-large", "lat")),
        ({"Termine": "bald"}, ("warning", "dates-unreadable", "Termine")),
        ({"Kosten": "viel"}, ("warning", "cost-unreadable", "Kosten")),
        ({"Telefon": "23125"}, ("warning", "phone-left-out", "Telefon")),
        ({"Titel": "Eltern\u202ecafé"}, ("warning", "hidden-characters", "Titel")),
        (
            {"Titel (Türkisch)": "x", "Übersetzt von (Türkisch)": "Hund"},
            ("error", "choice-unknown", "Übersetzt von (Türkisch)"),
        ),
    ],
)
def test_each_mistake_is_said_once_with_its_column(cells: dict[str, str], problem: tuple[str, str, str]) -> None:
    source = read_row(**cells)
    assert said(source) == [problem]
    assert len(source.offers) == (problem[0] != "error")


def test_one_wrong_row_does_not_take_the_others_along() -> None:
    source = read(table(GOOD, GOOD | {"Kennung": "b", "Anliegen": "Quark"}, GOOD | {"Kennung": "c-c"}))
    assert [offer.id for offer in source.offers] == ["cafe-nord", "c-c"]
    assert [(p.spot.row, p.spot.offer) for p in source.problems] == [(3, "nr-b")]


def test_of_two_rows_with_one_id_the_first_stays() -> None:
    source = read(table(GOOD, GOOD | {"Titel": "Ein anderes Café"}))
    assert [offer.title for offer in source.offers] == ["Elterncafé Nord"]
    assert [(p.code, p.spot.row, p.details["row"]) for p in source.problems] == [("id-twice", 3, "2")]


def test_rows_without_an_id_get_one_and_that_is_said_once() -> None:
    rows = [GOOD | {"Kennung": "", "Titel": title} for title in ("Elterncafé", "Schwimmkurs")]
    source = read(table(*rows, GOOD))
    assert [offer.id.rpartition("-")[0] for offer in source.offers] == ["elterncafe", "schwimmkurs", "cafe"]
    assert [(p.code, p.details["count"]) for p in source.problems] == [("ids-made", "2")]


@pytest.mark.parametrize("mark", ["BEISPIEL", "Beispiel", "example"])
def test_an_example_row_is_never_an_offer(mark: str) -> None:
    source = read(table(GOOD | {"Kennung": mark}, GOOD))
    assert [offer.id for offer in source.offers] == ["cafe-nord"]
    assert [(p.severity, p.code) for p in source.problems] == [("notice", "example-row")]


def test_a_row_with_one_word_is_a_heading_between_offers() -> None:
    source = read(table({"Kennung": "Beratung"}, GOOD))
    assert [(p.code, p.spot.row, p.value) for p in source.problems] == [("row-left-out", 2, "Beratung")]


@pytest.mark.parametrize(
    ("path", "column"),
    [("phone", "phone"), ("sites.0.post_code", "post_code"), ("sites", "address"), ("cost.amount", "cost")]
    + [("translations.tr.by", "by:tr"), ("dates.1.until", "dates")],
)
def test_a_field_of_the_model_is_looked_for_in_the_column_where_it_was_typed(path: str, column: str) -> None:
    assert column_of(path) == column


HEADINGS = [column.headings["de"] for column in LAYOUT.offers.values()]
CELLS = st.one_of(st.none(), st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.dates(), st.times())


@given(st.lists(st.dictionaries(st.sampled_from(HEADINGS), CELLS, max_size=8), max_size=3))
def test_whatever_stands_in_the_cells_a_row_is_an_offer_or_a_problem(rows: list[dict[str, Cell]]) -> None:
    source = read(table(*[GOOD | row for row in rows], GOOD | {"Kennung": "last"}))
    assert source.offers[-1].id == "last"
    assert all(str(problem) for problem in source.problems)


SITE_HTML = '<img src=x onerror="alert(1)"><script>alert(1)</script>'


def test_html_in_every_field_is_text_or_refused_and_never_a_link() -> None:
    for heading in HEADINGS:
        source = read_row(**{heading.replace(" ", "_"): SITE_HTML})
        for offer in source.offers:
            assert "<" not in offer.web + offer.email + offer.phone + offer.id
            assert all("<" not in topic for topic in offer.topics)
