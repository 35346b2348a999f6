"""How was it? A card's own question, on top of whatever is asked: one tap opens it, one answers, and the way goes on.

It is no `Step`: there is no answer to keep. Buttons carry the offer, so that they work in a later conversation too.
"""

from string import hexdigits
from typing import get_args

from bot.dialogue.cards import title
from bot.dialogue.counts import counted
from bot.dialogue.model import Answers, Ask, Effect, Option, Outcome, Remark, Report, Say
from bot.dialogue.steps.base import Scene, question
from bot.i18n import Translator
from catalog.model import Offer
from catalog.search import KEY_BYTES, short_key

REMARK = "remark"  # what the id of an answer begins with
REMARKS: tuple[Remark, ...] = get_args(Remark)


def offer_of(key: str, scene: Scene) -> Offer | None:
    """The offer that a button asks about; None when it is gone."""
    offer = scene.catalog.index.with_key(key)
    return None if offer is None or offer.helpline else offer


def is_gone(key: str, scene: Scene) -> bool:
    """Whether a button means an offer that the catalog does not have (any more)."""
    is_key = len(key) == 2 * KEY_BYTES and set(key) <= set(hexdigits)
    return is_key and scene.catalog.index.with_key(key) is None


def ask_about(offer: Offer, scene: Scene) -> Ask:
    key = short_key(offer.id)
    options = [Option(f"{REMARK}:{key}:{remark}", label) for remark, label in _labels(scene.text).items()]
    return question(scene.text.gettext("{title}: what was it like?", title=title(offer, scene.text)), options)


def remarked(rest: str, answers: Answers, scene: Scene) -> tuple[Say, tuple[Effect, ...]] | None:
    """Thank for an answer, and report it; None when the button means nothing (any more)."""
    key, _sep, kind = rest.partition(":")
    offer = offer_of(key, scene)
    remark = next((remark for remark in REMARKS if remark == kind), None)
    if offer is None or remark is None:
        return None
    outcome: Outcome = "helped" if remark == "helped" else "not_helped"
    counts = () if offer.example else counted(outcome, answers, scene)
    return _thanks(remark, scene.text), (Report(offer.id, remark), *counts)


def _labels(text: Translator) -> dict[Remark, str]:
    return {
        "helped": "💚 " + text.pgettext("button", "It helped me"),
        "closed": "🔒 " + text.pgettext("button", "It is closed"),
        "wrong_number": "📵 " + text.pgettext("button", "The number is wrong"),
        "full": "⏳ " + text.pgettext("button", "It is full"),
        "wrong_language": "🗣️ " + text.pgettext("button", "My language is not spoken"),
    }


def _thanks(remark: Remark, text: Translator) -> Say:
    _ = text.gettext
    if remark == "helped":
        return Say("💚 " + _("Thank you for telling me. How good that it helped!"))
    return Say(
        "🙏 "
        + _(
            "I am sorry that it did not work out. Thank you for telling me. The people who keep the list will check it."
        )
    )
