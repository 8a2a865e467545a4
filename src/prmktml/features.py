"""Texts to hashed n-grams and cue counts, whole batches at once, with NumPy alone.

Training and prediction call the same functions: :func:`grams` gives every occurrence of every
word 1-2-gram and character 2-5-gram as a bucket of a hash space, and :func:`cue_features` counts
the cues of the lexicon. Weighting is left to :mod:`prmktml.model` and :mod:`prmktml.estimators`.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prmktml.lexicon import Lexicon
from prmktml.normalization import normalize_texts
from prmktml.tokens import Tokens, tokenize

__all__ = ["CUE_CAP", "HASH_BITS", "KINDS", "Grams", "cue_features", "grams", "read_batch"]

HASH_BITS: Final = 20
"""Bits of a bucket: 2**20 buckets for about 10**5 n-grams that a model knows."""
CHAR_SIZES: Final = (2, 3, 4, 5)
KINDS: Final = ("char2", "char3", "char4", "char5", "word1", "word2")
CUE_CAP: Final = 3
"""Counts of a cue above this say nothing more."""
_CUE_VALUES: Final = np.log1p(np.arange(CUE_CAP + 1))

_BORDER: Final = np.uint32(1)
_PRIME: Final = np.uint32(0x0100_0193)
_MIX: Final = np.uint32(0x9E37_79B1)
_SHIFT: Final = np.uint32(32 - HASH_BITS)


class Grams(NamedTuple):
    """All n-gram occurrences of a batch: kind after kind, and within a kind in order of place.

    Attributes
    ----------
    buckets : ndarray of uint32, shape (n_occurrences,)
        Below ``2**HASH_BITS``.
    starts : ndarray of int64, shape (n_occurrences,)
        Where each begins in the batch's code points; a border before a text's first word is the
        place where the text before it ended.
    bounds : ndarray of int64, shape (len(KINDS) * n_texts + 1,)
        Where the occurrences of each kind and text begin.
    """

    buckets: NDArray[np.uint32]
    starts: NDArray[np.int64]
    bounds: NDArray[np.int64]

    @property
    def n_texts(self) -> int:
        """Number of texts in the batch."""
        return (len(self.bounds) - 1) // len(KINDS)

    def owners(self) -> NDArray[np.int64]:
        """Index of the text that each occurrence is of, shape (n_occurrences,)."""
        texts = np.tile(np.arange(self.n_texts), len(KINDS))
        return np.repeat(texts, np.diff(self.bounds))

    def kinds(self) -> NDArray[np.int64]:
        """Index in :data:`KINDS` of each occurrence, shape (n_occurrences,)."""
        kinds = np.repeat(np.arange(len(KINDS)), self.n_texts)
        return np.repeat(kinds, np.diff(self.bounds))

    def ends(self, tokens: Tokens) -> NDArray[np.int64]:
        """Where each occurrence ends, shape (n_occurrences,)."""
        n_tokens, n_pairs = len(tokens.starts), int((self.kinds() == len(KINDS) - 1).sum())
        n_chars = len(self.starts) - n_tokens - n_pairs
        sizes = np.array(CHAR_SIZES)[self.kinds()[:n_chars]]
        second = tokens.starts.searchsorted(self.starts[n_chars + n_tokens :]) + 1
        return np.concatenate((self.starts[:n_chars] + sizes, tokens.ends, tokens.ends[second]))


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


def grams(tokens: Tokens) -> Grams:
    """Hash all n-grams of a batch; character n-grams stay within a word and its two borders.

    Examples
    --------
    >>> found = grams(read_batch(["big sale"]))
    >>> dict(zip(KINDS, np.bincount(found.kinds()).tolist()))
    {'char2': 9, 'char3': 7, 'char4': 5, 'char5': 3, 'word1': 2, 'word2': 1}
    """
    buckets, starts = _char_grams(tokens)
    text_ends = tokens.batch.ends
    bounds = [at.searchsorted(text_ends) for at in starts]
    left = np.arange(len(tokens.starts))[:-1][~tokens.last[:-1]]
    pairs = tokens.hashes[left] * _PRIME + (tokens.hashes[left + 1] ^ np.uint32(0xA5A5_A5A5))
    buckets += [_bucket(tokens.hashes, 1), _bucket(pairs, 11)]
    starts += [tokens.starts, tokens.starts[left]]
    n_words = np.diff(tokens.bounds)
    bounds += [tokens.bounds[1:], np.cumsum(np.maximum(n_words - 1, 0))]
    offsets = np.cumsum([0, *(len(part) for part in buckets)])
    ends = [part + offset for part, offset in zip(bounds, offsets[:-1], strict=True)]
    return Grams(
        np.concatenate(buckets), np.concatenate(starts), np.concatenate([offsets[:1], *ends])
    )


def _char_grams(tokens: Tokens) -> tuple[list[NDArray[np.uint32]], list[NDArray[np.int64]]]:
    """Return buckets and starts of each size."""
    size = len(tokens.letters) + 1
    codes, letters = np.full(size, _BORDER), np.zeros(size, bool)
    letters[1:] = tokens.letters
    np.copyto(codes[1:], tokens.batch.codes, where=tokens.letters)
    hashes = codes[:-1] * _PRIME + codes[1:]
    inside = letters[1:]
    valid = letters[:-1] | inside
    buckets, starts = [], []
    for size in CHAR_SIZES:
        if size > 2:
            hashes = hashes[:-1] * _PRIME + codes[size - 1 :]
            valid = inside[: len(hashes)] if size == 3 else valid[:-1] & inside[size - 3 : -1]
        at = valid.nonzero()[0]
        buckets.append(_bucket(hashes.take(at), size))
        starts.append(at - 1)
    return buckets, starts


def cue_features(lexicon: Lexicon, tokens: Tokens) -> NDArray[np.float64]:
    """Count cues by class, ``log(1 + min(count, CUE_CAP))``, shape (n_texts, n_cues)."""
    return _CUE_VALUES.take(np.minimum(lexicon.counts(tokens), CUE_CAP))
