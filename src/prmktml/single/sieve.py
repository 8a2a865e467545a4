"""A sieve for the words of one message: nearly all that a model does not know falls through.

One look at an array for all words at once costs less than a look at a dictionary for each.
"""

from bisect import bisect_left
from typing import Final, NamedTuple

import numpy as np

from prmktml.language import LanguageWords
from prmktml.lexicon import KEY_MIX, KEY_SHIFT, SALTS, Lexicon, Salt
from prmktml.single.words import Words

__all__ = ["Sieve", "Sieved"]

_LINK: Final = SALTS[Salt.LINK]
_MIX: Final = np.uint32(KEY_MIX)
_SPARE_BITS: Final = 4
"""So that one slot in sixteen to thirty-two is taken."""


class Sieved(NamedTuple):
    """Indices of words that may be known.

    Attributes
    ----------
    words, prefixed, of_language, heads : list of int
        What may be a word of the lexicon, begin with a prefix, be a function word, or be the
        first word of a phrase whose second word may go on.
    """

    words: list[int]
    prefixed: list[int]
    of_language: list[int]
    heads: list[int]


class Sieve:
    """Sieves words.

    Parameters
    ----------
    lexicon : Lexicon
    languages : LanguageWords
    """

    _salts = np.array(
        [
            [0 if salt is None else SALTS[salt]]
            for salt in (
                *(Salt.WORD, Salt.STEM, None),
                *(Salt.HEAD, Salt.OPEN, Salt.PHRASE, Salt.HEAD),
            )
        ],
        np.uint32,
    )

    def __init__(self, lexicon: Lexicon, languages: LanguageWords) -> None:
        known = np.concatenate((lexicon.salted, languages.hashes))
        bits = len(known).bit_length() + _SPARE_BITS
        self._shift = np.uint32(32 - bits)
        self._taken = np.zeros(1 << bits, bool)
        self._taken[known * _MIX >> self._shift] = True

    def sift(self, words: Words) -> Sieved:
        """Return which words may be known."""
        whole, core, stem = words.hashes
        n = len(whole)
        pairs = core ^ _LINK
        pairs *= _MIX
        pairs ^= pairs >> KEY_SHIFT
        pairs[:-1] += core[1:]
        sought = np.concatenate((whole, stem, whole, core, core, pairs, pairs))
        sought = sought.reshape(len(self._salts), n) ^ self._salts
        sought *= _MIX
        sought >>= self._shift
        found = self._taken.take(sought)
        found[3] &= found[4] | found[5] | found[6]
        at = found[:4].ravel().nonzero()[0].tolist()
        stems, languages, heads = (bisect_left(at, n * row) for row in (1, 2, 3))
        return Sieved(
            at[:stems],
            [i - n for i in at[stems:languages]],
            [i - 2 * n for i in at[languages:heads]],
            [i - 3 * n for i in at[heads:]],
        )
