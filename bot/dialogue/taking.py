"""One sentence may answer several questions: every question takes out of it what it asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.dialogue.model import Answers, Reply, Say, State
from bot.dialogue.screen import CHILD, LANGUAGE, PLACE, QUESTIONS, RESULTS, STEPS, TOPIC
from bot.dialogue.steps.base import Scene, Step
from bot.understanding.reading import Slot, Understood
from bot.understanding.topic import TopicGuesses

AGE_DIGITS = 2  # a number of no more digits, and no word beside it that is longer, is no place


def taken_from(state: State, said: Understood, scene: Scene) -> tuple[Answers, tuple[Reply, ...], Sequence[Step]]:
    """The answers after a sentence, what is to say to it, and which questions found something in it."""
    answers = state.answers
    replies: tuple[Reply, ...] = ()
    filled: list[Step] = []
    for step in sorted(QUESTIONS, key=lambda step: step is not STEPS[answers.step]):
        taken = step.take(answers, said, scene) if _may_answer(step, state, said, filled) else None
        if taken:
            answers, replies = taken.answers, (*replies, *taken.replies)
            filled.append(step)
            scene = scene.speaking(answers.lang)
    return _open_screens(answers, filled), replies, filled


def corrected_from(state: State, words: str, lang: str | None, scene: Scene) -> Understood | None:
    """ "No, 4 not 3": an age or a place that was told before is told anew."""
    answers = state.answers
    meant = scene.understanding.corrected(words, lang) if answers.children or answers.place else None
    if meant is None:
        return None
    may_be_place = answers.step == PLACE.name and (answers.candidates or max(map(len, meant.split())) > AGE_DIGITS)
    asked: Slot = CHILD.name if any(c.isdecimal() for c in meant) and not may_be_place else PLACE.name
    said = scene.understanding.read(meant, lang, scene.catalog.places, asked, TopicGuesses())
    return said if said.ages or said.place.places else None


def tells(rest: str, state: State, lang: str | None, scene: Scene) -> bool:
    """Whether the other words of "five, thank you" answer the question on the screen with an age or a place."""
    asked = STEPS[state.answers.step].name
    said = scene.understanding.read(rest, lang, scene.catalog.places, asked, TopicGuesses()) if rest else Understood()
    return bool(said.ages) if asked == CHILD.name else asked == PLACE.name and bool(said.place.places)


def understood(answers: Answers, filled: Iterable[Step], scene: Scene) -> tuple[Reply, ...]:
    """Show what was understood, so that it can be changed."""
    summaries = [summary for step in filled if step is not LANGUAGE and (summary := step.summary(answers, scene))]
    if not summaries:
        return ()
    return (Say("👍 " + scene.text.gettext("I understood: {answers}", answers=" · ".join(summaries))),)


def _may_answer(step: Step, state: State, said: Understood, filled: Sequence[Step]) -> bool:
    """An answer that was given is replaced where it is asked for, where everything has been asked, and where a message
    clearly speaks of it instead of answering the question on the screen.
    """
    asked = STEPS[state.answers.step]
    if step is asked or asked is RESULTS or not step.is_answered(state.answers):
        return True
    return asked not in filled and (step is CHILD or (step is TOPIC and said.topics.confident))


def _open_screens(answers: Answers, filled: Sequence[Step]) -> Answers:
    """Whichever question still has something to ask back (suggestions, several places) is asked first."""
    if answers.candidates and PLACE in filled and answers.suggested:
        return replace(answers, suggested=())
    return answers
