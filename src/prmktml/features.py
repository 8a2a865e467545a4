"""Texts to hashed n-grams and cue counts, whole batches at once, with NumPy alone.

Training and prediction call the same functions: :func:`grams` yields every occurrence of every
word 1-2-gram and character 2-5-gram as a bucket of a hash space, and :class:`Message` adds what is
counted by class. Weighting is left to :mod:`prmktml.model` and
:mod:`prmktml.training`.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prmktml.lexicon import Lexicon
from prmktml.normalization import normalize_texts
from prmktml.tokens import Tokens, tokenize

__all__ = ["CUE_CAP", "HASH_BITS", "Grams", "cue_features", "grams", "read_batch"]

HASH_BITS: Final = 20
"""Bits of a bucket: 2**20 buckets for about 10**5 n-grams that a model knows."""
CHAR_SIZES: Final = (2, 3, 4, 5)
CUE_CAP: Final = 3
"""Counts of a cue above this say nothing more."""

_BORDER: Final = np.uint32(1)
_PRIME: Final = np.uint32(0x0100_0193)
_MIX: Final = np.uint32(0x9E37_79B1)
_SHIFT: Final = np.uint32(32 - HASH_BITS)


class Grams(NamedTuple):
    """All occurrences of one kind of n-gram in a batch, in order of place.

    Attributes
    ----------
    kind : str
        ``char2`` … ``char5``, ``word1``, ``word2``.
    buckets : ndarray of uint32, shape (n_occurrences,)
        Below ``2**HASH_BITS``.
    starts, ends : ndarray of int64, shape (n_occurrences,)
        Half-open spans in the batch's code points; a border before a text's first word is the
        place where the text before it ended.
    """

    kind: str
    buckets: NDArray[np.uint32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def owners(self, tokens: Tokens) -> NDArray[np.int64]:
        """Index of the text that each occurrence is of, shape (n_occurrences,)."""
        return np.searchsorted(tokens.batch.ends, self.starts, side="right")


def read_batch(texts: Sequence[str], *, places: bool = False) -> Tokens:
    """Normalize and tokenize texts."""
    return tokenize(normalize_texts(texts, places=places))


def _bucket(hashes: NDArray[np.uint32], salt: int) -> NDArray[np.uint32]:
    mixed = hashes ^ np.uint32(salt * 0x85EB_CA6B & 0xFFFF_FFFF)
    mixed ^= mixed >> np.uint32(16)
    mixed *= _MIX
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2_AE35)
    mixed >>= _SHIFT
    return mixed


def grams(tokens: Tokens) -> Iterator[Grams]:
    """Yield the n-grams of a batch, one kind after the other.

    Character n-grams stay within a word and its two borders.

    Examples
    --------
    >>> [(g.kind, len(g.buckets)) for g in grams(read_batch(["big sale"]))]
    [('char2', 9), ('char3', 7), ('char4', 5), ('char5', 3), ('word1', 2), ('word2', 1)]
    """
    yield from _char_grams(tokens)
    yield Grams("word1", _bucket(tokens.hashes, 1), tokens.starts, tokens.ends)
    left = np.flatnonzero(np.diff(tokens.owners) == 0)
    pairs = tokens.hashes[left] * _PRIME + (tokens.hashes[left + 1] ^ np.uint32(0xA5A5_A5A5))
    yield Grams("word2", _bucket(pairs, 11), tokens.starts[left], tokens.ends[left + 1])


def _char_grams(tokens: Tokens) -> Iterator[Grams]:
    codes = np.where(tokens.letters, tokens.batch.codes, _BORDER)
    codes = np.concatenate(([_BORDER], codes)).astype(np.uint32)
    letters = np.concatenate(([False], tokens.letters))
    hashes = codes[:-1] * _PRIME + codes[1:]
    inside = letters[1:]
    valid = letters[:-1] | inside
    for size in CHAR_SIZES:
        if size > 2:
            hashes = hashes[:-1] * _PRIME + codes[size - 1 :]
            valid = inside[: len(hashes)] if size == 3 else valid[:-1] & inside[size - 3 : -1]
        at = np.flatnonzero(valid)
        buckets = _bucket(hashes.take(at), size)
        starts = at - 1
        yield Grams(f"char{size}", buckets, starts, starts + size)


def cue_features(lexicon: Lexicon, tokens: Tokens) -> NDArray[np.float32]:
    """Count cues by class, ``log(1 + min(count, CUE_CAP))``, shape (n_texts, n_cues)."""
    table = np.log1p(np.arange(CUE_CAP + 1)).astype(np.float32)
    return table[np.minimum(lexicon.counts(tokens), CUE_CAP)]
