"""Texts to normalized code points, whole batches at once.

The way of a text: invisible marks and tatweel go, NFKC, then a committed table that carries
camel-tools' dediacritization and its alef, alef maksura and teh marbuta rules, with digits,
letter variants, punctuation and case on top; elongation is cut, entities
(:mod:`prmktml.entities`) become one code point each, white space collapses. Each normalized
code point knows its place in the original text.

The table is derived by ``scripts/derive_codepoints.py``; camel-tools itself is never imported.
Words, n-grams and their meaning are left to :mod:`prmktml.features` and
:mod:`prmktml.lexicon`.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from prmktml.entities import Spans, is_entity
from prmktml.links import find_links
from prmktml.numerals import find_numbers

__all__ = ["UNICODE_VERSION", "CharClass", "NormalizedTexts", "normalize", "normalize_texts"]

UNICODE_VERSION: Final = "14.0.0"
"""The Unicode version whose code points the table knows."""
TABLE_VERSION: Final = 1
"""Counted up whenever a cell of the table changes; a model states the one it was trained with."""
TABLE_SIZE: Final = 0x20000
SHIFT: Final = 17
"""In a cell of the table the classes stand above this many bits of the folded code point."""
TABLE_PATH: Final = Path(__file__).with_name("codepoints.npy")

_LONG: Final = 1000
"""Texts below this length cannot hold so many marks on one letter that ordering them is slow."""
_SHIFT: Final = np.uint32(SHIFT)
_SELDOM_DOUBLED: Final = np.array([ord(letter) for letter in "aiu"], np.uint32)
"""Latin vowels; all Arabic letters count with them."""
_END: Final = np.uint32(0)
"""Stands after each text; no text contains it, because NUL is folded to a space."""


class CharClass(IntFlag):
    """Classes of a code point, kept above its folded value in the table."""

    LETTER = 1
    DIGIT = 2
    SPACE = 4
    SYMBOL = 8
    ASCII_ALNUM = 16
    URL = 32
    CURRENCY = 64
    UNSAFE = 128
    DROP = 256
    EARLY = 512
    ARABIC = 1024
    FOREIGN = 2048
    """Letters of Persian, Urdu, Turkish or French that neither Arabic nor English has."""


@dataclass(frozen=True, slots=True)
class NormalizedTexts:
    """A batch of normalized texts, one after the other, each followed by one zero.

    Attributes
    ----------
    codes : ndarray of uint32, shape (n_codes,)
        Normalized code points.
    classes : ndarray of uint16, shape (n_codes,)
        :class:`CharClass` bits of each.
    ends : ndarray of int64, shape (n_texts,)
        Position of the zero that ends each text.
    places : ndarray of int64, shape (n_codes,), or None
        Index of each code point in its own original text; for the closing zero its length.
    """

    codes: NDArray[np.uint32]
    classes: NDArray[np.uint16]
    ends: NDArray[np.int64]
    places: NDArray[np.int64] | None

    @property
    def starts(self) -> NDArray[np.int64]:
        """Position of the first code point of each text, shape (n_texts,)."""
        starts = np.zeros_like(self.ends)
        starts[1:] = self.ends[:-1] + 1
        return starts

    def without(self, where: NDArray[np.int64]) -> "NormalizedTexts":
        """Return the batch without the code points at these positions, which ascend."""
        if not where.size:
            return self
        kept = np.ones(len(self.codes), bool)
        kept[where] = False
        at = kept.nonzero()[0]
        places = None if self.places is None else self.places.take(at)
        ends = self.ends - where.searchsorted(self.ends)
        return NormalizedTexts(self.codes.take(at), self.classes.take(at), ends, places)

    def text(self, index: int) -> str:
        """Return one normalized text as a string."""
        chunk = self.codes[self.starts[index] : self.ends[index]]
        return _decode(chunk)


@cache
def table() -> NDArray[np.uint32]:
    """Return the classes and the folded value of each code point, shape (TABLE_SIZE,)."""
    cells: NDArray[np.uint32] = np.load(TABLE_PATH, mmap_mode="r")
    return np.asarray(cells)


def _encode(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _decode(codes: NDArray[np.uint32]) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def _look_up(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    cells = table().take(codes, mode="clip")
    if codes.size and codes.max() >= 0xE0000:
        tags = (codes >= 0xE0000) & (codes < 0xE1000)
        cells[tags] = int(CharClass.EARLY | CharClass.DROP) << SHIFT
    return cells


def _nfkc(text: str) -> str:
    """NFKC, with the basmala ligature spelt out first, as camel-tools does it."""
    text = text.replace("\ufdfd", "بسم الله الرحمن الرحيم")
    return unicodedata.normalize("NFKC", text if len(text) < _LONG else _with_marks_ordered(text))


def _with_marks_ordered(text: str) -> str:
    """Decompose and order the marks of each letter, as NFKC does, but not in quadratic time."""
    decomposed = {char: unicodedata.normalize("NFKD", char) for char in set(text)}
    marks = {char for char, parts in decomposed.items() if unicodedata.combining(parts[0])}
    return "".join(
        "".join(sorted("".join(map(decomposed.__getitem__, run)), key=unicodedata.combining))
        if of_marks
        else "".join(run)
        for of_marks, run in groupby(text, marks.__contains__)
    )


def _compose(
    codes: NDArray[np.uint32], with_places: bool
) -> tuple[NDArray[np.uint32], NDArray[np.int64] | None]:
    """Apply NFKC to one text; return its code points and, if wanted, the place of each."""
    places = (_look_up(codes) & np.uint32(CharClass.EARLY << SHIFT) == 0).nonzero()[0]
    codes = codes.take(places)
    text = _decode(codes)
    if not with_places:
        return _encode(_nfkc(text)), None
    firsts = np.append(0, _starts_segment(codes).nonzero()[0])[: len(codes)]
    stops = [*firsts[1:].tolist(), len(codes)]
    pieces = [_nfkc(text[i:j]) for i, j in zip(firsts.tolist(), stops, strict=False)]
    return _encode("".join(pieces)), np.repeat(places[firsts], [len(piece) for piece in pieces])


def _starts_segment(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Where NFKC surely does not look back: what decomposes to a letter that never composes."""
    chars, inverse = np.unique(codes, return_inverse=True)
    leads = [unicodedata.normalize("NFKD", char)[0] for char in _decode(chars)]
    cells = _look_up(_encode("".join(leads)))
    starts: NDArray[np.bool_] = (cells & np.uint32(CharClass.DROP << SHIFT) == 0)[inverse]
    starts[:1] = False
    return starts


def _raw(texts: Sequence[str], with_places: bool) -> NormalizedTexts:
    """Lay the texts out as one array; those that NFKC could change are composed first."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    codes = _encode("\0".join([*texts, ""])).copy()
    ends = np.cumsum(lengths + 1) - 1
    places = None
    if with_places:
        places = np.arange(len(codes)) - np.repeat(ends - lengths, lengths + 1)
    cells = _look_up(codes)
    unsafe = (cells & np.uint32(CharClass.UNSAFE << SHIFT) != 0).nonzero()[0]
    if unsafe.size:
        codes, ends, places = _compose_unsafe(codes, ends, places, unsafe)
        cells = _look_up(codes)
    classes = (cells >> _SHIFT).astype(np.uint16)
    folded = cells & np.uint32(0x1FFFF)
    folded[ends] = _END
    classes[ends] = 0
    return NormalizedTexts(folded, classes, ends, places)


def _compose_unsafe(
    codes: NDArray[np.uint32],
    ends: NDArray[np.int64],
    places: NDArray[np.int64] | None,
    unsafe: NDArray[np.intp],
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64] | None]:
    """Rebuild the batch with the texts that hold an unsafe code point composed."""
    parts, place_parts, done = [], [], 0
    lengths = np.diff(ends, prepend=-1)
    for index in sorted(set(ends.searchsorted(unsafe).tolist())):
        start, end = ends[index] - lengths[index] + 1, ends[index]
        composed, composed_places = _compose(codes[start:end], places is not None)
        parts += [codes[done:start], composed]
        if places is not None and composed_places is not None:
            place_parts += [places[done:start], composed_places]
        lengths[index] = len(composed) + 1
        done = end
    parts.append(codes[done:])
    if places is not None:
        places = np.concatenate([*place_parts, places[done:]])
    return np.concatenate(parts), np.cumsum(lengths) - 1, places


def _cut_elongation(batch: NormalizedTexts) -> NormalizedTexts:
    """Cut runs of three and more; digits, white space and entities stay as they are.

    One code point stays of letters that spelling hardly doubles, of all others two: nobody can
    tell whether ``gooood`` was ``god``.
    """
    codes = batch.codes
    same = codes[1:] == codes[:-1]
    third = (same[1:] & same[:-1]).nonzero()[0] + 2
    if not third.size:
        return batch
    third = third[codes.take(third) != _END]
    exempt = batch.classes.take(third) & np.uint16(CharClass.DIGIT | CharClass.SPACE) != 0
    third = third[~(exempt | is_entity(codes.take(third)))]
    single = batch.classes.take(third) & np.uint16(CharClass.ARABIC) != 0
    single |= (codes.take(third)[:, None] == _SELDOM_DOUBLED).any(axis=1)
    gone = np.zeros(len(codes), bool)
    gone[third] = gone[third[single] - 1] = True
    return batch.without(gone.nonzero()[0])


def _collapse_space(batch: NormalizedTexts) -> NormalizedTexts:
    """Make each run of white space one space, or one line feed if it holds any; strip ends."""
    codes, classes = batch.codes, batch.classes
    underscores = codes == ord("_")
    if underscores.any():
        codes[underscores], classes[underscores] = ord(" "), CharClass.SPACE
    spaces = (classes & np.uint16(CharClass.SPACE) != 0).nonzero()[0]
    if not spaces.size:
        return batch
    first = np.append(True, spaces[1:] - spaces[:-1] != 1).nonzero()[0]
    begins, last = spaces[first], spaces[np.append(first[1:], len(spaces)) - 1]
    codes[begins] = np.minimum.reduceat(codes[spaces], first)
    at_border = (begins == 0) | (codes[begins - 1] == _END) | (codes[last + 1] == _END)
    kept = np.zeros(len(spaces), bool)
    kept[first[~at_border]] = True
    return batch.without(spaces[~kept])


def _join_apostrophes(batch: NormalizedTexts) -> NormalizedTexts:
    """Make an apostrophe between two letters a letter, so that ``don't`` is one word."""
    where = (batch.codes == ord("'")).nonzero()[0]
    if where.size:
        letters = batch.classes & np.uint16(CharClass.LETTER) != 0
        where = where[letters[where - 1] & letters[where + 1]]
        batch.classes[where] = CharClass.LETTER
    return batch


def normalize_texts(texts: Sequence[str], *, places: bool = False) -> NormalizedTexts:
    """Normalize a batch of texts; each text alone decides its result.

    Parameters
    ----------
    texts : sequence of str, length n_texts
        Any strings at all.
    places : bool, default False
        Also keep the place of each code point, which explanations need.

    Returns
    -------
    NormalizedTexts

    Examples
    --------
    >>> batch = normalize_texts(["خَصْمٌ ٣٠٪", ""], places=True)
    >>> [hex(ord(char)) for char in batch.text(0)][-1]  # Entity.PERCENT
    '0xe005'
    >>> batch.ends.tolist(), batch.places.tolist()
    ([5, 6], [0, 2, 4, 6, 7, 10, 0])
    """
    batch = _raw(texts, places)
    batch = batch.without((batch.classes & np.uint16(CharClass.DROP) != 0).nonzero()[0])
    batch = _cut_elongation(batch)
    batch = _mark(batch, find_links(batch.codes, batch.classes))
    batch = _mark(batch, find_numbers(batch.codes, batch.classes))
    return _join_apostrophes(_collapse_space(batch))


def _mark(batch: NormalizedTexts, spans: Spans) -> NormalizedTexts:
    """Put one code point in the place of each span."""
    if not len(spans.starts):
        return batch
    batch.codes[spans.starts] = spans.codes
    batch.classes[spans.starts] = _look_up(spans.codes) >> _SHIFT
    lengths = spans.ends - spans.starts - 1
    offsets = np.cumsum(lengths) - lengths
    inner = np.repeat(spans.starts + 1 - offsets, lengths) + np.arange(lengths.sum())
    return batch.without(inner)


def normalize(text: str) -> str:
    """Normalize one text and return it as a string; entities are private-use code points.

    Examples
    --------
    >>> normalize("Riiiight  NOW!!!  #يوم_التأسيس")
    'right now!! #يوم التاسيس'
    """
    return normalize_texts([text]).text(0)
