"""Reads a catalog whatever its format; the end of its name says which. Loads only what that format needs."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.problems import Problem, Spot, UnreadableError
from catalog.sources.tables import RefusedFileError, Workbook

if TYPE_CHECKING:
    from catalog.sources.base import Source
    from catalog.topics import Topics

Tables = Callable[[], Workbook]  # waits until a file is read

YAML, TEXT_TABLES, JSON = (".yaml", ".yml"), (".csv", ".tsv", ".txt"), (".json", ".geojson")
WORKBOOKS = {".xlsx": "xlsx", ".xlsm": "xlsx", ".ods": "ods"}
LARGEST = 20_000_000  # bytes of a file
LARGEST_YAML = 5_000_000  # bytes; nothing takes more memory while it is read
MOST_YAML_MARKS = 300_000  # that begin a value; each takes up to 800 bytes, and 190 offers have 8,000
YAML_MARKS = (b"\n", b",", b"[", b"{")
FORMATS = ".xlsx, .ods, .csv, .yaml, .json, .geojson"


def read_catalog(path: Path, topics: "Topics", today: date, tables: Tables | None = None) -> "Source":
    """Read a file, or a folder of YAML files. What is wrong with single offers is in the source's problems.

    `tables`: what `read_tables` gives for this file, where somebody has begun to read it before.

    Raises:
        OSError: when there is no such file or nobody may read it.
        UnreadableError: when it is no catalog at all; it says why.
    """
    suffix = path.suffix.lower()
    _check_size(path, suffix)
    if path.is_dir() or suffix in YAML:
        from catalog.sources.yaml import read_yaml  # noqa: PLC0415 see above

        return read_yaml(path, topics, today)
    if suffix in JSON:
        return _read_json(path, topics, today)
    if suffix == ".xls":
        raise UnreadableError(Problem(Spot(path.name), "file-old-excel"))
    if suffix not in {*WORKBOOKS, *TEXT_TABLES}:
        raise UnreadableError(Problem(Spot(path.name), "file-kind-unknown", suffix, {"formats": FORMATS}))
    from catalog.sources.sheets import read_workbook  # noqa: PLC0415 see above

    return read_workbook(tables() if tables else read_tables(path), path, topics)


@contextmanager
def begun(path: Path) -> Iterator[Tables | None]:
    """Begin to read a table: mostly a wait for another process, beside which there is something else to do."""
    with ThreadPoolExecutor(1) as beside:
        is_table = path.suffix.lower() in {*WORKBOOKS, *TEXT_TABLES} and not path.is_dir()
        yield beside.submit(read_tables, path).result if is_table else None


def read_tables(path: Path) -> Workbook:
    """The sheets of a workbook or the one table of a text file, cell by cell.

    Raises:
        OSError: when there is no such file or nobody may read it.
        UnreadableError: when it cannot or must not be read.
    """
    from catalog.sources.csv import read_csv  # noqa: PLC0415 see above
    from catalog.sources.guarded import read_guarded  # noqa: PLC0415 the same

    _check_size(path, path.suffix.lower())
    form = WORKBOOKS.get(path.suffix.lower())
    try:
        return read_guarded(path, form) if form else read_csv(path)
    except RefusedFileError as refusal:
        raise UnreadableError(Problem(Spot(path.name), refusal.code, details=refusal.details)) from refusal


def _read_json(path: Path, topics: "Topics", today: date) -> "Source":
    from catalog.sources.json import is_own_form, loaded, read_json  # noqa: PLC0415 see above

    content = loaded(path)
    if is_own_form(content):
        return read_json(path, content, topics, today)
    if isinstance(content, dict) and content.get("type") == "FeatureCollection":
        from catalog.sources.geojson import read_geojson  # noqa: PLC0415 the same

        return read_geojson(path, topics, today)
    from catalog.sources.hsds import read_hsds  # noqa: PLC0415 the same

    return read_hsds(path, topics, today)


def _check_size(path: Path, suffix: str) -> None:
    """A pipe or a device has no end; a huge file is refused before a byte of it is read."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    for file in files:
        if file.exists() and not file.is_file():
            raise UnreadableError(Problem(Spot(path.name), "file-not-regular"))
    is_yaml = path.is_dir() or suffix in YAML
    size = sum(file.stat().st_size for file in files)
    if size > (LARGEST_YAML if is_yaml else LARGEST) or (is_yaml and sum(map(_marks, files)) > MOST_YAML_MARKS):
        raise UnreadableError(Problem(Spot(path.name), "file-too-large"))


def _marks(file: Path) -> int:
    return sum(map(file.read_bytes().count, YAML_MARKS))
