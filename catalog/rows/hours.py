"""Opening hours as people write them: "Mo–Fr 9–12 Uhr, Do 15–18 Uhr" becomes OSM syntax, or nothing is claimed.

Either every word of a cell is understood or none of it is used: half-understood hours send a family to a closed door.
"""

import re
from typing import NamedTuple

from catalog.hours import ALWAYS, is_readable
from catalog.rows.base import Doubt, Reading
from catalog.rows.week import week_of

LONGEST = 400  # characters
ALL_DAY = re.compile(
    r"(täglich |daily )?(24\s*/\s*7|rund um die uhr|24 stunden|24 h|around the clock)( täglich| erreichbar)?"
)
BY_APPOINTMENT = re.compile(
    r"(?P<before>^|[,;.(]|\b(?:und|oder|sowie|and|or)\b|\b[uo]\.)?\s*\b(?:termine? )?(?:nur |only )?"
    r"(?:n\.\s?v\.|(?:nach|mit|auf|by)\s+(?:telefonischer |individueller |vorheriger )?"
    r"(?:vereinbarung|terminvereinbarung|absprache|anmeldung|anfrage|termin|appointment|arrangement)\b)\)?"
)
_CLOSED = re.compile(r"\b(?:an )?(?:feiertag(?:s|en)|public holidays|ph)\s*:?\s*(?:geschlossen|closed|off|zu)\b")
_OSM_TIME = re.compile(r"\d:\d\d")
_COMMENT = re.compile(r'"[^"]*"')


class Hours(NamedTuple):
    """OSM syntax, and whether one comes only by appointment."""

    osm: str = ""
    by_appointment: bool = False


def read_hours(text: str) -> Reading[Hours]:
    """Hours of an ordinary week. On public holidays nothing is open unless the text names PH."""
    if not text:
        return Reading(Hours())
    if _is_osm(text):
        return Reading(Hours(text))
    low = " ".join(text[: LONGEST + 1].casefold().replace("\n", " ; ").split())
    asked = BY_APPOINTMENT.search(low)
    rest = _CLOSED.sub(" ", BY_APPOINTMENT.sub(" ", low)).strip(" ,;.-")
    if not rest and asked:
        return Reading(Hours("", by_appointment=True))
    osm = ALWAYS if ALL_DAY.fullmatch(rest) else week_of(rest) if len(low) <= LONGEST else ""
    attached = asked is not None and asked["before"] is None  # "Mo 9–12, 14–16 Uhr nach Vereinbarung": which of them?
    if not osm or not is_readable(osm) or (attached and ("," in osm or ";" in osm)):
        return Reading(Hours(), (Doubt("hours-as-text"),))
    return Reading(Hours(osm, by_appointment=attached))


def _is_osm(text: str) -> bool:
    """Valid, and with a time of day: "Mo-Fr" alone is valid too and would mean around the clock."""
    return text == ALWAYS or bool(_OSM_TIME.search(_COMMENT.sub("", text)) and is_readable(text))
