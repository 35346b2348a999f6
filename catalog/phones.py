"""Telephone numbers: which can be dialled in Germany, which cost more, which exist only in films."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

SHORT_NUMBERS = range(3, 7)  # 112, 116 016: digits of numbers that are no subscriber numbers and have no area code
FICTION = re.compile(  # "Rufnummern für Medienproduktionen", Bundesnetzagentur, Amtsblatt 7/2021, Mitteilung 148
    r"(3023125|6990009|4066969|2214710|8999998)\d{3}|(176040690|17139200)\d{2}|15228817386|15228895456|15254599371"
    r"|17299(25904|68532|73185|73186|80752)|1749091317|1749464308"
)
COSTLY = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)


def is_dialable(number: str) -> bool:
    """Whether a telephone in Germany could dial it. A wrong number is worse than none."""
    digits = "".join(c for c in number if c.isdigit())
    if len(digits) in SHORT_NUMBERS:
        return digits.startswith("11")
    parsed = _parsed(number)
    return parsed is not None and phonenumbers.is_possible_number(parsed)


def dialled(number: str) -> str:
    """The digits behind the country's code, however they are written: "+49 30 1" and "030/1" are one."""
    digits = "".join(c for c in number if c.isdigit())
    parsed = _parsed(number)
    return str(parsed.national_number) if parsed and len(digits) not in SHORT_NUMBERS else digits


def is_fictitious(number: str) -> bool:
    """Whether it is kept free for films and examples: nobody is ever reached there."""
    return FICTION.fullmatch(dialled(number)) is not None


def is_costly(number: str) -> bool:
    """Whether a call costs more than one to a neighbour: 0900, 0137, 0180."""
    return _kind(number) in COSTLY


def is_mobile(number: str) -> bool:
    return _kind(number) == PhoneNumberType.MOBILE


def area(number: str) -> str:
    """The area code, such as "30"; "" for a number that belongs to no place."""
    parsed = _parsed(number)
    length = phonenumbers.length_of_geographical_area_code(parsed) if parsed else 0
    return dialled(number)[:length]


@lru_cache(maxsize=4096)
def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, "DE")
    except NumberParseException:
        return None


@lru_cache(maxsize=4096)
def _kind(number: str) -> int | None:
    """One of PhoneNumberType. To find it out takes the library longer than to read the number."""
    parsed = _parsed(number)
    return None if parsed is None else phonenumbers.number_type(parsed)
