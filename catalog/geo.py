"""Distances on the earth, as geopy's great circle has them (a test compares); its package takes 15 MB, for one formula."""

from math import asin, cos, radians, sin, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_KM = 6371.009


def distances_km(lat: float, lon: float, lats: ArrayLike, lons: ArrayLike) -> NDArray[np.float64]:
    """Haversine from one point to many, in kilometres; NaN where a coordinate is NaN."""
    phi, lam = np.radians(lat), np.radians(lon)
    phis, lams = np.radians(lats), np.radians(lons)
    a = np.sin((phis - phi) / 2) ** 2 + np.cos(phi) * np.cos(phis) * np.sin((lams - lam) / 2) ** 2
    result: NDArray[np.float64] = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(a, 0, 1)))
    return result


def distance_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Haversine between two points, in kilometres."""
    (lat, lon), (other_lat, other_lon) = (map(radians, point) for point in (here, there))
    a = sin((other_lat - lat) / 2) ** 2 + cos(lat) * cos(other_lat) * sin((other_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(a, 1.0)))
