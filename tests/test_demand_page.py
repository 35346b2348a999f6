"""The coordinator's page: readable by everybody, safe whatever a place is called, and nothing but published numbers."""

import io
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from html import escape
from html.parser import HTMLParser
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.demand import ALL, OUTCOMES, Cell, Row
from bot.demand_page import page, table
from bot.demand_words import WORDS
from bot.i18n import Languages, Translator
from catalog.topics import Topics

CELL = Cell("Landkreis Görlitz", "Görlitz", "Königshufen", "parenting", "age_3_6", "ar", "nothing")
MONTHS = {
    "2026-09": (Row(CELL, 25), Row(replace(CELL, outcome="widened"), 15), Row(replace(CELL, outcome="found"), 60)),
    "2026-10": (Row(replace(CELL, group="relief", outcome="found", lang=ALL), 1000),),
}
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onload='x", "a&b;&lt;", "</table></svg>"]
VOID = {"meta", "rect", "circle", "br"}


class Parsed(HTMLParser):
    """Every element with its attributes, the text, and whether all that was opened was closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len({name for name, _ in attrs}), f"{tag}: an attribute twice"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def parsed(html: str) -> Parsed:
    read = Parsed(html)
    assert not read.open
    return read


def printed(months: Mapping[str, Sequence[Row]], text: Translator) -> str:
    out = io.StringIO()
    Console(file=out, width=160).print(table(months, text))
    return out.getvalue()


@pytest.fixture
def english(languages: Languages) -> Translator:
    return languages.translator("en")


def test_the_page_says_what_was_looked_for_and_not_found(german: Translator) -> None:
    text = parsed(page(MONTHS, german)).text
    assert "September 2026 bis Oktober 2026" in text
    assert "Rund 1.100 Suchen: 25\u00a0nichts\u00a0vor\u00a0Ort" in text
    for name in (
        "Erziehung und Familienalltag",
        "Görlitz",
        "Königshufen",
        "3 bis 6 Jahre",
        "Arabisch",
        "nichts vor Ort",
    ):
        assert name in text


def test_the_page_explains_its_numbers_in_plain_words(german: Translator, english: Translator) -> None:
    for word in ("abgeschlossene Monate", "mindestens 10", "auf 5 gerundet", "je Thema und Woche", "zählt danach neu"):
        assert word in parsed(page(MONTHS, german)).text
    for word in ("months that are over", "at least 10", "rounded to 5", "for each topic and week", "counts anew"):
        assert word in parsed(page(MONTHS, english)).text


def test_both_languages_say_the_same_things() -> None:
    fields = {
        lang: {name: {field for _, field, _, _ in Formatter().parse(text)} for name, text in words.items()}
        for lang, words in WORDS.items()
    }
    assert fields["de"] == fields["en"]
    assert WORDS["de"]["notes"].count("\n") == WORDS["en"]["notes"].count("\n")


@pytest.mark.parametrize(("tag", "lang"), [("de", "de"), ("de-simple", "de"), ("en", "en"), ("ar", "en"), ("uk", "en")])
def test_the_page_is_german_or_else_english(tag: str, lang: str, languages: Languages) -> None:
    read = parsed(page(MONTHS, languages.translator(tag)))
    assert read.all("html") == [{"lang": lang}]
    assert WORDS[lang]["title"] in read.text


def test_the_page_needs_nothing_from_outside_and_runs_nothing(german: Translator) -> None:
    html = page(MONTHS, german)
    read = parsed(html)
    assert not {tag for tag, _ in read.elements} & {"script", "link", "img", "iframe", "object", "form", "a"}
    for _, attributes in read.elements:
        assert not {"src", "href", "style", "xlink:href"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    style = html.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    policies = [meta["content"] for meta in read.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]


def test_a_screen_reader_hears_every_bar(german: Translator) -> None:
    read = parsed(page(MONTHS, german))
    bars = [svg for svg in read.all("svg") if svg.get("role") == "img"]
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(bars) == 2
    assert len(ids) == len(set(ids))
    for bar in bars:
        assert set(str(bar["aria-labelledby"]).split()) <= set(ids)
    assert len(read.all("desc")) == len(bars)
    assert all(svg.get("aria-hidden") == "true" for svg in read.all("svg") if svg not in bars)


def test_no_outcome_is_told_by_colour_alone(german: Translator) -> None:
    html = page(MONTHS, german)
    fills = set(re.findall(r'%" height="90%" fill="([^"]+)"', html))
    assert fills == {"#8c1d18", "url(#widened)", "url(#found)"}
    assert {"widened", "found"} <= {pattern["id"] for pattern in parsed(html).all("pattern")}
    assert "25\u00a0nichts\u00a0vor\u00a0Ort · 15\u00a0erst\u00a0weiter\u00a0weg · 60\u00a0gefunden" in html


def contrast_with_white(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_colours_stand_out_from_the_paper(german: Translator) -> None:
    html = page(MONTHS, german)
    inks = set(re.findall(r'(?:stroke|fill)="(#[0-9a-f]{6})"', html)) | set(
        re.findall(r"[{ ]color: (#[0-9a-f]{6})", html)
    )
    assert len(inks) >= 5
    for ink in inks:
        assert contrast_with_white(ink) >= 4.5, ink


def test_bars_stay_inside_the_picture(german: Translator) -> None:
    for x, width in re.findall(r'<rect x="([\d.]+)%" y="5%" width="([\d.]+)%"', page(MONTHS, german)):
        assert 0 <= float(x) <= float(x) + float(width) <= 100.01


@pytest.mark.parametrize("months", [{}, {"2026-10": ()}])
def test_where_there_is_nothing_yet_the_page_says_so_kindly(
    months: Mapping[str, tuple[Row, ...]], german: Translator
) -> None:
    read = parsed(page(months, german))
    assert "noch keine Zahlen" in read.text
    assert not read.all("svg")
    assert not read.all("table")
    assert "noch keine Zahlen" in printed(months, german)


def test_answers_without_searches_need_no_picture(german: Translator) -> None:
    read = parsed(page({"2026-10": (Row(replace(CELL, outcome="helped"), 10),)}, german))
    assert "hat geholfen" in read.text
    assert not read.all("svg")


def test_no_published_number_is_not_a_zero(german: Translator) -> None:
    html = page(MONTHS, german)
    assert "<bdi>–</bdi>" in page({"2026-09": MONTHS["2026-09"][:1]}, german)
    assert "<bdi>0</bdi>" not in html
    assert " 0\u00a0" not in html


@given(months=st.dictionaries(st.sampled_from(["2026-09", "2026-10", "<b>"]), st.lists(
    st.builds(Row, st.builds(Cell, *[st.sampled_from([*HOSTILE, "", ALL])] * 6, st.sampled_from([*OUTCOMES, *HOSTILE])),
              st.integers(2, 400).map(lambda n: 5 * n)), max_size=6).map(tuple), max_size=3))  # fmt: skip
def test_no_name_becomes_markup(german: Translator, months: dict[str, tuple[Row, ...]]) -> None:
    read = parsed(page(months, german))
    assert not {tag for tag, _ in read.elements} & {"script", "img", "b"}
    for _, attributes in read.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
    printed(months, german)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_place_is_shown_as_it_is_written(name: str, german: Translator) -> None:
    html = page({"2026-10": (Row(replace(CELL, municipality=name, district=name), 10),)}, german)
    assert name in parsed(html).text
    assert html.count(escape(name)) >= 2


def test_a_place_cannot_paint_the_terminal_or_turn_a_line_round(german: Translator) -> None:
    months = {"2026-10": (Row(replace(CELL, municipality="[red]X\x1b[31mY\u202eZ", county="A\nB"), 10),)}
    assert "[red]X [31mY Z" in printed(months, german)
    assert not {"\x1b", "\u202e"} & set(printed(months, german) + page(months, german))


def test_a_rest_is_called_other_and_an_unknown_value_is_not_called_anything_else(german: Translator) -> None:
    rest = Cell(ALL, ALL, ALL, ALL, ALL, ALL, "nothing")
    unknown = Cell("", "", "", "", "", "", "nothing")
    text = parsed(page({"2026-10": (Row(rest, 10),)}, german)).text
    for name in ("Themen zusammen", "Orte", "Stadtteile", "Altersstufen", "Sprachen"):
        assert f"Andere {name}" in text
    assert "Ohne Angabe" not in text
    text = parsed(page({"2026-10": (Row(unknown, 10),)}, german)).text
    for name in ("Thema unbekannt", "Ort unbekannt", "Ohne Angabe"):
        assert name in text


def test_places_of_one_name_are_told_apart_by_their_county(german: Translator) -> None:
    twin = replace(CELL, county="Landkreis Nord", group="relief")
    assert "Görlitz (Landkreis Nord)" in printed({"2026-10": (Row(CELL, 10), Row(twin, 10))}, german)
    assert "Landkreis" not in printed({"2026-10": (Row(CELL, 10),)}, german)


def test_plain_german_is_told_from_german(german: Translator) -> None:
    text = parsed(page({"2026-10": (Row(replace(CELL, lang="de-simple"), 10),)}, german)).text
    assert "Einfaches Deutsch" in text


def test_every_group_and_phase_has_its_name_on_the_page(
    topics: Topics, german: Translator, english: Translator
) -> None:
    rows = [Row(replace(CELL, group=group), 10) for group in topics.groups]
    rows += [Row(replace(CELL, band=band), 10) for band in topics.phases]
    for text in (german, english):
        shown = parsed(page({"2026-10": rows}, text)).text
        names = [text.label("groups", group) for group in topics.groups]
        names += [text.label("phases", band) for band in topics.phases]
        assert all(name in shown for name in names)
        assert "_" not in shown


def test_the_terminal_shows_the_largest_gap_first(german: Translator) -> None:
    lines = printed(MONTHS, german).splitlines()
    assert next(i for i, line in enumerate(lines) if "Erziehung" in line) < next(
        i for i, line in enumerate(lines) if "Entlastung" in line
    )
    assert "1.000" in printed(MONTHS, german)


def test_places_without_a_gap_are_not_listed_as_missing_something(german: Translator) -> None:
    text = parsed(page(MONTHS, german)).text
    missing = text.split("Wo am meisten fehlt")[1].split("Alle veröffentlichten Zahlen")[0]
    assert "Erziehung" in missing
    assert "Entlastung" not in missing


def test_the_newest_month_is_listed_first(german: Translator) -> None:
    listed = parsed(page(MONTHS, german)).text.split("Alle veröffentlichten Zahlen")[1]
    assert listed.index("Oktober 2026") < listed.index("September 2026")
