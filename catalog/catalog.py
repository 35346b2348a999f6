"""The whole catalog, loaded once: offers, places, topics, helplines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

import yaml

from catalog.helplines import Helplines, load_helplines
from catalog.hours import is_public_holiday
from catalog.model import Problem
from catalog.places import STATES, Gazetteer, read_places, region_places, shipped_towns
from catalog.search import Freshness, Index
from catalog.sources.helplines import helpline_offers
from catalog.sources.yaml import Source, read_yaml
from catalog.topics import Topics, load_topics

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

    def warm_up(self, today: date) -> None:
        """Build what the first question would otherwise wait for."""
        self.index.warm_up()
        self.places.warm_up()
        for state in (None, *STATES.values()):
            is_public_holiday(today, state)


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
    topics, helplines = load_topics(), load_helplines()
    sources = [read_yaml(path, topics, today) for path in paths] or _shipped(topics, today)
    towns = list(shipped_towns())
    regions = yaml.load(_data("post_regions.yaml").read_text("utf-8"), yaml.CSafeLoader)
    own = [place for source in sources for place in source.places]
    table = list(read_places(places)) if places else []
    offers = [offer for source in sources for offer in source.offers] + list(helpline_offers(helplines, topics))
    return Catalog(
        index=Index(offers, topics, freshness),
        places=Gazetteer([*own, *table, *towns], region_places(towns, regions)),
        topics=topics,
        helplines=helplines,
        problems=tuple(problem for source in sources for problem in source.problems),
    )


def _shipped(topics: Topics, today: date) -> list[Source]:
    sources = []
    for name in SHIPPED:
        with as_file(_data(name)) as path:
            sources.append(read_yaml(path, topics, today))
    return sources


def _data(name: str) -> Traversable:
    return files("catalog").joinpath("data", name)
