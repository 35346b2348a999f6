"""What the coordinator's page and table say, in German and English: for an office, not for families."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "title": "Wonach Familien suchen",
        "lead": "So oft haben Familien im Chat nach Hilfe gesucht, und so oft gab es in ihrer Nähe etwas Passendes.",
        "empty": "Hier gibt es noch keine Zahlen, und das ist ganz normal am Anfang. Sie erscheinen, sobald ein Monat vorbei"
        " ist und etwas darin mindestens zehnmal gesucht wurde. Schauen Sie gern im nächsten Monat wieder herein.",
        "headline": "Rund {searches} Suchen: {parts}",
        "period": "Zeitraum",
        "to": "bis",
        "topics": "Nach Themen",
        "nothing": "nichts vor Ort",
        "nothing means": "nur Telefon, Internet oder die allgemeine Stelle für Familien",
        "widened": "erst weiter weg",
        "widened means": "im weiteren Umkreis, im Nachbarort oder mit Sprachmittlung",
        "found": "gefunden",
        "found means": "mindestens ein passendes Angebot in der Nähe",
        "helped": "hat geholfen",
        "not_helped": "hat nicht geholfen",
        "places": "Wo am meisten fehlt",
        "group": "Thema",
        "place": "Ort",
        "all rows": "Alle veröffentlichten Zahlen im Einzelnen ({n})",
        "month": "Monat",
        "district": "Stadtteil",
        "band": "Alter des jüngsten Kindes",
        "lang": "Sprache",
        "outcome": "Ergebnis",
        "n": "Anzahl",
        "other group": "Andere Themen zusammen",
        "other municipality": "Andere Orte",
        "other district": "Andere Stadtteile",
        "other band": "Andere Altersstufen",
        "other lang": "Andere Sprachen",
        "unknown group": "Thema unbekannt",
        "unknown municipality": "Ort unbekannt",
        "unknown": "Ohne Angabe",
        "reading": "So sind die Zahlen zu lesen",
        "notes": "Gezeigt werden nur abgeschlossene Monate. Jeder Monat wird einmal veröffentlicht und danach nie geändert.\n"
        "Eine Zahl steht nur da, wo mindestens 10 Suchen zusammenkommen. Sind es weniger, werden sie zusammengefasst: erst"
        " Sprachen, dann Altersstufen, Stadtteile, Orte, Kreise und zuletzt Themen. Was auch dann unter 10 bleibt, fehlt.\n"
        "„Andere“ heißt: alles, was nicht in einer eigenen Zeile steht. Steht nichts in einer eigenen Zeile, ist es alles.\n"
        "– heißt nicht null, sondern: keine veröffentlichte Zahl.\n"
        "Alle Zahlen sind auf 5 gerundet, Summen sind Summen der gerundeten Zahlen. Sie zeigen, wo etwas fehlt; zum Abrechnen"
        " taugen sie nicht.\n"
        "Jede Familie zählt je Thema und Woche einmal, genauer gesagt jeder Chat. Wer in mehreren Wochen oder zu mehreren"
        " Themen fragt, zählt mehrmals. Wer im Chat alles löscht, zählt danach neu. Hinter 10 Suchen können also weniger"
        " als 10 Familien stehen.\n"
        "Bei besonders vertraulichen Themen wird nichts gezählt. Diese Zahlen enthalten keine Namen und keine Gespräche.",
    },
    "en": {
        "title": "What families look for",
        "lead": "How often families looked for help in the chat, and how often there was something for them close by.",
        "empty": "There are no numbers here yet, and that is normal in the beginning. They appear when a month is over and"
        " something was looked for at least ten times in it. Do look in again next month.",
        "headline": "About {searches} searches: {parts}",
        "period": "Period",
        "to": "to",
        "topics": "By topic",
        "nothing": "nothing nearby",
        "nothing means": "only telephone, internet or the general office for families",
        "widened": "only further away",
        "widened means": "further around, in a neighbouring town or with an interpreter",
        "found": "found",
        "found means": "at least one suitable offer close by",
        "helped": "it helped",
        "not_helped": "it did not help",
        "places": "Where most is missing",
        "group": "Topic",
        "place": "Place",
        "all rows": "All published numbers one by one ({n})",
        "month": "Month",
        "district": "District",
        "band": "Age of the youngest child",
        "lang": "Language",
        "outcome": "Result",
        "n": "Number",
        "other group": "Other topics together",
        "other municipality": "Other places",
        "other district": "Other districts",
        "other band": "Other ages",
        "other lang": "Other languages",
        "unknown group": "Topic unknown",
        "unknown municipality": "Place unknown",
        "unknown": "Not known",
        "reading": "How to read the numbers",
        "notes": "Only months that are over are shown. Each month is published once and never changed afterwards.\n"
        "A number stands only where at least 10 searches come together. Fewer are put together: first languages, then ages,"
        " districts, places, counties and last topics. What is still below 10 is left out.\n"
        "“Other” means: everything that has no row of its own. Where nothing has, it means everything.\n"
        "– does not mean zero, it means: no published number.\n"
        "All numbers are rounded to 5, totals are sums of rounded numbers. They show where something is missing; they are"
        " not fit for accounting.\n"
        "Each family counts once for each topic and week, or rather each chat does. Whoever asks in several weeks or about"
        " several topics counts several times. Whoever deletes everything in the chat counts anew. So fewer than 10 families"
        " may stand behind 10 searches.\n"
        "Nothing is counted for topics that are especially private. These numbers hold no names and no conversations.",
    },
}
