"""`nahbei catalog check` and its kin: what is wrong in a catalog, and where."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import click

from bot.catalog_view import ReportView
from bot.commands.base import clear_errors, moment, newest, places_table, today_option
from bot.config import Settings
from bot.i18n import load_languages
from bot.vocabulary import topic_index
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
from catalog.sources.reading import read_catalog
from catalog.topics import load_topics
from catalog.versions import confirmed, unpack

GERMAN = ("de", "de-simple")
FEW = 3  # topics that are proposed for a title
KNOWN = 0.3  # nearness to the vocabulary from which a title is about any topic
NEAR_THE_BEST = 0.5  # share of the best topic's score from which another is proposed beside it

file_argument = click.argument("file", type=click.Path(path_type=Path))
lang_option = click.option(
    "--lang", type=click.Choice(["de", "en"]), default="de", show_default=True, help="The language of the report."
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.command("check")
@file_argument
@lang_option
@click.option("--html", "page", type=click.Path(path_type=Path), help="Write the report as a page that can be mailed.")
@json_option
@today_option
def check_command(file: Path, lang: Lang, page: Path | None, as_json: bool, today: str | None) -> None:  # noqa: FBT001 click's way
    """Say everything that is wrong or doubtful in a catalog, where, and what would be right.

    Exit code 0: it can be published; 1: there are errors; 2: it cannot be read. The file itself is never changed.
    """
    with clear_errors(), ThreadPoolExecutor(1) as beside:
        settings, day = Settings(), moment(today).date()
        reading = beside.submit(_read, file, lang, day, as_json=as_json)  # mostly a wait for another process

        from bot.catalog_page import page as written  # noqa: PLC0415 other commands need neither page nor table
        from bot.catalog_table import terminal  # noqa: PLC0415

        around = surroundings(settings, lambda: reading.result().places, day)
        report = examine(file.name, reading.result(), around)
        view = ReportView(report, lang)
        if page:
            page.write_text(written(view, day), "utf-8")
    if as_json:
        _print(lines(report, lang))
    else:
        from rich.console import Console  # noqa: PLC0415

        Console(highlight=False, emoji=False, markup=False).print(terminal(view))
    sys.exit(0 if report.is_clean else 1)


@click.command("duplicates")
@file_argument
@lang_option
@json_option
def duplicates_command(file: Path, lang: Lang, as_json: bool) -> None:  # noqa: FBT001 click's way
    """List offers that may stand in a catalog twice: nearly the same title and provider, at the same place."""
    from bot.catalog_table import twins_table  # noqa: PLC0415

    with clear_errors():
        source = _read(file, lang, moment(None).date(), as_json=as_json)
    found = sorted(find_twins(source.offers), key=lambda twins: -twins.likeness)
    if as_json:
        _print(
            {"likeness": round(t.likeness), "first": _named(source, t.first), "second": _named(source, t.second)}
            for t in found
        )
    else:
        from rich.console import Console  # noqa: PLC0415

        Console(highlight=False, emoji=False, markup=False).print(twins_table(found, source, lang))


def _named(source: Source, offer: Offer) -> dict[str, Any]:
    spot = source.spot(offer.id)
    return {"id": offer.id, "title": offer.title, "sheet": spot.sheet, "row": spot.row}


def _print(objects: Any) -> None:
    for line in objects:
        click.echo(json.dumps(line, ensure_ascii=False))


def _read(file: Path, lang: Lang, day: date, *, as_json: bool) -> Source:
    try:
        return read_catalog(file, load_topics(), day)
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
    index = cache(lambda: topic_index(load_languages(), settings.data_dir))

    def guess(title: str) -> Sequence[str]:
        found = index().guess(title, "de", limit=FEW)
        if found.nearness < KNOWN:
            return ()
        return [one.topic for one in found.guesses if one.score >= NEAR_THE_BEST * found.guesses[0].score]

    return guess


COMMANDS: tuple[click.Command, ...] = (check_command, duplicates_command)
