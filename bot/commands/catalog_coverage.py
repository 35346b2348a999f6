"""`nahbei catalog coverage` and `challenge`: what there is, for whom and where, what is missing, who sees to it."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from bot.commands.base import BERLIN, known, opened, opened_database
from bot.commands.options import catalog_option, clear_errors, today_option
from bot.config import Settings
from bot.gaps import Challenge
from bot.jsonlines import Desk
from bot.store import FILE
from catalog.coverage import By, Coverage
from catalog.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.coverage_view import Stock
    from bot.demand import Row
    from bot.i18n import Languages

ALL = frozenset({"", "alle", "all"})

lang_option = click.option(
    "--lang", metavar="TAG", default="de", show_default=True, help="German (de) or English (en)."
)


@click.command("coverage")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--html", type=click.Path(path_type=Path), help="Write a page with pictures to this file.")
@click.option("--csv", type=click.Path(path_type=Path), help="Write every single cell to this file, for a spreadsheet.")
@click.option("--by", type=click.Choice(get_args(By)), default="phase", show_default=True, help="Columns of the table.")
@lang_option
@today_option
def coverage_command(
    file: Path | None, html: Path | None, csv: Path | None, by: By, lang: str, today: str | None
) -> None:
    """Show what there is for families and what is missing, beside what they looked for in vain.

    FILE is a catalog; without it the one that is published.
    """
    from rich.console import Console  # noqa: PLC0415 only these commands print tables

    from bot.coverage_page import page  # noqa: PLC0415
    from bot.coverage_table import as_csv, terminal  # noqa: PLC0415

    with clear_errors():
        stock, languages = _stock(file, today)
        text = languages.translator(known(languages, lang))
        if html:
            html.write_text(page(stock, text), "utf-8")
            click.echo(str(html))
        if csv:
            csv.write_text(as_csv(stock, text, by), "utf-8-sig")
            click.echo(str(csv))
    if not (html or csv):
        Console().print(terminal(stock, text, by))


@click.group()
def challenge() -> None:
    """A gap turned into a task: who sees to it, and until when."""


@challenge.command("add")
@click.argument("topic")
@click.argument("phase")
@click.argument("place")
@click.option("--owner", required=True, metavar="NAME", help="Who sees to it: an office, a role, a name at work.")
@click.option("--due", required=True, metavar="DATE", help="Until when, such as 2027-03-31.")
@catalog_option
@lang_option
def challenge_add(topic: str, phase: str, place: str, owner: str, due: str, catalog: Path | None, lang: str) -> None:
    """Take a gap on: TOPIC and PHASE as in the table (PHASE "alle": every age), PLACE a district or a municipality."""
    from bot.coverage_view import CoverageView  # noqa: PLC0415
    from bot.store import challenges  # noqa: PLC0415

    with clear_errors():
        stock, languages = _stock(catalog, None)
        view = CoverageView(stock, languages.translator(known(languages, lang)))
        municipality, district = view.named_place(place)
        wanted = Challenge(
            number=0,
            group=view.named("groups", topic, stock.coverage.groups),
            phase="" if clean(phase) in ALL else view.named("phases", phase, stock.coverage.phases),
            municipality=municipality,
            district=district,
            owner=_named(owner),
            due=_day(due),
        )
        with opened_database(Settings(), fresh=True) as (database, _):
            made = database.run(challenges.add, wanted)
    click.echo(view.task(made))


@challenge.command("list")
@catalog_option
@lang_option
def challenge_list(catalog: Path | None, lang: str) -> None:
    """Show who sees to which gap, what is overdue, and what has come there meanwhile."""
    from rich.console import Console  # noqa: PLC0415 only these commands print tables

    from bot.coverage_table import challenges_table  # noqa: PLC0415

    with clear_errors():
        stock, languages = _stock(catalog, None)
        text = languages.translator(known(languages, lang))
    Console().print(challenges_table(stock, text))


@challenge.command("done")
@click.argument("number", type=int)
def challenge_done(number: int) -> None:
    """Mark a challenge as done. It stays in the report for a year."""
    from bot.store import challenges  # noqa: PLC0415

    with clear_errors():
        with opened_database(Settings()) as (database, _):
            is_done = database.run(challenges.finish, number, datetime.now(BERLIN).timestamp())
        if not is_done:
            raise ValueError(f"no open challenge has the number {number}; see nahbei catalog challenge list")
    click.echo(f"{number}: ✓")


def _named(owner: str) -> str:
    if not owner.strip():
        raise ValueError("--owner is empty: say who sees to it")
    return owner.strip()


def _day(due: str) -> date:
    try:
        return date.fromisoformat(due)
    except ValueError as error:
        raise ValueError(f"{due!r} is no date such as 2027-03-31") from error


def _stock(file: Path | None, today: str | None) -> "tuple[Stock, Languages]":
    """Put together everything that the report is about, and the languages in which it can be said."""
    from bot.coverage_view import Stock  # noqa: PLC0415

    settings = Settings()
    desk = opened(file, today)
    months, challenges = _stored(settings)
    return Stock(_surveyed(desk), desk.now.date(), months, challenges), desk.understanding.languages


def _surveyed(desk: Desk) -> Coverage:
    catalog = desk.catalog
    return Coverage.survey(
        catalog.index.offers, catalog.places.places, catalog.topics, desk.now.date(), catalog.index.freshness
    )


def _stored(settings: Settings) -> "tuple[Mapping[str, Sequence[Row]], Sequence[Challenge]]":
    """Published demand and challenges; where there is no database yet, none is made."""
    if settings.database_url is None and not (settings.data_dir / FILE).exists():
        return {}, ()
    from bot.store import challenges, counters  # noqa: PLC0415

    with opened_database(settings) as (database, _):
        return database.run(counters.published), database.run(challenges.listed)
