"""Costs as providers write them: "kostenlos", "5 € pro Treffen, ermäßigt möglich"."""

import re
from decimal import Decimal

from catalog.model import Cost, CostPer
from catalog.problems import Lang
from catalog.rows.base import Doubt, Reading
from catalog.rows.cells import line
from catalog.words import WordList, folded

LONGEST = 200  # characters that are searched
FREE = {
    *(
        "kostenlos",
        "kostenfrei",
        "gratis",
        "frei",
        "free",
        "free of charge",
        "unentgeltlich",
        "gebuhrenfrei",
        "umsonst",
    ),
    *("ja", "yes", "j", "x", "keine", "keine kosten", "none", "spende", "auf spendenbasis", "spendenbasis"),
    *("ohne kosten", "die krankenkasse zahlt", "krankenkasse zahlt", "krankenkasse", "kassenleistung"),
    *("kostenlose beratung", "0", "0 00", "0 euro", "0 eur"),
}
CHARGED = {"kostenpflichtig", "nein", "no", "n", "charged", "mit kosten", "not free"}
CHARGED_FIRST = ("kostenpflichtig ", "charged ")  # "kostenpflichtig pro Anruf"
UNKNOWN = {"", "unbekannt", "unknown", "auf anfrage", "nach absprache", "verschieden", "on request"}
WORDS: dict[Lang, tuple[str, str]] = {"de": ("kostenlos", "kostenpflichtig"), "en": ("free", "charged")}
_NUMBER = r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d{1,7}(?:[.,]\d{1,2})?)(?!\d)"
_EUROS = re.compile(_NUMBER + r"(?:,[-–])?\s*(?:€|euro?\b)|(?:€|\beuro?)\s*" + _NUMBER, re.IGNORECASE)
_ALONE = re.compile(_NUMBER)
_THOUSANDS = re.compile(r"\.(?=\d{3})")
_NOTHING = re.compile(r"\b(kostenlos\w*|kostenfrei\w*|gratis|unentgeltlich)\b", re.IGNORECASE)
_REDUCED = re.compile(r"erm(ä|ae)(ß|ss)ig|sozialtarif|reduced|einkommensabh|nach einkommen|gestaffelt", re.IGNORECASE)
_BUT = re.compile(r"\bbut\b|bildung und teilhabe|bildungspaket", re.IGNORECASE)


def read_cost(text: str, units: WordList) -> Reading[Cost | None]:
    """What it costs; None when it is not known. Of several amounts the highest, so that nobody stands there too short."""
    said = line(text)[:LONGEST]
    flags = {"reduced": bool(_REDUCED.search(said)), "covered_by_but": bool(_BUT.search(said))}
    if folded(said) in UNKNOWN:
        return Reading(None)
    if folded(said) in FREE:
        return Reading(Cost(free=True))
    amounts = _amounts(said)
    if not amounts and folded(said).startswith(CHARGED_FIRST):
        return Reading(Cost(free=False, per=_unit(said, units), **flags))
    if folded(said) in CHARGED or (not amounts and any(flags.values())):
        return Reading(Cost(free=False, **flags))
    if amounts and max(amounts) > 0:
        return Reading(Cost(free=False, amount=max(amounts), per=_unit(said, units), **flags))
    if amounts or _NOTHING.search(said):
        return Reading(Cost(free=True, **flags))
    return Reading(None, (Doubt("cost-unreadable"),))


def _amounts(said: str) -> list[Decimal]:
    """Those with a currency sign; only where there is none, every number."""
    found = ["".join(pair) for pair in _EUROS.findall(said)] or _ALONE.findall(said)
    return [Decimal(_THOUSANDS.sub("", number).replace(",", ".")) for number in found]


def _unit(said: str, units: WordList) -> CostPer:
    low = said.casefold()
    for code, by_lang in units.by_code.items():
        if any(word.casefold() in low for words in by_lang.values() for word in words):
            per: CostPer = code  # type: ignore[assignment]  # the list has the model's words, a test says
            return per
    return "once"


def write_cost(cost: Cost | None, lang: Lang, units: WordList) -> str:
    """Words that `read_cost` reads as the same cost; the two further questions have columns of their own."""
    if cost is None:
        return ""
    free, charged = WORDS[lang]
    if cost.free:
        return free
    if cost.amount is None:
        return charged if cost.per == "once" else f"{charged} {units.word(cost.per, lang)}"
    amount = f"{cost.amount:f}".replace(".", "," if lang == "de" else ".")
    return f"{amount} € {units.word(cost.per, lang)}"
