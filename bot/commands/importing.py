"""Taking over a foreign catalog, with the person who does it: a mapping is proposed, shown, completed, saved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table as Grid

from bot.exchange_words import WORDS
from bot.i18n import load_languages
from bot.understanding.topic import TopicIndex
from bot.vocabulary import topic_index
from catalog.columns import Layout, load_layout
from catalog.importing import Imported, first_of_each, headed, import_table, with_column
from catalog.mapping import ColumnMapping, mapped, read_mapping, write_mapping
from catalog.model import Offer
from catalog.problems import Lang, Problem, UnreadableError, visible
from catalog.proposal import lacking, propose, unused
from catalog.rows.cells import read_text
from catalog.rows.choices import read_choices
from catalog.rows.days import read_day
from catalog.sources.base import Source
from catalog.sources.geojson import geojson_tables
from catalog.sources.hsds import read_hsds
from catalog.sources.reading import read_tables
from catalog.sources.tables import Table
from catalog.spelling import meant
from catalog.topics import Topics, load_topics

FEW_ROWS = 5
ASKED = ("offer_type", "topics")  # what one answer can say for all rows
SURE = 0.6  # nearness to families' words from which a guess is written into a mapping, where it is looked at
MANY = 0.5  # share of rows
LONGEST = 46  # characters of an example


@dataclass(frozen=True)
class Desk:
    """One import: the file, and who sits before it."""

    file: Path
    lang: Lang
    today: date
    data_dir: Path
    asks: bool

    @cached_property
    def layout(self) -> Layout:
        return load_layout()

    @cached_property
    def topics(self) -> Topics:
        return load_topics()

    @cached_property
    def console(self) -> Console:
        return Console(markup=False, emoji=False, highlight=False)

    def guess(self, words: str) -> Sequence[str]:
        """The topic that families mean by these words; none when it is not sure."""
        found = self._index.guess(words, "de", limit=1)
        return [one.topic for one in found.guesses] if found.confident and found.nearness >= SURE else []

    def say(self, name: str, **values: object) -> None:
        click.echo(WORDS[self.lang][name].format(**values))

    @cached_property
    def _index(self) -> TopicIndex:
        return topic_index(load_languages(), self.data_dir)


def read_foreign(desk: Desk, mapping: Path | None, verified_on: str | None) -> Source | None:
    """Read a table through a mapping, or HSDS as it is. None when something needed is missing.

    Raises:
        OSError: when a file cannot be read or the mapping cannot be saved.
        UnreadableError: when the file or the mapping is none.
        ValueError: when `verified_on` is no day.
    """
    day = read_day(verified_on).value if verified_on else None
    if verified_on and day is None:
        raise ValueError(f"--verified-on {verified_on!r}: 2026-11-22")
    if desk.file.suffix.lower() == ".json":
        imported = _read_services(desk)
    else:
        read = _read_rows(desk, mapping)
        if read is None:
            return None
        imported = read
    offers = tuple(_verified(offer, day, desk) for offer in imported.source.offers)
    source = replace(imported.source, offers=offers)
    _report(desk, replace(imported, source=source))
    return source


def said_error(error: UnreadableError, lang: Lang) -> str:
    return " ".join((f"{error.problem.spot.said(lang)}:", *filter(None, error.problem.said(lang))))


def _read_services(desk: Desk) -> Imported:
    source = read_hsds(desk.file, desk.topics, desk.today, desk.guess)
    wrong = {problem.spot.row for problem in source.problems if problem.severity != "warning"}
    return Imported(source, len(source.offers) + len(wrong))


def _read_rows(desk: Desk, saved: Path | None) -> Imported | None:
    is_map = desk.file.suffix.lower() == ".geojson"
    table = headed(geojson_tables(desk.file) if is_map else read_tables(desk.file))
    beside = desk.file.with_suffix(".mapping.yaml")
    path = saved or (beside if beside.exists() else None)
    mapping = read_mapping(path) if path else _completed(desk, _proposed(desk, table))
    _show_mapping(desk, table, mapping, path)
    if not path:
        beside.write_text(write_mapping(mapping, beside.name), "utf-8")
        desk.say("saved", file=beside)
    if missing := lacking(mapping, desk.layout):
        _say_lacking(desk, missing, path or beside)
        return None
    imported = import_table(table, mapping, desk.file, desk.layout, desk.topics)
    if imported.source.offers:
        _show_rows(desk, imported.source.offers[:FEW_ROWS], imported.source)
    _say_area_codes(desk, mapping, imported)
    if desk.asks and not click.confirm(WORDS[desk.lang]["ask go"], default=True):
        return None
    return imported


def _proposed(desk: Desk, table: Table) -> ColumnMapping:
    return propose(table, desk.layout, desk.topics, desk.guess, desk.file.stem)


def _completed(desk: Desk, mapping: ColumnMapping) -> ColumnMapping:
    """Ask for what one answer can say for all rows."""
    for key in lacking(mapping, desk.layout) if desk.asks else ():
        if key in ASKED and (words := _asked(desk, key)):
            mapping = with_column(mapping, key, words)
    return mapping


def _asked(desk: Desk, key: str) -> str:
    """Words of a list, as somebody types them; a mistyped one is asked again with what it may mean."""
    words = desk.layout.words[desk.layout.offers[key].words]
    while answer := click.prompt(WORDS[desk.lang][f"ask {key}"], default="", show_default=False):
        reading = read_choices(answer, words)
        if not reading.doubts:
            return "; ".join(words.word(code, desk.lang) for code in reading.value)
        wrong = reading.doubts[0].value or answer
        desk.say(
            "unknown word",
            word=wrong,
            near=meant(wrong, words.spellings()) or ", ".join(islice(words.words(desk.lang), 12)),
        )
    return ""


def _say_lacking(desk: Desk, missing: list[str], path: Path) -> None:
    headings = [desk.layout.offers[key].headings[desk.lang] for key in missing]
    desk.say("lacking", columns=", ".join(headings), file=path)
    for key in missing:
        example = (desk.layout.offers[key].example or {}).get(desk.lang, "")
        click.echo(f"  {key}: {example}")


def _show_mapping(desk: Desk, table: Table, mapping: ColumnMapping, path: Path | None) -> None:
    if path:
        desk.say("used", file=path)
    else:
        desk.say("mapping", file=desk.file.name)
    examples = dict(
        zip(
            mapping.columns,
            zip(*(row.cells for row in mapped(table, mapping, desk.file.name).rows[1:]), strict=True),
            strict=False,
        )
    )
    rows = []
    for key, rule in mapping.columns.items():
        texts = (read_text(cell).value for cell in examples.get(key, ()))
        rows.append((desk.layout.offers[key].headings[desk.lang], rule.text, next(filter(None, texts), "")))
    desk.console.print(_grid(desk, "mapping head", rows))
    if headings := unused(table, mapping):
        desk.say("unused", headings=", ".join(headings))


def _show_rows(desk: Desk, offers: Iterable[Offer], source: Source) -> None:
    desk.say("preview")
    words = desk.layout.words
    rows = []
    for offer in offers:
        site = offer.sites[0]
        kind = words["offer_types"].word(offer.offer_type, desk.lang)
        topics = "; ".join(words["topics"].word(topic, desk.lang) for topic in offer.topics)
        where = ", ".join(filter(None, (site.address, f"{site.post_code or ''} {site.municipality}".strip())))
        row = str(source.spot(offer.id).row or "")
        rows.append((row, offer.title, offer.provider, kind, topics, where or site.kind, offer.phone))
    desk.console.print(_grid(desk, "preview head", rows))


def _grid(desk: Desk, head: str, rows: Iterable[Sequence[str]]) -> Grid:
    grid = Grid(*WORDS[desk.lang][head].split("|"))
    for row in rows:
        grid.add_row(*(_short(text) for text in row))
    return grid


def _short(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _say_area_codes(desk: Desk, mapping: ColumnMapping, imported: Imported) -> None:
    left_out = sum(problem.code == "phone-left-out" for problem in imported.source.problems)
    if left_out > MANY * imported.rows and "phone" in mapping.columns:
        desk.say("area codes", column=mapping.columns["phone"].text)


def _verified(offer: Offer, day: date | None, desk: Desk) -> Offer:
    if day is None or offer.verified_on:
        return offer
    return offer.model_copy(update={"verified_on": day, "source": offer.source or desk.file.name})


def _report(desk: Desk, imported: Imported) -> None:
    """How many rows became offers, and why others did not."""
    source = imported.source
    desk.say("rows", rows=imported.rows, offers=len(source.offers))
    for problem, count in first_of_each(source.problems):
        desk.say("problem", n=count, what=problem.said(desk.lang).what, where=_where(problem, desk.lang))
    if source.offers and not any(offer.verified_on or offer.helpline for offer in source.offers):
        desk.say("unverified")


def _where(problem: Problem, lang: Lang) -> str:
    return ", ".join(problem.spot.inside(lang)) or problem.spot.file
