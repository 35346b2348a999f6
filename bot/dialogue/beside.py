"""What is answered to what families write beside the questions: never "not understood", always something to hold on to."""

from collections.abc import Callable, Mapping

from bot.dialogue.danger import listening_lines
from bot.dialogue.model import Answers, Reply, Say
from bot.dialogue.screen import PLACE, RESULTS
from bot.dialogue.small_talk import introduction, privacy, small_talk
from bot.dialogue.steps.base import Scene
from bot.understanding.asides import ARRIVAL, PLEA, Aside
from bot.understanding.topic import Guess, TopicGuesses
from catalog.text import clean

DELETE = "delete"
PRIVACY = "privacy"
OTHERS = "others"  # people who are spoken of
ABOUT_OFFERS = frozenset({"offer", "unreachable", "more"})  # asked about what was found
ASIDES = (
    DELETE,
    PRIVACY,
    "person",
    "angry",
    "robot",
    "other_language",
    "nearby",
    "offer",
    "unreachable",
    "more",
    PLEA,
    ARRIVAL,
    "help",
    "thanks",
    "agree",
    "disagree",
    "hello",
)  # what counts first
WEARY = "weary"
SURE = 0.7  # nearness from which a message is about a concern, whatever it asks for besides
MOST_STORY = 4  # other words of a message that is above all about having no strength left
MOST_BESIDE = 2  # words that may stand beside, where no concern is recognised
HEAVY = frozenset(  # topics that nobody should have to carry alone; dangers have an answer of their own
    {
        "parent-exhaustion",
        "postpartum-depression",
        "parent-mental-health",
        "child-mental-health",
        "grief",
        "pregnancy-loss",
    }
)
EXHAUSTED = TopicGuesses((Guess("parent-exhaustion", 1.0),), confident=True, nearness=1.0)


def weary_in(asides: Mapping[str, Aside]) -> bool:
    """Whether somebody is at the end of their strength, and does not only mention it in a story of something else."""
    return WEARY in asides and len(asides[WEARY].rest.split()) <= MOST_STORY


def only_weary(asides: Mapping[str, Aside], concern: TopicGuesses) -> bool:
    """Whether they say nothing else, in words."""
    aside = asides.get(WEARY)
    if aside is None or not clean(aside.rest or WEARY) or len(aside.rest.split()) > MOST_BESIDE:
        return False
    return not aside.rest or not concern.confident or concern.best in HEAVY


def whole_aside(
    asides: Mapping[str, Aside], concern: TopicGuesses, step: str, tells: Callable[[str], bool]
) -> str | None:
    """What a message asks for, where it says nothing else. "Near me" may still be the name of a place.

    `tells`: whether other words answer the question on the screen, that of `step`.
    """
    if WEARY in asides:
        return None
    most = 0 if concern.confident and concern.nearness >= SURE else MOST_BESIDE
    left_out = {"nearby"} if step == RESULTS.name else {"nearby", *ABOUT_OFFERS}
    if concern.confident:
        left_out |= {PLEA, ARRIVAL}  # "I need help, my son stutters"
    fitting = (name for name in ASIDES if name in asides and name not in left_out)
    name = next((name for name in fitting if len(asides[name].rest.split()) <= most), None)
    return None if name is None or tells(asides[name].rest) else _named(name, asides)


def any_aside(asides: Mapping[str, Aside]) -> str | None:
    """What a message asks for among other things."""
    name = next((name for name in ASIDES if name in asides and name not in ABOUT_OFFERS), None)
    return name and _named(name, asides)


def _named(name: str, asides: Mapping[str, Aside]) -> str:
    """Somebody else may be the one who deletes ("he wants to wipe it all"): then it is only said how it is done."""
    return PRIVACY if name == DELETE and (asides[name].rest or OTHERS in asides) else name


def answer_aside(name: str, answers: Answers, scene: Scene) -> tuple[Reply, ...]:
    """Answer it; the question is asked again after that. Empty where it means nothing at this question."""
    _ = scene.text.gettext
    at_place = answers.step == PLACE.name
    match name:
        case "privacy":
            return privacy(scene)
        case "thanks" | "plea":
            return small_talk(name, scene)
        case "robot":
            text = _("I am a computer program, not a person. But with the help that I show you, people answer.")
            return (Say("🤖 " + text),)
        case "person":
            text = _("I am a computer program and cannot talk with you. These people listen to you:")
            return (listening_lines("🤝 " + text, scene),)
        case "angry":
            text = _("I am sorry that I am not helping you well right now. If you would rather talk to a person:")
            return (listening_lines("🤝 " + text, scene),)
        case "offer":
            text = _("What is known stands on the card of each offer: 💶 cost, 🕒 hours, 📍 place, 💬 languages.")
            more = _("For everything else, please call there (📞). It is all right to ask anything.")
            return (Say(f"{text} {more}"),)
        case "unreachable":
            text = _(
                "I am sorry. With “{label}” on the card you can report it. That helps other families.",
                label="💬 " + scene.text.pgettext("button", "How was it?"),
            )
            return (Say("📵 " + text),)
        case "other_language":
            return (Say("🌍 " + _("I do not speak this language yet. These are the languages that I speak.")),)
        case "arrival":
            return introduction(scene)
        case "help":
            return (_place_not_found(scene),) if at_place else introduction(scene)
        case "nearby" if at_place:
            text = _("I cannot see where you are. Share your position, or write the post code or the town.")
            return (Say(text),)
    return ()


def not_understood(answers: Answers, scene: Scene) -> Reply:
    """Ask kindly once more, with an example of what helps."""
    if answers.step == PLACE.name and not answers.candidates:
        return _place_not_found(scene)
    return Say(scene.text.gettext("Sorry, I did not understand that. You can tap a button or write it in other words."))


def heard(scene: Scene) -> Reply:
    """Somebody told something that is no answer to the question on the screen."""
    text = scene.text.gettext("Thank you for telling me that. One step after the other: I still need this answer.")
    return Say("💬 " + text)


def comfort(scene: Scene) -> tuple[Reply, ...]:
    """Somebody is at the end of their strength: a warm sentence, and who listens."""
    _ = scene.text.gettext
    text = _("That is a lot to carry. It is good that you are writing; you do not have to manage it alone.")
    more = _("If you would like to talk to somebody:")
    return (listening_lines(f"🫂 {text}\n\n{more}", scene),)


def _place_not_found(scene: Scene) -> Reply:
    return Say(
        scene.text.gettext(
            "I did not find this place. Please write a post code (five digits) or a town in Germany, "
            "for example “{example}”.",
            example="10115",
        )
    )
