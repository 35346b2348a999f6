"""Options that several commands share, and what becomes of errors. Loads nothing: some commands begin their work at once."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

file_argument = click.argument("file", type=click.Path(path_type=Path))
lang_option = click.option(
    "--lang", type=click.Choice(["de", "en"]), default="de", show_default=True, help="The language of the report."
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
catalog_option = click.option(
    "--catalog",
    type=click.Path(path_type=Path),
    help="A catalog (XLSX, ODS, CSV, YAML, JSON or a folder of YAML). Without it: what is published, else NAHBEI_CATALOG, else what ships.",
)
today_option = click.option(
    "--today", metavar="DATE", help="Act as if it were this day, such as 2026-11-22 or 2026-11-22T21:30."
)


REASONS = {
    "de": {
        errno.ENOENT: "Diese Datei oder diesen Ordner gibt es nicht. Bitte prüfen Sie den Namen.",
        errno.EEXIST: "Diese Datei gibt es schon, sie bleibt unverändert. Bitte nehmen Sie einen anderen Namen.",
        errno.EACCES: "Diese Datei darf Nahbei nicht lesen oder schreiben.",
    },
    "en": {
        errno.ENOENT: "There is no such file or folder. Please check the name.",
        errno.EEXIST: "This file is there already and stays as it is. Please choose another name.",
        errno.EACCES: "Nahbei may not read or write this file.",
    },
}


@contextmanager
def clear_errors() -> Iterator[None]:
    """Say what is wrong in one line; exit code 2."""
    try:
        yield
    except OSError as error:
        said = f"{error.filename}: {_reason(error)}" if error.filename else error.strerror or str(error)
        raise click.UsageError(" ".join(said.split())) from error
    except ValueError as error:
        raise click.UsageError(" ".join(_said(error).split())) from error


def _reason(error: OSError) -> str:
    """What the system says in English, in the language of the report where somebody has one."""
    words = REASONS.get(click.get_current_context().params.get("lang", ""), {})
    return words.get(error.errno or 0, error.strerror or "")


def _said(error: ValueError) -> str:
    from tomllib import TOMLDecodeError  # noqa: PLC0415 see above

    from pydantic import ValidationError  # noqa: PLC0415 the same

    if isinstance(error, ValidationError):
        return ", ".join(f"NAHBEI_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
    return f"nahbei.toml: {error}" if isinstance(error, TOMLDecodeError) else str(error)
