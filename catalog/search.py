"""Which offers fit a family, in which order, and why. When nothing near fits, look further and say so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from hashlib import blake2s
from itertools import islice
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalog.geo import distance_km, distances_km
from catalog.hours import Opening, opening_at
from catalog.model import Offer, Site, spoken_as
from catalog.places import Place
from catalog.text import clean
from catalog.topics import Topics

Step = Literal["radius", "neighbour", "remote", "interpreter", "family_office"]
ENOUGH = 3  # offers that fit before looking further
RADII_KM = {"town": (10.0, 25.0, 50.0), "country": (15.0, 35.0, 60.0)}
DECAY_KM = {"town": 8.0, "country": 15.0}
TOWN = 20_000  # inhabitants
REMOTE_NEARNESS = 0.3  # what "by phone or online" is worth beside "round the corner" (1) and "far" (0)
UNKNOWN_NEARNESS = 0.5
TOPIC, NEAR, LANGUAGE, COST, OPEN = 0.5, 0.25, 0.15, 0.05, 0.05
OPEN_IN_DANGER = 0.25
SPOKEN, INTERPRETED, ON_REQUEST, NOT_SPOKEN = 1.0, 0.6, 0.45, 0.1
WAITING, FULL, OLD, FORMAL = 0.06, 0.2, 0.12, 0.015
OLD_DAYS, HIDDEN_DAYS = 180, 365
SHORTLIST = 120
POST_CODE_KM = 1.0  # so far a house in a city lies from the middle of its post code; nearer is not known
NEVER = date.max.toordinal()
REMOTE_SITES = ("online", "phone")
KEY_BYTES = 8  # of a million offers two share a key once in 37 million catalogs
ANY_TOPIC_LINES = ("elterntelefon", "helpline-ukraine")  # listen to parents whatever the concern


@dataclass(frozen=True)
class Query:
    """What is looked for. Topics with their weight, best first; ages in months; `lang` a tag."""

    topics: tuple[tuple[str, float], ...]
    now: datetime
    lang: str = "de"
    children: tuple[tuple[int, int], ...] = ()
    place: Place | None = None
    limit: int = 15


class Reason(NamedTuple):
    """Why an offer is shown: a code and its value, put into words by whoever shows it."""

    code: Literal[
        "topic", "age", "language", "interpreter", "distance", "area", "remote", "open", "free", "checked", "old"
    ]
    value: Any = None


@dataclass(frozen=True)
class Hit:
    """An offer that fits, and why."""

    offer: Offer
    score: float
    reasons: tuple[Reason, ...]
    site: Site
    distance_km: float | None = None
    opening: Opening | None = None
    widened: Step | None = None


@dataclass(frozen=True)
class Freshness:
    """After how many days without a check an offer is shown lower, and when no more."""

    old_days: int = OLD_DAYS
    hidden_days: int = HIDDEN_DAYS


def short_key(offer: str) -> str:
    """What a button remembers an offer by: ids can be longer than what a messenger lets it carry."""
    return blake2s(offer.encode(), digest_size=KEY_BYTES).hexdigest()


class Index:
    """Every offer, as columns: one row for each site, rows listed by topic."""

    def __init__(self, offers: Sequence[Offer], topics: Topics, freshness: Freshness = Freshness()) -> None:
        self.offers = tuple(offers)
        self.topics = topics
        self.freshness = freshness
        rows = [(number, site) for number, offer in enumerate(self.offers) for site in offer.sites]
        self._offer = np.array([number for number, _ in rows], dtype=np.int32)
        self._sites = [site for _, site in rows]
        self._lat = np.array([np.nan if site.lat is None else site.lat for site in self._sites], dtype=float)
        self._lon = np.array([np.nan if site.lon is None else site.lon for site in self._sites], dtype=float)
        self._remote = np.array([site.kind in REMOTE_SITES for site in self._sites], dtype=bool)
        self._bounded = np.array([not self.offers[number].service_area.is_open for number, _ in rows], dtype=bool)
        self._age_from, self._age_to = self._column("age_from"), self._column("age_to")
        self._from, self._until, self._verified = self._days()
        self._static = np.array([_static_score(offer) for offer in self.offers])
        self._rows_of = self._list_by_topic(rows)

    def warm_up(self) -> None:
        """Build what the first feedback would otherwise wait for."""
        _ = self._by_key

    @cached_property
    def _by_key(self) -> dict[str, Offer]:
        return {short_key(offer.id): offer for offer in self.offers}

    def with_key(self, key: str) -> Offer | None:
        """The offer that a button means; None when it is gone."""
        return self._by_key.get(key)

    def _column(self, name: str) -> NDArray[np.int32]:
        return np.array([getattr(offer, name) for offer in self.offers], dtype=np.int32)

    def _days(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        def ordinals(days: list[date | None], missing: int) -> NDArray[np.int32]:
            return np.array([missing if day is None else day.toordinal() for day in days], dtype=np.int32)

        ends = [last_day(offer) for offer in self.offers]
        return (
            ordinals([offer.valid_from for offer in self.offers], 0),
            ordinals(ends, NEVER),
            ordinals([date.max if offer.helpline else offer.verified_on for offer in self.offers], 0),
        )

    def _list_by_topic(self, rows: list[tuple[int, Site]]) -> dict[str, tuple[NDArray[np.int32], NDArray[np.float64]]]:
        """For each topic the rows that serve it, and how well."""
        listed: dict[str, list[tuple[int, float]]] = {}
        for row, (number, _) in enumerate(rows):
            offer = self.offers[number]
            for rank, topic in enumerate(offer.topics):
                listed.setdefault(topic, []).append((row, self._fit(offer, topic, rank)))
        return {
            topic: (np.array([row for row, _ in pairs], dtype=np.int32), np.array([fit for _, fit in pairs]))
            for topic, pairs in listed.items()
        }

    def _fit(self, offer: Offer, topic: str, rank: int) -> float:
        usual = self.topics.topics[topic].offer_types if topic in self.topics.topics else ()
        kind = 0.1 * (1 - usual.index(offer.offer_type) / len(usual)) if offer.offer_type in usual else 0.0
        return max(0.9 - 0.12 * rank, 0.5) + kind

    def search(self, query: Query) -> list[Hit]:
        """Return offers that fit, best first; never empty while the catalog holds one offer for everybody."""
        hits: dict[str, Hit] = {}
        for found in self._widening(query, hits):
            for hit in found:
                hits.setdefault(hit.offer.id, hit)
        return list(islice(hits.values(), query.limit))

    def _widening(self, query: Query, hits: Mapping[str, Hit]) -> Iterator[list[Hit]]:
        """Look near first, then further while `hits`, which the caller fills as it goes, are too few."""
        rows, fit = self._candidates(query)
        distances = self._distances(rows, query.place)
        near, wider, widest = RADII_KM[_setting(query.place)]
        remote = self._remote[rows]
        is_near = ~remote & ~(distances > near)
        if query.place is None:
            yield self._hits(query, rows, fit, distances, np.ones(len(rows), bool), None)
        else:
            yield self._hits(query, rows, fit, distances, is_near, None)
        if len(hits) < ENOUGH:
            yield self._hits(query, rows, fit, distances, ~remote & (distances > near) & (distances <= wider), "radius")
        if len(hits) < ENOUGH:
            far = ~remote & (distances > wider) & (distances <= widest)
            yield self._hits(query, rows, fit, distances, far, "neighbour")
        if len(hits) < ENOUGH and not (query.place and query.place.approximate):
            named = ~remote & (distances > widest) & self._bounded[rows]
            yield self._hits(query, rows, fit, distances, named, "radius")
        yield self._hits(query, rows, fit, distances, remote, "remote" if len(hits) < ENOUGH else None)
        if _base(query.lang) != "de" and not any(_understands(hit.offer, query.lang) for hit in hits.values()):
            yield self._beside(query, "interpreter")
        if len(hits) < ENOUGH:
            yield self._beside(query, "family_office")

    def _candidates(self, query: Query) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Rows that serve a topic asked for and are valid, fresh and of the right age today."""
        parts = [(self._rows_of[t], weight) for t, weight in query.topics if t in self._rows_of]
        if not parts:
            return np.empty(0, np.int32), np.empty(0)
        rows = np.concatenate([rows for (rows, _), _ in parts])
        fit = np.concatenate([fits * weight for (_, fits), weight in parts])
        order = np.lexsort((-fit, rows))
        first = np.ones(len(order), dtype=bool)
        first[1:] = rows[order][1:] != rows[order][:-1]
        rows, fit = rows[order][first], fit[order][first]
        usable = self._usable(self._offer[rows], query)
        return rows[usable], fit[usable]

    def _usable(self, offers: NDArray[np.int32], query: Query) -> NDArray[np.bool_]:
        today = query.now.date().toordinal()
        usable = (self._from[offers] <= today) & (today <= self._until[offers])
        usable &= today - self._verified[offers] <= self.freshness.hidden_days
        if query.children:
            fits = np.zeros(len(offers), dtype=bool)
            for low, high in query.children:
                fits |= (self._age_from[offers] <= high) & (self._age_to[offers] >= low)
            usable &= fits
        return usable

    def _distances(self, rows: NDArray[np.int32], place: Place | None) -> NDArray[np.float64]:
        """Kilometres; NaN where the place or the site has no position."""
        if place is None:
            return np.full(len(rows), np.nan)
        return distances_km(place.lat, place.lon, self._lat[rows], self._lon[rows])

    def _hits(
        self,
        query: Query,
        rows: NDArray[np.int32],
        fit: NDArray[np.float64],
        distances: NDArray[np.float64],
        chosen: NDArray[np.bool_],
        step: Step | None,
    ) -> list[Hit]:
        picked = np.flatnonzero(chosen)
        if not len(picked):
            return []
        nearness = np.exp(-distances[picked] / DECAY_KM[_setting(query.place)])
        nearness = np.where(np.isnan(nearness), UNKNOWN_NEARNESS, nearness)
        nearness = np.where(self._remote[rows[picked]], REMOTE_NEARNESS, nearness)
        rough = TOPIC * fit[picked] + NEAR * nearness + self._static[self._offer[rows[picked]]]
        rough_of = dict(zip(picked.tolist(), rough.tolist(), strict=True))
        in_order = (picked[i] for i in np.argsort(-rough, kind="stable"))
        possible = (self._hit(query, int(rows[i]), rough_of[int(i)], float(distances[i]), step) for i in in_order)
        hits = islice((hit for hit in possible if hit), SHORTLIST)
        ranked = sorted(hits, key=lambda hit: (-hit.score, hit.offer.id))
        return _nearest_site_only(ranked)

    def _hit(self, query: Query, row: int, rough: float, distance: float, step: Step | None) -> Hit | None:
        offer, site = self.offers[self._offer[row]], self._sites[row]
        if not covers(offer, site, query.place):
            return None
        state = query.place.state if query.place else None
        opening = opening_at(offer.opening_hours, query.now, state)
        age_days = (query.now.date() - offer.verified_on).days if offer.verified_on else None
        is_old = age_days is not None and age_days > self.freshness.old_days
        exact = None if np.isnan(distance) or query.place is None else _exact(query.place, site)
        score = (
            rough
            + LANGUAGE * _language(offer, query.lang)
            + self._worth_of_open(query) * bool(opening and opening.is_open)
            - OLD * is_old
        )
        score *= 0.7 + 0.3 * _share_of_children(offer, query.children)
        reasons = tuple(_reasons(offer, site, query, exact, opening, is_old=is_old))
        return Hit(offer, round(score, 4), reasons, site, exact, opening, step)

    def _worth_of_open(self, query: Query) -> float:
        """In danger, who answers now counts more than who is near."""
        known = [self.topics.topics[topic] for topic, _ in query.topics if topic in self.topics.topics]
        return OPEN_IN_DANGER if any(topic.is_danger for topic in known) else OPEN

    def _beside(self, query: Query, step: Literal["interpreter", "family_office"]) -> list[Hit]:
        """Offers that help with any topic: somebody who translates, the family office, a line that listens."""
        chosen = [row for row, number in enumerate(self._offer) if _helps_anyway(self.offers[number], step, query.lang)]
        rows = np.array(chosen, dtype=np.int32)
        rows = rows[self._usable(self._offer[rows], query)] if len(rows) else rows
        distances = self._distances(rows, query.place)
        _, _, widest = RADII_KM[_setting(query.place)]
        near = ~(distances > widest)
        wide = Query(query.topics, query.now, query.lang, (), query.place)
        return list(islice(self._hits(wide, rows, np.full(len(rows), 0.5), distances, near, step), 2))


def covers(offer: Offer, site: Site, place: Place | None) -> bool:
    """Whether somebody from `place` may come. Where the place is not known, no real offer turns anybody away.

    An invented offer is only for the invented town: no real family is ever sent there.
    """
    area = offer.service_area
    if offer.example and not (place and place.example):
        return False
    if place is None or (place.approximate and not area.states):
        return True  # only the region is known: the distance decides, and the card says for whom it is
    if area.nationwide:
        return True
    if area.is_open:
        hidden_elsewhere = site.lat is None and site.kind not in REMOTE_SITES and bool(site.municipality)
        return not hidden_elsewhere or clean(site.municipality) == clean(place.name)
    codes = {place.plz} if place.plz else set(place.post_codes)
    return bool(
        (place.state in area.states)
        or (place.county and clean(place.county) in map(clean, area.counties))
        or clean(place.name) in map(clean, area.municipalities)
        or codes & set(area.post_codes)
    )


def on_map(site: Site) -> bool:
    """Whether a map may show a site: only a house that families visit. Without an address it is the middle of a town."""
    return site.kind == "place" and bool(site.address) and site.lat is not None and not site.approximate


def nearest_on_map(offer: Offer, place: Place | None) -> Site | None:
    """The site that a map shows for an offer: the nearest, or the first where nobody knows from where."""
    shown = [site for site in offer.sites if on_map(site)]
    if place is None:
        return next(iter(shown), None)
    return min(shown, key=lambda site: _exact(place, site) or 0.0, default=None)


def _helps_anyway(offer: Offer, step: Literal["interpreter", "family_office"], lang: str) -> bool:
    if offer.helpline in ANY_TOPIC_LINES:
        return _speaks(offer, lang) or (step == "family_office" and "de" in offer.languages)
    return offer.offer_type in (("interpreter-pool",) if step == "interpreter" else ("family-office", "family-centre"))


def _nearest_site_only(hits: Sequence[Hit]) -> list[Hit]:
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.offer.id, hit)
    return list(best.values())


def last_day(offer: Offer) -> date | None:
    """The last day on which it is worth showing: the end of its validity, or of its last date."""
    if offer.opening_hours:
        return offer.valid_until
    ends = [occasion.until or (date.max if occasion.repeat else occasion.day) for occasion in offer.dates]
    last_date = max(ends) if ends else None
    return min(filter(None, (offer.valid_until, last_date)), default=None)


def _static_score(offer: Offer) -> float:
    capacity = {"open": 0.0, "waiting_list": -WAITING, "full": -FULL}[offer.capacity]
    cheaper = offer.cost is not None and (offer.cost.reduced or offer.cost.covered_by_but)
    cost = COST if offer.cost and offer.cost.free else COST / 2 if cheaper else 0.0
    return capacity + cost - FORMAL * (offer.threshold - 1)


def _setting(place: Place | None) -> str:
    return "country" if place and not place.own and 0 < place.population < TOWN else "town"


def _base(lang: str) -> str:
    return lang if lang in {"fa-AF", "sr-Latn"} else lang.split("-")[0]


def _speaks(offer: Offer, lang: str) -> bool:
    return bool(spoken_as(lang) & set(offer.languages))


def _understands(offer: Offer, lang: str) -> bool:
    return _language(offer, lang) > NOT_SPOKEN


def _language(offer: Offer, lang: str) -> float:
    if _speaks(offer, lang):
        return SPOKEN
    return {"yes": INTERPRETED, "on_request": ON_REQUEST, "no": NOT_SPOKEN}[offer.interpreter]


def _share_of_children(offer: Offer, children: tuple[tuple[int, int], ...]) -> float:
    if not children:
        return 1.0
    return sum(offer.age_from <= high and offer.age_to >= low for low, high in children) / len(children)


def _exact(place: Place, site: Site) -> float | None:
    if site.lat is None or site.lon is None or site.kind != "place":
        return None
    distance = distance_km((place.lat, place.lon), (site.lat, site.lon))
    return max(distance, POST_CODE_KM) if site.approximate else distance


def _reasons(
    offer: Offer, site: Site, query: Query, distance: float | None, opening: Opening | None, *, is_old: bool
) -> Iterator[Reason]:
    asked = [topic for topic, _ in query.topics if topic in offer.topics]  # best first
    if asked:
        yield Reason("topic", asked[0])
    if query.children and offer.age_from <= offer.age_to:
        yield Reason("age", (offer.age_from, offer.age_to))
    if _speaks(offer, query.lang):
        yield Reason("language", _base(query.lang))
    elif offer.interpreter != "no":
        yield Reason("interpreter", offer.interpreter)
    if distance is not None and site.address and not (query.place and query.place.approximate):
        yield Reason("distance", distance)  # a town's middle or a region's says nothing about the way
    elif site.kind in REMOTE_SITES:
        yield Reason("remote", site.kind)
    elif query.place and not offer.service_area.is_open:
        yield Reason("area", query.place.name)
    if opening and opening.is_open:
        yield Reason("open", opening)
    if offer.cost and offer.cost.free:
        yield Reason("free")
    if offer.verified_on:
        yield Reason("old" if is_old else "checked", offer.verified_on)
