"""Which format a file gets, by the end of its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from catalog.columns import Layout
from catalog.export.hsds_places import StateOf
from catalog.problems import Lang
from catalog.sources.base import Source
from catalog.topics import Topics


@dataclass(frozen=True)
class Surroundings:
    """What a format may need beside the catalog. `now` with its zone."""

    layout: Layout
    topics: Topics
    state_of: StateOf
    now: datetime
    lang: Lang = "de"


Write = Callable[[Source, Surroundings], bytes]


def _xlsx(source: Source, around: Surroundings) -> bytes:
    from catalog.export.xlsx import write_xlsx  # noqa: PLC0415 each format loads its own library

    return write_xlsx(source, around.layout, around.topics, around.lang)


def _csv(source: Source, around: Surroundings) -> bytes:
    from catalog.export.csv import write_csv  # noqa: PLC0415 the same

    return write_csv(source, around.layout, around.topics, around.lang)


def _yaml(source: Source, around: Surroundings) -> bytes:
    from catalog.export.yaml import write_yaml  # noqa: PLC0415 the same

    return write_yaml(source, around.topics)


def _geojson(source: Source, around: Surroundings) -> bytes:
    from catalog.export.geojson import write_geojson  # noqa: PLC0415 the same

    return write_geojson(source, around.layout, around.topics)


def _ics(source: Source, around: Surroundings) -> bytes:
    from catalog.export.ics import write_ics  # noqa: PLC0415 the same

    return write_ics(source, around.now)


def _hsds(source: Source, around: Surroundings) -> bytes:
    from catalog.export.hsds import write_hsds  # noqa: PLC0415 the same

    return write_hsds(source, around.layout.words, around.state_of, around.now.date())


FORMATS: Mapping[str, Write] = {
    ".xlsx": _xlsx,
    ".csv": _csv,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".geojson": _geojson,
    ".ics": _ics,
    ".json": _hsds,
}
CATALOGS = (".xlsx", ".yaml", ".yml", ".csv")  # in which a coordinator goes on working
