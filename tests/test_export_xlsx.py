import io
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from catalog.columns import load_layout
from catalog.export.xlsx import write_xlsx
from catalog.model import Offer
from catalog.sources.base import Source
from catalog.sources.reading import read_catalog
from catalog.sources.yaml import read_yaml
from catalog.topics import Topics
from tests.offers import EXAMPLE_TOWN

TODAY = date(2026, 11, 23)


@pytest.fixture
def source(topics: Topics) -> Source:
    return read_yaml(EXAMPLE_TOWN, topics, TODAY)


def attacked(source: Source) -> Offer:
    changed = {"title": "=1+1", "summary": "@SUM(A1)", "provider": "#N/A", "phone": "+49 30 23125001"}
    return source.offers[0].model_copy(update=changed)


def test_every_cell_is_text_or_a_day_and_nothing_is_computed(source: Source, topics: Topics) -> None:
    content = write_xlsx(Source("test", (attacked(source),)), load_layout(), topics)
    offers = load_workbook(io.BytesIO(content)).worksheets[0]
    cells = [cell for row in offers.iter_rows(min_row=3, max_row=3) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "d"}
    quoted = {cell.value for cell in cells if cell.quotePrefix}
    assert quoted == {"=1+1", "@SUM(A1)", "+49 30 23125001"}


def test_characters_that_no_workbook_can_hold_are_left_out(source: Source, topics: Topics) -> None:
    broken = source.offers[0].model_copy(update={"summary": "ein\x00 Text\x0b"})
    content = write_xlsx(Source("test", (broken,)), load_layout(), topics)
    assert "ein Text" in [cell.value for cell in load_workbook(io.BytesIO(content)).worksheets[0][3]]


def test_the_drop_downs_of_the_template_are_still_there(source: Source, topics: Topics) -> None:
    book = load_workbook(io.BytesIO(write_xlsx(source, load_layout(), topics)))
    offers = book.worksheets[0]
    assert len(offers.data_validations.dataValidation) > 10
    assert offers.max_row == 2 + len(source.offers)
    assert book.worksheets[1].max_row == 2 + len(source.places)


@pytest.mark.whole
def test_libreoffice_opens_it_and_it_still_holds_the_same(source: Source, topics: Topics, tmp_path: Path) -> None:
    if not (soffice := shutil.which("soffice")):
        pytest.skip("LibreOffice is not on this machine: that it opens the workbook cannot be tried")
    few = Source("test", (attacked(source), *source.offers[1:6]), source.places)
    file = tmp_path / "town.xlsx"
    file.write_bytes(write_xlsx(few, load_layout(), topics))
    (tmp_path / "out").mkdir()
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [soffice, profile, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path / "out"), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    read = read_catalog(tmp_path / "out" / "town.ods", topics, TODAY)
    assert read.offers == few.offers
    assert read.places == few.places
