"""Words and signs of one message and their hashes; see :mod:`prmktml.tokens`."""

import re
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prmktml.lexicon import STEM
from prmktml.tokens import SpanHasher

__all__ = ["LONGEST", "MASK", "Words", "read_words"]

LONGEST: Final = 1000
"""Longer messages cost arrays less."""
MASK: Final = 0xFFFF_FFFF
_TOKEN: Final = re.compile(rb"[0-z]+|[!-&]")
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
    whole, core, stem : ndarray of uint32, shape (n_words,)
        Hash of each word, of the word without proclitics, and of the first letters of that.
    sums : ndarray of uint32, shape (n_codes + 2,)
        What :meth:`hash_of` reads hashes off.
    """

    shapes: bytes
    starts: list[int]
    bares: list[int]
    ends: list[int]
    whole: NDArray[np.uint32]
    core: NDArray[np.uint32]
    stem: NDArray[np.uint32]
    sums: NDArray[np.uint32]

    def hash_of(self, start: int, end: int) -> int:
        """Return what :class:`prmktml.tokens.SpanHasher` gives a span."""
        span = self.sums.item(end) - self.sums.item(start)
        return span * _factors()[1].item(start) & MASK


def _bare(shapes: bytes, start: int) -> int:
    match = _PROCLITICS.match(shapes, start)
    return match.end() if match else start


def read_words(codes: NDArray[np.uint32], shapes: bytes) -> Words:
    """Find and hash words and signs.

    Parameters
    ----------
    codes : ndarray of uint32, shape (n_codes + 2,)
        Between two zeros; at most ``LONGEST + 2``.
    shapes : bytes, length n_codes
        As :func:`prmktml.single.text.shapes` gives both.

    Examples
    --------
    >>> from prmktml.single.text import shapes
    >>> codes, _, found = shapes("والشمس now!")
    >>> words = read_words(codes, found)
    >>> words.starts, words.bares, words.ends
    ([0, 7, 10], [3, 7, 10], [6, 10, 11])
    """
    spans = [match.span() for match in _TOKEN.finditer(shapes)]
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    bares = [_bare(shapes, start) if shapes[start] in _OF_PROCLITICS else start for start in starts]
    powers, inverses = _factors()
    sums = np.add.accumulate(codes * powers[: len(codes)], dtype=np.uint32)
    at = np.array([*starts, *bares, *ends], np.intp).reshape(3, -1)
    before, within, behind = sums.take(at)
    factors = inverses.take(at[:2])
    whole, core = (behind - before) * factors[0], (behind - within) * factors[1]
    stem = (sums.take(np.minimum(at[1] + STEM, at[2])) - within) * factors[1]
    return Words(shapes, starts, bares, ends, whole, core, stem, sums)
