"""What the tests of published versions share: catalogs that Hypothesis makes up, and a way to publish them."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from bot.store.database import Database
from catalog import db
from catalog.model import Offer, Site
from catalog.places import Place
from catalog.versions import Content, Version, pack
from tests.checking import an_offer

TOWN = Place("Görlitz", 51.155, 14.989, plz="02826", post_codes=("02826",), aliases=("Zgorzelec",), own=True)
CRISIS: dict[str, Any] = {
    "id": "crisis-line",
    "title": "Krisendienst",
    "topics": ("suicidal-thoughts",),
    "phone": "030 23125 654",
}

words = st.text(st.sampled_from("aäzßЖ猫€\"'\n\\ "), min_size=1, max_size=20).map(lambda text: f"Das {text}".strip())
days = st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1))
offers = st.builds(
    an_offer,
    st.builds(Site, address=words, post_code=st.sampled_from(["02826", "02829"]), lat=st.just(51.1), lon=st.just(14.9)),
    id=st.from_regex(r"[a-e]{2}", fullmatch=True),
    title=words.filter(lambda title: len(title) > 3),
    provider=words,
    phone=st.sampled_from(["", "030 23125 001", "112", "116 016", "0800 1110111"]),
    topics=st.sampled_from([("parents-meeting",), ("suicidal-thoughts",), ("crying-baby", "parents-meeting")]),
    verified_on=days,
    verified_by=st.sampled_from(["", "Kim", "amt@example.org"]),
    staffing=st.sampled_from(["pro", "volunteer", None]),
    cost=st.sampled_from([None, {"free": True}, {"free": False, "amount": "2.50"}]),
    translations=st.sampled_from([{}, {"tr": {"title": "Kafe", "by": "human"}}]),
)
catalogs = st.lists(offers, max_size=8, unique_by=lambda offer: offer.id).map(tuple)


def ordered(found: tuple[Offer, ...]) -> list[Offer]:
    return sorted(found, key=lambda offer: offer.id)


def publish(database: Database, found: tuple[Offer, ...], **changed: Any) -> Version:
    """Publish on top of whatever is there."""
    said = {"who": "Kim", "note": "", "now": database.now(), "base": database.run(db.stamp).version, **changed}
    return database.run(db.publish, pack(Content("Görlitz", found, (TOWN,))), **said)
