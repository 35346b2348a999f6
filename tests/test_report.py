"""The report about a catalog: counted, ordered, and as lines for scripts."""

from dataclasses import replace
from datetime import date

from catalog.problems import Problem, Spot
from catalog.report import examine, lines
from catalog.sources.base import Source
from tests.checking import AROUND, TODAY, an_offer

OFFERS = (
    an_offer(),
    an_offer(id="later", title="Krabbelgruppe", valid_from=date(2027, 1, 1)),
    an_offer(id="over", title="Sommerfest", valid_until=date(2025, 8, 1)),
    an_offer(id="old", title="Schuldnerberatung", verified_on=date(2024, 1, 1)),
    an_offer(id="never", title="Hausaufgabenhilfe", verified_on=None),
)
SPOTS = {offer.id: Spot("town.xlsx", "Angebote", row, offer=offer.id) for row, offer in enumerate(OFFERS, start=2)}
SOURCE = Source(
    "Görlitz",
    OFFERS,
    spots=SPOTS,
    problems=(
        Problem(Spot("town.xlsx", "Angebote", 20, "Titel"), "field-missing"),
        Problem(Spot("town.xlsx", "Angebote", 20, "Anliegen"), "list-empty"),
        Problem(Spot("town.xlsx", "Angebote", 3, "E-Mail", "later"), "email-form", "x"),
        Problem(Spot("town.xlsx", "Orte"), "list-empty"),
    ),
)


def test_it_says_what_families_would_see() -> None:
    report = examine("town.xlsx", SOURCE, AROUND)
    assert dict(report.fates) == {"shown": 1, "later": 1, "over": 1, "unchecked": 2}
    assert report.offers == 5
    assert report.left_out == 1  # two errors in one row; the other row with an error is used all the same


def test_errors_alone_keep_a_catalog_from_being_published() -> None:
    assert not examine("town.xlsx", SOURCE, AROUND).is_clean
    assert examine("town.xlsx", replace(SOURCE, problems=()), AROUND).is_clean


def test_problems_stand_in_the_order_of_the_file() -> None:
    errors = examine("town.xlsx", SOURCE, AROUND).by_severity["error"]
    assert [(p.spot.sheet, p.spot.row, p.spot.column) for p in errors][:3] == [
        ("Angebote", 3, "E-Mail"),
        ("Angebote", 20, "Anliegen"),
        ("Angebote", 20, "Titel"),
    ]


def test_it_is_compared_with_what_is_published() -> None:
    assert examine("town.xlsx", SOURCE, AROUND).difference is None
    published = {"parents-cafe": an_offer(phone="03581 1"), "gone": an_offer(id="gone")}
    difference = examine("town.xlsx", SOURCE, replace(AROUND, published=published)).difference
    assert difference is not None
    assert (len(difference.added), len(difference.changed), len(difference.removed)) == (4, 1, 1)


def test_a_script_reads_the_numbers_first_and_then_one_problem_a_line() -> None:
    head, *rest = lines(examine("town.xlsx", SOURCE, AROUND), "en")
    assert (head["catalog"], head["offers"], head["left_out"], head["shown"]) == ("town.xlsx", 5, 1, 1)
    assert head["errors"] + head["warnings"] + head["notices"] == len(rest)
    assert rest[0] == {
        "file": "town.xlsx",
        "sheet": "Angebote",
        "row": 3,
        "column": "E-Mail",
        "offer": "later",
        "severity": "error",
        "code": "email-form",
        "value": "x",
        "what": "“x” is not an e-mail address.",
        "right": "Please enter exactly one address, such as advice@example.org.",
    }


def test_the_day_decides() -> None:
    later = replace(AROUND, today=TODAY.replace(year=2027, month=2))
    assert examine("town.xlsx", SOURCE, later).fates["later"] == 0
