"""What a link or a poster says before the first word: "k42-tr-p02826" is a campaign, a language and a post code."""

import re
from itertools import pairwise

from bot.dialogue.model import Answers
from bot.dialogue.screen import CHILD, LANGUAGE, PLACE
from bot.dialogue.steps.base import Scene
from bot.i18n import PLAIN
from catalog.places import Place

LONGEST_LINK = 64  # characters that a messenger lets a link carry
_PART = re.compile(r"[-_]")
_POST_CODE = re.compile(r"p([0-9]{5})")


def begun(argument: str, lang: str | None, scene: Scene) -> Answers:
    """The answers that a new chat begins with: what its link says, else the language of the chat before."""
    parts = _PART.split(argument.casefold()) if len(argument) <= LONGEST_LINK else []
    lang = _language(parts, scene) or lang
    answers = Answers(step=(CHILD if lang else LANGUAGE).name, lang=lang)
    place = _place(parts, scene)
    return PLACE.told(answers, place) if place else answers


def _language(parts: list[str], scene: Scene) -> str | None:
    """The last language that is named: "fa-af" says more than "fa"."""
    tags = {tag.casefold(): tag for tag in scene.understanding.languages.by_tag} | {"simple": PLAIN}
    named = [*parts, *("-".join(pair) for pair in pairwise(parts))]
    return next((tags[name] for name in reversed(named) if name in tags), None)


def _place(parts: list[str], scene: Scene) -> Place | None:
    """The place of a post code that the list of places knows; where only its region is known, the family is asked."""
    codes = [code[1] for part in parts if (code := _POST_CODE.fullmatch(part))]
    place = scene.catalog.places.post_code(codes[-1]) if codes else None
    return None if place is None or place.approximate else place
