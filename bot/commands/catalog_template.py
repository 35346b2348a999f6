"""`nahbei catalog template`: an empty catalog to be filled in."""

from pathlib import Path

import click

from bot.commands.options import clear_errors
from catalog.columns import load_layout
from catalog.problems import Lang
from catalog.template import write_template

DONE: dict[Lang, str] = {
    "de": "{path} ist fertig. Öffnen Sie die Datei mit Excel oder LibreOffice; das Blatt „{sheet}“ erklärt alles.",
    "en": "{path} is ready. Open it with Excel or LibreOffice; the sheet “{sheet}” explains everything.",
}


@click.command("template")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--lang", type=click.Choice(["de", "en"]), default="de", show_default=True, help="Language of the sheets."
)
def template_command(path: Path, lang: Lang) -> None:
    """Write an empty catalog as an Excel workbook, such as town.xlsx. A file that is there is never written over."""
    layout = load_layout()
    with clear_errors():
        write_template(path, layout, lang)
    click.echo(DONE[lang].format(path=path, sheet=layout.sheets["explanation"].names[lang]))
