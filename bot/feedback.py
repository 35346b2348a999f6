"""What families say about offers, as the coordinator sees it: what needs a call comes first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from rich.table import Table

from bot.dialogue.model import Remark
from catalog.catalog import Catalog

WORDS: Mapping[Remark, str] = {
    "closed": "closed",
    "wrong_number": "wrong number",
    "full": "full",
    "wrong_language": "language not spoken",
    "helped": "helped",
}


def feedback_table(said: Iterable[tuple[str, Remark, int, str]], catalog: Catalog, needed: int) -> Table:
    """One line an offer; ⚠️ where `needed` families say the same, so that every family is warned on its card."""
    offers = {offer.id: offer for offer in catalog.index.offers}
    remarks: dict[str, dict[Remark, int]] = defaultdict(dict)
    weeks: dict[str, str] = {}
    for offer, remark, n, week in said:
        remarks[offer][remark] = n
        weeks[offer] = max(week, weeks.get(offer, week))
    table = Table("", "offer", "title", "phone", *WORDS.values(), "last", title="What families say about offers")
    for offer in sorted(remarks, key=lambda offer: (-_bad(remarks[offer]), offer)):
        known = offers.get(offer)
        warned = any(n >= needed for remark, n in remarks[offer].items() if remark != "helped")
        table.add_row(
            "⚠️" if warned else "",
            offer,
            known.title if known else "(no longer in the catalog)",
            (known.phone if known else "") or "",
            *(str(remarks[offer].get(remark, "")) for remark in WORDS),
            weeks[offer],
        )
    table.caption = (
        "Look after the offer, then: nahbei feedback clear OFFER" if remarks else "Nobody has said anything yet."
    )
    return table


def _bad(remarks: Mapping[Remark, int]) -> int:
    return max((n for remark, n in remarks.items() if remark != "helped"), default=0)
