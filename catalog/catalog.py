"""The whole catalog, loaded once: offers, places, topics, helplines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path

import yaml

from catalog.geocoding import NOTHING, Known, located
from catalog.helplines import Helplines, load_helplines
from catalog.hours import is_public_holiday
from catalog.hours import let_go as forget_hours
from catalog.places import STATES, Gazetteer, Place, packed_places, read_places, region_places, shipped_towns
from catalog.problems import Problem, Spot
from catalog.search import Freshness, Index
from catalog.sources.base import Source
from catalog.sources.helplines import helpline_offers
from catalog.sources.reading import read_catalog
from catalog.sources.yaml import read_yaml
from catalog.topics import Topics, load_topics
from catalog.versions import Published, Stamp, Version, confirmed, unpack

SHIPPED = ("programmes.yaml", "example_town")


@dataclass(frozen=True)
class Catalog:
    """Everything that is looked up while somebody chats. Read-only.

    `reported` is what several families found wrong with an offer when they went there: remarks by offer id.
    """

    index: Index
    places: Gazetteer
    topics: Topics
    helplines: Helplines
    problems: tuple[Problem, ...] = ()
    reported: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    version: Version | None = None  # None: it comes from a file
    stamp: Stamp = Stamp()

    def warm_up(self, today: date) -> None:
        """Build what the first question would otherwise wait for."""
        self.index.warm_up()
        self.places.warm_up()
        for state in (None, *STATES.values()):
            is_public_holiday(today, state)

    def let_go(self) -> None:
        """Keep nothing in memory of what was looked up lately."""
        forget_hours()


def load_catalog(
    paths: Sequence[Path] = (),
    *,
    today: date,
    places: Path | None = None,
    freshness: Freshness = Freshness(),
) -> Catalog:
    """Load catalogs; without a path those that ship. The helplines are always part of it.

    Raises:
        OSError, ValueError: when a file cannot be read; the message names the file and says what to do.
    """
    topics = load_topics()
    sources = [read_catalog(path, topics, today) for path in paths] or _shipped(topics, today)
    return _catalog(sources, topics, places, freshness)


def published_catalog(
    published: Published,
    *,
    places: Path | None = None,
    freshness: Freshness = Freshness(),
    earlier: Catalog | None = None,
) -> Catalog:
    """Build the catalog that is published. Where its places are those of an `earlier` one, that one's are used again.

    Raises:
        OSError, ValueError: it is damaged, or the table of places cannot be read.
    """
    content = unpack(published.content)
    where = Spot(f"version {published.version.number}")
    problems = tuple(Problem(replace(where, offer=offer), "published-refused") for offer in content.left_out)
    offers = confirmed(content.offers, published.confirmations)
    source = Source(content.name, offers, content.places, problems)
    catalog = _catalog([source], load_topics(), places, freshness, earlier, published.positions)
    return replace(catalog, version=published.version, stamp=published.stamp)


def _catalog(
    sources: Sequence[Source],
    topics: Topics,
    places: Path | None,
    freshness: Freshness,
    earlier: Catalog | None = None,
    known: Known = NOTHING,
) -> Catalog:
    helplines = load_helplines()
    own = [place for source in sources for place in source.places]
    offers = [offer for source in sources for offer in source.offers] + list(helpline_offers(helplines, topics))
    is_known = earlier is not None and [place for place in earlier.places.places if place.own] == own
    gazetteer = earlier.places if earlier and is_known else load_places(own, places)
    return Catalog(
        index=Index(located(offers, known, gazetteer), topics, freshness),
        places=gazetteer,
        topics=topics,
        helplines=helplines,
        problems=tuple(problem for source in sources for problem in source.problems),
    )


def load_places(own: Sequence[Place] | Callable[[], Sequence[Place]], places: Path | None) -> Gazetteer:
    """All places that are known; where the catalog is still being read, its own are asked for when the others are there."""
    towns = packed_places(shipped_towns())  # one after the other: all at once are megabytes that the process would keep
    regions = yaml.load(_data("post_regions.yaml").read_text("utf-8"), yaml.CSafeLoader)
    table = list(read_places(places)) if places else []
    first = own() if callable(own) else own
    return Gazetteer(chain(first, table, towns), region_places(towns, regions))


def _shipped(topics: Topics, today: date) -> list[Source]:
    sources = []
    for name in SHIPPED:
        with as_file(_data(name)) as path:
            sources.append(read_yaml(path, topics, today))
    return sources


def _data(name: str) -> Traversable:
    return files("catalog").joinpath("data", name)
