"""CSV, as Excel, LibreOffice, Google Sheets and portals write it: three separators, four encodings."""

import csv
import io
import re
from pathlib import Path

from catalog.sources.tables import Draft, RefusedFileError, Workbook

SEPARATORS = ";,\t"
LOOKED_AT = 20_000  # characters that show which separator it is
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
CONTROL_WORD = "sep="  # Excel's own first line, "sep=;"
FORMULA = r"[=+\-@\t\r\0＝＋－＠]"  # what a spreadsheet takes for the beginning of a formula (CWE-1236)
_TO_ESCAPE, _ESCAPED = re.compile(f"'*{FORMULA}"), re.compile(f"'+{FORMULA}")


def read_csv(path: Path) -> Workbook:
    """Read a table of text.

    Raises:
        RefusedFileError: when it is no table.
    """
    text = decoded(path.read_bytes())
    separator = _separator(text)
    if text.lower().startswith(CONTROL_WORD):
        separator, text = text[len(CONTROL_WORD)], "\n" + text.partition("\n")[2]
    draft = Draft()
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), start=1):
            draft.add("", number, [unescaped(cell) for cell in cells])
    except csv.Error as error:
        raise RefusedFileError("csv-unreadable") from error
    return draft.workbook()


def decoded(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with its mark, else what Windows wrote before.

    Raises:
        RefusedFileError: when it is not text at all.
    """
    encodings = ("utf-16",) if content.startswith(BYTE_ORDER_MARKS) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RefusedFileError("csv-unreadable")


def _separator(text: str) -> str:
    """The one that parts the headings into most cells, and where they tell nothing the rows below. Python's own guess
    reads quotes with a slow pattern.
    """

    def cells(separator: str) -> tuple[int, int]:
        lines = csv.reader(io.StringIO(text[:LOOKED_AT], newline=""), delimiter=separator)
        try:
            counts = [len(row) for row in lines if row]
        except csv.Error:
            counts = []
        return counts[0] if counts else 0, sum(counts)

    return max(SEPARATORS, key=cells)


def escaped(cell: str) -> str:
    """A cell that no spreadsheet computes: "+49 30 …" is written "'+49 30 …"."""
    return f"'{cell}" if _TO_ESCAPE.match(cell) else cell


def unescaped(cell: str) -> str:
    """Take away the apostrophe that `escaped` has put before."""
    return cell[1:] if _ESCAPED.match(cell) else cell
