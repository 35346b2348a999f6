"""What is due, for the person who keeps the catalog: a list by whom to ask, and a mail for each of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote

from bot.publishing import written
from bot.publishing_words import WORDS
from catalog.model import Offer
from catalog.problems import Lang, visible
from catalog.stale import Due, Owner

Groups = Mapping[Owner, Sequence[Due]]
RULE = "─" * 72
GERMAN_DAYS = {"Tu": "Di", "We": "Mi", "Th": "Do", "Su": "So", "PH": "Feiertag", "off": "geschlossen"}


def stale_lines(groups: Groups, lang: Lang) -> Iterator[str]:
    """One line an offer, under whom to ask about it."""
    words = WORDS[lang]
    everything = [one for found in groups.values() for one in found]
    yield words["stale"].format(n=len(everything), owners=len(groups))
    widths = [max(len(one.offer.id) for one in everything), max(len(visible(one.offer.title)) for one in everything)]
    for owner, found in groups.items():
        yield ""
        yield visible(owner.name)
        for one in found:
            cells = (
                one.offer.id.ljust(widths[0]),
                visible(one.offer.title).ljust(widths[1]),
                checked(one, lang).ljust(10),
            )
            yield "  ".join(("", *cells, _state(one, lang)))
    yield ""
    yield words["ask"]


def _state(one: Due, lang: Lang) -> str:
    until = written(one.offer.valid_until, lang) if one.offer.valid_until else ""
    return WORDS[lang][one.state].format(until=until)


def checked(one: Due, lang: Lang) -> str:
    """When it was checked last."""
    return written(one.offer.verified_on, lang) if one.offer.verified_on else WORDS[lang]["never checked"]


def mails(groups: Groups, lang: Lang) -> Iterator[str]:
    """A text for each of them, ready to be sent, and the command for when all of it is still correct."""
    words = WORDS[lang]
    for owner, found in groups.items():
        to = owner.email or words["to nobody"].format(name=visible(owner.name))
        subject = words["mail subject"].format(n=len(found))
        offers = "\n\n".join("\n".join(_lines(one, lang)) for one in found)
        command = f"nahbei catalog confirm {' '.join(one.offer.id for one in found)} --who {quote(owner.name)}"
        yield "\n".join(
            (
                f"{words['to']}: {to}",
                f"{words['subject']}: {subject}",
                "",
                words["mail"],
                "",
                offers,
                "",
                words["mail end"],
                "",
                RULE,
                f"{words['still']} {command}",
                RULE,
            )
        )


def _lines(one: Due, lang: Lang) -> Iterator[str]:
    words, offer = WORDS[lang], one.offer
    yield f"• {visible(offer.title)} ({visible(offer.provider)})"
    said = {
        "mail phone": offer.phone,
        "mail email": offer.email,
        "mail web": offer.web,
        "mail hours": _hours(offer.opening_hours, lang),
        "mail where": _where(offer),
        "mail until": written(offer.valid_until, lang) if offer.valid_until else "",
        "mail checked": checked(one, lang),
    }
    yield from (f"  {words[name]}: {visible(text)}" for name, text in said.items() if text)


def _hours(osm: str, lang: Lang) -> str:
    """As somebody reads them who has never heard of OpenStreetMap."""
    return re.sub(r"[A-Za-z]+", lambda word: GERMAN_DAYS.get(word[0], word[0]), osm) if lang == "de" else osm


def _where(offer: Offer) -> str:
    """Addresses; of a hidden site the model holds none."""
    places = ((site.address, " ".join(filter(None, (site.post_code, site.municipality)))) for site in offer.sites)
    return "; ".join(", ".join(filter(None, place)) for place in places if any(place))
