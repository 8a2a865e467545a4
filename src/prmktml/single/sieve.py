"""A sieve for the words of one message: nearly all that a model does not know falls through.

One look at an array for all words at once costs less than a look at a dictionary for each.
"""

from bisect import bisect_left
from typing import Final, NamedTuple

import numpy as np

from prmktml.language import LanguageWords
from prmktml.lexicon import SALTS, Lexicon, Salt
from prmktml.single.words import Words

__all__ = ["Sieve", "Sieved"]

_MIX: Final = np.uint32(0x9E3779B1)
_SPARE_BITS: Final = 4
"""So that one slot in sixteen to thirty-two is taken."""


class Sieved(NamedTuple):
    """Indices of the words that may be known: as words of the lexicon, … and of languages."""

    words: list[int]
    heads: list[int]
    stems: list[int]
    of_language: list[int]


class Sieve:
    """Sieves words.

    Parameters
    ----------
    lexicon : Lexicon
    languages : LanguageWords
    """

    _salts = np.array([[SALTS[Salt.WORD]], [SALTS[Salt.HEAD]], [SALTS[Salt.STEM]], [0]], np.uint32)

    def __init__(self, lexicon: Lexicon, languages: LanguageWords) -> None:
        known = np.concatenate((lexicon.salted, languages.hashes))
        bits = len(known).bit_length() + _SPARE_BITS
        self._shift = np.uint32(32 - bits)
        self._taken = np.zeros(1 << bits, bool)
        self._taken[known * _MIX >> self._shift] = True

    def sift(self, words: Words) -> Sieved:
        """Return which words may be known."""
        sought = np.array((words.whole, words.core, words.stem, words.whole))
        sought ^= self._salts
        sought *= _MIX
        sought >>= self._shift
        at = self._taken.take(sought.ravel()).nonzero()[0].tolist()
        n = len(words.starts)
        heads, stems, last = (bisect_left(at, n * row) for row in (1, 2, 3))
        return Sieved(
            at[:heads],
            [i - n for i in at[heads:stems]],
            [i - 2 * n for i in at[stems:last]],
            [i - 3 * n for i in at[last:]],
        )
