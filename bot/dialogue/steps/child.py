"""How old is the child? Buttons for the phases of life, several children, or the age in one's own words."""

from dataclasses import replace

from bot.dialogue import wording
from bot.dialogue.model import Answers, Option, Reply, Say
from bot.dialogue.steps.base import Scene, Step, Taken, question, without_screen
from bot.understanding.age import Age, merge
from bot.understanding.reading import Slot, Understood
from catalog.topics import Phase

SEVERAL = "several"
MOST_CHILDREN = 8


class ChildStep(Step):
    name: Slot = "child"
    prefixes = ("age", "children")

    def is_answered(self, answers: Answers) -> bool:
        return (bool(answers.children) and answers.screen != SEVERAL) or self.name in answers.skipped

    def ask(self, answers: Answers, scene: Scene) -> tuple[Reply, ...]:
        _ = scene.text.gettext
        if answers.screen == SEVERAL:
            return (self._ask_several(answers, scene),)
        text = _(
            "How old is your child? You can tap or write, for example: “3 years”. If you are pregnant, tap “Pregnancy”."
        )
        return (question(text, [*_phases(scene), Option("children:several", "👧👦 " + _("Several children"))]),)

    def _ask_several(self, answers: Answers, scene: Scene) -> Reply:
        _ = scene.text.gettext
        chosen = {
            f"age:{phase.id}" for phase in scene.catalog.topics.phases.values() if _span(phase) in answers.children
        }
        options = [replace(o, label=f"☑️ {o.label}") if o.id in chosen else o for o in _phases(scene)]
        return question(
            _("Tap every age that fits. Then tap “Done”."), [*options, Option("children:done", "✔️ " + _("Done"))]
        )

    def choose(self, answers: Answers, option: str, scene: Scene) -> Taken | None:
        if option == "children:several":
            return Taken(replace(self.clear(answers), screen=SEVERAL))
        if option == "children:done":
            if answers.children:
                return Taken(without_screen(answers))
            return Taken(answers, (Say(scene.text.gettext("Please tap at least one age first.")),))
        phase = scene.catalog.topics.phases.get(option.removeprefix("age:"))
        if phase is None:
            return None
        age = _span(phase)
        if answers.screen != SEVERAL:
            return Taken(self._told(answers, (age,)))
        others = tuple(child for child in answers.children if child != age)
        toggled = others if age in answers.children else tuple(merge((*others, age)))
        return Taken(replace(answers, children=toggled[:MOST_CHILDREN]))

    def take(self, answers: Answers, said: Understood, scene: Scene) -> Taken | None:
        if not said.ages:
            return None
        ages = (*answers.children, *said.ages) if answers.screen == SEVERAL else said.ages
        return Taken(self._told(answers, tuple(merge(ages))[:MOST_CHILDREN]))

    def _told(self, answers: Answers, ages: tuple[Age, ...]) -> Answers:
        skipped = tuple(name for name in answers.skipped if name != self.name)
        screen = "" if answers.screen == SEVERAL else answers.screen
        return replace(answers, children=ages, skipped=skipped, screen=screen, shown=0)

    def clear(self, answers: Answers) -> Answers:
        skipped = tuple(name for name in answers.skipped if name != self.name)
        return replace(without_screen(answers), children=(), skipped=skipped)

    def summary(self, answers: Answers, scene: Scene) -> str | None:
        if not answers.children:
            return None
        return wording.listed((wording.child_age(child, scene.text) for child in answers.children), scene.text)


def _phases(scene: Scene) -> list[Option]:
    return [Option(f"age:{phase}", scene.text.label("phases", phase)) for phase in scene.catalog.topics.phases]


def _span(phase: Phase) -> Age:
    return Age(phase.first_month, phase.last_month)
