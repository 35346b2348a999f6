"""A catalog as CSV that Excel opens right: semicolons, UTF-8 with its mark.

A cell that a spreadsheet would take for a formula begins with an apostrophe (CWE-1236); our own reading takes it away
again. Places have no room in a table of offers: they stay in XLSX and YAML.
"""

import csv
import io

from catalog.columns import Layout
from catalog.export.table import offer_table
from catalog.problems import Lang
from catalog.sources.base import Source
from catalog.sources.csv import escaped
from catalog.topics import Topics


def write_csv(source: Source, layout: Layout, topics: Topics, lang: Lang = "de") -> bytes:
    """Write one row per offer."""
    table = offer_table(source, layout, topics, lang)
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=";", lineterminator="\r\n")
    writer.writerows([escaped(cell) for cell in row] for row in (table.headings, *table.rows))
    return lines.getvalue().encode("utf-8-sig")
