"""Carry the sentences of the code into every language: new ones empty, gone ones dropped. English is filled by itself."""

from pathlib import Path

import polib
from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).parent.parent
KEYWORDS = {"gettext": None, "_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def main() -> None:
    found: dict[tuple[str | None, str], str] = {}
    for _, _, message, _, context in extract_from_dir(ROOT / "bot", keywords=KEYWORDS):
        one, many = (message, "") if isinstance(message, str) else (message[0], message[1])
        found[context, one] = many
    for file in sorted(ROOT.glob("locales/*/LC_MESSAGES/nahbei.po")):
        carry(found, file)


def carry(found: dict[tuple[str | None, str], str], file: Path) -> None:
    catalog = polib.pofile(str(file), wrapwidth=100)
    known = {(entry.msgctxt, entry.msgid): entry for entry in catalog}
    english = file.parts[-3] == "en"
    for key in known.keys() - found.keys():
        catalog.remove(known[key])
    for context, one in sorted(found.keys() - known.keys(), key=str):
        many = found[context, one]
        forms = {i: (one if i == 0 else many) if english else "" for i in range(_forms(catalog))} if many else {}
        entry = polib.POEntry(msgctxt=context, msgid=one, msgid_plural=many or None, msgstr_plural=forms)
        entry.msgstr = one if english and not many else ""
        catalog.append(entry)
    catalog.sort(key=lambda entry: (entry.msgctxt or "", entry.msgid))
    catalog.save()
    print(f"{file.parts[-3]:10} {len(catalog)} sentences, {len(catalog.untranslated_entries())} to translate")


def _forms(catalog: polib.POFile) -> int:
    return int(catalog.metadata["Plural-Forms"].split("nplurals=")[1].split(";")[0])


if __name__ == "__main__":
    main()
