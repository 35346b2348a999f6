import time
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.database import Database
from catalog import positions
from catalog.geocoding import (
    FARTHEST_KM,
    PAUSE,
    Address,
    GeocoderError,
    Position,
    address_of,
    geocode,
    located,
    nominatim,
    wanted,
)
from catalog.model import Offer, Site
from catalog.places import Gazetteer, Place
from tests.nominatim import FakeNominatim, fake_nominatim

HOUSE = Address("Weidenring 30", "00103", "Beispielhafen")
THERE = Position(54.4781, 6.5889)
PLACES = Gazetteer([Place("Beispielhafen", 54.479, 6.590, plz="00103", post_codes=("00103",))])


@pytest.fixture
def server() -> Iterator[FakeNominatim]:
    with fake_nominatim({HOUSE.street: THERE}) as fake:
        yield fake


def offer(*sites: Site) -> Offer:
    return Offer(
        id="parents-cafe",
        title="Elterncafé",
        provider="Haus",
        offer_type="parents-cafe",
        kind="leisure",
        sector="social",
        topics=("parents-meeting",),
        sites=sites,
    )


def house(street: str = HOUSE.street, **fields: object) -> Site:
    return Site.model_validate(
        {"address": street, "post_code": HOUSE.post_code, "municipality": HOUSE.municipality} | fields
    )


def test_an_address_is_asked_of_the_named_server_alone(server: FakeNominatim) -> None:
    assert nominatim(server.url)(HOUSE) == THERE
    assert server.asked == [
        {
            "street": "Weidenring 30",
            "postalcode": "00103",
            "city": "Beispielhafen",
            "countrycodes": "de",
            "format": "json",
            "limit": "1",
        }
    ]
    assert server.agents == ["nahbei"]
    assert server.paths == ["/nominatim/search"]


def test_what_the_server_does_not_know_is_no_error(server: FakeNominatim) -> None:
    assert nominatim(server.url)(HOUSE._replace(street="Nirgendweg 1")) is None


def test_questions_keep_their_distance(server: FakeNominatim) -> None:
    """A second each in service. Waiting can only take longer than it must, whatever else the machine does."""
    assert PAUSE >= 1
    lookup = nominatim(server.url, pause=0.05)
    began = time.monotonic()
    for _ in range(5):
        lookup(HOUSE)
    assert time.monotonic() - began >= 4 * 0.05


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_server_that_refuses_is_said_and_not_taken_for_an_unknown_address(server: FakeNominatim, status: int) -> None:
    server.status = status
    with pytest.raises(GeocoderError, match=r"127\.0\.0\.1"):
        nominatim(server.url)(HOUSE)


def test_no_server_is_said() -> None:
    with pytest.raises(GeocoderError):
        nominatim("http://127.0.0.1:9", timeout=1)(HOUSE)


@pytest.mark.parametrize("url", ["", "nominatim.example.org", "file:///etc/passwd", "http://"])
def test_an_address_of_no_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no address of a Nominatim server"):
        nominatim(url)


def test_each_address_is_asked_once_and_never_again(server: FakeNominatim) -> None:
    offers = [offer(house(), house("Weidenring  30"), house("Kaistr. 1"), house("Kaistraße 1"))]
    first = dict(geocode(wanted(offers), {}, nominatim(server.url, pause=0), PLACES))
    assert len(server.asked) == 2
    assert list(first.values()) == [THERE, None]
    assert not dict(geocode(wanted(offers), first, nominatim(server.url, pause=0), PLACES))
    assert len(server.asked) == 2


def test_a_position_far_from_its_post_code_is_not_believed(server: FakeNominatim) -> None:
    server.known[HOUSE.street] = Position(48.1, 11.6)
    assert list(geocode(wanted([offer(house())]), {}, nominatim(server.url), PLACES)) == [(HOUSE.key, None)]
    assert FARTHEST_KM < 100


@given(
    st.sampled_from(["hidden", "home_visit", "online", "phone"]),
    st.sampled_from(["", "Weidenring 30"]),
    st.sampled_from([None, "00103"]),
)
def test_only_houses_are_ever_asked_for(kind: str, address: str, post_code: str | None) -> None:
    secret = {"kind": kind, "address": "" if kind == "hidden" else address, "post_code": post_code}
    site = Site.model_validate({**secret, "municipality": "Beispielhafen"})
    assert address_of(site) is None
    assert not wanted([offer(site)])
    (after,) = located([offer(site)], {HOUSE.key: THERE}, PLACES)
    assert after.sites == (site,)


def test_a_known_address_gets_its_position() -> None:
    (after,) = located([offer(house(approximate=True, lat=54.479, lon=6.590))], {HOUSE.key: THERE}, PLACES)
    (site,) = after.sites
    assert (site.lat, site.lon, site.approximate) == (*THERE, False)


def test_without_a_server_a_house_is_in_the_middle_of_its_post_code_and_says_so() -> None:
    (after,) = located([offer(house())], {HOUSE.key: None}, PLACES)
    (site,) = after.sites
    assert (site.lat, site.lon, site.approximate) == (54.479, 6.590, True)


def test_a_position_of_the_coordinators_own_is_kept() -> None:
    own = house(lat=54.0, lon=6.0)
    (after,) = located([offer(own)], {HOUSE.key: THERE}, PLACES)
    assert after.sites == (own,)
    assert not wanted([offer(own)])


def test_a_post_code_that_nobody_knows_gives_no_position() -> None:
    elsewhere = house(post_code="99999")
    (after,) = located([offer(elsewhere)], {}, PLACES)
    assert after.sites == (elsewhere,)


def test_answers_are_kept_in_the_database(database: Database, neighbour: Database) -> None:
    today = date(2026, 11, 23)
    database.run(positions.remember, {HOUSE.key: THERE, "nirgendweg 1": None}, today)
    assert neighbour.run(positions.known) == {HOUSE.key: THERE, "nirgendweg 1": None}
    database.run(positions.remember, {"nirgendweg 1": THERE}, today)
    assert neighbour.run(positions.known)["nirgendweg 1"] == THERE


def test_a_database_of_an_earlier_version_knows_nothing(database: Database) -> None:
    database.run(positions.metadata.drop_all)
    assert database.run(positions.known) == {}
    assert database.run(positions.count) == 0
