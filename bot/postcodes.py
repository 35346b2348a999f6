"""`nahbei places update`: the table of German post codes, from GeoNames, checked before it replaces the old one."""

import csv
import hashlib
import io
import urllib.request
import zipfile
import zlib
from http.client import HTTPException
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

GEONAMES = "https://download.geonames.org/export/zip/DE.zip"
FILE_NAME = "post_codes.csv"
TIMEOUT_SECONDS = 30
MOST_BYTES = 50_000_000
FEWEST_ROWS = 5_000  # Germany has about 8,200 post codes; fewer means a broken file
CHUNK = 64 * 1024
PLZ, PLACE, STATE, COUNTY, LAT, LON = 1, 2, 3, 7, 9, 10  # columns of GeoNames' readme


def update(
    folder: Path, url: str | None = None, sha256: str | None = None, fewest: int = FEWEST_ROWS
) -> tuple[Path, int]:
    """Download, check, and put the table in place; the old one stays until the new one is whole.

    Returns:
        The table's path and how many post codes it holds.

    Raises:
        OSError: when there is no network or no permission.
        ValueError: when the file is not what was expected.
    """
    try:
        packed = _download(url or GEONAMES)
    except HTTPException as error:
        raise ValueError(
            "the answer was broken off or is no web page: nothing was changed, please try again"
        ) from error
    digest = hashlib.sha256(packed).hexdigest()
    if sha256 and digest != sha256.lower():
        raise ValueError(f"the file has checksum {digest}, not {sha256}: nothing was changed")
    rows = _rows(packed)
    if len(rows) < fewest:
        raise ValueError(f"the file holds only {len(rows)} post codes: nothing was changed")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / FILE_NAME
    fresh = target.with_suffix(".new")
    with fresh.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(["plz", "place", "state", "lat", "lon", "kreis"])
        table.writerows(rows)
    fresh.replace(target)
    (folder / f"{FILE_NAME}.sha256").write_text(f"{digest}  {url or GEONAMES}\n", "utf-8")
    return target, len(rows)


def _download(url: str) -> bytes:
    columns = (TextColumn("post codes"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    request = urllib.request.Request(url, headers={"User-Agent": "nahbei"})  # noqa: S310 the operator names the address
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer, Progress(*columns, transient=True) as bar:  # noqa: S310 same
        length = answer.headers.get("Content-Length") or ""
        task = bar.add_task("", total=int(length) if length.isdigit() else None)
        parts, size = [], 0
        while chunk := answer.read(CHUNK):
            parts.append(chunk)
            size += len(chunk)
            bar.update(task, completed=size)
            if size > MOST_BYTES:
                raise ValueError("the file is far larger than the table of post codes: nothing was changed")
    return b"".join(parts)


def _in_germany(cells: list[str]) -> bool:
    try:
        return 47 <= float(cells[LAT]) <= 56 and 5 <= float(cells[LON]) <= 16  # noqa: PLR2004 degrees
    except ValueError:
        return False


def _rows(packed: bytes) -> list[tuple[str, ...]]:
    """One row a post code; where several towns share it, the first one named speaks for it."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            text = archive.read("DE.txt").decode("utf-8")
    except (zipfile.BadZipFile, zlib.error, RuntimeError, KeyError, UnicodeDecodeError) as error:
        raise ValueError("this is not GeoNames' DE.zip: nothing was changed") from error
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        cells = line.split("\t")
        if len(cells) > LON and len(cells[PLZ]) == 5 and cells[PLZ].isdigit() and _in_germany(cells):  # noqa: PLR2004 digits
            row = (cells[PLZ], cells[PLACE], cells[STATE], cells[LAT], cells[LON], cells[COUNTY])
            found.setdefault(cells[PLZ], row)
    return sorted(found.values())
