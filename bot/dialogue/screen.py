"""What is on the screen: the question that is still open, and the buttons that lead through the chat."""

from dataclasses import replace

from bot.dialogue.model import Answers, Ask, Option, Reply, State
from bot.dialogue.steps.base import Scene, Step
from bot.dialogue.steps.child import ChildStep
from bot.dialogue.steps.feedback import ask_about, offer_of
from bot.dialogue.steps.language import LanguageStep
from bot.dialogue.steps.place import PlaceStep
from bot.dialogue.steps.results import ResultsStep
from bot.dialogue.steps.topic import TopicStep

LANGUAGE, CHILD, TOPIC, PLACE, RESULTS = LanguageStep(), ChildStep(), TopicStep(), PlaceStep(), ResultsStep()
QUESTIONS: tuple[Step, ...] = (LANGUAGE, CHILD, TOPIC, PLACE)
STEPS: dict[str, Step] = {step.name: step for step in (*QUESTIONS, RESULTS)}
BY_PREFIX: dict[str, Step] = {prefix: step for step in STEPS.values() for prefix in step.prefixes}
CHANGE = "change"


def speaks(state: State) -> bool:
    return state.answers.lang is not None


def waiting(answers: Answers) -> Step:
    if answers.candidates:
        return PLACE
    if answers.suggested:
        return TOPIC
    return next((step for step in QUESTIONS if not step.is_answered(answers)), RESULTS)


def still_known(state: State, scene: Scene) -> State:
    """What is stored may name what no longer exists: then that screen, or all, starts anew."""
    topics, languages = scene.catalog.topics.topics, scene.understanding.languages

    def exists(answers: Answers) -> bool:
        named = {topic for topic, _ in answers.topics} | set(answers.suggested)
        return answers.step in STEPS and (answers.lang is None or answers.lang in languages) and named <= topics.keys()

    if not exists(state.answers):
        return State()
    asked = state if offer_of(state.feedback, scene) else state.without_feedback()
    return replace(asked, past=tuple(past for past in state.past if exists(past)))


def screen(state: State, scene: Scene) -> tuple[Reply, ...]:
    """The question that is on the screen, with the options that steer. A card's own question lies on top."""
    on_top = _on_top(state, scene)
    replies = (on_top,) if on_top else STEPS[state.answers.step].ask(state.answers, scene)
    return with_steering(replies, state, scene)


def ask_again(state: State, scene: Scene) -> tuple[Reply, ...]:
    """The question on the screen once more, without the cards before it."""
    ask = _on_top(state, scene) or STEPS[state.answers.step].ask_alone(state.answers, scene)
    return with_steering((ask,), state, scene)


def _on_top(state: State, scene: Scene) -> Ask | None:
    """A question that interrupts the one that is still open."""
    offer = offer_of(state.feedback, scene)
    if offer:
        return ask_about(offer, scene)
    return _change_screen(state.answers, scene) if state.answers.screen == CHANGE else None


def _change_screen(answers: Answers, scene: Scene) -> Ask:
    _ = scene.text.gettext
    names: dict[Step, str] = {LANGUAGE: _("Language"), CHILD: _("Child"), TOPIC: _("Concern"), PLACE: _("Place")}
    options = tuple(
        Option(f"{CHANGE}:{step.name}", f"{name}: {step.summary(answers, scene) or '–'}")
        for step, name in names.items()
    )
    return Ask(_("Which answer shall we change?"), options)


def _steered(ask: Ask, state: State, scene: Scene, *, skip: bool = True) -> Ask:
    text = scene.text
    steering = [
        *(
            [Option("nav:skip", "🤷 " + (text.pgettext("button", "I don't know") if speaks(state) else "?"))]
            if skip and _can_skip(state)
            else []
        ),
        *([Option("nav:back", "↩️ " + text.pgettext("button", "Back"))] if state.past or state.feedback else []),
        *([Option("nav:change", "✏️ " + text.pgettext("button", "Change an answer"))] if speaks(state) else []),
        *([Option("nav:start", "🔄 " + text.pgettext("button", "Start again"))] if state.past or speaks(state) else []),
        Option("nav:danger", "🆘 " + (text.pgettext("button", "Danger now?") if speaks(state) else "SOS 112")),
    ]
    return replace(ask, options=(*ask.options, *steering), steering=len(steering))


def _can_skip(state: State) -> bool:
    return state.answers.step != RESULTS.name and not state.feedback


def with_steering(replies: tuple[Reply, ...], state: State, scene: Scene, *, skip: bool = True) -> tuple[Reply, ...]:
    return tuple(_steered(reply, state, scene, skip=skip) if isinstance(reply, Ask) else reply for reply in replies)
