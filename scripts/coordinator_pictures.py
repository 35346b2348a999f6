"""Make docs/pictures/: what a coordinator sees, drawn by the program itself, LibreOffice and Chromium.

The workbook is filled as docs/coordinators.md says; the gaps are those of a part of the invented town.
"""

import subprocess
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
from click.testing import CliRunner
from PIL import Image, ImageChops

from bot.cli import main as nahbei
from bot.coverage_page import page
from bot.coverage_view import Stock
from bot.demand import ALL, Cell, Row
from bot.gaps import Challenge
from bot.i18n import load_languages
from catalog.catalog import load_catalog
from catalog.coverage import Coverage
from scripts.walkthrough import FIRST_ROW, PAGE, do, halves, steps

PICTURES = PAGE.parent / "pictures"
TODAY = date(2026, 11, 23)
EVERY = 6  # so many offers of the invented town, and one is kept: a full town has no gaps to show
COLOURS, DPI = 32, 150


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    for lang, half in zip(("de", "en"), halves(PAGE.read_text("utf-8")), strict=True):
        with TemporaryDirectory() as name:
            folder = Path(name)
            workbook = _workbook(folder, half, lang)
            _save(_sheet(workbook, folder), f"template-{lang}")
            _run_nahbei("check", str(workbook), "--html", str(folder / "check.html"), "--lang", lang)
            _save(_photographed(folder / "check.html", 760, 560), f"check-{lang}")
            (folder / "coverage.html").write_text(_coverage(lang), "utf-8")
            _save(_photographed(folder / "coverage.html", 900, 1010), f"coverage-{lang}")


def _workbook(folder: Path, half: str, lang: str) -> Path:
    """The template as it is after the first tables of the page."""
    workbook = folder / "town.xlsx"
    _run_nahbei("template", str(workbook), "--lang", lang)
    for step in steps(half):
        if step.kind in {"offers", "places"}:
            do(step, workbook, TODAY)
    book = openpyxl.load_workbook(workbook)
    for row in range(FIRST_ROW, FIRST_ROW + 3):
        book.worksheets[0].row_dimensions[row].height = 32  # as LibreOffice does for whoever types two lines
    book.save(workbook)
    return workbook


def _run_nahbei(*words: str) -> None:
    done = CliRunner().invoke(nahbei, ["catalog", *words])
    if done.exit_code > 1:
        raise RuntimeError(done.output)


def _sheet(workbook: Path, folder: Path) -> Image.Image:
    """The first page of the first sheet as LibreOffice prints it, without the paper around it."""
    _run("soffice", "--headless", f"-env:UserInstallation=file://{folder}/office", "--convert-to", "pdf", "--outdir", folder, workbook)  # fmt: skip
    _run("pdftoppm", "-r", DPI, "-f", 1, "-l", 1, "-png", folder / "town.pdf", folder / "sheet")
    (drawn,) = folder.glob("sheet*.png")
    picture = Image.open(drawn).convert("RGB")
    picture = picture.crop((0, 0, picture.width, picture.height // 2))  # below there is only the number of the page
    written = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
    return picture.crop(written)


def _photographed(html: Path, width: int, height: int) -> Image.Image:
    target = html.with_suffix(".png")
    _run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={html.parent}/browser",
         f"--window-size={width},{height}", f"--screenshot={target}", html.as_uri())  # fmt: skip
    return Image.open(target)


def _coverage(lang: str) -> str:
    """The report of a part of the invented town, with searches and a challenge that are invented, too."""
    catalog = load_catalog(today=TODAY)
    own = [offer for offer in catalog.index.offers if offer.example][::EVERY]
    helplines = [offer for offer in catalog.index.offers if offer.helpline]
    coverage = Coverage.survey([*own, *helplines], catalog.places.places, catalog.topics, TODAY)
    need = Cell("Beispielkreis", "Beispielhafen", "", "relief", ALL, ALL, "nothing")
    task = Challenge(1, "leisure_youth", "age_10_14", "Beispielhafen", "", "Jugendamt", date(2027, 3, 31))
    stock = Stock(coverage, TODAY, {"2026-10": (Row(need, 45),)}, (task,))
    return page(stock, load_languages().translator(lang))


def _run(*words: object) -> None:
    subprocess.run([*map(str, words)], check=True, capture_output=True, timeout=120)  # noqa: S603 our own words


def _save(picture: Image.Image, name: str) -> None:
    target = PICTURES / f"{name}.png"
    picture.convert("RGB").quantize(COLOURS).save(target, optimize=True)
    print(f"{target.name}: {picture.size}, {target.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
