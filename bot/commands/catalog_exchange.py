"""`nahbei catalog import`, `export` and `geocode`: catalogs from and for other programs, and where addresses are."""

import sys
from datetime import date, datetime
from functools import cache
from pathlib import Path

import click

from bot.commands.base import BERLIN, moment, newest, opened_database, places_table
from bot.commands.importing import Desk, read_foreign, said_error
from bot.commands.options import clear_errors, file_argument, lang_option, today_option
from bot.config import Settings
from bot.exchange_words import WORDS
from catalog.catalog import load_places
from catalog.columns import load_layout
from catalog.export.formats import CATALOGS, FORMATS, Surroundings
from catalog.places import STATES
from catalog.problems import Lang, UnreadableError
from catalog.sources.base import Source
from catalog.sources.reading import read_catalog
from catalog.topics import load_topics
from catalog.versions import confirmed, unpack

TOGETHER = 30  # answers that are kept at once: a running service takes a new catalog each time, and that is work

replace_option = click.option("--replace", "may_replace", is_flag=True, help="Write over a file that is there.")


@click.command("import")
@file_argument
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True),
    help="A saved mapping. Without it: FILE's own, or a new one is proposed.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the catalog to this file (.xlsx, .yaml, .csv).")
@click.option("--verified-on", metavar="DAY", help="The day on which all these data were right, such as 2026-11-22.")
@click.option("--ask/--no-ask", default=None, help="Ask for what is missing. Default: in a terminal.")
@replace_option
@lang_option
@today_option
def import_command(
    file: Path,
    mapping: Path | None,
    out: Path | None,
    verified_on: str | None,
    ask: bool | None,  # noqa: FBT001 click's way
    may_replace: bool,  # noqa: FBT001 the same
    lang: Lang,
    today: str | None,
) -> None:
    """Take over a table that was made for something else: CSV, Excel, ODS, GeoJSON, HSDS.

    For a table a mapping of its columns is proposed, shown with the first rows, and saved beside FILE to be changed and used again.
    Exit code 0: there are offers; 1: something needed is missing; 2: the file cannot be read.
    """
    with clear_errors():
        settings, on = Settings(), moment(today)
        if out:
            _check_target(out, file, lang, CATALOGS, may_replace=may_replace)
        desk = Desk(file, lang, on.date(), settings.data_dir, asks=sys.stdin.isatty() if ask is None else ask)
        try:
            source = read_foreign(desk, mapping, verified_on)
        except UnreadableError as error:
            raise ValueError(said_error(error, lang)) from error
        if source and out:
            _write(out, source, _surroundings(settings, source, lang))
    if not source or not source.offers:
        sys.exit(1)
    said = WORDS[lang]["written"].format(file=out, offers=len(source.offers)) if out else WORDS[lang]["dry"]
    click.echo(said)


@click.command("export")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    help="Its end says the format: .xlsx .csv .yaml .geojson .ics .json (HSDS 3.1).",
)
@replace_option
@lang_option
@today_option
def export_command(file: Path | None, target: Path, may_replace: bool, lang: Lang, today: str | None) -> None:  # noqa: FBT001 click's way
    """Write a catalog for another program. Without FILE: what is published, else NAHBEI_CATALOG."""
    with clear_errors():
        settings, words = Settings(), WORDS[lang]
        _check_target(target, file, lang, tuple(FORMATS), may_replace=may_replace)
        source = _chosen(settings, file, lang, moment(today))
        _write(target, source, _surroundings(settings, source, lang))
    click.echo(words["written"].format(file=target, offers=len(source.offers)))
    left_out = {problem.spot for problem in source.problems if problem.severity == "error"}
    if left_out:
        click.echo(words["left out"].format(n=len(left_out), file=file or settings.catalog))
    if what := words.get(f"lossy {target.suffix.lower()}"):
        click.echo(words["lossy"].format(format=target.suffix, what=what))


@click.command("geocode")
@file_argument
@click.option("--again", is_flag=True, help="Ask once more for addresses that were not found.")
@lang_option
def geocode_command(file: Path, again: bool, lang: Lang) -> None:  # noqa: FBT001 click's way
    """Ask your own Nominatim server (NAHBEI_GEOCODER_URL) where the addresses in FILE are, one a second, each once.

    Secret places are never asked for. The answers are kept in the database; FILE is not changed.
    """
    from rich.progress import track  # noqa: PLC0415 only this command shows progress

    from catalog import positions  # noqa: PLC0415 only where there is a database
    from catalog.geocoding import GeocoderError, Position, geocode, nominatim, wanted  # noqa: PLC0415 the same

    words, failure = WORDS[lang], ""
    with clear_errors():
        settings, on = Settings(), moment(None).date()
        if not settings.geocoder_url:
            raise ValueError(words["off"])
        source = _read(file, lang, on)
        lookup, places = nominatim(settings.geocoder_url), load_places(source.places, places_table(settings))
        addresses = wanted(source.offers)
        with opened_database(settings, fresh=True) as (database, _):
            known = {key: at for key, at in database.run(positions.known).items() if at or not again}
            news = {key: address for key, address in addresses.items() if key not in known}
            found: dict[str, Position | None] = {}
            kept = 0
            try:
                asked = geocode(news, known, lookup, places)
                for key, position in track(asked, words["question"], total=len(news), transient=True):
                    found[key] = position
                    if len(found) - kept == TOGETHER:
                        database.run(positions.remember, dict([*found.items()][kept:]), on)
                        kept = len(found)
            except GeocoderError as error:
                failure = words["no answer"].format(why=error)
            finally:
                database.run(positions.remember, dict([*found.items()][kept:]), on)
    hits = [key for key, position in found.items() if position]
    click.echo(words["asked"].format(found=len(hits), asked=len(found), known=len(addresses) - len(news)))
    if missed := [addresses[key] for key, position in found.items() if position is None]:
        click.echo("\n".join([words["unknown"], *(f"  {', '.join(filter(None, address))}" for address in missed)]))
    click.echo(failure or words["next"])
    sys.exit(1 if failure else 0)


def _check_target(target: Path, file: Path | None, lang: Lang, suffixes: tuple[str, ...], *, may_replace: bool) -> None:
    words = WORDS[lang]
    if target.suffix.lower() not in suffixes:
        raise ValueError(words["suffix"].format(suffix=target.suffix, known=" ".join(suffixes)))
    if file and target.exists() and target.samefile(file):
        raise ValueError(words["itself"].format(file=target))
    if target.exists() and not may_replace:
        raise ValueError(words["exists"].format(file=target))


def _write(target: Path, source: Source, around: Surroundings) -> None:
    """Put the file in place when it is whole."""
    fresh = target.with_name(f".{target.name}.new")
    fresh.write_bytes(FORMATS[target.suffix.lower()](source, around))
    fresh.replace(target)


def _surroundings(settings: Settings, source: Source, lang: Lang) -> Surroundings:
    names = {code: name for name, code in STATES.items()}
    places = cache(lambda: load_places(source.places, places_table(settings)))

    def state_of(post_code: str) -> str:
        place = places().post_code(post_code)
        return names.get(place.state or "", "") if place else ""

    return Surroundings(load_layout(), load_topics(), state_of, datetime.now(BERLIN), lang)


def _chosen(settings: Settings, file: Path | None, lang: Lang, on: datetime) -> Source:
    published = None if file else newest(settings)
    if published:
        content = unpack(published.content)
        return Source(content.name, confirmed(content.offers, published.confirmations), content.places)
    if not (chosen := file or settings.catalog):
        raise ValueError(WORDS[lang]["nothing"])
    return _read(chosen, lang, on.date())


def _read(file: Path, lang: Lang, on: date) -> Source:
    try:
        return read_catalog(file, load_topics(), on)
    except UnreadableError as error:
        raise ValueError(said_error(error, lang)) from error
