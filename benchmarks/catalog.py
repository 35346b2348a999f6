"""How long a coordinator waits: `nahbei catalog check` on 1,500 offers in a spreadsheet, the whole process.

python -m benchmarks.catalog [--offers 1500] [--runs 3].
"""

import io
import re
import resource
import subprocess
import sys
from argparse import ArgumentParser
from dataclasses import replace
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from rich.console import Console
from rich.table import Table

import catalog
from catalog.columns import load_layout
from catalog.export.table import offer_table, place_table
from catalog.model import Offer
from catalog.sources.base import Source
from catalog.sources.yaml import read_yaml
from catalog.topics import load_topics

TODAY = date(2026, 11, 23)
SLOW = 2.0  # seconds of computing
FILM_NUMBERS = ("030 23125", "069 90009", "040 66969", "0221 4710", "089 99998")
INLINE = re.compile(rb' t="inlineStr"><is><t[^>]*>([^<]*)</t></is></c>')
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TEXTS = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
LISTED = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/>' % TEXTS


class Cost(NamedTuple):
    """What one run took. `computing` counts the child process that reads the workbook as well."""

    seconds: float
    computing: float


def town(count: int) -> Source:
    """The invented town over and over; each offer with an id, a title, an address and contacts of its own."""
    known = read_yaml(Path(catalog.__file__).parent / "data" / "example_town", load_topics(), TODAY)
    offers = (varied(offer, n) for n, offer in enumerate(islice(cycle(known.offers), count)))
    return replace(known, offers=tuple(offers))


def varied(offer: Offer, n: int) -> Offer:
    """The telephone numbers are kept free for films."""
    sites = tuple(
        site.model_copy(update={"address": f"{site.address} {n}"} if site.address else {}) for site in offer.sites
    )
    own = {
        "id": f"{offer.id[:70]}-{n}",
        "title": f"{offer.title[:100]} Gruppe {n}",
        "sites": sites,
        "phone": offer.phone and f"{FILM_NUMBERS[n // 1000 % len(FILM_NUMBERS)]} {n % 1000:03d}",
        "email": offer.email and f"gruppe-{n}@example.org",
        "web": offer.web and f"https://www.example.org/gruppe-{n}",
    }
    return offer.model_copy(update=own)


def write_workbook(path: Path, source: Source) -> None:
    """As a spreadsheet program would: shared texts, nothing in empty cells."""
    layout, book = load_layout(), Workbook()
    offers, places = book.worksheets[0], book.create_sheet("Orte")
    offers.title = "Angebote"
    tables = (
        (offers, offer_table(source, layout, load_topics(), "de")),
        (places, place_table(source.places, layout, "de")),
    )
    for sheet, table in tables:
        sheet.append(table.headings)
        for row in table.rows:
            sheet.append([text or None for text in row])
    whole = io.BytesIO()
    book.save(whole)
    share_texts(whole, path)


def share_texts(whole: io.BytesIO, path: Path) -> None:
    """What the library writes into each cell, spreadsheet programs keep once, in a part of its own."""
    numbers: dict[bytes, int] = {}

    def number(found: re.Match[bytes]) -> bytes:
        return b' t="s"><v>%d</v></c>' % numbers.setdefault(found[1], len(numbers))

    with ZipFile(whole) as source, ZipFile(path, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = INLINE.sub(number, source.read(name))
            listed = LISTED if name == "[Content_Types].xml" else b""
            target.writestr(name, part.replace(b"</Types>", listed + b"</Types>"))
        texts = b"".join(b"<si><t>%s</t></si>" % text for text in numbers)
        target.writestr("xl/sharedStrings.xml", b'<sst xmlns="%s">%s</sst>' % (MAIN, texts))


def run(*arguments: str) -> Cost:
    started, before = monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "bot.cli", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 our own program
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)
    computing = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return Cost(monotonic() - started, computing)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--offers", type=int, default=1500)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    table = Table("what", "computing, s", "by the clock, s", title=f"{chosen.offers} offers in a spreadsheet")
    with TemporaryDirectory() as folder:
        workbook, page = Path(folder, "town.xlsx"), Path(folder, "report.html")
        write_workbook(workbook, town(chosen.offers))
        day = ("--today", TODAY.isoformat())
        commands = {
            "start the program (--help)": ("catalog", "check", "--help"),
            "check": ("catalog", "check", str(workbook), *day),
            "check --html": ("catalog", "check", str(workbook), "--html", str(page), *day),
            "check --json": ("catalog", "check", str(workbook), "--json", *day),
            "duplicates": ("catalog", "duplicates", str(workbook)),
        }
        worst = 0.0
        for name, arguments in commands.items():
            costs = [run(*arguments) for _ in range(chosen.runs)]
            computing = median(cost.computing for cost in costs)
            table.add_row(name, f"{computing:.2f}", f"{median(cost.seconds for cost in costs):.2f}")
            worst = max(worst, computing)
    Console().print(table)
    print(f"slowest: {worst:.2f} s of computing; the limit is {SLOW:.0f} s for 1,500 offers")


if __name__ == "__main__":
    main()
