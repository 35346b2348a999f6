"""Pages for an office need nothing but themselves, run nothing, and show whatever a cell holds as text."""

from base64 import b64encode
from hashlib import sha256

import pytest

from bot.office_page import Column, document, notes, table, visible
from tests.test_demand_page import HOSTILE, parsed


def test_the_policy_allows_the_pages_own_style_and_nothing_else() -> None:
    html = document("de", "Titel", "<p>x</p>", ".own { color: #1c1c1c; }")
    style = html.split("<style>")[1].split("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    (policy,) = (meta["content"] for meta in parsed(html).all("meta") if "http-equiv" in meta)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert ".own" in style


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_handed_in_stays_text(name: str) -> None:
    html = document("de", name, table([Column[str](name, lambda line: line)], [name]) + notes([name]))
    read = parsed(html)
    assert not {tag for tag, _ in read.elements} & {"script", "img"}
    assert read.text.count(name) == 5  # title, heading, column, cell, note


def test_on_a_phone_every_value_carries_its_label() -> None:
    columns = [Column[int]("Zahl", str, is_number=True), Column[int]("Doppelt", lambda n: str(2 * n))]
    cells = parsed(table(columns, [3])).all("td")
    assert [cell["data-label"] for cell in cells] == ["Zahl", "Doppelt"]
    assert [cell.get("class") for cell in cells] == ["number", None]


def test_what_a_terminal_obeys_or_what_turns_a_line_round_is_taken_out() -> None:
    assert visible("A\x1b[31mB\u202eC\nD") == "A [31mB C D"
