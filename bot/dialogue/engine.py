"""respond(): one message in, one turn out. Danger first, then commands, then the question on the screen.

Pure and deterministic: the same state, message, catalog and moment give the same turn, today or in a year.
"""

from dataclasses import replace
from datetime import datetime

from bot.dialogue.beside import (
    EXHAUSTED,
    HEAVY,
    answer_aside,
    any_aside,
    comfort,
    heard,
    not_understood,
    only_weary,
    weary_in,
    whole_aside,
)
from bot.dialogue.cards import FEEDBACK, MAP, pin
from bot.dialogue.counts import counted, outcome_of
from bot.dialogue.danger import danger_menu, danger_replies
from bot.dialogue.model import (
    Answers,
    Choice,
    Command,
    Forget,
    Input,
    Location,
    Reply,
    Say,
    State,
    Text,
    Turn,
)
from bot.dialogue.screen import (
    BY_PREFIX,
    CHANGE,
    CHILD,
    LANGUAGE,
    PLACE,
    RESULTS,
    STEPS,
    TOPIC,
    ask_again,
    screen,
    speaks,
    still_known,
    waiting,
    with_steering,
)
from bot.dialogue.small_talk import WRITE_OR_TAP, introduction, privacy, small_talk
from bot.dialogue.start_link import begun
from bot.dialogue.steps.base import Scene, Taken, page_start, without_screen
from bot.dialogue.steps.feedback import REMARK, is_gone, offer_of, remarked
from bot.dialogue.steps.results import find
from bot.dialogue.taking import corrected_from, taken_from, tells, understood
from bot.dialogue.typed import first_answer, is_silent, last_answer, like_label, numbered, same_label, shares_place
from bot.i18n import Translator
from bot.understanding.reading import Understanding, Understood
from bot.understanding.topic import TopicGuesses
from catalog.catalog import Catalog

# whole messages that are never an answer
SAID_ALOUD = ("danger", "thanks", "hello", "voice", "picture", "unreadable", "plea")
COMMANDS = (
    *("start", "back", "change", "skip", "help", "privacy", "delete", "language", "more", "none", "done"),
    *("agree", "disagree"),
    *SAID_ALOUD,
)


def respond(
    state: State, said: Input, *, catalog: Catalog, understanding: Understanding, text: Translator, now: datetime
) -> Turn:
    """Answer one message.

    Args:
        state: the conversation so far; `State()` for a new one.
        said: what came in.
        catalog: offers, places, topics, helplines.
        understanding: the words of all languages.
        text: the voice to speak with until the family has chosen a language.
        now: local time, without zone.

    Returns:
        The new state and at least one reply. Never raises for anything that a person can send.
    """
    scene = Scene(catalog, understanding, text, now)
    state = still_known(state, scene)
    scene = scene.speaking(state.answers.lang)
    match said:
        case Command("start", argument) if " " not in argument:
            return _started(State(begun(argument, state.answers.lang, scene)), scene)
        case Command("place") if speaks(state):  # the button that sends a position, on a device that knows none
            return _aside(state, "nearby", scene)
        case Command(name, argument):
            return _ordered(state, name, argument, scene)
        case Choice(option):
            return _choice(state, option, scene)
        case Location():
            return _located(state, said, scene)
        case Text(words) if not is_silent(words):
            return _text(state, words, scene)
    return Turn(state, screen(state, scene))


def _ordered(state: State, name: str, argument: str, scene: Scene) -> Turn:
    """A command may be a word of any language. Words that follow it are read for danger; after no command, as a text."""
    known = name if name in COMMANDS else scene.understanding.command(name)
    turn = _text(state, f"{name} {argument}", scene) if argument else None
    if turn and (turn.danger or known is None):
        return turn
    return _command(state, known or name, scene)


def _started(fresh: State, scene: Scene) -> Turn:
    scene = scene.speaking(fresh.answers.lang)
    told = understood(fresh.answers, [PLACE], scene) if speaks(fresh) else ()
    return Turn(fresh, (*told, *screen(fresh, scene)))


def _located(state: State, where: Location, scene: Scene) -> Turn:
    taken = PLACE.locate(state.answers, where, scene) if speaks(state) else None
    if taken is None:
        return _again(state, scene)
    told = understood(taken.answers, [PLACE], scene) if not taken.replies else ()
    return _on(state, taken.answers, scene, (*told, *taken.replies))


def _text(state: State, words: str, scene: Scene) -> Turn:
    answers = state.answers
    command = scene.understanding.command(words)
    if command in SAID_ALOUD and (command == "danger" or speaks(state)):
        return _command(state, command, scene)
    lang = answers.lang or scene.understanding.language(words).lang
    concern = scene.understanding.concern(words, lang)
    pressed = same_label(words, state, scene)  # our own words: what is no danger to tap is none to type
    if pressed:
        return _choice(state, pressed, scene)
    danger = scene.understanding.danger(words, lang, concern)
    if danger:
        return _danger(state, danger, scene.speaking(lang))
    if command and (speaks(state) or command not in SAID_ALOUD):
        return _command(state, command, scene)
    if shares_place(words, state, scene):
        return _aside(state, "nearby", scene)
    wished = scene.understanding.named_language(words)
    if wished:
        return _choice(state, f"lang:{wished}", scene)
    return _told_freely(state, words, lang, concern, scene)


def _typed(state: State, option: str, scene: Scene) -> Turn:
    """A typed answer is picked like a tapped one; a concern is said once more, for it may have been meant otherwise."""
    turn = _choice(state, option, scene)
    told = understood(turn.state.answers, [TOPIC], scene) if option.startswith("topic:") else ()
    return replace(turn, replies=(*told, *turn.replies))


def _told_freely(state: State, words: str, lang: str | None, concern: TopicGuesses, scene: Scene) -> Turn:
    """Own words: what is asked beside the questions, what is taken back, a part of a label, or an answer."""
    asides = scene.understanding.asides(words) if speaks(state) else {}
    asked = STEPS[state.answers.step].name
    aside = whole_aside(asides, concern, asked, lambda rest: tells(rest, state, lang, scene))
    if aside:
        return _aside(state, aside, scene)
    said = corrected_from(state, words, lang, scene)
    is_told = said or (asked == TOPIC.name and concern.confident)
    part = None if is_told else numbered(words, state, scene) or like_label(words, state, scene)
    if part:
        return _typed(state, part, scene)
    weary = weary_in(asides)
    if only_weary(asides, concern):
        said = Understood() if state.answers.topics else Understood(topics=EXHAUSTED)
    said = said if said is not None else scene.understanding.read(words, lang, scene.catalog.places, asked, concern)
    turn = _read(state, said, scene, weary=weary)
    if turn:
        return turn
    if weary:
        return _asked_again(state, scene, comfort(scene))
    name = any_aside(asides)
    if name:
        return _aside(state, name, scene)
    if speaks(state) and concern.guesses and scene.understanding.speaks_of(words, lang, concern):
        return _asked_again(state, scene, (heard(scene),))
    return _again(state, scene)


def _aside(state: State, name: str, scene: Scene) -> Turn:
    if name in COMMANDS and name != "help":
        return _command(state, name, scene)
    turn = _change(state, LANGUAGE.name, scene) if name == "other_language" else _asked_again(state, scene, ())
    answer = answer_aside(name, state.answers, scene) or (not_understood(state.answers, scene),)
    return replace(turn, replies=(*answer, *turn.replies))


def _asked_again(state: State, scene: Scene, before: tuple[Reply, ...]) -> Turn:
    return Turn(state, (*before, *ask_again(state, scene)))


def _read(state: State, said: Understood, scene: Scene, *, weary: bool) -> Turn | None:
    """Let every question take its answer out of the sentence; None where none finds one."""
    answers, replies, filled = taken_from(state, said, scene)
    if not filled:
        return None
    topic = answers.topics[0][0] if TOPIC in filled and answers.topics else None
    scene = scene.speaking(answers.lang)
    kind = comfort(scene) if weary or topic in HEAVY else ()
    turn = _on(state, answers, scene, (*kind, *understood(answers, filled, scene), *replies))
    if topic and scene.catalog.topics.topics[topic].is_danger:
        return _with_danger(turn, topic, scene)
    return turn


def _choice(state: State, option: str, scene: Scene) -> Turn:
    prefix, _, rest = option.partition(":")
    if prefix == "nav":
        return _command(state, rest, scene)
    if prefix == "danger":
        return _danger_choice(state, rest, scene)
    if prefix == CHANGE:
        return _change(state, rest, scene)
    if prefix == MAP:
        return _mapped(state, rest, scene)
    if prefix == FEEDBACK:
        return _feedback(state, rest, scene)
    if prefix == REMARK:
        return _remarked(state, rest, scene)
    step = BY_PREFIX.get(prefix)
    taken = step.choose(state.answers, option, scene) if step and (speaks(state) or step is LANGUAGE) else None
    if taken is None:
        return _again(state, scene)
    if prefix == "place" and taken.answers.place:
        taken = replace(taken, replies=(*understood(taken.answers, [PLACE], scene), *taken.replies))
    turn = _told(state, taken, scene)
    chosen = taken.answers.topics[0][0] if prefix == "topic" and taken.answers.topics else None
    if chosen and scene.catalog.topics.topics[chosen].is_danger:
        return _with_danger(turn, chosen, scene)
    return turn


def _told(state: State, taken: Taken | None, scene: Scene) -> Turn:
    if taken is None:
        return _again(state, scene)
    return _on(state, taken.answers, scene.speaking(taken.answers.lang), taken.replies)


def _on(state: State, answers: Answers, scene: Scene, before: tuple[Reply, ...] = ()) -> Turn:
    """Go to the first question that is still open; when none is, show what there is."""
    if answers.lang and not speaks(state) and answers.place == state.answers.place:
        before = (*understood(answers, [PLACE], scene), *before)  # a link has said it, in no language yet
    answers = replace(answers, step=waiting(answers).name, screen="" if answers.screen == CHANGE else answers.screen)
    moved = state.moved(answers)
    is_new = answers != state.answers and not answers.shown
    if is_new and answers.step == RESULTS.name:
        return _found(moved, scene, before)
    return Turn(moved, (*before, *screen(moved, scene)))


def _found(state: State, scene: Scene, before: tuple[Reply, ...]) -> Turn:
    """Show the first page of what was looked for, and count whether there was something."""
    hits = find(state.answers, scene)
    replies = with_steering(RESULTS.show(state.answers, hits, scene), state, scene)
    return Turn(state, (*before, *replies), counted(outcome_of(hits), state.answers, scene))


def _mapped(state: State, key: str, scene: Scene) -> Turn:
    """Show on the map where an offer is, and nothing else: the card and the question stay."""
    if is_gone(key, scene):
        return _gone(state, scene)
    offer = scene.catalog.index.with_key(key)
    shown = pin(offer, state.answers.place, scene.text) if offer else None
    return Turn(state, (shown,)) if shown else _again(state, scene)


def _feedback(state: State, key: str, scene: Scene) -> Turn:
    """Ask how it was; the question that is interrupted waits."""
    if is_gone(key, scene):
        return _gone(state, scene)
    if offer_of(key, scene) is None:
        return _again(state, scene)
    asking = replace(state, feedback=key)
    return Turn(asking, screen(asking, scene))


def _remarked(state: State, rest: str, scene: Scene) -> Turn:
    told = remarked(rest, state.answers, scene)
    if told is None:
        return _gone(state, scene) if is_gone(rest.partition(":")[0], scene) else _again(state, scene)
    thanks, effects = told
    return replace(_resumed(state, scene, (thanks,)), effects=effects)


def _resumed(state: State, scene: Scene, before: tuple[Reply, ...] = ()) -> Turn:
    """Go back to the question that was interrupted, without the cards before it: they are still in the chat."""
    resumed = state.without_feedback()
    return Turn(resumed, (*before, *ask_again(resumed, scene)))


def _gone(state: State, scene: Scene) -> Turn:
    """A button in an old message, for an offer that the catalog has no more."""
    if not speaks(state):
        return Turn(state, screen(state, scene))
    text = scene.text.gettext("Sorry, this offer is no longer on my list. It has ended or changed.")
    return Turn(state, (Say(text), *ask_again(state, scene)))


def _again(state: State, scene: Scene) -> Turn:
    """Nothing was understood: ask kindly once more, with an example of what helps."""
    if not speaks(state):
        return Turn(state, screen(state, scene))
    return _asked_again(state, scene, (not_understood(state.answers, scene),))


def _command(state: State, name: str, scene: Scene) -> Turn:
    answers = state.answers
    match name:
        case "start":
            return _started(State(begun("", answers.lang, scene)), scene)
        case "back" | "skip" | "done" if state.feedback:
            return _resumed(state, scene)
        case "back" if state.past:
            back = State(state.past[-1], state.past[:-1])
            return Turn(back, screen(back, scene.speaking(back.answers.lang)))
        case "change" if speaks(state):
            changing = state.moved(replace(without_screen(answers), screen=CHANGE))
            return Turn(changing, screen(changing, scene))
        case "skip" | "done":
            return _skip(state, name, scene)
        case "danger":
            return Turn(state, with_steering(danger_menu(scene), state, scene, skip=False))
        case "thanks" | "hello" | "voice" | "picture" | "unreadable" | "plea":
            said = small_talk(name, scene) if speaks(state) else (Say(WRITE_OR_TAP),)
            return _asked_again(state, scene, said)
        case "language":
            return _change(state, LANGUAGE.name, scene)
        case "delete":
            text = scene.text.gettext("Everything you told me is deleted. If you write again, we start anew.")
            return Turn(State(), (Say(text), *screen(State(), scene)), (Forget(),))
        case "help" | "privacy":
            explained = introduction(scene) if name == "help" else privacy(scene)
            return Turn(state, (*explained, *ask_again(state, scene)))
        case "more" if answers.step == RESULTS.name:
            told = RESULTS.choose(answers, "results:more", scene)
            return _told(state, told, scene) if told else _asked_again(state, scene, ())
        case "agree" | "none" | "disagree" if speaks(state):
            option = first_answer(state, scene) if name == "agree" else last_answer(state, scene)
            return _typed(state, option, scene) if option else _asked_again(state, scene, ())
    return _again(state, scene)


def _skip(state: State, name: str, scene: Scene) -> Turn:
    answers = state.answers
    if answers.screen == CHANGE:
        return _on(state, without_screen(answers), scene)
    if name == "done" and answers.children and answers.step == CHILD.name:
        return _choice(state, "children:done", scene)
    return _told(state, STEPS[answers.step].skip(answers, scene), scene)


def _change(state: State, name: str, scene: Scene) -> Turn:
    """Ask one question again; the other answers stay."""
    step = STEPS.get(name)
    if step is None or step is RESULTS:
        return _again(state, scene)
    answers = replace(without_screen(step.clear(state.answers)), step=step.name)
    changing = state.moved(answers)
    return Turn(changing, screen(changing, scene))


def _danger(state: State, topic: str, scene: Scene) -> Turn:
    """Somebody wrote of a danger: the numbers at once; nothing of it is kept but the language."""
    if not speaks(state):
        state = State(replace(state.answers, lang=scene.text.tag, step=CHILD.name))
    replies = danger_replies(topic, scene, state.answers.place)
    return Turn(state, with_steering(replies, state, scene, skip=False), danger=topic)


def _with_danger(turn: Turn, topic: str, scene: Scene) -> Turn:
    """Somebody chose a topic that is a danger: the numbers come before the next question."""
    scene = scene.speaking(turn.state.answers.lang)
    numbers = danger_replies(topic, scene, turn.state.answers.place)[:1]
    return replace(turn, replies=(*numbers, *turn.replies), danger=topic)


def _danger_choice(state: State, rest: str, scene: Scene) -> Turn:
    kind, _, value = rest.partition(":")
    known = scene.catalog.topics.topics.get(value)
    if kind == "topic" and known:
        return _danger(state, value, scene)
    if kind == "menu":
        return Turn(state, with_steering(danger_menu(scene, page_start(value))[1:], state, scene, skip=False))
    if kind == "near" and known:
        lang = state.answers.lang or scene.text.tag
        skipped = tuple(dict.fromkeys((*state.answers.skipped, *(() if state.answers.children else (CHILD.name,)))))
        answers = replace(without_screen(state.answers), lang=lang, topics=((value, 1.0),), skipped=skipped)
        return _on(state, answers, scene.speaking(lang))
    return Turn(state, screen(state, scene))
