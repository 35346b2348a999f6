"""Everything that is wrong or doubtful in a catalog, each at its place."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.checks import CHECKS, check
from catalog.model import Offer, Site
from catalog.problems import Problem, Spot
from catalog.sources.base import Source
from catalog.sources.yaml import read_yaml
from catalog.topics import load_topics
from tests.checking import AROUND, TODAY, an_offer

ROOT = Path(__file__).parent.parent


def source(*offers: Offer, **parts: object) -> Source:
    spots = {offer.id: Spot("town.xlsx", "Angebote", row, offer=offer.id) for row, offer in enumerate(offers, start=2)}
    plain = Source("Görlitz", offers, spots=spots, headings={"phone": "Telefon", "title": "Titel"})
    return replace(plain, **parts)  # type: ignore[arg-type]  # parts of a source


def test_a_catalog_without_fault_is_nothing_to_talk_about() -> None:
    assert check(source(an_offer()), AROUND) == ()


def test_a_finding_is_said_with_the_heading_of_its_column() -> None:
    [problem] = check(source(an_offer(), an_offer(id="bb", title="Beratung", phone="0900 1234567")), AROUND)
    assert (problem.code, problem.spot.sheet, problem.spot.row, problem.spot.column) == (
        "phone-costly",
        "Angebote",
        3,
        "Telefon",
    )


def test_what_the_reader_found_is_part_of_it() -> None:
    broken = Problem(Spot("town.xlsx", row=9), "id-form")
    assert check(source(an_offer(), problems=(broken,)), AROUND) == (broken,)


def test_topics_are_guessed_for_an_offer_whose_own_are_unknown() -> None:
    unknown = Problem(Spot("town.xlsx", row=9), "choice-of-many", "Tee", {"title": "Krabbelgruppe"})
    around = replace(AROUND, guess=lambda title: ["baby-groups"] if title == "Krabbelgruppe" else [])
    first, second = check(source(an_offer(), problems=(unknown,)), around)
    assert (first, second.code, second.spot) == (unknown, "topic-guessed", unknown.spot)
    assert "Krabbelgruppe und Eltern-Kind-Treff" in second.said("de").what
    in_yaml = check(source(an_offer(), problems=(unknown,), headings={}), around)[1]
    assert "baby-groups (" in in_yaml.said("en").what


def test_topics_are_guessed_from_the_unknown_word_first_and_once() -> None:
    unknown = Problem(Spot("town.xlsx", row=9), "choice-of-many", "Krabbeln", {"title": "Eltern und Kinder"})
    asked = Problem(Spot("town.xlsx", row=9), "choice-mistyped", "Schuldn", {"title": "Eltern und Kinder"})
    around = replace(AROUND, guess=lambda text: ["baby-groups"] if text in {"Krabbeln", "Eltern und Kinder"} else [])
    found = check(source(an_offer(), problems=(unknown, unknown, asked)), around)
    assert [(one.code, one.value) for one in found[3:]] == [("topic-meant", "Krabbeln")]


def test_twins_are_named_at_the_later_of_both() -> None:
    [twin] = check(source(an_offer(), an_offer(id="bb")), AROUND)
    assert (twin.code, twin.spot.row, twin.details["row"]) == ("twin", 3, "2")


def test_missing_translations_are_said_once_for_each_language() -> None:
    turkish = an_offer(translations={"tr": {"title": "Veli kahvesi", "summary": "Gelin.", "by": "human"}})
    around = replace(AROUND, languages=("ar", "tr"))
    [arabic] = check(source(turkish), around)
    assert (arabic.code, arabic.severity, arabic.spot) == ("translation-missing", "notice", Spot("town.xlsx"))
    assert arabic.said("de").what.startswith("1 von 1 Angeboten haben keinen Titel auf Arabisch")


def test_what_is_over_is_left_in_peace_unless_it_betrays_a_protected_place() -> None:
    over: dict[str, Any] = {"valid_until": TODAY.replace(year=2025), "phone": "0900 1234567", "verified_on": None}
    assert [problem.code for problem in check(source(an_offer(**over)), AROUND)] == ["offer-over"]
    shelter = an_offer(Site(kind="hidden"), offer_type="womens-shelter", summary="Am Lindenweg 4", **over)
    assert [problem.code for problem in check(source(shelter), AROUND)] == ["offer-over", "hidden-address-in-text"]


@pytest.mark.parametrize("name", ["example_town", "programmes.yaml"])
def test_what_ships_has_no_errors(name: str) -> None:
    shipped = read_yaml(ROOT / "catalog/data" / name, load_topics(), TODAY)
    around = replace(AROUND, places=type(AROUND.places)([*shipped.places, *AROUND.places.places]))
    assert [str(problem) for problem in check(shipped, around) if problem.severity == "error"] == []


TEXTS = st.text(max_size=40)


@given(title=TEXTS, summary=TEXTS, phone=TEXTS, web=TEXTS, email=TEXTS, town=TEXTS, post_code=TEXTS)
def test_no_check_fails_whatever_an_offer_holds(
    title: str, summary: str, phone: str, web: str, email: str, town: str, post_code: str
) -> None:
    """Even what the model would refuse: a check that fails would hide everything else."""
    site = Site().model_copy(update={"municipality": town, "post_code": post_code, "lat": 51.0, "lon": 15.0})
    texts = {"title": title, "summary": summary, "phone": phone, "web": web, "email": email, "sites": (site,)}
    offer = an_offer().model_copy(update=texts)
    around = replace(AROUND, published={"parents-cafe": an_offer()})
    for one in CHECKS:
        for finding in one(offer, around):
            assert Problem(Spot("x"), finding.code, finding.value, finding.details).said("de").what


def test_hours_that_stand_on_the_card_as_text_are_not_called_missing() -> None:
    offer = an_offer(opening_hours="")
    assert [problem.code for problem in check(source(offer), AROUND)] == ["hours-missing"]
    unread = Problem(Spot("town.xlsx", "Angebote", 2, offer=offer.id), "hours-as-text", "jeden 2. Dienstag")
    assert check(source(offer, problems=(unread,)), AROUND) == (unread,)
