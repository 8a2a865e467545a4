"""Words and signs of one message and their hashes; see :mod:`prmktml.tokens`."""

import re
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prmktml.features import BORDER
from prmktml.lexicon import STEM
from prmktml.single.text import LAST_SIGN, Parts
from prmktml.tokens import SpanHasher

__all__ = ["LONGEST", "MASK", "Words", "read_words"]

LONGEST: Final = 1000
"""Longer messages cost arrays less."""
MASK: Final = 0xFFFF_FFFF
_PROCLITICS: Final = re.compile(
    rb"(?:w(?=[0-z]{2})|f(?=[0-z]{3}))?"
    rb"(?:ll(?=[0-z]{3})|(?:[blk](?=[0-z]{3}))?(?:al(?=[0-z]{3}))?)"
)
"""What :func:`prmktml.lexicon.strip_proclitics` takes off, in shapes."""
_OF_PROCLITICS: Final = frozenset(b"wfbkla")


@cache
def _factors() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    powers, inverses = SpanHasher.factors(LONGEST + 2)
    return powers[: LONGEST + 2], inverses[1 : LONGEST + 2].copy()


class Words(NamedTuple):
    """Words and signs of one message.

    Attributes
    ----------
    shapes : bytes
        Shape of each code point.
    starts, bares, ends : list of int
        Where each word begins, where it begins without proclitics, and where it ends.
    hashes : ndarray of uint32, shape (n_words,)
        Of each word.
    whole, core, stem : list of int
        The same, that of the word without proclitics, and that of the first letters of this.
    sums : ndarray of uint32, shape (n_codes + 2,)
        What hashes are read off, see :meth:`factor`.
    """

    shapes: bytes
    starts: list[int]
    bares: list[int]
    ends: list[int]
    hashes: NDArray[np.uint32]
    whole: list[int]
    core: list[int]
    stem: list[int]
    sums: NDArray[np.uint32]

    def factor(self, start: int) -> int:
        """Return what makes a hash of a difference of sums, modulo 2**32.

        The hash of a span is ``(sums[end] - sums[start]) * factor(start)``.
        """
        return _factors()[1].item(start)


def _bares(shapes: bytes, starts: list[int]) -> list[int]:
    """Return where each word begins without proclitics, the same list where none has any."""
    moved = starts
    if shapes.upper() == shapes:
        return moved
    for i, start in enumerate(starts):
        if shapes[start] in _OF_PROCLITICS:
            match = _PROCLITICS.match(shapes, start)
            if match and match.end() > start:
                moved = moved.copy() if moved is starts else moved
                moved[i] = match.end()
    return moved


def read_words(parts: Parts) -> Words:
    """Find and hash words and signs.

    Parameters
    ----------
    parts : Parts
        Of at most LONGEST code points.

    Examples
    --------
    >>> from prmktml.single.text import take_apart
    >>> words = read_words(take_apart("والشمس now!"))
    >>> words.starts, words.bares, words.ends
    ([0, 7, 10], [3, 7, 10], [6, 10, 11])
    """
    inside, signs = parts.letters != BORDER, parts.kinds <= LAST_SIGN
    firsts, lasts = inside[1:] > inside[:-1], inside[:-1] > inside[1:]
    firsts |= signs[1:]
    lasts |= signs[:-1]
    start, end = firsts.nonzero()[0], lasts.nonzero()[0]
    starts, ends = start.tolist(), end.tolist()
    bares = _bares(parts.shapes, starts)
    bare = start if bares is starts else np.array(bares, np.intp)
    powers, inverses = _factors()
    sums = np.add.accumulate(parts.codes * powers[: len(parts.codes)], dtype=np.uint32)
    begins = np.concatenate((start, bare, bare))
    hashes = sums.take(np.concatenate((end, end, np.minimum(bare + STEM, end))))
    hashes -= sums.take(begins)
    hashes *= inverses.take(begins)
    whole, core, stem = hashes.reshape(3, -1).tolist()
    hashes = hashes[: len(starts)]
    return Words(parts.shapes, starts, bares, ends, hashes, whole, core, stem, sums)
