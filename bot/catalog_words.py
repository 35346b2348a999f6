"""What the report about a catalog says, in German and English: for the person who keeps it, not for families."""

from collections.abc import Mapping

from catalog.problems import Lang, Severity

WORDS: Mapping[Lang, Mapping[str, str]] = {
    "de": {
        "title": "Prüfbericht: {name}",
        "checked on": "Geprüft am {day}.",
        "all well": "Es ist alles in Ordnung.",
        "error": "Fehler: Das muss geändert werden, bevor der Katalog veröffentlicht werden kann.",
        "warning": "Hinweise: Das sollten Sie sich ansehen. Veröffentlichen können Sie trotzdem.",
        "notice": "Zur Kenntnis: Hier ist nichts falsch.",
        "where": "Wo",
        "what": "Was nicht stimmt",
        "right": "Was zu tun ist",
        "more": "… und {n} weitere dieser Art. Alle stehen im Bericht, den --html schreibt.",
        "preview": "Wenn Sie heute veröffentlichen",
        "shown": "Familien sehen sofort: {n}.",
        "later": "Erst später zu sehen, ab dem Tag in „gültig ab“: {n}.",
        "over": "Nicht mehr zu sehen, weil vorbei: {n}.",
        "unchecked": "Nicht zu sehen, weil noch nie oder zu lange nicht geprüft: {n}.",
        "left out": "Nicht dabei, bis die Fehler behoben sind: {n}.",
        "difference": "Gegenüber dem veröffentlichten Stand: {added} neu, {changed} geändert, {removed} nicht mehr dabei.",
        "blocked": "Solange es Fehler gibt, bleibt der veröffentlichte Stand, wie er ist.",
        "none twice": "Nahbei hat keine doppelten Angebote gefunden.",
        "twice": "Vielleicht doppelt",
        "one": "Dieses Angebot",
        "other": "gleicht diesem",
    },
    "en": {
        "title": "Report: {name}",
        "checked on": "Checked on {day}.",
        "all well": "Everything is all right.",
        "error": "Errors: these must be mended before the catalog can be published.",
        "warning": "Warnings: please look at these. You can publish all the same.",
        "notice": "For your information: nothing is wrong here.",
        "where": "Where",
        "what": "What is wrong",
        "right": "What to do",
        "more": "… and {n} more of this kind. All are in the report that --html writes.",
        "preview": "If you publish today",
        "shown": "Families see at once: {n}.",
        "later": "To be seen only later, from their first day: {n}.",
        "over": "Not to be seen any more, because they are over: {n}.",
        "unchecked": "Not to be seen, because never checked or too long ago: {n}.",
        "left out": "Not included until the errors are mended: {n}.",
        "difference": "Compared with what is published: {added} new, {changed} changed, {removed} gone.",
        "blocked": "As long as there are errors, what is published stays as it is.",
        "none twice": "Nahbei found no offers that stand there twice.",
        "twice": "Perhaps twice",
        "one": "This offer",
        "other": "is like this one",
    },
}
COUNTED: Mapping[Lang, Mapping[Severity | str, tuple[str, str]]] = {
    "de": {
        "offers": ("{n} Angebot", "{n} Angebote"),
        "error": ("{n} Fehler", "{n} Fehler"),
        "warning": ("{n} Hinweis", "{n} Hinweise"),
        "notice": ("{n} zur Kenntnis", "{n} zur Kenntnis"),
    },
    "en": {
        "offers": ("{n} offer", "{n} offers"),
        "error": ("{n} error", "{n} errors"),
        "warning": ("{n} warning", "{n} warnings"),
        "notice": ("{n} for your information", "{n} for your information"),
    },
}


def counted(name: str, n: int, lang: Lang) -> str:
    """How many of something, such as "1 Hinweis" and "1.312 Angebote"."""
    return COUNTED[lang][name][n != 1].format(n=number(n, lang))


def number(n: int, lang: Lang) -> str:
    return f"{n:,}".replace(",", "." if lang == "de" else ",")
