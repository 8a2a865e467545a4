"""Words and signs of a normalized batch, and the hash of any stretch of it.

A token is a run of letters and digits, or one sign of its own (an emoji, ``%``, ``!``, ``?``,
``#``, a currency sign, an entity). All tokens of a batch are found and hashed together.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from prmktml.normalization import CharClass, NormalizedTexts

__all__ = ["Known", "SpanHasher", "Tokens", "hash_word", "tokenize"]

_PRIME: Final = 0x01000193 | 0x5A5A0000
_INVERSE: Final = pow(_PRIME, -1, 1 << 32)
_BLOCK: Final = 1 << 16


class SpanHasher:
    """Hash of any span of an array of code points, whole arrays of spans at once.

    The hash of ``codes[start:end]`` is the sum of ``codes[i] * P**(i - start)`` modulo 2**32;
    it is read off cumulative sums, so that a span costs the same whatever its length.

    Parameters
    ----------
    codes : ndarray of uint32, shape (n_codes,)
    """

    _factors = (np.ones(1, np.uint32), np.ones(1, np.uint32))

    def __init__(self, codes: NDArray[np.uint32]) -> None:
        powers, self._inverses = self.factors(len(codes) + 1)
        self._sums = np.zeros(len(codes) + 1, np.uint32)
        np.cumsum(codes * powers[: len(codes)], dtype=np.uint32, out=self._sums[1:])

    @classmethod
    def factors(cls, size: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Return the powers of P and of its inverse, at least `size` of each."""
        if len(cls._factors[0]) < size:
            size = (size // _BLOCK + 1) * _BLOCK
            cls._factors = _geometric(_PRIME, size), _geometric(_INVERSE, size)
        return cls._factors

    def __call__(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Return the hashes of the spans, shape of `starts`."""
        spans = self._sums.take(ends) - self._sums.take(starts)
        hashes: NDArray[np.uint32] = spans * self._inverses.take(starts)
        return hashes


def _geometric(ratio: int, size: int) -> NDArray[np.uint32]:
    steps = np.full(size, ratio, np.uint32)
    steps[0] = 1
    return np.multiply.accumulate(steps, dtype=np.uint32)


class Known:
    """A table of known hashes and the class of each; looks whole arrays up at once.

    The high bits of a mixed hash name a slot, and few known hashes share one, so that nearly all
    unknown hashes are told by one look and all others by very few.

    Parameters
    ----------
    hashes : ndarray of uint32, shape (n_known,)
        Each once, in any order.
    ids : ndarray of uint8, shape (n_known,)
        Class of each.

    Examples
    --------
    >>> known = Known(np.array([7, 9], np.uint32), np.array([3, 4], np.uint8))
    >>> [found.tolist() for found in known.find(np.array([9, 1, 7, 9], np.uint32))]
    [[0, 2, 3], [4, 3, 4]]
    """

    _MIX = np.uint32(0x9E3779B1)

    def __init__(self, hashes: NDArray[np.uint32], ids: NDArray[np.uint8]) -> None:
        mixed = hashes * self._MIX
        order = mixed.argsort()
        self._hashes, self._ids = mixed[order], ids[order]
        bits = min(len(hashes).bit_length() + 5, 24)
        self._shift = np.uint32(32 - bits)
        counts = np.bincount(mixed >> self._shift, minlength=1 << bits)
        self._taken = counts > 0
        self._first = (np.cumsum(counts) - counts).astype(np.int32)
        self._looks = int(counts.max())

    def find(self, hashes: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return the positions of known hashes, ascending, and the class of each."""
        mixed = hashes * self._MIX
        slots = mixed >> self._shift
        maybe = self._taken.take(slots).nonzero()[0]
        if not maybe.size:
            return maybe, self._ids[:0]
        mixed = mixed.take(maybe)
        at = self._first.take(slots.take(maybe))
        for _ in range(self._looks - 1):
            at += self._hashes.take(at, mode="clip") < mixed
        right = (self._hashes.take(at, mode="clip") == mixed).nonzero()[0]
        return maybe.take(right), self._ids.take(at.take(right))


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of a batch in order.

    Attributes
    ----------
    batch : NormalizedTexts
        Where they were found.
    starts, ends : ndarray of int64, shape (n_tokens,)
        Half-open spans in ``batch.codes``.
    hashes : ndarray of uint32, shape (n_tokens,)
        Hash of each token's code points.
    bounds : ndarray of int64, shape (n_texts + 1,)
        Tokens of text ``i`` are ``bounds[i]:bounds[i + 1]``.
    letters : ndarray of bool, shape (n_codes,)
        Which code points belong to words.
    hasher : SpanHasher
        Hashes other spans of the batch.
    """

    batch: NormalizedTexts
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    hashes: NDArray[np.uint32]
    bounds: NDArray[np.int64]
    letters: NDArray[np.bool_]
    hasher: SpanHasher

    def owners(self, which: NDArray[np.int64]) -> NDArray[np.int64]:
        """Index of the text that each of these tokens is of, shape of `which`."""
        owners: NDArray[np.int64] = self.bounds.searchsorted(which, "right") - 1
        return owners

    def count(self, marked: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many tokens of each text are marked, shape (n_texts,)."""
        counts = marked.nonzero()[0].searchsorted(self.bounds)
        return counts[1:] - counts[:-1]

    @property
    def last(self) -> NDArray[np.bool_]:
        """Whether each token is the last of its text, shape (n_tokens,)."""
        last = np.zeros(len(self.starts), bool)
        ends = self.bounds[1:]
        last[ends[ends > 0] - 1] = True
        return last


def tokenize(batch: NormalizedTexts) -> Tokens:
    """Find all tokens of a batch.

    Examples
    --------
    >>> from prmktml.normalization import normalize_texts
    >>> tokens = tokenize(normalize_texts(["Hi, there!", "", "٣ خصم"]))
    >>> tokens.bounds.tolist(), tokens.starts.tolist(), tokens.ends.tolist()
    ([0, 3, 3, 5], [0, 4, 9, 12, 14], [2, 9, 10, 13, 17])
    """
    letters = batch.classes & np.uint16(CharClass.LETTER | CharClass.DIGIT) != 0
    step = letters[1:] > letters[:-1]
    begins = batch.classes & np.uint16(CharClass.SYMBOL) != 0
    begins[1:] |= step
    begins[:1] |= letters[:1]
    starts = begins.nonzero()[0]
    ends = starts + 1
    ends[letters.take(starts)] = (letters[:-1] > letters[1:]).nonzero()[0] + 1
    hasher = SpanHasher(batch.codes)
    bounds = np.concatenate(([0], starts.searchsorted(batch.ends)))
    return Tokens(batch, starts, ends, hasher(starts, ends), bounds, letters, hasher)


def hash_word(word: str) -> int:
    """Hash of a normalized word, the same that :func:`tokenize` gives it.

    Examples
    --------
    >>> from prmktml.normalization import normalize_texts
    >>> int(tokenize(normalize_texts(["sale"])).hashes[0]) == hash_word("sale")
    True
    """
    codes = np.array([ord(char) for char in word], np.uint32)
    return int(SpanHasher(codes)(np.array([0]), np.array([len(codes)]))[0])
