"""One message to its normalized string, and to the shape of each of its code points.

A shape is one byte that tells what words, numbers and languages are made of, so that regular
expressions over bytes find them.
"""

import re
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prmktml.features import BORDER
from prmktml.normalization import SHIFT, TABLE_SIZE, CharClass, normalize, table
from prmktml.single.numbers import LETTER_SHAPES, mark_numbers

__all__ = ["LAST_SIGN", "Parts", "normalized", "take_apart"]

_CODE_POINT: Final = np.dtype("<u4")
_LATIN_END: Final = 0x250
_CODE: Final = np.uint32((1 << SHIFT) - 1)
_DROP: Final = ord("-")
LAST_SIGN: Final = np.uint8(ord("%"))
"""Shapes up to this one are of signs that are tokens."""
_THRICE: Final = re.compile(r"([^0-9 \n])\1\1")
_LINK: Final = re.compile(r"&[#0-9a-z]+;|@[0-9a-z_]|[0-9a-z]\.[a-z]|[a-z]://")
_JOINED: Final = re.compile(rb"(?<=[A-z])'(?=[A-z])")


@cache
def _shape_table() -> NDArray[np.uint8]:
    """Shape of what each code point is folded to, shape (TABLE_SIZE,).

    ``A`` Arabic letters, but ``w f b k l a`` those that proclitics are made of; ``L`` Latin and
    ``O`` other letters; ``P F U`` letters of each script that are foreign to ours; ``0`` digits;
    ``$ % !`` currency signs, percent and other signs that are tokens; ``'`` the apostrophe;
    ``-`` what is dropped; ``?`` what NFKC could change or is beyond the table; ``~`` all else.
    """
    classes = table() >> np.uint32(SHIFT)
    of_class = np.full(2 * max(CharClass), ord("~"), np.uint8)
    values = np.arange(len(of_class))
    for part, of_ours, of_foreign in (
        (CharClass.SYMBOL, "!", "!"),
        (CharClass.CURRENCY, "$", "$"),
        (CharClass.DIGIT, "0", "0"),
        (CharClass.LETTER, "O", "U"),
        (CharClass.ARABIC, "A", "P"),
    ):
        of_class[values & part != 0] = ord(of_ours)
        of_class[(values & part != 0) & (values & CharClass.FOREIGN != 0)] = ord(of_foreign)
    shape = of_class.take(classes)
    latin = shape[:_LATIN_END]
    latin[latin == ord("O")], latin[latin == ord("U")] = ord("L"), ord("F")
    for char, name in zip("وفبكلا%'", "wfbkla%'", strict=True):
        shape[ord(char)] = ord(name)
    shape = shape.take(table() & _CODE)
    shape[classes & np.uint32(CharClass.DROP) != 0] = _DROP
    shape[classes & np.uint32(CharClass.UNSAFE) != 0] = shape[-1] = ord("?")
    return shape


@cache
def _letter_table() -> NDArray[np.uint32]:
    """Letters and digits as they are, and the border of words for all else."""
    codes = np.arange(TABLE_SIZE, dtype=np.uint32)
    of_words = np.zeros(256, bool)
    of_words[list(LETTER_SHAPES)] = True
    codes[~of_words.take(_shape_table())] = BORDER
    return codes


def _encode(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), _CODE_POINT)


class Parts(NamedTuple):
    """A normalized message taken apart.

    Attributes
    ----------
    codes : ndarray of uint32, shape (n_codes + 2,)
        Code points between two zeros.
    letters : ndarray of uint32, shape (n_codes + 2,)
        The same with borders for all that is of no word.
    kinds : ndarray of uint8, shape (n_codes + 2,)
        Shape of each.
    shapes : bytes, length n_codes
        The same between the zeros, joined apostrophes as letters.
    """

    codes: NDArray[np.uint32]
    letters: NDArray[np.uint32]
    kinds: NDArray[np.uint8]
    shapes: bytes


def take_apart(text: str) -> Parts:
    """Take a normalized string apart.

    Examples
    --------
    >>> take_apart("والشمس don't 5!").shapes
    b'walAAA~LLLLL~0!'
    """
    codes = _encode(f"\0{text}\0")
    letters, kinds = _letter_table().take(codes), _shape_table().take(codes)
    shapes = kinds.tobytes()[1:-1]
    if "'" in text:
        for match in _JOINED.finditer(shapes):
            letters[match.start() + 1] = ord("'")
        shapes = _JOINED.sub(b"L", shapes)
    return Parts(codes, letters, kinds, shapes)


def normalized(text: str) -> str:
    r"""Normalize one message, as :func:`prmktml.normalization.normalize` does.

    Examples
    --------
    >>> normalized("NOW: سعر  الوجبة 25 ريال")
    'now: سعر الوجبه \ue004 ريال'
    """
    found = _normalized_plainly(text)
    return normalize(text) if found is None else found


def _normalized_plainly(text: str) -> str | None:
    """Return None where there is something rare, which is left to arrays."""
    raw = _encode(text)
    kinds = _shape_table().take(raw, mode="clip")
    found = kinds.tobytes()
    if b"?" in found:
        return None
    codes = table().take(raw, mode="clip") & _CODE
    if b"-" in found:
        codes, found = codes[kinds != _DROP], found.replace(b"-", b"")
    folded = codes.tobytes().decode("utf-32-le", "surrogatepass")
    if _is_rare(codes, folded):
        return None
    marked = mark_numbers(folded, found) if b"0" in found else folded
    return None if marked is None else _spaced(marked)


def _is_rare(codes: NDArray[np.uint32], folded: str) -> bool:
    """Tell whether there may be elongation or links."""
    if b"\1\1" in (codes[1:] == codes[:-1]).tobytes() and _THRICE.search(folded):
        return True
    has_sign = "." in folded or "@" in folded or ":" in folded or "&" in folded
    return has_sign and _LINK.search(folded) is not None


def _spaced(text: str) -> str:
    """Make each run of white space one space, or one line feed if it holds any; strip ends."""
    text = text.replace("_", " ")
    if "\n" in text:
        lines = (" ".join(filter(None, line.split(" "))) for line in text.split("\n"))
        return "\n".join(filter(None, lines))
    if "  " in text:
        return " ".join(filter(None, text.split(" ")))
    return text.strip(" ")
