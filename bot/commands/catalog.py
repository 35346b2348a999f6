"""`nahbei catalog …`: what a coordinator does with the catalog."""

from pathlib import Path

import click

from bot.commands import catalog_check, catalog_coverage, catalog_exchange, catalog_publish, catalog_stale
from bot.commands.base import clear_errors
from catalog.problems import Lang

DONE: dict[Lang, str] = {
    "de": "{path} ist fertig. Öffnen Sie die Datei mit Excel oder LibreOffice; das Blatt „{sheet}“ erklärt alles.",
    "en": "{path} is ready. Open it with Excel or LibreOffice; the sheet “{sheet}” explains everything.",
}


@click.group("catalog")
def catalog() -> None:
    """Make, check and publish the catalog of offers."""


@catalog.command("template")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--lang", type=click.Choice(["de", "en"]), default="de", show_default=True, help="Language of the sheets."
)
def template_command(path: Path, lang: Lang) -> None:
    """Write an empty catalog as an Excel workbook, such as town.xlsx. A file that is there is never written over."""
    from catalog.columns import load_layout  # noqa: PLC0415 the other commands need no spreadsheet library
    from catalog.template import write_template  # noqa: PLC0415 the same

    layout = load_layout()
    with clear_errors():
        write_template(path, layout, lang)
    click.echo(DONE[lang].format(path=path, sheet=layout.sheets["explanation"].names[lang]))


for command in (
    *catalog_check.COMMANDS,
    *catalog_publish.COMMANDS,
    *catalog_stale.COMMANDS,
    *catalog_exchange.COMMANDS,
    *catalog_coverage.COMMANDS,
):
    catalog.add_command(command)
