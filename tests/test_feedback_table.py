"""What families say about offers, as a coordinator sees it."""

import io

from rich.console import Console

from bot.dialogue.model import Remark
from bot.feedback import feedback_table
from catalog.catalog import Catalog

Said = list[tuple[str, Remark, int, str]]


def shown(said: Said, catalog: Catalog, needed: int = 3) -> list[str]:
    console = Console(file=io.StringIO(), width=250, record=True)
    console.print(feedback_table(said, catalog, needed))
    return console.export_text().splitlines()


def test_an_offer_of_which_several_say_the_same_comes_first_and_is_marked(catalog: Catalog) -> None:
    first, second = (offer.id for offer in catalog.index.offers[:2])
    lines = shown([(first, "closed", 2, "2026-W47"), (second, "full", 3, "2026-W46")], catalog)
    about = [line for line in lines if first in line or second in line]
    assert second in about[0]
    assert "⚠️" in about[0]
    assert "⚠️" not in about[1]


def test_praise_alone_is_no_warning(catalog: Catalog) -> None:
    offer = catalog.index.offers[0].id
    assert not any("⚠️" in line for line in shown([(offer, "helped", 9, "2026-W47")], catalog))


def test_an_offer_that_has_left_the_catalog_is_still_named(catalog: Catalog) -> None:
    assert any("no longer in the catalog" in line for line in shown([("gone", "closed", 1, "2026-W47")], catalog))


def test_when_nobody_has_said_anything_it_says_so(catalog: Catalog) -> None:
    assert any("Nobody has said anything yet" in line for line in shown([], catalog))
