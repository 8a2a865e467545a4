"""Cue classes (price, urgency, gratitude, …) and their matches in tokens.

An entry is a word, a prefix or a phrase (:mod:`prmktml.entries` compiles them). Arabic proclitics
(و ف ب ل ك ال) are stripped from a token's front and the raw token is tried too; the words of a
phrase are compared stripped.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, cached_property
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prmktml.tokens import Known, SpanHasher, Tokens

__all__ = ["Lexicon", "Matches", "Salt", "chain_key", "salted_key", "strip_proclitics"]

LONGEST_PREFIX: Final = 16
STEM: Final = 3
MAX_WORDS: Final = 6
PRESENT: Final = 254
"""Stands for a key that is only the beginning of an entry."""
_NONE: Final = 255
KEY_MIX: Final = 0x9E3779B1
KEY_SHIFT: Final = np.uint32(15)
"""How a salted hash becomes a key; it can be undone."""
SALTS: Final = np.arange(64, dtype=np.uint32) * np.uint32(0x27D4EB2F)
"""What the hash of each :class:`Salt` is combined with before it is mixed to a key."""


class Salt(IntEnum):
    """What a key is of: one table holds them all.

    Whole words, heads of phrases, phrases, the first letters of prefixes, chains that a prefix
    ends, links of a chain; prefixes by length, alone and at the end of a phrase.
    """

    WORD = 1
    HEAD = 2
    PHRASE = 3
    STEM = 4
    OPEN = 5
    LINK = 6
    PREFIX = 10
    PHRASE_PREFIX = 40


class Matches(NamedTuple):
    """Cues found in a batch; arrays of shape (n_matches,)."""

    owners: NDArray[np.int64]
    cues: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


_PROCLITICS: Final = "وفبكلا"
_OTHER, _WAW, _FEH, _BEH, _KAF, _LAM, _ALEF = range(len(_PROCLITICS) + 1)
_ALEF_CODE: Final = np.uint32(ord("ا"))
_KINDS: Final = np.array([_PROCLITICS.find(chr(c)) + 1 for c in range(_ALEF_CODE, ord("و") + 2)])
"""Kind of each letter from ا on; the last cell stands for all other code points."""
_LONGEST_WORD: Final = 7
"""Longer words lose their proclitics as those of this length do."""
_GRID: Final = (*(len(_PROCLITICS) + 1,) * 4, _LONGEST_WORD + 1)
_GRID_STEPS: Final = np.array([_GRID[0] ** power * _GRID[-1] for power in (3, 2, 1, 0)])


@cache
def _n_proclitics() -> NDArray[np.int8]:
    """Return how many letters go, by the kinds of the first four letters and the length.

    و or ف go first, then ب, ل or ك, then ال (or لل). Three letters always stay, two behind و.
    """
    first, second, third, fourth, length = np.indices(_GRID)
    joined = ((first == _WAW) & (length > 2)) | ((first == _FEH) & (length > 3))
    first, second = np.where(joined, second, first), np.where(joined, third, second)
    third = np.where(joined, fourth, third)
    length -= joined
    double = (first == _LAM) & (second == _LAM) & (length > 4)
    single = ((first == _BEH) | (first == _LAM) | (first == _KAF)) & ~double & (length > 3)
    first, second = np.where(single, second, first), np.where(single, third, second)
    length -= single
    article = (first == _ALEF) & (second == _LAM) & ~double & (length > 4)
    gone: NDArray[np.int64] = 2 * (double | article) + joined + single
    return gone.ravel().astype(np.int8)


def strip_proclitics(
    codes: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return where each token begins once its Arabic proclitics are off, shape of `starts`."""
    begins = starts.copy()
    may = (_KINDS.take(codes.take(starts) - _ALEF_CODE, mode="clip") != _OTHER).nonzero()[0]
    starts, ends = starts.take(may), ends.take(may)
    letters = codes.take(starts[:, None] + np.arange(4), mode="clip") - _ALEF_CODE
    cells = _KINDS.take(letters, mode="clip") @ _GRID_STEPS
    cells += np.minimum(ends - starts, _LONGEST_WORD)
    begins[may] += _n_proclitics().take(cells)
    return begins


def _key(salted: NDArray[np.uint32]) -> NDArray[np.uint32]:
    mixed = salted * np.uint32(KEY_MIX)
    return mixed ^ (mixed >> KEY_SHIFT)


def _salted(keys: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Undo :func:`_key`."""
    mixed = keys ^ (keys >> KEY_SHIFT) ^ (keys >> np.uint32(30))
    salted: NDArray[np.uint32] = mixed * np.uint32(pow(KEY_MIX, -1, 1 << 32))
    return salted


def salted_key(hashes: NDArray[np.uint32], salt: int) -> NDArray[np.uint32]:
    """Return the keys of hashes, shape of `hashes`; each :class:`Salt` gives other keys."""
    return _key(hashes ^ SALTS[salt])


def chain_key(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the hashes of phrases that a further word makes longer."""
    return salted_key(left, Salt.LINK) + right


@dataclass(frozen=True)
class Lexicon:
    """A compiled lexicon.

    Attributes
    ----------
    cues : tuple of str
        Names of the classes.
    keys : ndarray of uint32, shape (n_keys,)
        Sorted keys of words, prefixes, phrases and heads of phrases.
    ids : ndarray of uint8, shape (n_keys,)
        Index in `cues` of each key; 254 where it only begins an entry.
    lengths : tuple of two ndarrays of int64
        Lengths of prefixes that occur, alone and at the end of phrases, ascending.
    """

    cues: tuple[str, ...]
    keys: NDArray[np.uint32]
    ids: NDArray[np.uint8]
    lengths: tuple[NDArray[np.int64], NDArray[np.int64]]

    @classmethod
    def from_arrays(
        cls,
        cues: Iterable[str],
        keys: NDArray[np.uint32],
        ids: NDArray[np.uint8],
        lengths: Iterable[Iterable[int]],
    ) -> "Lexicon":
        """Build the lexicon that a model file holds."""
        alone, at_end = (np.array(list(part), np.int64) for part in lengths)
        return cls(tuple(cues), keys, ids, (alone, at_end))

    @cached_property
    def salted(self) -> NDArray[np.uint32]:
        """The salted hash behind each key, so that nothing sought needs mixing."""
        return _salted(self.keys)

    @cached_property
    def known(self) -> Known:
        """The table that finds salted hashes."""
        return Known(self.salted, self.ids)

    def match(self, tokens: Tokens) -> Matches:
        """Find cues: of each token the whole word or else its longest prefix, and all phrases.

        Of a token with proclitics, what the raw token is comes before what the stripped one is.
        """
        n_tokens = len(tokens.starts)
        bare = strip_proclitics(tokens.batch.codes, tokens.starts, tokens.ends)
        moved = (bare != tokens.starts).nonzero()[0]
        stripped = tokens.hashes.copy()
        stripped[moved] = tokens.hasher(bare.take(moved), tokens.ends.take(moved))
        # both forms of each token, the raw one later, so that it is written over the bare one
        of = np.concatenate((np.arange(n_tokens), moved))
        starts, ends = np.concatenate((bare, tokens.starts.take(moved))), tokens.ends.take(of)
        words = np.concatenate((stripped, tokens.hashes.take(moved)))
        stems = tokens.hasher(starts, np.minimum(starts + STEM, ends))
        (stem, _), (word, word_ids), (head, _) = self._find(
            (stems, Salt.STEM), (words, Salt.WORD), (stripped, Salt.HEAD)
        )
        prefix, prefix_ids = self._prefixes(tokens.hasher, starts.take(stem), ends.take(stem))
        found = np.full(n_tokens, _NONE, np.uint8)
        found[of.take(stem.take(prefix))] = prefix_ids
        found[of.take(word)] = word_ids
        single = (found < PRESENT).nonzero()[0]
        parts = [(single, single, found.take(single))]
        parts += self._phrases(tokens, bare, stripped, head)
        first, last, cues = (np.concatenate(column) for column in zip(*parts, strict=True))
        starts, ends = tokens.starts.take(first), tokens.ends.take(last)
        return Matches(tokens.owners(first), cues.astype(np.int64), starts, ends)

    def _find(
        self, *sought: tuple[NDArray[np.uint32], int]
    ) -> list[tuple[NDArray[np.int64], NDArray[np.uint8]]]:
        """Look hashes up with a salt each; return positions of those known, and their classes."""
        at, ids = self.known.find(np.concatenate([h ^ SALTS[salt] for h, salt in sought]))
        edges = [0, *accumulate(len(hashes) for hashes, _ in sought)]
        cuts = pairwise(at.searchsorted(edges).tolist())
        return [(at[i:j] - edge, ids[i:j]) for edge, (i, j) in zip(edges, cuts, strict=False)]

    def _prefixes(
        self,
        hasher: SpanHasher,
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        chain: NDArray[np.uint32] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return which spans begin with a prefix, and its class, the longest of a span last."""
        lengths = self.lengths[chain is not None]
        if not len(starts) or not len(lengths):
            return np.zeros(0, np.int64), np.zeros(0, np.uint8)
        starts = starts[:, None]
        stops = starts + lengths
        hashes = hasher(starts, np.minimum(stops, ends[:, None]))
        salt = Salt.PREFIX
        if chain is not None:
            hashes, salt = chain_key(chain[:, None], hashes), Salt.PHRASE_PREFIX
        at, ids = self.known.find((hashes ^ SALTS.take(salt + lengths)).ravel())
        of = at // len(lengths)
        whole = (stops.take(at) <= ends.take(of)).nonzero()[0]
        return of.take(whole), ids.take(whole)

    def _phrases(
        self,
        tokens: Tokens,
        bare: NDArray[np.int64],
        stripped: NDArray[np.uint32],
        first: NDArray[np.int64],
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]]:
        """Yield first tokens, last tokens and classes of phrases, the shorter ones first."""
        chain = stripped.take(first)
        text_ends = tokens.bounds.take(tokens.owners(first) + 1)
        for step in range(1, MAX_WORDS):
            going = (first + step < text_ends).nonzero()[0]
            if not going.size:
                return
            first, chain, text_ends = first.take(going), chain.take(going), text_ends.take(going)
            last = first + step
            longer = chain_key(chain, stripped.take(last))
            (open_, _), (whole, whole_ids), (alive, _) = self._find(
                (chain, Salt.OPEN), (longer, Salt.PHRASE), (longer, Salt.HEAD)
            )
            found = np.full(len(first), _NONE, np.uint8)
            if open_.size:
                word = last.take(open_)
                prefix, prefix_ids = self._prefixes(
                    tokens.hasher, bare.take(word), tokens.ends.take(word), chain.take(open_)
                )
                found[open_.take(prefix)] = prefix_ids
            if open_.size or whole.size:
                found[whole] = whole_ids
                hit = (found < PRESENT).nonzero()[0]
                yield first.take(hit), last.take(hit), found.take(hit)
            first, chain, text_ends = first.take(alive), longer.take(alive), text_ends.take(alive)

    def counts(self, tokens: Tokens) -> NDArray[np.int64]:
        """Count the cues of each text, shape (n_texts, n_cues)."""
        matches = self.match(tokens)
        n_texts, n_cues = len(tokens.bounds) - 1, len(self.cues)
        flat = np.bincount(matches.owners * n_cues + matches.cues, minlength=n_texts * n_cues)
        return flat.reshape(n_texts, n_cues)
