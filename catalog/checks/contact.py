"""Whether a family reaches anybody: telephone, web and e-mail."""

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from catalog.checks.base import Finding, Surroundings
from catalog.model import Offer
from catalog.phones import dialled, is_costly, is_fictitious, is_mobile

PRIVATE = re.compile(
    r"(^|\.)(localhost|local|lan|intranet|internal|intern|corp|home|fritz\.box|home\.arpa|test|invalid)$"
)
EXAMPLE = re.compile(r"(^|\.)example\.(com|net|org)$|(^|\.)example$")
FOREIGN_LETTERS = re.compile(r"[^a-z0-9äöüß.-]")
MAIL_HOUSES = (  # where offices and clubs in Germany have their post boxes
    *(
        "gmail.com",
        "googlemail.com",
        "web.de",
        "gmx.de",
        "gmx.net",
        "gmx.com",
        "t-online.de",
        "online.de",
        "freenet.de",
    ),
    *(
        "outlook.de",
        "outlook.com",
        "hotmail.de",
        "hotmail.com",
        "live.de",
        "live.com",
        "msn.com",
        "yahoo.de",
        "yahoo.com",
    ),
    *(
        "icloud.com",
        "me.com",
        "mail.de",
        "email.de",
        "posteo.de",
        "mailbox.org",
        "proton.me",
        "protonmail.com",
        "aol.com",
    ),
    *("arcor.de", "vodafone.de", "o2online.de", "o2mail.de", "alice-dsl.de", "kabelmail.de", "unitybox.de", "1und1.de"),
    *(
        "ewetel.de",
        "ewe.net",
        "netcologne.de",
        "osnanet.de",
        "versanet.de",
        "htp-tel.de",
        "tutanota.de",
        "tutanota.com",
    ),
)
LONG_HOUSE = 10  # letters from which two may be wrong; what differs more is a house of its own


def check_contact(offer: Offer, around: Surroundings) -> Iterator[Finding]:
    yield from _phone(offer, around)
    yield from _web(offer)
    yield from _email(offer)
    is_open_house = any(site.kind == "place" and site.address for site in offer.sites)
    if not (offer.phone or offer.email or offer.web or is_open_house):
        yield Finding("phone", "no-contact")


def _phone(offer: Offer, around: Surroundings) -> Iterator[Finding]:
    if not offer.phone:
        return
    number = dialled(offer.phone)
    line = around.lines.get(number)
    if line and offer.helpline != line.id:
        yield Finding("phone", "phone-of-a-helpline", offer.phone, {"line": line.name})
    elif number.startswith("11") and not offer.helpline:
        yield Finding("phone", "phone-for-emergencies", offer.phone)
    if is_fictitious(offer.phone) and not offer.example:
        yield Finding("phone", "example-left", offer.phone)
    if is_costly(offer.phone):
        yield Finding("phone", "phone-costly", offer.phone)
    if is_mobile(offer.phone):
        yield Finding("phone", "phone-mobile", offer.phone)


def host(web: str) -> str:
    """The computer that a link leads to, in small letters and without "www."; "" for what is no link."""
    address = web if "://" in web else f"https://{web}"
    with suppress(ValueError):
        return (urlsplit(address).hostname or "").removeprefix("www.")
    return ""


def _web(offer: Offer) -> Iterator[Finding]:
    if not offer.web:
        return
    name = host(offer.web)
    if PRIVATE.search(name):
        yield Finding("web", "web-private", offer.web)
    elif EXAMPLE.search(name) and not offer.example:
        yield Finding("web", "example-left", offer.web)
    elif FOREIGN_LETTERS.search(name):
        yield Finding("web", "web-look-alike", offer.web, {"host": name.encode("ascii", "backslashreplace").decode()})
    if offer.web.startswith("http://"):
        yield Finding("web", "web-open", offer.web, {"safe": f"https://{offer.web.removeprefix('http://')}"})


def _email(offer: Offer) -> Iterator[Finding]:
    if not offer.email:
        return
    house = offer.email.rpartition("@")[2].lower()
    near = _house_meant(house)
    if EXAMPLE.search(house) and not offer.example:
        yield Finding("email", "example-left", offer.email)
    elif near:
        yield Finding("email", "email-mistyped", offer.email, {"suggestion": near})


def _house_meant(house: str) -> str | None:
    """The known mail house that was mistyped; None for one that is known itself or like none."""
    if house in MAIL_HOUSES:
        return None
    near = process.extractOne(house, MAIL_HOUSES, scorer=DamerauLevenshtein.distance, score_cutoff=2)
    return near[0] if near and near[1] <= 1 + (len(house) >= LONG_HOUSE) else None
