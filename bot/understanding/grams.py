"""Character n-grams as whole numbers, so that numpy can count and compare them.

A gram is 2 to 4 characters inside a blank-padded word, in one of two views (PHON, SKEL). Both views are plain ASCII, so
a gram fits in 27 bits: view, length, then six bits a character.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from catalog.text import phon, skel

Codes = NDArray[np.int64]
SIZES = (2, 3, 4)
_LETTER = np.zeros(128, dtype=np.int64)
for _code, _character in enumerate("abcdefghijklmnopqrstuvwxyz0123456789", start=1):
    _LETTER[ord(_character)] = _code


def text_grams(cleaned: str) -> Codes:
    """Every gram of one cleaned text, repeated as often as it occurs; in one pass over both views."""
    views = f" {phon(cleaned)} ", f" {skel(cleaned)} "
    letters = _letters("".join(views))
    kinds = np.repeat(np.arange(len(views)) * len(SIZES), [len(view) for view in views])
    return np.concatenate([_windows(letters, kinds, size)[0] for size in SIZES])


def texts_grams(cleaned: Sequence[str]) -> tuple[Codes, Codes]:
    """Every gram of many cleaned texts, and which text each one is from."""
    views = [[phon(text) for text in cleaned], [skel(text) for text in cleaned]]
    parts = [_grams(view, sounds) for view, sounds in enumerate(views)]
    return np.concatenate([codes for codes, _ in parts]), np.concatenate([owners for _, owners in parts])


def _grams(view: int, texts: Sequence[str]) -> tuple[Codes, Codes]:
    lengths = np.fromiter((len(text) + 2 for text in texts), dtype=np.int64, count=len(texts))
    letters = _letters("".join(f" {text} " for text in texts))
    owners = np.repeat(np.arange(len(texts)), lengths)
    kinds = np.full(len(letters), view * len(SIZES))
    codes, whose = [], []
    for size in SIZES:
        code, kept = _windows(letters, kinds, size)
        codes.append(code)
        whose.append(owners[: len(kept)][kept])
    if not codes:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate(codes), np.concatenate(whose)


def _letters(text: str) -> Codes:
    letters: Codes = _LETTER[np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8) & 127]
    return letters


def _windows(letters: Codes, kinds: Codes, size: int) -> tuple[Codes, NDArray[np.bool_]]:
    """The grams of one size, and where they begin. None spans two texts: between these stand two blanks."""
    count = max(len(letters) - size + 1, 0)
    windows = [letters[i : i + count] for i in range(size)]
    kept = (windows[0] > 0) | (windows[-1] > 0)
    for inner in windows[1:-1]:
        kept &= inner > 0
    code = kinds[:count] + (size - 1)
    for window in windows:
        code = (code << 6) | window
    return code[kept], kept
