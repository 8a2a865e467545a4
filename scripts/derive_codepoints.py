"""Derive the code-point table of ``prmktml.normalization`` from camel-tools and Unicode.

``uv run python scripts/derive_codepoints.py`` writes ``src/prmktml/codepoints.npy``;
with ``--check`` it only compares. Run it under the Python whose ``unicodedata`` has the
Unicode version stated in ``prmktml.normalization.UNICODE_VERSION``.
"""

import argparse
import sys
import unicodedata
from pathlib import Path

import numpy as np
from camel_tools.utils.charsets import AR_DIAC_CHARSET
from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import (
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
)

from prmktml.normalization import SHIFT, TABLE_PATH, TABLE_SIZE, UNICODE_VERSION, CharClass

LETTER_VARIANTS = str.maketrans("کیےہھۀۂەڪ", "كييهههههك")
PUNCTUATION = str.maketrans(
    "“”„‟«»‹›‘’‚‛ʼ`´–—‒―−‐‑،؛؟٪٫٬۔",
    '"' * 6 + "''" + "'" * 7 + "-" * 7 + ",;?%.,.",
)
INVISIBLE_EXTRA = {0x034F, 0x061C, 0x180B, 0x180C, 0x180D, *range(0xFE00, 0xFE10)}
NEWLINES = {0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029}
KEPT_SIGNS = set("%!?#@&")
URL_STOPS = set("<>\"'")
TATWEEL = "\u0640"
FOREIGN = set("پچژگٹڈڑںçğışöüéèêëàâîïôûœñãõäßåøæ")


def is_early(char: str) -> bool:
    """Whether a character goes before NFKC: invisible marks and tatweel."""
    return char == TATWEEL or ord(char) in INVISIBLE_EXTRA or unicodedata.category(char) == "Cf"


def may_compose(char: str) -> bool:
    """Whether NFC may join the character to the one before it."""
    return char in COMPOSING


def composing_characters() -> set[str]:
    """Every second character of a canonical composition, Hangul vowels and finals too."""
    pairs = (unicodedata.decomposition(chr(i)) for i in range(0x110000))
    seconds = {
        chr(int(pair.split()[1], 16))
        for pair in pairs
        if pair and not pair.startswith("<") and " " in pair
    }
    return seconds | {chr(i) for i in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}


COMPOSING = composing_characters()


def fold(char: str) -> str:
    """Map one character to the one that stands for it, or to nothing."""
    if is_early(char) or unicodedata.category(char) in ("Mn", "Me") or unicodedata.combining(char):
        return ""
    if char in COMPOSING or 0x1F3FB <= ord(char) <= 0x1F3FF:  # skin tones say nothing here
        return ""
    if ord(char) in NEWLINES:
        return "\n"
    category = unicodedata.category(char)
    if category in ("Zs", "Cc"):
        return " "
    if category == "Cs":
        return "\ufffd"
    char = normalize_teh_marbuta_ar(normalize_alef_maksura_ar(normalize_alef_ar(dediac_ar(char))))
    char = char.translate(LETTER_VARIANTS).translate(PUNCTUATION)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    lowered = char.lower()
    return lowered if len(lowered) == 1 else lowered[:1]


def classes(char: str) -> CharClass:
    """Classes of a folded character."""
    category = unicodedata.category(char)
    kind = CharClass(0)
    if category[0] in "LM" or category in ("Nl", "No") or char == "\ufffd":
        kind |= CharClass.LETTER
    elif category == "Nd":
        kind |= CharClass.DIGIT
    elif char in " \n":
        kind |= CharClass.SPACE
    elif category in ("So", "Sc", "Co") or char in KEPT_SIGNS:
        kind |= CharClass.SYMBOL
    if char.isascii() and char.isalnum():
        kind |= CharClass.ASCII_ALNUM
    if char.isascii() and char.isprintable() and char != " " and char not in URL_STOPS:
        kind |= CharClass.URL
    if category == "Sc":
        kind |= CharClass.CURRENCY
    if category[0] == "L" and unicodedata.name(char, "").startswith("ARABIC"):
        kind |= CharClass.ARABIC
    if char in FOREIGN:
        kind |= CharClass.FOREIGN
    return kind


def entry(code: int) -> int:
    """One cell of the table: the folded code point and, above it, its classes."""
    char = chr(code)
    composed = unicodedata.normalize("NFKC", char)
    unsafe = (
        len(composed) > 1
        or char == "\ufdfd"
        or {char, composed} & COMPOSING
        or (unicodedata.combining(composed[:1]) and char not in AR_DIAC_CHARSET)
    )
    folded = "" if is_early(char) else fold(composed if len(composed) == 1 else char)
    kind = CharClass.UNSAFE if unsafe and not is_early(char) else CharClass(0)
    if is_early(char):
        kind |= CharClass.EARLY
    if folded and ord(folded) >= TABLE_SIZE:
        folded = "\ufffd"
    if not folded:
        return int(kind | CharClass.DROP) << SHIFT
    return ord(folded) | int(kind | classes(folded)) << SHIFT


def derive() -> np.ndarray:
    """Return the whole table, shape ``(TABLE_SIZE,)``; its last cell stands for all beyond."""
    table = np.array([entry(code) for code in range(TABLE_SIZE)], dtype=np.uint32)
    table[0] = int(CharClass.SPACE) << SHIFT | 0x20
    beyond = CharClass.UNSAFE | CharClass.LETTER
    table[-1] = 0xFFFD | int(beyond) << SHIFT
    return table


def main() -> int:
    """Write the table, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    if unicodedata.unidata_version != UNICODE_VERSION:
        sys.exit(f"needs Unicode {UNICODE_VERSION}, this Python has {unicodedata.unidata_version}")
    table = derive()
    path = Path(str(TABLE_PATH))
    if check:
        return int(not np.array_equal(table, np.load(path)))
    np.save(path, table)
    print(f"{path}: {len(table)} code points")
    return 0


if __name__ == "__main__":
    sys.exit(main())
