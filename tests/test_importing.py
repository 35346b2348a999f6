from pathlib import Path

import pytest

from catalog.columns import load_layout
from catalog.importing import Imported, first_of_each, headed, import_table, with_column
from catalog.mapping import ColumnMapping
from catalog.problems import UnreadableError
from catalog.sources.csv import read_csv
from catalog.sources.tables import Cell, Row, Table, Workbook
from tests.conftest import SHARED
from tests.offers import TOPICS

LAYOUT = load_layout()
COLUMNS = {
    "title": "{Name}",
    "provider": "Stadt",
    "offer_type": "Kita",
    "topics": "Kita-Platz oder Tagespflege",
    "address": "{Adresse}",
    "post_code": "00103",
    "municipality": "Beispielhafen",
}
MAPPING = ColumnMapping.model_validate({"columns": COLUMNS | {"web": "{Seite}", "email": "{Mail}"}})


def table(*rows: tuple[Cell, ...]) -> Table:
    return Table("", tuple(Row(number, cells) for number, cells in enumerate(rows, start=1)))


def imported(*rows: tuple[Cell, ...], mapping: ColumnMapping = MAPPING) -> Imported:
    return import_table(table(("Name", "Adresse", "Seite", "Mail"), *rows), mapping, Path("kitas.csv"), LAYOUT, TOPICS)


def codes(found: Imported) -> list[str]:
    return [problem.code for problem in found.source.problems if problem.code != "ids-made"]


def test_a_row_becomes_an_offer() -> None:
    found = imported(("Kita Nord", "Ring 3", "https://example.org", "kita@example.org"))
    (offer,) = found.source.offers
    assert (offer.title, offer.offer_type, offer.web, found.rows) == ("Kita Nord", "kita", "https://example.org", 1)


def test_a_mistake_in_what_can_be_missing_costs_the_cell_and_not_the_offer() -> None:
    found = imported(("Kita Nord", "Ring 3", "http://http://example.org", "nach Vereinbarung"))
    (offer,) = found.source.offers
    assert (offer.web, offer.email) == ("", "")
    assert codes(found) == ["cell-left-out", "cell-left-out"]


def test_a_mistake_in_what_is_needed_costs_the_offer() -> None:
    found = imported((None, "Ring 3", None, None), ("Kita Süd", "Ring 4", None, None))
    assert [offer.title for offer in found.source.offers] == ["Kita Süd"]
    assert codes(found) == ["field-missing"]


def test_needed_columns_without_a_rule_are_said() -> None:
    with pytest.raises(UnreadableError) as refused:
        imported(
            ("Kita Nord",), mapping=ColumnMapping.model_validate({"columns": {"title": "{Name}", "web": "{Seite}"}})
        )
    assert refused.value.problem.code == "columns-missing"


def test_a_rule_can_be_added() -> None:
    few = ColumnMapping.model_validate({"columns": {"title": "{Name}"}, "empty": ["-"]})
    assert with_column(few, "topics", "Kita").model_dump() == few.model_dump() | {
        "columns": {
            key: {"text": text, "split": "", "words": {}} for key, text in (("title", "{Name}"), ("topics", "Kita"))
        }
    }


def test_titles_above_the_headings_are_passed_over() -> None:
    sheets = Workbook(
        (table(("x", "y")), table(("Kitas in der Stadt",), ("Stand", "2026"), ("Name", "Ort", "Tel"), ("a", "b")))
    )
    assert [row.number for row in headed(sheets).rows] == [3, 4]
    assert headed(Workbook(())).rows == ()


def test_each_kind_of_problem_is_said_once_the_worst_first() -> None:
    found = imported(*(("Kita", "Ring 3", "kaputt", None) for _ in range(3)), (None, "Ring 3", None, None))
    listed = [(problem.severity, problem.code, count) for problem, count in first_of_each(found.source.problems)]
    assert listed == [
        ("error", "id-twice", 2),
        ("error", "field-missing", 1),
        ("warning", "cell-left-out", 3),
        ("notice", "ids-made", 1),
    ]


HAMBURG = {
    "title": "{Name}",
    "provider": "{Traeger}",
    "offer_type": "Kita",
    "topics": "Kita-Platz oder Tagespflege",
    "phone": "040 {Telefon}",
    "email": "{E-Mail}",
    "web": "{Informationen}",
    "address": "{Strasse} {Hausnr}",
    "post_code": "{PLZ}",
    "municipality": "{Ort}",
    "lat": "{lat}",
    "lon": "{lon}",
}
ERLANGEN = {
    "title": "{field_de}",
    "provider": "{name}",
    "summary": "{desc_de}",
    "offer_type": {"text": "{field_de}", "words": {"*": "Allgemeine Sozialberatung"}},
    "topics": "Fragen zur Erziehung",
    "cost": "{free}",
    "phone": "{phone}",
    "email": "{email}",
    "web": "{url}",
    "address": "{address}",
}


@pytest.mark.parametrize(
    ("name", "columns", "rows"),
    [("hamburg_kitas/kitas.csv", HAMBURG, 1028), ("erlangen_beratung/beratungsstellen.csv", ERLANGEN, 26)],
)
def test_every_row_of_a_real_table_becomes_an_offer(name: str, columns: dict[str, object], rows: int) -> None:
    file = SHARED / "data" / "catalogs" / name
    if not file.exists():
        pytest.skip("the real tables beside the checkout (../shared/data/catalogs) are not here")
    mapping = ColumnMapping.model_validate({"columns": columns, "empty": ["_"]})
    found = import_table(headed(read_csv(file)), mapping, file, LAYOUT, TOPICS)
    assert found.rows == rows
    assert len(found.source.offers) >= rows - 1
    assert not [
        problem for problem in found.source.problems if problem.severity == "error" and problem.code != "id-twice"
    ]
