"""Distances on the earth: a quick one to rank by, an exact one to print."""

import numpy as np
from geopy.distance import great_circle
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
    """Return the distance that is printed (geopy, great circle)."""
    return float(great_circle(here, there).kilometers)
