"""Which language shall we speak? The first screen: every language in its own script."""

from dataclasses import replace

from bot.dialogue.model import Answers, Option, Reply
from bot.dialogue.steps.base import Scene, Step, Taken, question
from bot.i18n import PLAIN
from bot.understanding.language import MIN_CONFIDENCE
from bot.understanding.reading import Slot, Understood


class LanguageStep(Step):
    name: Slot = "language"
    prefixes = ("lang",)

    def is_answered(self, answers: Answers) -> bool:
        return answers.lang is not None

    def ask(self, answers: Answers, scene: Scene) -> tuple[Reply, ...]:
        languages = scene.understanding.languages
        if answers.lang is None:
            greetings = [languages.translator(language.tag).gettext("Hello!") for language in languages]
            text = "👋 " + " · ".join(dict.fromkeys(greetings)) + "\n🌍"
        else:
            text = scene.text.gettext("Which language shall we use?")
        return (question(text, [Option(f"lang:{language.tag}", language.name) for language in languages]),)

    def choose(self, answers: Answers, option: str, scene: Scene) -> Taken | None:
        tag = option.removeprefix("lang:")
        return Taken(replace(answers, lang=tag)) if tag in scene.understanding.languages else None

    def take(self, answers: Answers, said: Understood, scene: Scene) -> Taken | None:
        """Only while this question is open: the language in which somebody writes is the one they want."""
        if answers.lang is not None or said.language.lang is None or said.language.confidence < MIN_CONFIDENCE:
            return None
        return Taken(replace(answers, lang=said.language.lang))

    def skip(self, answers: Answers, scene: Scene) -> Taken:
        return Taken(replace(answers, lang=PLAIN))

    def clear(self, answers: Answers) -> Answers:
        return answers  # a chat always has a language; it is changed by choosing another

    def summary(self, answers: Answers, scene: Scene) -> str | None:
        return scene.text.language.name if answers.lang else None
