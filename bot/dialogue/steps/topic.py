"""What is on your mind? Groups, then topics; or own words, with three suggestions when it is not clear."""

from collections.abc import Iterable
from dataclasses import replace

from bot.dialogue.danger import numbers_line
from bot.dialogue.model import Answers, Option, Reply
from bot.dialogue.steps.base import Scene, Step, Taken, next_page, page_start, paged, question, without_screen
from bot.understanding.age import Age
from bot.understanding.reading import Slot, Understood
from bot.understanding.topic import KNOWN_SCORE, Guess
from catalog.topics import Topic

SUGGESTIONS = 3
NOT_FAR = 0.5  # of the best score
ASIDE = 0.35  # weight of a topic beside the one that is meant
WEIGHTS = (1.0, 0.7, 0.5)
YEAR = 12  # months


class TopicStep(Step):
    name: Slot = "topic"
    prefixes = ("group", "topic", "groups")

    def is_answered(self, answers: Answers) -> bool:
        return bool(answers.topics) or self.name in answers.skipped

    def ask(self, answers: Answers, scene: Scene) -> tuple[Reply, ...]:
        _ = scene.text.gettext
        if answers.suggested:
            options = [*(_button(scene.catalog.topics.topics[topic], scene) for topic in answers.suggested)]
            options.append(Option("groups:0", "🔍 " + scene.text.pgettext("button", "None of these")))
            return (question(_("Did I understand you right? What fits best?"), options),)
        kind, _sep, rest = answers.screen.partition(":")
        if kind == "group":
            group, _sep, first = rest.partition(":")
            return (self._ask_topics(answers, group, page_start(first), scene),)
        return (self._ask_groups(answers, page_start(rest) if kind == "groups" else 0, scene),)

    def _ask_groups(self, answers: Answers, first: int, scene: Scene) -> Reply:
        _ = scene.text.gettext
        fitting = [g for g in scene.catalog.topics.groups.values() if _topics_of(g.id, answers, scene)]
        options = [Option(f"group:{g.id}", f"{g.emoji} {scene.text.label('groups', g.id)}") for g in fitting]
        first = first if first < len(options) else 0
        more = Option(f"groups:{next_page(first, len(options))}", "⬇️ " + scene.text.pgettext("button", "More"))
        text = _("What is on your mind? Tap, or write in your own words, for example: “My child does not sleep.”")
        return question(text, paged(options, first, more))

    def _ask_topics(self, answers: Answers, group: str, first: int, scene: Scene) -> Reply:
        topics = _topics_of(group, answers, scene)
        options = [_button(topic, scene) for topic in topics]
        first = first if first < len(options) else 0
        more = Option(f"group:{group}:{next_page(first, len(options))}", "⬇️ " + scene.text.pgettext("button", "More"))
        return question(
            scene.text.gettext("{group}: what fits best?", group=scene.text.label("groups", group)),
            paged(options, first, more),
        )

    def choose(self, answers: Answers, option: str, scene: Scene) -> Taken | None:
        kind, _sep, rest = option.partition(":")
        fresh = self.clear(answers)
        if kind == "topic" and rest in scene.catalog.topics.topics:
            return Taken(replace(fresh, topics=((rest, 1.0),)))
        if kind == "group" and rest.partition(":")[0] in scene.catalog.topics.groups:
            return Taken(replace(fresh, screen=option))
        if kind == "groups":
            return Taken(replace(fresh, screen=f"groups:{page_start(rest)}"))
        return None

    def take(self, answers: Answers, said: Understood, scene: Scene) -> Taken | None:
        """Act on what is clear and can concern a child of this age; ask with three buttons where it is not.

        A danger that is sure was answered before.
        """
        guesses = said.topics.guesses
        if not guesses:
            return None
        fresh = self.clear(answers)
        topics, best = scene.catalog.topics, scene.catalog.topics.topics[guesses[0].topic]
        if said.topics.confident and not best.is_danger and topics.suits(best, _about(answers.children)):
            return Taken(replace(fresh, topics=_with_neighbours(guesses, scene)))
        suggested = _suggested([guess.topic for guess in guesses], answers, scene)
        near = said.topics.nearness >= KNOWN_SCORE
        return Taken(replace(fresh, suggested=suggested), _gentle_warning(suggested, scene) if near else ())

    def clear(self, answers: Answers) -> Answers:
        skipped = tuple(name for name in answers.skipped if name != self.name)
        return replace(without_screen(answers), topics=(), skipped=skipped)

    def summary(self, answers: Answers, scene: Scene) -> str | None:
        if not answers.topics:
            return None
        return wording_of(answers, scene)


def _about(children: Iterable[Age]) -> tuple[Age, ...]:
    """The same ages, give or take a year: nobody is a baby until the first birthday only."""
    return tuple(Age(low - YEAR, high + YEAR) for low, high in children)


def wording_of(answers: Answers, scene: Scene) -> str:
    return ", ".join(scene.text.label("topics", topic) for topic, weight in answers.topics if weight > ASIDE)


def _with_neighbours(guesses: tuple[Guess, ...], scene: Scene) -> tuple[tuple[str, float], ...]:
    """The topic that is meant, and with little weight what is not far from it: where the catalog has nothing for the
    one, it may for the other ("the Jobcenter sends me to the Jugendamt and back").
    """
    best, *others = guesses
    near = [guess.topic for guess in others[:2] if guess.score >= NOT_FAR * best.score]
    return ((best.topic, 1.0), *((topic, ASIDE) for topic in near if not scene.catalog.topics.topics[topic].is_danger))


def _suggested(guesses: list[str], answers: Answers, scene: Scene) -> tuple[str, ...]:
    """Three to choose from: the best, then those that can concern a child of this age."""
    topics = scene.catalog.topics
    fitting = [topic for topic in guesses if topics.suits(topics.topics[topic], answers.children)]
    return tuple(dict.fromkeys([*guesses[:1], *fitting, *guesses]))[:SUGGESTIONS]


def _gentle_warning(suggested: tuple[str, ...], scene: Scene) -> tuple[Reply, ...]:
    """Where one of the suggestions is a danger, the numbers are named at once."""
    if not any(scene.catalog.topics.topics[topic].is_danger for topic in suggested):
        return ()
    return (numbers_line(scene),)


def _topics_of(group: str, answers: Answers, scene: Scene) -> list[Topic]:
    topics = scene.catalog.topics
    return [topic for topic in topics.of_group(group) if topics.suits(topic, answers.children)]


def _button(topic: Topic, scene: Scene) -> Option:
    return Option(f"topic:{topic.id}", f"{topic.emoji} {scene.text.label('topics', topic.id)}")
