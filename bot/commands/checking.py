"""What `nahbei catalog check` does. Takes half a second to load: the commands begin to read the file before."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from rich.console import Console

from bot.catalog_page import page
from bot.catalog_table import terminal, twins_table
from bot.catalog_view import ReportView
from bot.commands.base import moment, newest, places_table
from bot.config import Settings
from bot.i18n import load_languages
from catalog.catalog import load_places
from catalog.checks import Surroundings
from catalog.checks.twins import find_twins
from catalog.helplines import load_helplines
from catalog.model import Offer
from catalog.places import Place
from catalog.problems import Lang, UnreadableError
from catalog.report import examine, lines
from catalog.search import Freshness
from catalog.sources.base import Source
from catalog.sources.reading import Tables, read_catalog
from catalog.topics import load_topics
from catalog.versions import confirmed, unpack

if TYPE_CHECKING:
    from bot.understanding.topic import TopicIndex

__all__ = ["examined", "page", "show", "show_twins", "surroundings"]

GERMAN = ("de", "de-simple")
FEW = 3  # topics that are proposed for a title
KNOWN = 0.4  # nearness to the vocabulary from which a word or a title is about any topic
NEAR_THE_BEST = 0.5  # share of the best topic's score from which another is proposed beside it


def examined(
    file: Path, lang: Lang, today: str | None, tables: Tables | None, *, as_json: bool
) -> tuple[ReportView, date]:
    """Check a file as it would be published on a day; `tables` waits for what stands in it, where it is a table."""
    settings, day = Settings(), moment(today).date()
    source = cache(lambda: _read(file, lang, day, tables, as_json=as_json))
    around = surroundings(settings, lambda: source().places, day)
    return ReportView(examine(file.name, source(), around), lang), day


def show(view: ReportView, *, as_json: bool) -> None:
    if as_json:
        _print(lines(view.report, view.lang))
    else:
        Console(highlight=False, emoji=False, markup=False).print(terminal(view))


def show_twins(file: Path, lang: Lang, tables: Tables | None, *, as_json: bool) -> None:
    """Print what may stand twice in a file, the most alike first."""
    source = _read(file, lang, moment(None).date(), tables, as_json=as_json)
    found = sorted(find_twins(source.offers), key=lambda twins: -twins.likeness)
    if as_json:
        _print(
            {"likeness": round(t.likeness), "first": _named(source, t.first), "second": _named(source, t.second)}
            for t in found
        )
    else:
        Console(highlight=False, emoji=False, markup=False).print(twins_table(found, source, lang))


def _named(source: Source, offer: Offer) -> dict[str, Any]:
    spot = source.spot(offer.id)
    return {"id": offer.id, "title": offer.title, "sheet": spot.sheet, "row": spot.row}


def _print(objects: Iterable[Mapping[str, Any]]) -> None:
    for line in objects:
        click.echo(json.dumps(line, ensure_ascii=False))


def _read(file: Path, lang: Lang, day: date, tables: Tables | None, *, as_json: bool) -> Source:
    try:
        return read_catalog(file, load_topics(), day, tables)
    except UnreadableError as error:
        _give_up(
            " ".join((f"{error.problem.spot.said(lang)}:", *filter(None, error.problem.said(lang)))), as_json=as_json
        )
    except (OSError, ValueError) as error:
        if not as_json:
            raise
        _give_up(str(error), as_json=as_json)


def _give_up(message: str, *, as_json: bool) -> NoReturn:
    """A script reads its errors where it reads everything else."""
    if as_json:
        _print([{"error": message}])
        sys.exit(2)
    raise ValueError(message)


def surroundings(settings: Settings, own: Callable[[], Sequence[Place]], day: date) -> Surroundings:
    """What the offers of a file are compared with in this installation. `own`: the places of the file."""
    languages, published = load_languages(), _published(settings)
    return Surroundings(
        day,
        load_topics(),
        load_places(own, places_table(settings)),
        load_helplines(),
        Freshness(settings.old_days, settings.hidden_days),
        tuple(language.tag for language in languages if language.tag not in GERMAN),
        published,
        _guess(settings),
    )


def _published(settings: Settings) -> Mapping[str, Offer]:
    version = newest(settings)
    if version is None:
        return {}
    offers = confirmed(unpack(version.content).offers, version.confirmations)
    return {offer.id: offer for offer in offers}


def _guess(settings: Settings) -> Callable[[str], Sequence[str]]:
    """Guess with the words that families use; they are read when somebody asks."""

    @cache
    def index() -> "TopicIndex":
        from bot.vocabulary import topic_index  # noqa: PLC0415 see above

        return topic_index(load_languages(), settings.data_dir)

    def guess(title: str) -> Sequence[str]:
        found = index().guess(title, "de", limit=FEW)
        if found.nearness < KNOWN:
            return ()
        return [one.topic for one in found.guesses if one.score >= NEAR_THE_BEST * found.guesses[0].score]

    return guess
