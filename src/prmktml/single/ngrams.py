"""Hashed n-grams of one message, and what their rows of weights add up to.

See :func:`prmktml.features.grams`; nothing is kept of where an n-gram stands.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from prmktml.features import (
    BORDER,
    PRIME,
    Recipe,
    buckets_of,
    char_hashes,
    pair_hashes,
    word_hashes,
)

__all__ = ["Ngrams"]


class Ngrams:
    """Adds up the weights of the n-grams of one message.

    Parameters
    ----------
    rows : ndarray of int32, shape (2**HASH_BITS,)
        Row of weights of every bucket; row 0 is zero.
    weights : ndarray of float32, shape (n_rows, n_columns)
    recipe : Recipe
    """

    def __init__(
        self, rows: NDArray[np.int32], weights: NDArray[np.float32], recipe: Recipe
    ) -> None:
        self._rows, self._weights, self._recipe = rows, weights, recipe
        self._powers = {
            kind: PRIME ** np.arange(int(kind[4:]), dtype=np.uint32)[::-1]
            for kind in recipe.kinds
            if kind.startswith("char")
        }

    def sums(
        self, letters: NDArray[np.uint32], hashes: NDArray[np.uint32]
    ) -> list[list[float]] | None:
        """Return the sums of each block of the recipe, or None where a block is empty.

        Parameters
        ----------
        letters : ndarray of uint32, shape (n_codes + 2,)
            Code points of words, borders for all else.
        hashes : ndarray of uint32, shape (n_words,)
        """
        inside = letters != BORDER
        parts, firsts, size = [], [], 0
        for block in self._recipe.blocks:
            firsts.append(size)
            for kind in block:
                parts.append(self._hashes(kind, letters, inside, hashes))
                size += len(parts[-1])
            if size == firsts[-1]:
                return None
        rows = self._rows.take(buckets_of(np.concatenate(parts)))
        if self._recipe.distinct:
            _clear_repeats(rows, [*firsts, size])
        found = self._weights.take(rows, axis=0)
        sums: list[list[float]] = np.add.reduceat(found, firsts, axis=0, dtype=np.float64).tolist()
        return sums

    def _hashes(
        self,
        kind: str,
        letters: NDArray[np.uint32],
        inside: NDArray[np.bool_],
        hashes: NDArray[np.uint32],
    ) -> NDArray[np.uint32]:
        """Hash all n-grams of a kind, in order."""
        if kind == "word1":
            return word_hashes(hashes)
        if kind == "word2":
            return pair_hashes(hashes[:-1], hashes[1:])
        powers = self._powers[kind]
        size, count = len(powers), max(len(letters) - len(powers) + 1, 0)
        windows = np.ndarray((count, size), np.uint32, letters, 0, (4, 4))
        if size == 2:
            valid = inside[:-1] | inside[1:]
        else:
            valid = inside[1 : count + 1]
            for step in range(2, size - 1):
                valid = valid & inside[step : count + step]
        return char_hashes(windows.dot(powers)[valid], size)


def _clear_repeats(rows: NDArray[np.int32], bounds: list[int]) -> None:
    """Make 0 of all rows but one of each between two bounds, and sort there."""
    for first, last in pairwise(bounds):
        rows[first:last].sort()
    same = rows[1:] == rows[:-1]
    for first in bounds[1:-1]:
        same[first - 1] = False
    np.putmask(rows[1:], same, 0)
