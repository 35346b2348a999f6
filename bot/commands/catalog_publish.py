"""`nahbei catalog publish` and its kin: versions of the catalog that a running bot answers from."""

import sys
from datetime import date, datetime
from pathlib import Path

import click

from bot.commands.base import BERLIN, moment, newest, opened_database
from bot.commands.catalog_stale import who_option
from bot.commands.checking import surroundings
from bot.commands.options import clear_errors, file_argument, lang_option, today_option
from bot.config import Settings
from bot.publishing import caution_lines, day, difference_lines, error_lines, few, history_table, summary
from bot.publishing_words import WORDS
from bot.store import FILE
from catalog.checks import check
from catalog.columns import load_layout
from catalog.drafts import Draft, draft
from catalog.helplines import load_helplines
from catalog.problems import Lang, UnreadableError
from catalog.sources.base import Source
from catalog.sources.reading import read_catalog
from catalog.topics import load_topics
from catalog.versions import Version, earlier


@click.command("diff")
@file_argument
@lang_option
@today_option
def diff_command(file: Path, lang: Lang, today: str | None) -> None:
    """Show what publishing a file would change: offers that come, go or change, field by field."""
    with clear_errors():
        drafted = _drafted(Settings(), _read(file, lang, moment(today).date()), file, lang, moment(today).date())
        click.echo(summary(drafted, lang))
        for line in difference_lines(drafted.difference, load_layout(), lang):
            click.echo(line)
    _say_doubts(drafted, file, lang)
    sys.exit(1 if drafted.errors else 0)


@click.command("publish")
@file_argument
@click.option("--yes", is_flag=True, help="You mean it, although many offers go or an emergency number changes.")
@who_option
@click.option("--note", metavar="TEXT", default="", help="What has changed, for the history.")
@lang_option
@today_option
def publish_command(file: Path, yes: bool, who: str, note: str, lang: Lang, today: str | None) -> None:  # noqa: FBT001 click's way
    """Check a file and publish it as a new version. A running service answers with it within seconds.

    Exit code 0: it is published; 1: it has errors or needs --yes, and nothing has changed; 2: it cannot be read.
    """
    with clear_errors():
        settings, on = Settings(), moment(today).date()
        drafted = _drafted(settings, _read(file, lang, on), file, lang, on)
        _say_difference(drafted, file, lang)
        if not _may_go(drafted, file, lang, yes=yes):
            click.echo(WORDS[lang]["held"])
            sys.exit(1)
        if drafted.is_news and not _publish(settings, drafted, who, note, lang):
            raise ValueError(WORDS[lang]["outdated"])


@click.command("rollback")
@click.argument("number", type=int, required=False)
@who_option
@lang_option
def rollback_command(number: int | None, who: str, lang: Lang) -> None:
    """Publish an earlier version again, as a new one. Without NUMBER: the one before the newest."""
    from catalog import db  # noqa: PLC0415 only where there is a database

    with clear_errors():
        settings, words = Settings(), WORDS[lang]
        if newest(settings) is None:
            raise ValueError(words["none"])
        with opened_database(settings) as (database, _):
            history = database.run(db.history)
            back = earlier(history, number)
            if back is None:
                raise ValueError(
                    words["not kept"].format(numbers=", ".join(str(version.number) for version in history))
                )
            packed = database.run(db.content, back.number)
            note = words["back"].format(number=back.number)
            base = history[0].number
            made = database.run(db.publish, packed, who=who, note=note, now=database.now(), base=base)
        _say_published(settings, made, lang, is_new=made.number != base)


@click.command("history")
@lang_option
def history_command(lang: Lang) -> None:
    """List the published versions: when, by whom, how many offers."""
    from rich.console import Console  # noqa: PLC0415 only these commands print tables

    from catalog import db  # noqa: PLC0415 only where there is a database

    with clear_errors():
        settings = Settings()
        if newest(settings) is None:
            raise ValueError(WORDS[lang]["none"])
        with opened_database(settings) as (database, _):
            history = database.run(db.history)
    Console(markup=False, emoji=False, highlight=False).print(history_table(history, lang))


@click.command("watch")
@file_argument
@who_option
@lang_option
def watch_command(file: Path, who: str, lang: Lang) -> None:
    """Publish a file every time it is saved, until Ctrl+C. What is broken or half written changes nothing."""
    from bot.watching import Watch, settles_in, ticks  # noqa: PLC0415 only this command watches

    words, settings = WORDS[lang], Settings()

    def tell(what: str, why: str = "") -> None:
        said = words[what].format(file=file, seconds=round(settles_in(file)), why=why)
        click.echo(f"{datetime.now(BERLIN):%H:%M:%S} {said}")

    def drafted() -> Draft | None:
        on = moment(None).date()
        try:
            source = _read(file, lang, on)
        except (OSError, ValueError) as error:
            tell("unreadable", str(error))
            return None
        return _drafted(settings, source, file, lang, on)

    def publish(one: Draft) -> bool:
        click.echo(f"{datetime.now(BERLIN):%H:%M:%S} ", nl=False)
        _say_difference(one, file, lang)
        if _may_go(one, file, lang, yes=False):
            return not one.is_news or _publish(settings, one, who, "", lang)
        click.echo(words["held"])
        return True

    with clear_errors():
        tell("watching")
        watch = Watch(file, drafted, publish, tell)
        for now in ticks():
            watch.tick(now)


def _read(file: Path, lang: Lang, on: date) -> Source:
    try:
        return read_catalog(file, load_topics(), on)
    except UnreadableError as error:
        said = " ".join(filter(None, error.problem.said(lang)))
        raise ValueError(f"{error.problem.spot.said(lang)}: {said}") from error


def _drafted(settings: Settings, source: Source, file: Path, lang: Lang, on: date) -> Draft:
    problems = check(source, surroundings(settings, lambda: source.places, on))
    made = draft(source, problems, newest(settings), load_topics(), load_helplines())
    if not source.offers and not made.errors:
        raise ValueError(WORDS[lang]["empty"].format(file=file))
    return made


def _say_difference(drafted: Draft, file: Path, lang: Lang) -> None:
    click.echo(summary(drafted, lang))
    if drafted.base:
        for line in few(difference_lines(drafted.difference, load_layout(), lang), str(file), lang):
            click.echo(line)


def _say_doubts(drafted: Draft, file: Path, lang: Lang) -> None:
    if drafted.errors:
        click.echo("\n".join(error_lines(drafted.errors, str(file), lang)))
    elif drafted.cautions:
        click.echo("\n".join(caution_lines(drafted.cautions, str(file), lang)))


def _may_go(drafted: Draft, file: Path, lang: Lang, *, yes: bool) -> bool:
    """Whether it may be published; says what stands against it."""
    if not yes or drafted.errors:
        _say_doubts(drafted, file, lang)
    return not drafted.errors and (yes or not drafted.cautions)


def _publish(settings: Settings, drafted: Draft, who: str, note: str, lang: Lang) -> bool:
    """False: somebody else has published since it was compared."""
    from catalog import db  # noqa: PLC0415 only where there is a database

    is_new = settings.database_url is not None or not (settings.data_dir / FILE).exists()
    with opened_database(settings, fresh=is_new) as (database, _):
        try:
            made = database.run(db.publish, drafted.packed, who=who, note=note, now=database.now(), base=drafted.number)
        except db.OutdatedError:
            return False
    _say_published(settings, made, lang, is_new=True)
    return True


def _say_published(settings: Settings, version: Version, lang: Lang, *, is_new: bool) -> None:
    words = WORDS[lang]
    said = words["published" if is_new else "already"]
    click.echo(said.format(number=version.number, offers=version.offers, day=day(version.at, lang)))
    if settings.catalog:
        click.echo(words["overrules"].format(path=settings.catalog))
