"""`nahbei catalog stale` and `confirm`: which offers to check again, and that they are still correct."""

import getpass
import os
from pathlib import Path

import click

from bot.commands.base import moment, newest, opened, opened_database
from bot.commands.options import catalog_option, clear_errors, lang_option, today_option
from bot.config import Settings
from bot.publishing import written
from bot.publishing_words import WORDS
from catalog.problems import Lang
from catalog.search import Freshness
from catalog.spelling import meant
from catalog.stale import by_owner, due
from catalog.versions import shown


def _me() -> str:
    """Who sits at the keyboard, also behind sudo."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container without names
        return ""


who_option = click.option("--who", metavar="NAME", default=_me, help="Who does this. Default: the name of your login.")


@click.command("stale")
@click.option("--mail", is_flag=True, help="Print a mail for each of those who can say whether it is still correct.")
@click.option(
    "--ahead", metavar="DAYS", type=click.IntRange(min=0), default=0, help="Also what is due within so many days."
)
@catalog_option
@lang_option
@today_option
def stale_command(mail: bool, ahead: int, catalog: Path | None, lang: Lang, today: str | None) -> None:  # noqa: FBT001 click's way
    """List the offers that somebody should check again, by whom to ask."""
    from bot.stale_pages import mails, stale_lines  # noqa: PLC0415 the other command needs no pages

    with clear_errors():
        settings, words = Settings(), WORDS[lang]
        loaded = opened(catalog, today).catalog
        if loaded.version is None and not (catalog or settings.catalog):
            raise ValueError(words["none"])
        freshness = Freshness(settings.old_days, settings.hidden_days)
        offers = [offer for offer in loaded.index.offers if not offer.helpline]
        groups = by_owner(due(offers, moment(today).date(), freshness, ahead))
    if groups:
        click.echo("\n\n".join(mails(groups, lang)) if mail else "\n".join(stale_lines(groups, lang)))
    else:
        click.echo(words["fresh"].format(days=settings.old_days))


@click.command("confirm")
@click.argument("offers", metavar="ID...", nargs=-1, required=True)
@who_option
@lang_option
@today_option
def confirm_command(offers: tuple[str, ...], who: str, lang: Lang, today: str | None) -> None:
    """Mark published offers as checked today. It lasts until the file names the same day or a later one."""
    from catalog import db  # noqa: PLC0415 only where there is a database

    with clear_errors():
        settings, words, on = Settings(), WORDS[lang], moment(today).date()
        published = newest(settings)
        if published is None:
            raise ValueError(words["none"])
        known = {offer.id for offer in shown(published)}
        unknown = [offer for offer in offers if offer not in known]
        if unknown:
            near = list(filter(None, (meant(offer, known) for offer in unknown)))
            hint = f" {words['meant ids'].format(ids=', '.join(near))}" if near else ""
            raise ValueError(words["unknown"].format(ids=", ".join(unknown)) + hint)
        with opened_database(settings) as (database, _):
            database.run(db.confirm, offers, on=on, by=who)
    click.echo(words["confirmed"].format(n=len(set(offers)), day=written(on, lang)))
