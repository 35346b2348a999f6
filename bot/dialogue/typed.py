"""The button that somebody typed instead of tapping it: its label or a part of it, its picture, its number, "yes"."""

import unicodedata
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from bot.dialogue.model import Ask, Option, State
from bot.dialogue.screen import CHANGE, CHILD, screen
from bot.dialogue.steps.base import Scene
from bot.i18n import without_isolates
from bot.understanding.words import ascii_digits
from catalog.text import clean

ALIKE = 86  # likeness (0 to 100) from which a label is meant though it is misspelt
SHORTEST = 4  # letters of a label, or of a word of it, that may stand for the whole
DIGITS = 2
SILENCE = " .…"
BESIDE = ("Mn", "Me", "Cf", "Sk")  # what only changes a picture: its colour, its sex, its form


def is_silent(words: str) -> bool:
    """Whether somebody wrote nothing, or nothing but dots."""
    return not " ".join(words.split()).strip(SILENCE)


def same_label(words: str, state: State, scene: Scene) -> str | None:
    """The option whose label or picture was typed."""
    ask = _question(state, scene)
    if ask is None:
        return None
    wanted = clean(words)
    if not wanted:
        return _pictured(words, ask.options)
    return next((option.id for option in ask.options if _label(option) == wanted), None)


def shares_place(words: str, state: State, scene: Scene) -> bool:
    """Whether the button was tapped that sends a position, on a device that knows none and sends its label."""
    ask = _question(state, scene)
    return ask is not None and bool(ask.location) and clean(without_isolates(ask.location)) == clean(words)


def numbered(words: str, state: State, scene: Scene) -> str | None:
    """The answer whose number was typed, except where a number is an age."""
    written = ascii_digits(words).strip().rstrip(".)")
    ask = _question(state, scene)
    if ask is None or not written.isascii() or not written.isdigit() or len(written) > DIGITS:
        return None
    answers = ask.options[: len(ask.options) - ask.steering]
    is_age = state.answers.step == CHILD.name and not _is_interrupted(state)
    return answers[int(written) - 1].id if not is_age and 1 <= int(written) <= len(answers) else None


def like_label(words: str, state: State, scene: Scene) -> str | None:
    """The one option of which a part was typed, or the label with a mistake or two."""
    ask, wanted = _question(state, scene), clean(words)
    if ask is None or len(wanted) < SHORTEST or any(c.isdigit() for c in wanted):
        return None
    answers = ask.options[: len(ask.options) - ask.steering]
    return _only(option.id for option in answers if _is_part(wanted, _label(option))) or _only(
        option.id for option in ask.options if fuzz.ratio(wanted, _label(option)) >= ALIKE
    )


def first_answer(state: State, scene: Scene) -> str | None:
    """What "yes" means where one has to choose: the best of what was asked back."""
    asked_back = _asked_back(state, scene)
    return asked_back[0].id if asked_back and (state.answers.suggested or len(state.answers.candidates) == 1) else None


def last_answer(state: State, scene: Scene) -> str | None:
    """What "no" means there: none of these, another place."""
    asked_back = _asked_back(state, scene)
    return asked_back[-1].id if asked_back else None


def _asked_back(state: State, scene: Scene) -> Sequence[Option]:
    """The few answers of which one is meant; none where another question lies on top of them."""
    ask = _question(state, scene)
    if ask is None or _is_interrupted(state) or not (state.answers.suggested or state.answers.candidates):
        return ()
    return ask.options[: len(ask.options) - ask.steering]


def _is_interrupted(state: State) -> bool:
    """Whether a question about an offer, or about what to change, stands before the one that is still open."""
    return bool(state.feedback) or state.answers.screen == CHANGE


def _question(state: State, scene: Scene) -> Ask | None:
    ask = screen(state, scene)[-1]
    return ask if isinstance(ask, Ask) else None


def _label(option: Option) -> str:
    return clean(without_isolates(option.label))


def _pictured(words: str, options: Iterable[Option]) -> str | None:
    wanted = _picture(words)
    return _only(option.id for option in options if wanted and _picture(option.label.split(" ")[0]) == wanted)


def _picture(text: str) -> str:
    """The first picture of a text, whatever its colour and however often it is written; empty for words."""
    plain = [c for c in text if unicodedata.category(c) not in BESIDE and not c.isspace()]
    return plain[0] if plain and not plain[0].isalnum() else ""


def _is_part(wanted: str, label: str) -> bool:
    words = label.split()
    return any(len(word) >= SHORTEST for word in wanted.split()) and all(
        any(word == other or fuzz.ratio(word, other) >= ALIKE for other in words) for word in wanted.split()
    )


def _only(options: Iterable[str]) -> str | None:
    """The one that is meant; None where none or several are."""
    found = set(options)
    return found.pop() if len(found) == 1 else None
