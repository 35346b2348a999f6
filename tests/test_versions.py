"""A published catalog comes back as it went in, whatever it held and whoever reads it later."""

import json
import zlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.catalog import Catalog
from catalog.model import Offer
from catalog.versions import Confirmation, Content, Published, Stamp, Version, confirmed, earlier, pack, shown, unpack
from tests.checking import TODAY, an_offer
from tests.versions import TOWN, catalogs, ordered


@given(catalogs)
def test_what_is_packed_comes_out_as_it_went_in(offers: tuple[Offer, ...]) -> None:
    packed = pack(Content("Görlitz\n„Mitte“", offers, (TOWN,)))
    assert unpack(packed.data) == Content("Görlitz\n„Mitte“", tuple(ordered(offers)), (TOWN,))
    assert packed.offers == len(offers)


def test_everything_that_ships_survives(catalog: Catalog) -> None:
    own = tuple(place for place in catalog.places.places if place.own)
    content = unpack(pack(Content("Beispielhafen", catalog.index.offers, own)).data)
    assert list(content.offers) == ordered(catalog.index.offers)
    assert content.places == own
    assert own


@given(catalogs, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_no_difference(offers: tuple[Offer, ...], random: object) -> None:
    mixed = list(offers)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert pack(Content("Görlitz", tuple(mixed))).checksum == pack(Content("Görlitz", offers)).checksum


def test_every_other_difference_is_one() -> None:
    plain = Content("Görlitz", (an_offer(),), (TOWN,))
    others = (
        Content("Zittau", (an_offer(),), (TOWN,)),
        Content("Görlitz", (an_offer(phone="030 23125 001"),), (TOWN,)),
        Content("Görlitz", (an_offer(),)),
        Content("Görlitz", (), (TOWN,)),
    )
    assert len({pack(content).checksum for content in (plain, *others)}) == 5


def test_an_offer_that_a_later_program_refuses_does_not_cost_the_others() -> None:
    lines = zlib.decompress(pack(Content("Görlitz", (an_offer(), an_offer(id="other-cafe")))).data).split(b"\n")
    strange = json.dumps({**json.loads(lines[1]), "id": "strange", "feeds_dragons": True}).encode()
    content = unpack(zlib.compress(b"\n".join((*lines, strange))))
    assert [offer.id for offer in content.offers] == ["other-cafe", "parents-cafe"]
    assert content.left_out == ("strange",)


def test_a_version_of_a_later_form_or_a_damaged_one_is_refused() -> None:
    data = pack(Content("Görlitz", ())).data
    head = json.loads(zlib.decompress(data))
    with pytest.raises(ValueError, match="newer nahbei"):
        unpack(zlib.compress(json.dumps({**head, "form": 2}).encode()))
    with pytest.raises(ValueError, match="damaged"):
        unpack(data[:-3])


# ---- confirmed since


def verified(on: date | None, said: Confirmation | None) -> Offer:
    offer = an_offer(verified_on=on, verified_by="Amt")
    (after,) = confirmed([offer], {offer.id: said} if said else {})
    return after


def test_what_was_confirmed_counts_until_the_file_names_the_same_day_or_a_later_one() -> None:
    said = Confirmation(TODAY, "Kim")
    for on in (None, TODAY - timedelta(1)):
        assert (verified(on, said).verified_on, verified(on, said).verified_by) == (TODAY, "Kim")
    for on in (TODAY, TODAY + timedelta(1)):
        assert (verified(on, said).verified_on, verified(on, said).verified_by) == (on, "Amt")


def test_who_confirms_without_a_name_takes_nobody_elses_away() -> None:
    assert verified(None, Confirmation(TODAY, "")).verified_by == "Amt"
    assert verified(None, None).verified_on is None


def test_families_see_what_is_published_with_what_was_confirmed() -> None:
    content = pack(Content("Görlitz", (an_offer(verified_on=None),)))
    version = Version(1, 0.0, "Kim", "", content.checksum, 1)
    published = Published(Stamp(1, 1), version, content.data, {"parents-cafe": Confirmation(TODAY, "Kim")})
    assert [offer.verified_on for offer in shown(published)] == [TODAY]
    assert shown(None) == ()


# ---- back


def versions(*numbers: int) -> list[Version]:
    return [Version(number, 0.0, "", "", "", 0) for number in numbers]


@pytest.mark.parametrize(
    ("kept", "wanted", "back"),
    [
        ((3, 2, 1), None, 2),
        ((3, 2, 1), 1, 1),
        ((3, 2, 1), 4, None),
        ((1,), None, None),
        ((), None, None),
        ((9, 8), 1, None),
    ],
)
def test_the_way_back_leads_to_a_version_that_is_kept(
    kept: tuple[int, ...], wanted: int | None, back: int | None
) -> None:
    found = earlier(versions(*kept), wanted)
    assert (found.number if found else None) == back
