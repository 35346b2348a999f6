"""XLSX and ODS are zip archives of XML: look at them from outside before a library opens them.

A file of 5 KB can ask for 500 GB of memory, and the library that obeys cannot be stopped from within.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from catalog.sources.tables import RefusedFileError

MOST_PARTS = 2_000
LARGEST_PART = 60_000_000  # bytes when unpacked; a catalog of 5,000 offers has 10 MB
LARGEST_WHOLE = 100_000_000
OLE = b"\xd0\xcf\x11\xe0"  # an Excel file of the last century, or one with a password
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
ENCRYPTED_FLAG = 0x1
CHUNK = 1 << 16


@contextmanager
def opened_package(path: Path) -> Iterator[ZipFile]:
    """A zip archive whose parts all have a bearable size; errors inside become one refusal.

    Raises:
        RefusedFileError: when it is something else, too large, locked or broken.
    """
    with path.open("rb") as file:
        if file.read(len(OLE)) == OLE:
            raise RefusedFileError("file-locked" if ENCRYPTED_PACKAGE in path.read_bytes() else "file-old-excel")
    try:
        with ZipFile(path) as package:
            _check_parts(package)
            yield package
    # NotImplementedError is what zipfile raises for a compression that it does not know: the file is refused.
    except (BadZipFile, zlib.error, EOFError, expat.ExpatError, NotImplementedError) as error:
        raise RefusedFileError("file-broken") from error


def _check_parts(package: ZipFile) -> None:
    parts = package.infolist()
    if any(part.flag_bits & ENCRYPTED_FLAG for part in parts):
        raise RefusedFileError("file-locked")
    sizes = [part.file_size for part in parts]
    if len(parts) > MOST_PARTS or max(sizes, default=0) > LARGEST_PART or sum(sizes) > LARGEST_WHOLE:
        raise RefusedFileError("file-too-large")


def xml_parser() -> expat.XMLParserType:
    """A parser that names elements by their last part and refuses declarations, the root of every XML bomb."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_declaration
    return parser


def _refuse_declaration(*_: object) -> None:
    raise RefusedFileError("file-broken")


def parse_part(package: ZipFile, name: str, parser: expat.XMLParserType) -> None:
    """Feed one part of the archive to a parser, piece by piece."""
    with package.open(name) as part:
        while piece := part.read(CHUNK):
            parser.Parse(piece, False)  # noqa: FBT003 the library's own form
        parser.Parse(b"", True)  # noqa: FBT003 the same
