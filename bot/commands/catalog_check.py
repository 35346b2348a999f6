"""`nahbei catalog check` and its kin: what is wrong in a catalog, and where.

Another process reads the file; everything else is loaded meanwhile.
"""

import sys
from pathlib import Path

import click

from bot.commands.options import clear_errors, file_argument, json_option, lang_option, today_option
from catalog.problems import Lang
from catalog.sources.reading import begun


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
    with clear_errors(), begun(file) as tables:
        from bot.commands import checking  # noqa: PLC0415 see above

        view, day = checking.examined(file, lang, today, tables, as_json=as_json)
        if page:
            page.write_text(checking.page(view, day), "utf-8")
        checking.show(view, as_json=as_json)
    sys.exit(0 if view.report.is_clean else 1)


@click.command("duplicates")
@file_argument
@lang_option
@json_option
def duplicates_command(file: Path, lang: Lang, as_json: bool) -> None:  # noqa: FBT001 click's way
    """List offers that may stand in a catalog twice: nearly the same title and provider, at the same place."""
    with clear_errors(), begun(file) as tables:
        from bot.commands import checking  # noqa: PLC0415 see above

        checking.show_twins(file, lang, tables, as_json=as_json)
