"""`nahbei understand` and `nahbei match`: one JSON object in, one out, for scripts. The form is stable."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.dialogue.danger import helplines_for
from bot.dialogue.steps.base import Scene
from bot.dialogue.steps.topic import ASIDE
from bot.dialogue.wording import reasons
from bot.i18n import without_isolates
from bot.moments import parse_moment
from bot.understanding.reading import Understanding
from bot.understanding.topic import TopicGuesses
from catalog.catalog import Catalog
from catalog.places import Found, Place
from catalog.search import Hit, Query

MOST_OFFERS = 100
TOPICS_SHOWN = 5
TOPIC_WEIGHTS = (1.0, 0.7, 0.5)
WRONG_LINE = "this line is not a JSON object"


class LineError(ValueError):
    """What is wrong with one line, said to whoever wrote it."""


@dataclass(frozen=True)
class Desk:
    """What answers the lines."""

    catalog: Catalog = field(repr=False)
    understanding: Understanding = field(repr=False)
    now: datetime

    def scene(self, lang: str | None, now: datetime | None = None) -> Scene:
        text = self.understanding.languages.translator(lang or "de")
        return Scene(self.catalog, self.understanding, text, now or self.now)

    def warm_up(self) -> None:
        """Build what the first message would otherwise wait for; takes some seconds."""
        self.understanding.warm_up()
        self.catalog.warm_up(self.now.date())

    def let_go(self) -> None:
        """Keep nothing in memory of what was looked up lately."""
        self.understanding.let_go()
        self.catalog.let_go()


Answer = Callable[[Desk, Mapping[str, Any]], dict[str, Any]]


def answered(desk: Desk, lines: Iterable[str], answer: Answer) -> Iterator[str]:
    """Answer line by line, in order. A wrong line gets a line with an `error`; the next one is answered all the same."""
    for line in lines:
        if line.strip():
            yield json.dumps(_one(desk, line, answer), ensure_ascii=False).encode("utf-8", "replace").decode()


def _one(desk: Desk, line: str, answer: Answer) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": WRONG_LINE}
    if not isinstance(asked, dict):
        return {"id": None, "error": WRONG_LINE}
    try:
        return {"id": asked.get("id"), **answer(desk, asked)}
    except LineError as error:
        return {"id": asked.get("id"), "error": str(error)}


def understand(desk: Desk, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer {"slot": age | place | topic | language, "lang", "text"}."""
    text = asked.get("text")
    if not isinstance(text, str):
        raise LineError("'text' is missing")
    slot = asked.get("slot")
    if not isinstance(slot, str) or slot not in SLOTS:
        raise LineError(f"unknown slot {slot!r}: use {', '.join(SLOTS)}")
    return SLOTS[slot](desk, text, _lang(desk, asked))


def _age(desk: Desk, text: str, lang: str | None) -> dict[str, Any]:
    ages = desk.understanding.ages(text, lang, asked=True)
    return {"children": [age._asdict() for age in ages]}


def _place(desk: Desk, text: str, lang: str | None) -> dict[str, Any]:
    found = desk.understanding.place(text, lang, desk.catalog.places, asked=True)
    return {"places": [_place_json(place) for place in found.places], "ambiguous": found.ambiguous}


def _place_json(place: Place) -> dict[str, Any]:
    names = ("name", "plz", "district", "lat", "lon", "approximate")
    return {name: getattr(place, name) for name in names}


def _topic(desk: Desk, text: str, lang: str | None) -> dict[str, Any]:
    lang = lang or desk.understanding.language(text).lang
    guesses = desk.understanding.concern(text, lang)
    danger = desk.understanding.danger(text, lang, guesses)
    topics = desk.catalog.topics.topics
    about = danger or guesses.best
    lines = helplines_for(about, desk.scene(lang), None) if about else ()
    return {
        "topics": [{"id": guess.topic, "score": round(guess.score, 3)} for guess in guesses.guesses[:TOPICS_SHOWN]],
        "confident": guesses.confident,
        "urgency": topics[about].urgency if about else None,
        "danger": danger,
        "helplines": [line.id for line in lines],
    }


def _language(desk: Desk, text: str, lang: str | None) -> dict[str, Any]:  # noqa: ARG001 a hint would be the answer
    guess = desk.understanding.language(text)
    return {"lang": guess.lang, "confidence": guess.confidence}


SLOTS: dict[str, Callable[[Desk, str, str | None], dict[str, Any]]] = {
    "age": _age,
    "place": _place,
    "topic": _topic,
    "language": _language,
}


def match(desk: Desk, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Answer {"lang", "text" | "topics", "children", "place", "today", "limit"} with offers and why they fit."""
    lang = _lang(desk, asked) or "de"
    now = _moment(asked.get("today"), desk.now)
    text = asked.get("text")
    if text is not None and not isinstance(text, str):
        raise LineError("'text' must be a string")
    concern = desk.understanding.concern(text or "", lang)
    said = desk.understanding.read(text, lang, desk.catalog.places, "topic", concern) if text else None
    topics = _topics(desk, asked, said.topics if said else TopicGuesses())
    place = _wanted_place(desk, asked.get("place"), lang) or (
        said.place.places[0] if said and said.place.places else None
    )
    children = _children(asked.get("children")) or tuple(
        (a.min_months, a.max_months) for a in (said.ages if said else ())
    )
    query = Query(topics, now, lang, children, place, _limit(asked.get("limit")))
    danger = desk.understanding.danger(text, lang, concern) if text else None
    scene = desk.scene(lang, now)
    about = danger or (topics[0][0] if topics else None)
    lines = helplines_for(about, scene, place) if about else ()
    offers = [_hit_json(hit, scene) for hit in desk.catalog.index.search(query)]
    return {"offers": offers, "helplines": [line.id for line in lines]}


def _hit_json(hit: Hit, scene: Scene) -> dict[str, Any]:
    return {
        "id": hit.offer.id,
        "title": hit.offer.title,
        "distance_km": None if hit.distance_km is None else round(hit.distance_km, 2),
        "score": hit.score,
        "why": [without_isolates(reason) for reason in reasons(hit, scene.now, scene.text)],
        "widened": hit.widened,
    }


def _topics(desk: Desk, asked: Mapping[str, Any], guesses: TopicGuesses) -> tuple[tuple[str, float], ...]:
    named = asked.get("topics")
    if named is not None:
        if not isinstance(named, list) or not all(isinstance(topic, str) for topic in named):
            raise LineError("'topics' must be a list of topic ids")
        unknown = [topic for topic in named if topic not in desk.catalog.topics.topics]
        if unknown:
            raise LineError(f"unknown topic {unknown[0]!r}")
        return tuple((topic, TOPIC_WEIGHTS[min(i, len(TOPIC_WEIGHTS) - 1)]) for i, topic in enumerate(named))
    best = guesses.guesses[: len(TOPIC_WEIGHTS)]
    if guesses.confident:
        return tuple((guess.topic, 1.0 if guess is best[0] else ASIDE) for guess in best)
    return tuple((guess.topic, round(guess.score / best[0].score, 3)) for guess in best)


def _wanted_place(desk: Desk, place: object, lang: str) -> Place | None:
    if place is None or place == "":
        return None
    if isinstance(place, list):
        return desk.catalog.places.nearest(*_position(place))
    if not isinstance(place, str | int):
        raise LineError("'place' must be a name, a post code or [lat, lon]")
    found: Found = desk.understanding.place(str(place), lang, desk.catalog.places, asked=True)
    if not found.places:
        raise LineError(f"unknown place {place!r}")
    return found.places[0]


def _position(place: list[Any]) -> tuple[float, float]:
    try:
        lat, lon = (float(number) for number in place)
    except (TypeError, ValueError, OverflowError) as error:
        raise LineError("'place' as a position is [lat, lon]") from error
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):  # noqa: PLR2004 degrees
        raise LineError("'place' as a position is [lat, lon] in degrees")
    return lat, lon


def _children(children: object) -> tuple[tuple[int, int], ...]:
    if children is None:
        return ()
    try:
        ages = tuple((int(child["min_months"]), int(child["max_months"])) for child in children)  # type: ignore[attr-defined]
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise LineError("'children' is a list of {min_months, max_months}") from error
    return ages


def _limit(limit: object) -> int:
    if limit is None:
        return 5
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST_OFFERS:
        raise LineError(f"'limit' is a whole number from 1 to {MOST_OFFERS}")
    return limit


def _lang(desk: Desk, asked: Mapping[str, Any]) -> str | None:
    wanted = asked.get("lang")
    if wanted is None:
        return None
    known = desk.understanding.languages.negotiate(str(wanted))
    if known is None:
        raise LineError(f"unknown language {wanted!r}")
    return known


def _moment(today: object, now: datetime) -> datetime:
    if today is None:
        return now
    try:
        return parse_moment(str(today))
    except ValueError as error:
        raise LineError(str(error)) from error
