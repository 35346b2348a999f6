"""What there is: five cards, then more. Never an empty answer."""

from dataclasses import replace

from bot.dialogue import wording
from bot.dialogue.cards import card
from bot.dialogue.model import Answers, Ask, Option, Reply, Say
from bot.dialogue.steps.base import Scene, Step, Taken
from bot.dialogue.steps.topic import WEIGHTS
from bot.understanding.reading import Slot, Understood
from catalog.search import REMOTE_SITES, Hit, Query

AT_ONCE = 5
MOST = 25


class ResultsStep(Step):
    name: Slot = "results"
    prefixes = ("results",)

    def is_answered(self, answers: Answers) -> bool:
        return False

    def ask(self, answers: Answers, scene: Scene) -> tuple[Reply, ...]:
        return self.show(answers, find(answers, scene), scene)

    def ask_alone(self, answers: Answers, scene: Scene) -> Ask:
        return self._ask_on(answers, len(find(answers, scene)), scene)

    def show(self, answers: Answers, hits: list[Hit], scene: Scene) -> tuple[Reply, ...]:
        """One page of what was found."""
        page = hits[answers.shown : answers.shown + AT_ONCE]
        replies: list[Reply] = [*_nothing_near(answers, hits, scene)]
        widened: str | None = None
        for hit in page:
            if hit.widened != widened:
                widened = hit.widened
                replies.append(Say(_widening(hit, scene)))
            replies.append(card(hit, scene.now, scene.text, scene.catalog.reported.get(hit.offer.id, ())))
        return (*replies, self._ask_on(answers, len(hits), scene))

    def _ask_on(self, answers: Answers, total: int, scene: Scene) -> Ask:
        _ = scene.text.gettext
        seen = answers.shown + AT_ONCE
        if seen < total:
            more = Option("results:more", "⬇️ " + scene.text.pgettext("button", "Show more"))
            return Ask(_("Does one of these fit? You can see more, or change an answer."), (more,))
        return Ask(_("That is everything I found. Does something fit? You can change an answer or ask again."))

    def choose(self, answers: Answers, option: str, scene: Scene) -> Taken | None:
        if option != "results:more" or answers.shown + AT_ONCE >= len(find(answers, scene)):
            return None
        return Taken(replace(answers, shown=answers.shown + AT_ONCE))

    def take(self, answers: Answers, said: Understood, scene: Scene) -> Taken | None:
        return None

    def skip(self, answers: Answers, scene: Scene) -> Taken | None:
        return None

    def clear(self, answers: Answers) -> Answers:
        return replace(answers, shown=0)

    def summary(self, answers: Answers, scene: Scene) -> str | None:
        return None


def find(answers: Answers, scene: Scene) -> list[Hit]:
    """Ask the index with everything that is known; nothing is looked for twice in one turn."""
    query = Query(
        topics=answers.topics or _usual_topics(answers),
        now=scene.now,
        lang=answers.lang or "de",
        children=tuple((age.min_months, age.max_months) for age in answers.children),
        place=answers.place,
        limit=MOST,
    )
    if query not in scene.searched:
        scene.searched[query] = scene.catalog.index.search(query)
    return scene.searched[query]


def _nothing_near(answers: Answers, hits: list[Hit], scene: Scene) -> tuple[Reply, ...]:
    """Say honestly when the catalog knows nothing for this place."""
    is_local = any(hit.site.kind not in REMOTE_SITES for hit in hits)
    if answers.place is None or answers.shown or is_local:
        return ()
    place = wording.place_name(answers.place, scene.text)
    return (Say(scene.text.gettext("{place}: I do not know an offer for this nearby yet.", place=place)),)


def _usual_topics(answers: Answers) -> tuple[tuple[str, float], ...]:
    """Where no topic is known: open meeting places and people who know everything else."""
    pregnant = any(age.max_months < 0 for age in answers.children)
    names = ("pregnancy-advice", "bonding-family-midwife") if pregnant else ("parents-meeting", "parenting-advice")
    return tuple(zip((*names, "benefits-help"), WEIGHTS, strict=False))


def _widening(hit: Hit, scene: Scene) -> str:
    _ = scene.text.gettext
    match hit.widened:
        case "radius":
            return _("There is little close by. This is a bit further away:")
        case "neighbour":
            return _("This is in a neighbouring town:")
        case "remote":
            return _("This helps you from home, by phone or online:")
        case "interpreter":
            return _("Here somebody speaks your language or translates for you:")
        case "family_office":
            return _("These people know more help and look for it together with you:")
    return _("This fits:")
