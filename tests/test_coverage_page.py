"""The page for the town hall: understood in ten seconds, safe whatever a place is called, and it needs nothing else."""

from dataclasses import replace

import pytest

from bot.coverage_page import page
from bot.coverage_view import Stock
from bot.coverage_words import WORDS
from bot.i18n import Languages, Translator
from catalog.coverage import Coverage
from catalog.places import Place
from tests.conftest import NOW
from tests.test_coverage import TOPICS, offer, survey
from tests.test_coverage_view import STOCK, TASK
from tests.test_demand_page import HOSTILE, parsed


def test_the_picture_and_the_most_urgent_stand_before_any_table(german: Translator) -> None:
    text = parsed(page(STOCK, german)).text
    order = [text.index(WORDS["de"][name]) for name in ("title", "first", "phase map", "gap report", "tasks")]
    assert order == sorted(order)
    assert "Rund 45 Suchen von Familien fanden in der Nähe nichts." in text
    assert "Familienbüro" in text


@pytest.mark.parametrize(("tag", "lang"), [("de", "de"), ("en", "en"), ("tr", "en")])
def test_the_page_is_german_or_else_english(tag: str, lang: str, languages: Languages) -> None:
    read = parsed(page(STOCK, languages.translator(tag)))
    assert read.all("html") == [{"lang": lang}]
    assert WORDS[lang]["gap report"] in read.text


def test_every_topic_group_has_its_row_in_every_picture(german: Translator) -> None:
    read = parsed(page(STOCK, german))
    drawn = [str(svg["aria-label"]) for svg in read.all("svg") if svg.get("role") == "img"]
    maps = 4 + len(STOCK.coverage.areas)  # phases, districts, languages, staffing; each area
    for group in STOCK.coverage.groups:
        assert len([row for row in drawn if row.startswith(german.label("groups", group))]) == maps


def test_the_page_needs_nothing_from_outside_and_runs_nothing(german: Translator) -> None:
    html = page(STOCK, german)
    read = parsed(html)
    assert not {tag for tag, _ in read.elements} & {"script", "link", "img", "iframe", "object", "form", "a"}
    for _, attributes in read.elements:
        assert not {"src", "href", "style", "xlink:href"} & set(attributes)
    style = html.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_a_red_corner_stands_where_only_some_districts_have_nobody(german: Translator) -> None:
    everywhere = page(Stock(survey(offer()), NOW.date()), german)
    only = offer(service_area={"post_codes": ["00101"]})
    somewhere = page(Stock(survey(only), NOW.date()), german)
    corners = [html.count("<path") for html in (everywhere, somewhere)]
    assert corners == [1, 1 + len(TOPICS.phases)]  # the legend has one
    assert "aber nicht überall" in somewhere


def test_one_area_needs_no_pictures_of_districts(german: Translator) -> None:
    village = [Place("Musterfelde", 54.385, 6.69, own=True)]
    coverage = Coverage.survey([offer({"municipality": "Musterfelde"})], village, TOPICS, NOW.date())
    text = parsed(page(Stock(coverage, NOW.date()), german)).text
    assert WORDS["de"]["district map"] not in text
    assert WORDS["de"]["area maps"] not in text


def test_the_districts_of_a_large_city_are_folded(german: Translator) -> None:
    places = [Place("Ort", 54.45, 6.6, district=f"Teil {n}", own=True) for n in range(21)]
    many = Stock(Coverage.survey([offer()], places, TOPICS, NOW.date()), NOW.date())
    assert "Alle 21 Orte und Stadtteile" in page(many, german)
    assert "Orte und Stadtteile" not in page(STOCK, german)


def test_an_empty_catalog_gets_a_friendly_word_and_no_picture(german: Translator) -> None:
    read = parsed(page(Stock(survey(), NOW.date()), german))
    assert "noch kein Angebot" in read.text
    assert not read.all("svg")


def test_without_gaps_the_page_says_so(german: Translator) -> None:
    whole = offer(topics=[*TOPICS.topics], service_area={"nationwide": True})
    coverage = Coverage.survey([whole], [Place("Musterfelde", 54.45, 6.6, own=True)], TOPICS, NOW.date())
    text = parsed(page(Stock(coverage, NOW.date()), german)).text
    assert WORDS["de"]["no gaps"] in text
    assert WORDS["de"]["first"] not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_no_place_and_no_owner_becomes_markup(name: str, german: Translator) -> None:
    places = [Place(name, 54.45, 6.6, own=True), Place("Ort", 54.45, 6.6, district=name, own=True)]
    coverage = Coverage.survey([offer()], places, TOPICS, NOW.date())
    task = replace(TASK, municipality=name, district=name, owner=name)
    read = parsed(page(Stock(coverage, NOW.date(), {}, (task,)), german))
    assert not {tag for tag, _ in read.elements} & {"script", "img"}
    assert not [at for _, attributes in read.elements for at in attributes if at.startswith("on")]
    assert name in read.text
