"""`nahbei serve`, and what an operator does beside it."""

import sys
from datetime import datetime
from pathlib import Path

import click

from bot.allocator import share_one_pool
from bot.commands.base import BERLIN, built, known, opened, opened_database
from bot.commands.options import catalog_option, clear_errors
from bot.config import Settings
from bot.extras import without_extras
from bot.i18n import load_languages
from catalog.catalog import Catalog
from catalog.versions import Published


@click.command("serve")
@catalog_option
def serve_command(catalog: Path | None) -> None:
    """Run every configured channel until the process is told to end (SIGTERM)."""
    import asyncio  # noqa: PLC0415 only this command serves

    share_one_pool()
    with without_extras():
        from bot.conversation import Conversation  # noqa: PLC0415
        from bot.logs import set_up_logs  # noqa: PLC0415
        from bot.serve import channels, found, serve  # noqa: PLC0415

    def build(published: Published, earlier: Catalog) -> Catalog:
        return built(settings, published, earlier)

    with clear_errors():
        settings = Settings()
        set_up_logs(debug=settings.log_debug)
        languages = load_languages()
        languages.let_go()
        with without_extras():
            ways = channels(settings, languages)
        found(settings)
        conversation = Conversation(opened(catalog, None, languages), lambda: datetime.now(BERLIN).replace(tzinfo=None))
        asyncio.run(serve(settings, conversation, ways, build=None if catalog else build))


@click.command("doctor")
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
        named = settings.model_copy(update={"catalog": catalog}) if catalog else settings
        findings = list(examine(named, lambda: opened(catalog, None).catalog, datetime.now(BERLIN).date()))
    Console().print(findings_table(findings))
    if any(finding.verdict == "missing" for finding in findings):
        sys.exit(1)


@click.command("demand")
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
        text = languages.translator(known(languages, lang))
        if html:
            html.write_text(page(months, text), "utf-8")
            click.echo(f"{html}: {len(months)} months")
        else:
            Console().print(table(months, text))


@click.group(invoke_without_command=True)
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


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup_command(file: Path) -> None:
    """Write the counters and the published catalogs to FILE, sealed. Nothing of any family is in it; the keys are kept apart."""
    from bot.backup import write_backup  # noqa: PLC0415

    with clear_errors(), opened_database(Settings()) as (database, keys):
        click.echo(f"{file}: {write_backup(database, keys, file)} rows")


@click.command("restore")
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
