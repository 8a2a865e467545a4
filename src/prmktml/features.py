"""Texts to hashed n-grams and cue counts, whole batches at once, with NumPy alone.

Training and prediction call the same functions: :func:`grams` gives every occurrence of the
n-grams that a :class:`Recipe` names as a bucket of a hash space, :func:`cue_features` counts the
cues of the lexicon, :func:`length_features` measures. Weighting is left to :mod:`prmktml.model`
and :mod:`prmktml.estimators`.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prmktml.lexicon import Lexicon
from prmktml.normalization import normalize_texts
from prmktml.tokens import Tokens, tokenize

__all__ = [
    "CUE_CAP",
    "HASH_BITS",
    "KINDS",
    "N_LENGTHS",
    "RECIPE",
    "Grams",
    "Recipe",
    "cue_features",
    "grams",
    "length_features",
    "read_batch",
]

HASH_BITS: Final = 20
"""Bits of a bucket: 2**20 buckets for about 10**5 n-grams that a model knows."""
KINDS: Final = ("char2", "char3", "char4", "char5", "word1", "word2")


class Recipe(NamedTuple):
    """Which n-grams a model reads and how it scales them.

    Attributes
    ----------
    blocks : tuple of tuples of str
        Kinds of :data:`KINDS` in their order; each block is divided by a norm of its own.
    distinct : bool
        Whether an n-gram that a text repeats counts once in its block.
    """

    blocks: tuple[tuple[str, ...], ...]
    distinct: bool

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of all blocks in order."""
        return tuple(kind for block in self.blocks for kind in block)

    def block_of_kinds(self) -> NDArray[np.int64]:
        """Index of the block of each kind, shape (len(kinds),)."""
        return np.repeat(np.arange(len(self.blocks)), [len(block) for block in self.blocks])


RECIPE: Final = Recipe((("char4",), ("word1", "word2")), distinct=True)
"""What training uses; docs/decisions/0005 tells why."""
CUE_CAP: Final = 3
"""Counts of a cue above this say nothing more."""
SHORT: Final = np.array([4, 8, 15, 30, 60])
LONG_WORD: Final = 10
N_LENGTHS: Final = 4 + len(SHORT)
"""Number of length features."""
CUE_VALUES: Final = np.log1p(np.arange(CUE_CAP + 1))

BORDER: Final = np.uint32(1)
PRIME: Final = np.uint32(0x0100_0193)
_MIX: Final = np.uint32(0x9E37_79B1)
_MIX_AGAIN: Final = np.uint32(0xC2B2_AE35)
_HALF, _THIRTEEN, _SHIFT = np.uint32(16), np.uint32(13), np.uint32(32 - HASH_BITS)
_SECOND: Final = np.uint32(0xA5A5_A5A5)
_WORD, _PAIR = 1, 11
_SALTS: Final = tuple(np.arange(12, dtype=np.uint32) * np.uint32(0x85EB_CA6B))


class Grams(NamedTuple):
    """All n-gram occurrences of a batch: kind after kind, and within a kind in order of place.

    Attributes
    ----------
    buckets : ndarray of uint32, shape (n_occurrences,)
        Below ``2**HASH_BITS``.
    starts : ndarray of int64, shape (n_occurrences,)
        Where each begins in the batch's code points; a border before a text's first word is the
        place where the text before it ended.
    bounds : ndarray of int64, shape (n_kinds * n_texts + 1,)
        Where the occurrences of each kind and text begin.
    recipe : Recipe
        Names the kinds.
    """

    buckets: NDArray[np.uint32]
    starts: NDArray[np.int64]
    bounds: NDArray[np.int64]
    recipe: Recipe

    @property
    def n_texts(self) -> int:
        """Number of texts in the batch."""
        return (len(self.bounds) - 1) // len(self.recipe.kinds)

    def spread(self, of_kinds: NDArray[np.int64], step: int = 0) -> NDArray[np.int64]:
        """Give each occurrence its kind's value plus `step` times its text's index."""
        values = of_kinds[:, None] + step * np.arange(self.n_texts)
        return np.repeat(values.ravel(), np.diff(self.bounds))

    def owners(self) -> NDArray[np.int64]:
        """Index of the text that each occurrence is of, shape (n_occurrences,)."""
        return self.spread(np.zeros(len(self.recipe.kinds), np.int64), 1)

    def kinds(self) -> NDArray[np.int64]:
        """Index in ``recipe.kinds`` of each occurrence, shape (n_occurrences,)."""
        return self.spread(np.arange(len(self.recipe.kinds)))

    def ends(self, tokens: Tokens) -> NDArray[np.int64]:
        """Where each occurrence ends, shape (n_occurrences,)."""
        ends = np.empty_like(self.starts)
        edges = self.bounds[:: self.n_texts].tolist()
        for kind, first, last in zip(self.recipe.kinds, edges, edges[1:], strict=False):
            starts, size = self.starts[first:last], int(kind[4:])
            if kind.startswith("char"):
                ends[first:last] = starts + size
            else:
                ends[first:last] = tokens.ends[tokens.starts.searchsorted(starts) + size - 1]
        return ends


def read_batch(texts: Sequence[str], *, places: bool = False) -> Tokens:
    """Normalize and tokenize texts."""
    return tokenize(normalize_texts(texts, places=places))


def char_hashes(hashes: NDArray[np.uint32], size: int) -> NDArray[np.uint32]:
    """Salt the hashes of character n-grams, so that no size is taken for another one."""
    salted: NDArray[np.uint32] = hashes ^ _SALTS[size]
    return salted


def word_hashes(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Salt the hashes of words."""
    salted: NDArray[np.uint32] = hashes ^ _SALTS[_WORD]
    return salted


def pair_hashes(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Hash pairs of words, given the hashes of both."""
    pairs = first * PRIME
    pairs += second ^ _SECOND
    pairs ^= _SALTS[_PAIR]
    return pairs


def buckets_of(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Mix salted hashes and keep HASH_BITS of each."""
    mixed = hashes >> _HALF
    mixed ^= hashes
    mixed *= _MIX
    mixed ^= mixed >> _THIRTEEN
    mixed *= _MIX_AGAIN
    mixed >>= _SHIFT
    return mixed


def grams(tokens: Tokens, recipe: Recipe = RECIPE) -> Grams:
    """Hash all n-grams of a batch; character n-grams stay within a word and its two borders.

    Examples
    --------
    >>> found = grams(read_batch(["big sale"]))
    >>> dict(zip(found.recipe.kinds, np.bincount(found.kinds()).tolist()))
    {'char4': 5, 'word1': 2, 'word2': 1}
    """
    sizes = [int(kind[4:]) for kind in recipe.kinds if kind.startswith("char")]
    parts = [*_char_grams(tokens, sizes)]
    if "word1" in recipe.kinds:
        parts.append((word_hashes(tokens.hashes), tokens.starts))
    if "word2" in recipe.kinds:
        parts.append(_word_pairs(tokens))
    text_ends, offset, bounds = tokens.batch.ends, 0, [np.zeros(1, np.int64)]
    for _, starts in parts:
        bounds.append(starts.searchsorted(text_ends) + offset)
        offset += len(starts)
    salted, starts = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Grams(buckets_of(salted), starts, np.concatenate(bounds), recipe)


def _word_pairs(tokens: Tokens) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    left = (~tokens.last[:-1]).nonzero()[0]
    first, second = tokens.hashes.take(left), tokens.hashes.take(left + 1)
    return pair_hashes(first, second), tokens.starts.take(left)


def _char_grams(
    tokens: Tokens, sizes: Sequence[int]
) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.int64]]]:
    """Yield salted hashes and starts of each size."""
    size = len(tokens.letters) + 1
    codes, letters = np.full(size, BORDER), np.zeros(size, bool)
    letters[1:] = tokens.letters
    np.copyto(codes[1:], tokens.batch.codes, where=tokens.letters)
    hashes = codes[:-1] * PRIME + codes[1:]
    inside = letters[1:]
    valid = letters[:-1] | inside
    for size in range(2, max(sizes, default=1) + 1):
        if size > 2:
            hashes = hashes[:-1] * PRIME + codes[size - 1 :]
            valid = inside[: len(hashes)] if size == 3 else valid[:-1] & inside[size - 3 : -1]
        if size in sizes:
            at = valid.nonzero()[0]
            yield char_hashes(hashes.take(at), size), at - 1


def cue_features(lexicon: Lexicon, tokens: Tokens) -> NDArray[np.float64]:
    """Count cues by class, ``log(1 + min(count, CUE_CAP))``, shape (n_texts, n_cues)."""
    return CUE_VALUES.take(np.minimum(lexicon.counts(tokens), CUE_CAP))


def length_features(tokens: Tokens) -> NDArray[np.float64]:
    """Measure texts, shape (n_texts, N_LENGTHS).

    The logarithms of the numbers of tokens, code points and line breaks, the tenth of a token's
    mean length, and whether a text has at most 4, 8, 15, 30 and 60 tokens.

    Examples
    --------
    >>> length_features(read_batch(["big sale now"]))[0].round(2).tolist()
    [1.39, 2.56, 0.0, 0.4, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    codes, ends = tokens.batch.codes, tokens.batch.ends
    n_tokens = tokens.bounds[1:] - tokens.bounds[:-1]
    breaks = (codes == ord("\n")).nonzero()[0]
    features = np.zeros((len(ends), N_LENGTHS))
    features[:, 0] = n_tokens
    features[:, 1] = ends - tokens.batch.starts
    features[:, 3] = features[:, 1] / np.maximum(n_tokens, 1) / LONG_WORD
    if breaks.size:
        features[:, 2] = np.diff(breaks.searchsorted(ends), prepend=0)
    np.log1p(features[:, :3], out=features[:, :3])
    np.less_equal(n_tokens[:, None], SHORT, out=features[:, 4:])
    return features
