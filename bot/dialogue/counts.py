"""What a municipality may know of the demand: whether something was found, for what, and roughly where. Never for whom."""

from collections.abc import Iterable

from bot.dialogue.model import Answers, Count, Outcome
from bot.dialogue.steps.base import Scene
from bot.understanding.age import Age
from catalog.places import Place
from catalog.search import REMOTE_SITES, Hit
from catalog.topics import Topics

FURTHER = ("radius", "neighbour", "interpreter")  # steps of the search that still lead to somebody near


def outcome_of(hits: Iterable[Hit]) -> Outcome:
    """How far the search had to go. A telephone, a website or the family office is not the help that was looked for."""
    steps = {hit.widened for hit in hits if hit.site.kind not in REMOTE_SITES}
    if None in steps:
        return "found"
    return "widened" if steps.intersection(FURTHER) else "nothing"


def counted(outcome: Outcome, answers: Answers, scene: Scene) -> tuple[Count, ...]:
    """Count one outcome. Nothing is counted without a topic, in the invented town, and where nothing may be stored."""
    if not answers.topics or (answers.place and answers.place.example):
        return ()
    topic = scene.catalog.topics.topics[answers.topics[0][0]]
    if topic.sensitive:
        return ()
    municipality, district, county = _area(answers.place)
    return (
        Count(
            outcome=outcome,
            topic=topic.id,
            group=topic.group,
            band=_band(answers.children, scene.catalog.topics),
            lang=answers.lang or "",
            municipality=municipality,
            district=district,
            county=county,
        ),
    )


def _area(place: Place | None) -> tuple[str, str, str]:
    """Where only the region is known, its town would get the demand of all others."""
    if place is None or place.approximate:
        return "", "", ""
    return place.name, place.district or "", place.county or ""


def _band(children: tuple[Age, ...], topics: Topics) -> str:
    """The youngest child's phase; where two overlap, the one that began last."""
    youngest = min((child.min_months for child in children), default=None)
    if youngest is None:
        return ""
    phases = [phase for phase in topics.phases.values() if phase.first_month <= youngest <= phase.last_month]
    return max(phases, key=lambda phase: phase.first_month).id if phases else ""
