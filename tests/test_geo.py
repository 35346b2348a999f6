"""Distances: the quick one that ranks and the exact one that is printed must tell the same story."""

import math

import numpy as np
import pytest
from geopy.distance import great_circle
from hypothesis import given
from hypothesis import strategies as st

from catalog.geo import distance_km, distances_km

BERLIN, MUNICH, GOERLITZ = (52.5200, 13.4050), (48.1374, 11.5755), (51.1552, 14.9885)
LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


@pytest.mark.parametrize(
    ("here", "there", "kilometres"),
    [(BERLIN, MUNICH, 504.2), (BERLIN, GOERLITZ, 186.7), (GOERLITZ, GOERLITZ, 0.0), ((0, 179.5), (0, -179.5), 111.2)],
)
def test_distances_are_those_on_the_map(
    here: tuple[float, float], there: tuple[float, float], kilometres: float
) -> None:
    assert distance_km(here, there) == pytest.approx(kilometres, abs=0.5)
    assert distances_km(*here, [there[0]], [there[1]])[0] == pytest.approx(kilometres, abs=0.5)


@given(lat=LATITUDES, lon=LONGITUDES, other_lat=LATITUDES, other_lon=LONGITUDES)
def test_the_ranking_distance_and_the_printed_distance_agree(
    lat: float, lon: float, other_lat: float, other_lon: float
) -> None:
    quick = float(distances_km(lat, lon, [other_lat], [other_lon])[0])
    assert quick == pytest.approx(distance_km((lat, lon), (other_lat, other_lon)), abs=0.01)
    assert quick == pytest.approx(float(distances_km(other_lat, other_lon, [lat], [lon])[0]), abs=0.01)


@given(lat=LATITUDES, lon=LONGITUDES, other_lat=LATITUDES, other_lon=LONGITUDES)
def test_the_printed_distance_is_that_of_geopy(lat: float, lon: float, other_lat: float, other_lon: float) -> None:
    here, there = (lat, lon), (other_lat, other_lon)
    assert distance_km(here, there) == pytest.approx(great_circle(here, there).kilometers, abs=0.001)


@given(lat=LATITUDES, lon=LONGITUDES, others=st.lists(st.tuples(LATITUDES, LONGITUDES), max_size=5))
def test_no_distance_is_negative_or_longer_than_half_way_round(
    lat: float, lon: float, others: list[tuple[float, float]]
) -> None:
    found = distances_km(lat, lon, [a for a, _ in others], [b for _, b in others])
    assert len(found) == len(others)
    assert all(0 <= km <= 20016 for km in found)


def test_a_site_without_a_position_has_no_distance_and_spoils_no_other() -> None:
    unknown, near = distances_km(*BERLIN, np.array([np.nan, 52.53]), np.array([np.nan, 13.405]))
    assert math.isnan(unknown)
    assert near == pytest.approx(1.11, abs=0.01)
