"""The command `nahbei`: wires the parts together, nothing else."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Thread
from tomllib import TOMLDecodeError
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
from pydantic import ValidationError

from bot.config import Settings
from bot.dialogue.engine import respond
from bot.dialogue.model import Answers, Command, Input, State, Text, Turn
from bot.i18n import Languages, load_languages
from bot.jsonlines import Answer, Desk, answered, match, parse_moment, understand
from bot.understanding.reading import Understanding
from bot.vocabulary import topic_index
from catalog.catalog import Catalog, load_catalog
from catalog.search import Freshness

if TYPE_CHECKING:
    from bot.keys import Keys
    from bot.store.database import Database

BERLIN = ZoneInfo("Europe/Berlin")


@contextmanager
def clear_errors() -> Iterator[None]:
    """Say what is wrong in one line; exit code 2."""
    try:
        yield
    except ValidationError as error:
        names = ", ".join(f"NAHBEI_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise click.UsageError(names) from error
    except TOMLDecodeError as error:
        raise click.UsageError(f"nahbei.toml: {error}") from error
    except OSError as error:
        said = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
        raise click.UsageError(" ".join(said.split())) from error
    except ValueError as error:
        raise click.UsageError(" ".join(str(error).split())) from error


class OneLineErrors(click.Group):
    """A group whose errors are one line, without the usage around it."""

    def main(self, *args: Any, **extra: Any) -> Any:
        try:
            return super().main(*args, **{**extra, "standalone_mode": False})
        except click.ClickException as error:
            click.echo(f"nahbei: {error.format_message()}", err=True)
            sys.exit(2)
        except click.Abort:
            sys.exit(130)


def opened(catalog: Path | None, today: str | None) -> Desk:
    """Load catalogs, places and languages as the settings and options say."""
    settings = Settings()
    now = parse_moment(today) if today else datetime.now(BERLIN).replace(tzinfo=None)
    chosen = catalog or settings.catalog
    table = settings.data_dir / "post_codes.csv"
    towns = settings.places or (table if table.is_file() else None)
    loaded = load_catalog(
        [chosen] if chosen else [],
        today=now.date(),
        places=towns,
        freshness=Freshness(settings.old_days, settings.hidden_days),
    )
    return Desk(loaded, _understanding(load_languages(), loaded, settings.data_dir), now)


def _understanding(languages: Languages, catalog: Catalog, folder: Path) -> Understanding:
    dangers = (topic.id for topic in catalog.topics.topics.values() if topic.is_danger)
    return Understanding(languages, dangers, partial(topic_index, languages, folder))


def _known(languages: Languages, lang: str) -> str:
    tag = languages.negotiate(lang)
    if tag is None:
        raise ValueError(f"unknown language {lang!r}; there are {', '.join(languages.by_tag)}")
    return tag


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nahbei")
def main() -> None:
    """Nahbei helps families find support close by, in their own language.

    Try it first in the terminal: nahbei chat
    """


catalog_option = click.option(
    "--catalog",
    type=click.Path(path_type=Path),
    help="A catalog (YAML file or folder). Without it: NAHBEI_CATALOG, else the shipped catalogs.",
)
today_option = click.option(
    "--today", metavar="DATE", help="Act as if it were this day, such as 2026-11-22 or 2026-11-22T21:30."
)


@main.command()
@click.option("--lang", metavar="TAG", help="Begin in this language, such as de, de-simple, en, tr, ar, uk.")
@catalog_option
@today_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each turn.")
def chat(lang: str | None, catalog: Path | None, today: str | None, as_json: bool) -> None:  # noqa: FBT001 click's way
    """Talk in the terminal.

    A number picks that option, "@51.15,14.99" shares a position, anything else is text. /back, /start, /delete and
    /danger work everywhere. When the input is not a terminal, each line is one message.
    """
    from bot.channels import console  # noqa: PLC0415 only this command talks in the terminal

    with clear_errors():
        desk = opened(catalog, today)
        tag = _known(desk.understanding.languages, lang) if lang else None
    for problem in desk.catalog.problems:
        click.echo(f"catalog: {problem}", err=True)
    text = desk.understanding.languages.translator(tag or "de-simple")
    state = State(Answers(step="child", lang=tag)) if tag else State()

    def turned(state: State, said: Input) -> Turn:
        now = desk.now if today else datetime.now(BERLIN).replace(tzinfo=None)
        turn = respond(state, said, catalog=desk.catalog, understanding=desk.understanding, text=text, now=now)
        return replace(turn, state=State.from_json(json.loads(json.dumps(turn.state.to_json()))))

    turn = screen = turned(state, Command("start"))
    click.echo(console.as_json(None, turn) if as_json else console.show(turn))
    warming = Thread(target=desk.warm_up, daemon=True)
    warming.start()
    for line in _lines(prompt=sys.stdin.isatty() and not as_json):
        said = console.parse(line, screen)
        if isinstance(said, Text):  # a button needs no vocabulary
            warming.join()
        turn = turned(turn.state, said)
        screen = console.numbered(screen, turn)
        click.echo(console.as_json(line, turn) if as_json else f"\n{console.show(turn)}")


def _lines(*, prompt: bool) -> Iterator[str]:
    """Lines of the standard input until its end; broken bytes become question marks, never an error."""
    while True:
        if prompt:
            click.echo("\n> ", nl=False)
        sys.stdout.flush()
        raw = sys.stdin.buffer.readline()
        if not raw:
            return
        yield raw.decode("utf-8", "replace").rstrip("\r\n")


def _answer_lines(answer: Answer, catalog: Path | None, today: str | None) -> None:
    with clear_errors():
        desk = opened(catalog, today)
    for line in answered(desk, _lines(prompt=False), answer):
        click.echo(line)


@main.command("understand")
@catalog_option
@today_option
def understand_command(catalog: Path | None, today: str | None) -> None:
    """Read ages, places, topics or languages out of text: JSON Lines in, JSON Lines out.

    \b
    {"id": 1, "slot": "age", "lang": "de", "text": "anderthalb"}
    {"id": 2, "slot": "place", "lang": "ar", "text": "برلين"}
    {"id": 3, "slot": "topic", "lang": "tr", "text": "çocuğum konuşmuyor"}
    {"id": 4, "slot": "language", "text": "мій син не спить"}
    """  # noqa: D301 click wants the real character
    _answer_lines(understand, catalog, today)


@main.command("match")
@catalog_option
@today_option
def match_command(catalog: Path | None, today: str | None) -> None:
    """Find offers and say why they fit: JSON Lines in, JSON Lines out.

    \b
    {"id": 1, "lang": "ar", "topics": ["crying-baby"], "children": [{"min_months": 3, "max_months": 3}],
     "place": "Beispielhafen", "today": "2026-11-22", "limit": 5}
    (each on one line; "text" may stand in place of "topics")
    """  # noqa: D301 click wants the real character
    _answer_lines(match, catalog, today)


@main.command("evaluate")
@click.argument("file", type=click.Path(path_type=Path))
@catalog_option
@today_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, not a table.")
def evaluate_command(file: Path, catalog: Path | None, today: str | None, as_json: bool) -> None:  # noqa: FBT001 click's way
    """Measure the understanding on FILE: the lines of `nahbei understand`, each with "expect"."""
    from rich.console import Console  # noqa: PLC0415 the other commands print no tables
    from rich.progress import track  # noqa: PLC0415

    from bot.evaluate import evaluate, table  # noqa: PLC0415

    with clear_errors():
        lines = file.read_text("utf-8").splitlines()
        desk = opened(catalog, today)
        screen = Console(stderr=True)
        scores = evaluate(desk, track(lines, "reading", console=screen, transient=True, disable=not screen.is_terminal))
    if as_json:
        for (slot, lang), score in sorted(scores.items()):
            click.echo(json.dumps(score.as_json(slot, lang), ensure_ascii=False))
    else:
        Console().print(table(scores))


@main.group()
def places() -> None:
    """Towns and post codes: look one up, or get the table of German post codes."""


@places.command("find")
@click.argument("text", nargs=-1, required=True)
@click.option("--lang", metavar="TAG", help="The language in which the place is named.")
@catalog_option
def places_find(text: tuple[str, ...], lang: str | None, catalog: Path | None) -> None:
    """Show what a place name or post code is understood as."""
    with clear_errors():
        desk = opened(catalog, None)
        found = desk.understanding.place(" ".join(text), lang, desk.catalog.places, asked=True)
        if not found.places:
            raise ValueError(f"no place found for {' '.join(text)!r}; `nahbei places update` installs all post codes")
    for place in found.places:
        note = "approximate" if place.approximate else "invented example" if place.example else ""
        name = f"{place.district} ({place.name})" if place.district else place.name
        parts = (place.plz, name, place.county, f"{place.lat:.4f}, {place.lon:.4f}", note)
        click.echo(" · ".join(part for part in parts if part))
    if found.ambiguous or not found.exact:
        click.echo("The assistant would ask back here.")


@places.command("update")
@click.option("--url", help="Where GeoNames' post codes lie (a DE.zip). Default: the operator's setting or GeoNames.")
@click.option("--sha256", help="The checksum that the file must have.")
def places_update(url: str | None, sha256: str | None) -> None:
    """Download German post codes from GeoNames (CC BY 4.0) into the data folder, with a progress bar."""
    from bot.postcodes import update  # noqa: PLC0415 the only command that uses the network

    with clear_errors():
        target, rows = update(Settings().data_dir, url, sha256)
    click.echo(f"{rows} post codes in {target}. They are used from now on. Data: GeoNames, CC BY 4.0.")


@main.command("serve")
@catalog_option
def serve_command(catalog: Path | None) -> None:
    """Run every configured channel until the process is told to end (SIGTERM)."""
    import asyncio  # noqa: PLC0415 only this command serves

    from bot.conversation import Conversation  # noqa: PLC0415
    from bot.logs import set_up_logs  # noqa: PLC0415
    from bot.serve import channels, serve  # noqa: PLC0415

    with clear_errors():
        settings = Settings()
        set_up_logs(debug=settings.log_debug)
        ways = channels(settings, load_languages())
        conversation = Conversation(opened(catalog, None), lambda: datetime.now(BERLIN).replace(tzinfo=None))
        asyncio.run(serve(settings, conversation, ways))


@main.command("doctor")
@click.option("--privacy", is_flag=True, help="Show what is stored at this moment, and for how long.")
@catalog_option
def doctor_command(catalog: Path | None, privacy: bool) -> None:  # noqa: FBT001 click's way
    """Say what is well, what is missing, and what to do about it."""
    from rich.console import Console  # noqa: PLC0415 only these commands print tables

    from bot.doctor import examine, findings_table, inventory_table  # noqa: PLC0415

    with clear_errors():
        settings = Settings()
        if privacy:
            with opened_database(settings) as (database, _):
                Console().print(inventory_table(database))
            return
        findings = list(examine(settings, lambda: opened(catalog, None).catalog, datetime.now(BERLIN).date()))
    Console().print(findings_table(findings))
    if any(finding.verdict == "missing" for finding in findings):
        sys.exit(1)


@contextmanager
def opened_database(settings: Settings, *, fresh: bool = False) -> "Iterator[tuple[Database, Keys]]":
    """The database of this installation, for a moment; a service may be running beside."""
    from bot.keys import load_keys  # noqa: PLC0415 a chat in the terminal stores nothing
    from bot.store.database import UnavailableError  # noqa: PLC0415
    from bot.store.opening import open_database  # noqa: PLC0415

    url = settings.database_url.get_secret_value() if settings.database_url else None
    keys = load_keys(settings.keys, create=fresh)
    database = open_database(keys, settings.data_dir, url)
    try:
        yield database, keys
    except UnavailableError as error:
        raise OSError(f"the database cannot be read or written now ({error}); nothing has changed") from error
    finally:
        database.close()


@main.command("demand")
@click.option("--html", type=click.Path(path_type=Path), help="Write a page with a picture to this file.")
@click.option("--lang", metavar="TAG", default="de", show_default=True, help="The language of the page and the table.")
def demand_command(html: Path | None, lang: str) -> None:
    """Show what families looked for and did not find: closed months only, nothing below ten."""
    from rich.console import Console  # noqa: PLC0415 only these commands print tables

    from bot.demand_page import page, table  # noqa: PLC0415
    from bot.store import counters  # noqa: PLC0415

    with clear_errors():
        with opened_database(Settings()) as (database, _):
            months = database.run(counters.published)
        languages = load_languages()
        text = languages.translator(_known(languages, lang))
        if html:
            html.write_text(page(months, text), "utf-8")
            click.echo(f"{html}: {len(months)} months")
        else:
            Console().print(table(months, text))


@main.group(invoke_without_command=True)
@click.pass_context
def feedback(context: click.Context) -> None:
    """What families say about offers: closed, wrong number, full, wrong language, helped."""
    if context.invoked_subcommand:
        return
    from rich.console import Console  # noqa: PLC0415 only these commands print tables

    from bot.feedback import feedback_table  # noqa: PLC0415
    from bot.store import counters  # noqa: PLC0415

    with clear_errors():
        settings = Settings()
        with opened_database(settings) as (database, _):
            said = database.run(counters.reported)
        Console().print(feedback_table(said, opened(None, None).catalog, settings.reports))


@feedback.command("clear")
@click.argument("offers", nargs=-1, required=True)
def feedback_clear(offers: tuple[str, ...]) -> None:
    """You have looked after these offers (their ids): what was said before no longer counts."""
    from bot.store import counters  # noqa: PLC0415

    with clear_errors(), opened_database(Settings()) as (database, _):
        click.echo(f"{database.run(counters.clear_reports, offers)} reports cleared")


@main.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup_command(file: Path) -> None:
    """Write the counters to FILE, sealed. Nothing of any family is in it; the keys are kept apart."""
    from bot.backup import write_backup  # noqa: PLC0415

    with clear_errors(), opened_database(Settings()) as (database, keys):
        click.echo(f"{file}: {write_backup(database, keys, file)} rows")


@main.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
def restore_command(file: Path) -> None:
    """Put a backup into a fresh installation (with the old pepper.key in its place)."""
    from bot.backup import open_backup, read_backup  # noqa: PLC0415
    from bot.keys import PEPPER_FILE, load_keys  # noqa: PLC0415

    with clear_errors():
        settings = Settings()
        if not (settings.keys / PEPPER_FILE).exists():
            raise ValueError(f"first put the old {PEPPER_FILE} into {settings.keys}")
        open_backup(load_keys(settings.keys), file)  # with the wrong pepper no database is made
        with opened_database(settings, fresh=True) as (database, keys):
            click.echo(f"{file}: {read_backup(database, keys, file)} rows")


if __name__ == "__main__":
    main()
