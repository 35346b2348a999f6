"""Workbooks that are broken, or made to break whoever opens them."""

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

Change = Callable[[str, bytes], bytes]
HEADINGS = ("Kennung", "Titel", "Träger", "Angebotsart", "Anliegen", "Telefon", "PLZ", "Ort", "Straße und Hausnummer")
OFFER = (
    "cafe-nord",
    "Elterncafé Nord",
    "Haus e. V.",
    "Elterncafé",
    "Schulden",
    "030 23125 101",
    "00103",
    "Beispielhafen",
)
SHEET = "xl/worksheets/sheet1.xml"


def workbook(*rows: Iterable[object], sheet: str = "Angebote") -> bytes:
    """A good workbook with these rows; without any, with one offer."""
    book = Workbook()
    book.worksheets[0].title = sheet
    for row in rows or (HEADINGS, (*OFFER, "Weidenring 30")):
        book.worksheets[0].append([*row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def changed(content: bytes, change: Change = lambda _, part: part, extra: dict[str, bytes] | None = None) -> bytes:
    """The same archive with its parts changed, and with more parts."""
    target = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as source, ZipFile(target, "w", ZIP_DEFLATED) as result:
        for name in source.namelist():
            result.writestr(name, change(name, source.read(name)))
        for name, part in (extra or {}).items():
            result.writestr(name, part)
    return target.getvalue()


def in_sheet(old: bytes, new: bytes) -> bytes:
    """A good workbook in whose sheet some XML is replaced."""
    return changed(workbook(), lambda name, part: part.replace(old, new) if name == SHEET else part)


def far_cell() -> bytes:
    return in_sheet(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')


def styled_far_cell() -> bytes:
    return in_sheet(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"/></row></sheetData>')


def huge_sheet() -> bytes:
    """204 MB of cells in a file of a few hundred KB."""
    return in_sheet(
        b"</sheetData>", b'<row><c t="inlineStr"><is><t>%s</t></is></c></row></sheetData>' % (b"x" * 204_000_000)
    )


def many_rows(count: int = 1_000_000) -> bytes:
    rows = b"".join(b"<row><c><v>%d</v></c></row>" % number for number in range(count))
    return in_sheet(b"</sheetData>", rows + b"</sheetData>")


def many_parts() -> bytes:
    """Eleven parts of 10 MB each, none too large by itself."""
    return changed(workbook(), extra={f"xl/media/{number}.xml": b" " * 10_000_000 for number in range(11)})


def with_entities() -> bytes:
    """The billion laughs, in the XML of the sheet."""
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(10))
    doctype = b"<!DOCTYPE worksheet [" + laughs + b"]>"
    return changed(workbook(), lambda name, part: doctype + part.partition(b"?>")[2] if name == SHEET else part)


def repeated_text() -> bytes:
    """One text of 4,900 letters that a million cells share: small on disk and in memory, huge when written out."""
    row = b"<row>" + b'<c t="s"><v>0</v></c>' * 200 + b"</row>"
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    texts = b'<sst xmlns="%s"><si><t>%s</t></si></sst>' % (main, b"x" * 4900)
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    listed = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % kind

    def change(name: str, part: bytes) -> bytes:
        if name == SHEET:
            return part.replace(b"</sheetData>", row * 4900 + b"</sheetData>")
        return part.replace(b"</Types>", listed) if name == "[Content_Types].xml" else part

    return changed(workbook(), change, {"xl/sharedStrings.xml": texts})


def encrypted() -> bytes:
    """The beginning of what Excel writes for a workbook with a password: an OLE file."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(1024)


def old_excel() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16-le") + bytes(1024)


def with_macros_and_links() -> bytes:
    extra = {"xl/vbaProject.bin": b"\x00macro", "xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    return changed(workbook(), extra=extra)


def save(folder: Path, content: bytes, name: str = "town.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
