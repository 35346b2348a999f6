"""One way to write a word: whatever script, spelling or typing habit, the same letters come out.

Two views are compared, never the raw text. PHON keeps the sound in Latin letters, SKEL only its consonants, which
survive dialect, missing vowels and home-made romanisation. Steps and their measured worth: docs/decisions/0003.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import filterfalse

from anyascii import anyascii

MAX_LENGTH = 1000  # characters that are looked at in one go, so that cost stays bounded

_DROPPED = dict.fromkeys(map(ord, "'’ʼ`´ʹʺـ"))
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **{"ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ئ": "ي", "ؤ": "و"},
        **{"ı": "i", "ß": "ss", "ł": "l", "ø": "o", "đ": "d"},
    }
)
_NOT_WORD = re.compile(r"[\W_]+")
_UMLAUT = re.compile(r"(?<=[a-z])(?<![aeiouq])([aou])e(?![aeiou])|^([aou])e(?=[^aeiou])")
_ARABIC = str.maketrans(
    {
        **{"ا": "a", "ب": "b", "ت": "t", "ث": "t", "ج": "j", "ح": "h", "خ": "kh", "د": "d", "ذ": "d", "ر": "r"},
        **{"ز": "z", "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "ع": "", "غ": "gh", "ف": "f"},
        **{"ق": "q", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "w", "ي": "y", "ء": "", "پ": "p"},
        **{"چ": "ch", "ژ": "zh", "گ": "g"},
    }
)
_ARABIZI = {"2": "", "3": "", "5": "kh", "6": "t", "7": "h", "8": "q", "9": "s"}
_DIGIT_IN_WORD = re.compile(r"(?<=[a-z])[2356789](?=[a-z])|\b[2356789](?=[a-z])|(?<=[a-z]{2})[2356789](?=\b)")
_SOUNDS = {"sch": "s", "sh": "s", "kh": "h", "ch": "h", "ph": "f", "zh": "z", "ts": "c", "tz": "c", "ck": "k"} | {
    "q": "k",
    "x": "ks",
    "w": "v",
    "ya": "a",
    "y": "i",
    "j": "i",
}
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_DOUBLE = re.compile(r"([a-z])\1+")
_ARABIC_ARTICLE = re.compile(r"\b(?:بال|وال|فال|كال|لل|ال)(?=\w{3})")
_LATIN_ARTICLE = re.compile(r"\b(?:al|el|il|bil|lil|wal)\b")
_VOWEL = re.compile(r"[aeiouv]+")
_FINAL_H = re.compile(r"(?<=\w)h\b")


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """Fold what is only typing habit: case, accents, punctuation, Arabic letter forms. Words stay, parted by a space."""
    text = text[:MAX_LENGTH].translate(_DROPPED)
    if text.isascii():  # most is: the same, in a third of the time
        text = text.lower()
    else:
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
        text = "".join(filterfalse(unicodedata.combining, text)).translate(_LETTERS)
    return _NOT_WORD.sub(" ", text).strip()


def let_go() -> None:
    """Forget what was read lately: it may be a family's words."""
    clean.cache_clear()
    phon.cache_clear()


@lru_cache(maxsize=4096)
def phon(cleaned: str) -> str:
    """How it sounds, in the letters a-z and digits. Takes what `clean` returned."""
    latin = cleaned if cleaned.isascii() else anyascii(cleaned.translate(_ARABIC)).lower()
    latin = _NOT_WORD.sub(" ", latin.replace("'", ""))
    latin = _UMLAUT.sub(lambda m: m[1] or m[2], latin)
    latin = _DIGIT_IN_WORD.sub(lambda m: _ARABIZI[m[0]], latin)
    latin = _SOUND.sub(lambda m: _SOUNDS[m[0]], latin)
    return _DOUBLE.sub(r"\1", latin).strip()


def skel(cleaned: str) -> str:
    """Only the consonants of `phon`, without articles. Takes what `clean` returned."""
    sound = phon(_ARABIC_ARTICLE.sub("", cleaned))
    bones = _VOWEL.sub("", _LATIN_ARTICLE.sub(" ", sound))
    return " ".join(_FINAL_H.sub("", bones).split())
