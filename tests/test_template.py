"""The workbook that a coordinator begins with: it opens everywhere, and what is filled in comes out again."""

import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from bot.cli import main
from catalog.columns import load_layout
from catalog.problems import Lang
from catalog.sources.reading import read_tables
from catalog.sources.sheets import read_workbook
from catalog.sources.tables import Row, Table, Workbook
from catalog.template import EXAMPLE_ROW, HEADING_ROW, template, write_template
from catalog.words import LANGS
from tests.tables import TOPICS

LAYOUT = load_layout()
OFFICE = shutil.which("soffice") or ""
SHOWN = [column for column in LAYOUT.offers.values() if column.group]


@pytest.fixture(scope="module", params=LANGS)
def lang(request: pytest.FixtureRequest) -> Lang:
    chosen: Lang = request.param
    return chosen


@pytest.fixture
def book(tmp_path: Path, lang: Lang) -> Book:
    write_template(tmp_path / "town.xlsx", LAYOUT, lang)
    return load_workbook(tmp_path / "town.xlsx")


def filled(workbook: Workbook) -> Workbook:
    """The example rows with a real id and a real name, as if a coordinator had begun with them."""
    tables = []
    for table in workbook.tables:
        rows = [
            Row(row.number, tuple("cafe-nord" if c in {"BEISPIEL", "EXAMPLE"} else c for c in row.cells))
            for row in table.rows
        ]
        tables.append(Table(table.sheet, tuple(rows)))
    return Workbook(tuple(tables))


def test_an_untouched_template_publishes_nothing_and_has_no_mistakes(tmp_path: Path, lang: Lang) -> None:
    write_template(tmp_path / "town.xlsx", LAYOUT, lang)
    source = read_workbook(read_tables(tmp_path / "town.xlsx"), tmp_path / "town.xlsx", TOPICS)
    assert (source.offers, source.places) == ((), ())
    assert [problem.code for problem in source.problems] == ["example-row"]


def test_the_example_row_is_a_good_offer(tmp_path: Path, lang: Lang) -> None:
    write_template(tmp_path / "town.xlsx", LAYOUT, lang)
    source = read_workbook(filled(read_tables(tmp_path / "town.xlsx")), tmp_path / "town.xlsx", TOPICS)
    assert source.problems == ()
    [offer] = source.offers
    assert (offer.offer_type, offer.topics) == ("parents-cafe", ("parents-meeting", "baby-groups"))
    assert (offer.age_from, offer.age_to, offer.languages) == (0, 47, ("de", "ar", "tr"))
    assert offer.opening_hours == (
        "Mo-We,Fr 09:00-12:00; Th 09:00-12:00,15:00-18:00" if lang == "de" else "Mo-Fr 09:00-12:00; Th 15:00-18:00"
    )
    assert (offer.sites[0].post_code, offer.verified_on is not None, len(offer.dates)) == ("00103", True, 1)


def test_every_column_is_headed_explained_and_asks_for_its_words(book: Book, lang: Lang) -> None:
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[HEADING_ROW]]
    assert headings == [column.headings[lang] + " *" * column.needed for column in SHOWN]
    assert sheet.freeze_panes == f"C{EXAMPLE_ROW}"
    validations = {str(v.sqref).split(":")[0].rstrip("0123456789"): v for v in sheet.data_validations.dataValidation}
    by_key = {column.key: validations[get_column_letter(n)] for n, column in enumerate(SHOWN, start=1)}
    assert all(validation.prompt and len(validation.prompt) <= 255 for validation in by_key.values())
    listed = {key for key, validation in by_key.items() if validation.type == "list"}
    assert {"offer_type", "topics", "languages", "access", "age_from", "cost", "site_kind", "anonymous"} <= listed
    assert not listed & {"title", "phone", "dates", "service_area", "verified_on"}
    assert {key for key in listed if by_key[key].showErrorMessage} >= {"offer_type", "capacity"}
    assert not {key for key in listed if by_key[key].showErrorMessage} & {"topics", "age_from", "cost"}


def test_the_drop_downs_offer_the_words_of_the_hidden_sheet(book: Book, lang: Lang) -> None:
    lists = book[LAYOUT.sheets["lists"].names[lang]]
    assert lists.sheet_state == "hidden"
    columns = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in lists.iter_cols()}
    assert columns["offer_types"] == list(LAYOUT.words["offer_types"].words(lang))
    assert columns["topics"] == list(LAYOUT.words["topics"].words(lang))


def test_what_excel_would_turn_into_dates_and_numbers_is_text(book: Book) -> None:
    sheet = book.worksheets[0]
    formats = {
        column.key: sheet.column_dimensions[get_column_letter(number)].number_format
        for number, column in enumerate(SHOWN, start=1)
    }
    assert {formats[key] for key in ("post_code", "phone", "age_from", "id", "opening_hours")} == {"@"}
    assert {formats[key] for key in ("valid_from", "verified_on")} == {"DD.MM.YYYY"}


def test_the_explanation_names_every_column_and_every_word(lang: Lang) -> None:
    sheet = template(LAYOUT, lang)[LAYOUT.sheets["explanation"].names[lang]]
    text = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    for column in (*LAYOUT.offers.values(), *LAYOUT.places.values()):
        assert column.explanation
        assert column.explanation[lang] in text
    assert all(word in text for name in ("topics", "offer_types") for word in LAYOUT.words[name].words(lang))


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "town.xlsx"
    path.write_bytes(b"months of work")
    done = CliRunner().invoke(main, ["catalog", "template", str(path)])
    assert done.exit_code == 2
    assert path.read_bytes() == b"months of work"


@pytest.mark.parametrize(("arguments", "word"), [([], "Erklärung"), (["--lang", "en"], "Explanation")])
def test_the_command_writes_the_workbook_and_says_what_to_do(tmp_path: Path, arguments: list[str], word: str) -> None:
    path = tmp_path / "town.xlsx"
    done = CliRunner().invoke(main, ["catalog", "template", str(path), *arguments])
    assert (done.exit_code, word in done.output) == (0, True)
    assert word in load_workbook(path).sheetnames


@pytest.mark.whole
@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed on this machine")
@pytest.mark.parametrize(("lang", "suffix"), [("de", "xlsx"), ("en", "ods")], indirect=["lang"])
def test_libreoffice_opens_the_template_and_saves_it_with_everything_in_it(
    tmp_path: Path, lang: Lang, suffix: str
) -> None:
    write_template(tmp_path / "town.xlsx", LAYOUT, lang)
    command = [OFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", suffix]
    saved = tmp_path / "saved"
    subprocess.run(
        [*command, "--outdir", str(saved), str(tmp_path / "town.xlsx")], check=True, capture_output=True, timeout=120
    )
    before, after = (filled(read_tables(path)) for path in (tmp_path / "town.xlsx", saved / f"town.{suffix}"))
    read = [read_workbook(tables, Path("town.xlsx"), TOPICS) for tables in (before, after)]
    assert read[0].offers
    assert (read[0].offers, read[0].problems) == (read[1].offers, read[1].problems)
    if suffix == "xlsx":
        again = load_workbook(saved / "town.xlsx")
        kept = len(again.worksheets[0].data_validations.dataValidation)
        assert again[LAYOUT.sheets["lists"].names[lang]].sheet_state == "hidden"
        assert kept >= len({column.words or column.form for column in SHOWN})
