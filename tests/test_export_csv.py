import csv
import io
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from catalog.columns import load_layout
from catalog.export.csv import write_csv
from catalog.sources.base import Source
from catalog.sources.csv import escaped, unescaped
from catalog.sources.yaml import read_yaml
from catalog.topics import Topics
from tests.offers import PROGRAMMES

DANGEROUS = "=+-@\t\r\0＝＋－＠"
TODAY = date(2026, 11, 23)


@given(st.text(), st.sampled_from(["", *DANGEROUS, "'", "''"]))
def test_an_escaped_cell_is_never_a_formula_and_comes_back(text: str, begin: str) -> None:
    cell = begin + text
    assert escaped(cell)[:1] not in tuple(DANGEROUS)
    assert unescaped(escaped(cell)) == cell


def test_excel_opens_it_right_and_computes_nothing(topics: Topics) -> None:
    offer = read_yaml(PROGRAMMES, topics, TODAY).offers[0]
    attack = offer.model_copy(update={"title": '=HYPERLINK("http://example.org")', "phone": "+49 30 23125001"})
    content = write_csv(Source("test", (attack,)), load_layout(), topics)
    assert content.startswith(b"\xef\xbb\xbf")
    headings, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    cells = dict(zip(headings, row, strict=True))
    assert cells["Titel"] == """'=HYPERLINK("http://example.org")"""
    assert cells["Telefon"] == "'+49 30 23125001"
    assert not [cell for cell in row if cell.startswith(tuple(DANGEROUS))]
