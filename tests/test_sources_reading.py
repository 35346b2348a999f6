"""A catalog whatever its format; and files of every kind that are none."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
import yaml

from catalog.catalog import load_catalog
from catalog.problems import UnreadableError
from catalog.sources.reading import LARGEST, LARGEST_YAML, read_catalog
from catalog.topics import Topics
from tests import hostile
from tests.conftest import SHARED

TODAY = date(2026, 11, 23)
CATALOGS = SHARED / "data" / "catalogs"
ROW = [*hostile.OFFER, "Weidenring 30"]
YAML = {
    "offers": [
        {
            **{"id": "cafe-nord", "title": "Elterncafé Nord", "provider": "Haus e. V.", "offer_type": "parents-cafe"},
            **{"topics": ["debts"], "phone": "030 23125 101"},
            "sites": [{"post_code": "00103", "municipality": "Beispielhafen", "address": "Weidenring 30"}],
        }
    ]
}
CSV = "\n".join(";".join(cells) for cells in (hostile.HEADINGS, ROW))
GOOD = {
    "town.xlsx": hostile.workbook(),
    "town.XLSM": hostile.workbook(),
    "town.csv": CSV.encode("cp1252"),
    "town.tsv": CSV.replace(";", "\t").encode(),
    "town.txt": CSV.encode("utf-16"),
    "town.yaml": yaml.safe_dump(YAML).encode(),
    "town.yml": yaml.safe_dump(YAML).encode(),
    "town.json": json.dumps(YAML).encode(),
}


def refused(path: Path, topics: Topics) -> str:
    """The code of the refusal, which is a sentence in both languages."""
    with pytest.raises(UnreadableError) as refusal:
        read_catalog(path, topics, TODAY)
    problem = refusal.value.problem
    assert problem.severity == "error"
    assert problem.said("de").what
    assert problem.said("en").right
    assert "\n" not in str(refusal.value)
    return problem.code


@pytest.mark.parametrize("name", GOOD)
def test_every_format_gives_the_same_offer(tmp_path: Path, topics: Topics, name: str) -> None:
    path = hostile.save(tmp_path, GOOD[name], name)
    [offer] = read_catalog(path, topics, TODAY).offers
    assert (offer.id, offer.topics, offer.phone, offer.sites[0].post_code) == (
        "cafe-nord",
        ("debts",),
        "030 23125 101",
        "00103",
    )
    assert path.read_bytes() == GOOD[name], "a coordinator's file is never written"


def test_a_spreadsheet_can_be_the_catalog_of_the_assistant(tmp_path: Path) -> None:
    catalog = load_catalog([hostile.save(tmp_path, GOOD["town.xlsx"])], today=TODAY)
    assert "cafe-nord" in {offer.id for offer in catalog.index.offers}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("town.pdf", b"%PDF", "file-kind-unknown"),
        ("town", b"", "file-kind-unknown"),
        ("town.xls", b"", "file-old-excel"),
        ("town.xlsx", b"", "file-broken"),
        ("town.xlsx", b"<html><table>", "file-broken"),
        ("town.xlsx", GOOD["town.xlsx"][:3000], "file-broken"),
        ("town.xlsx", hostile.far_cell(), "cell-far-out"),
        ("town.xlsx", hostile.encrypted(), "file-locked"),
        ("town.ods", GOOD["town.xlsx"], "file-broken"),
        ("town.csv", b"", "table-empty"),
        ("town.csv", b"\x89PNG\0", "csv-unreadable"),
        ("town.csv", b"a;b\n" * 1_000_000, "rows-too-many"),
        ("town.csv", b"x;" * 1_000_000, "columns-too-many"),
        ("town.json", b"{", "json-unreadable"),
        ("town.yaml", b"offers: " + b"[" * 50_000, "yaml-nested"),
        ("town.yaml", b"a: &a [x]\noffers: [*a, *a]", "yaml-nested"),
        ("town.yaml", b"- a\n" * 400_000, "file-too-large"),
        ("town.yaml", bytes(LARGEST_YAML + 1), "file-too-large"),
        ("town.csv", bytes(LARGEST + 1), "file-too-large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_catalog_is_refused_in_one_sentence(
    tmp_path: Path, topics: Topics, name: str, content: bytes, code: str
) -> None:
    assert refused(hostile.save(tmp_path, content, name), topics) == code


def test_a_folder_without_a_catalog_a_pipe_and_a_missing_file_are_told_apart(tmp_path: Path, topics: Topics) -> None:
    assert refused(tmp_path, topics) == "folder-empty"
    os.mkfifo(tmp_path / "pipe.csv")
    assert refused(tmp_path / "pipe.csv", topics) == "file-not-regular"
    with pytest.raises(FileNotFoundError):
        read_catalog(tmp_path / "none.xlsx", topics, TODAY)


def test_a_folder_of_many_files_has_the_limit_of_one(tmp_path: Path, topics: Topics) -> None:
    for number in range(4):
        (tmp_path / f"{number}.yaml").write_bytes(b"- a\n" * 100_000)
    assert refused(tmp_path, topics) == "file-too-large"


@pytest.mark.skipif(not CATALOGS.is_dir(), reason="the public catalogs lie beside the repository")
@pytest.mark.parametrize("name", ["hamburg_kitas/kitas.csv", "erlangen_beratung/beratungsstellen.csv"])
def test_a_table_made_for_something_else_is_refused_with_the_columns_that_it_lacks(topics: Topics, name: str) -> None:
    assert refused(CATALOGS / name, topics) == "columns-missing"
