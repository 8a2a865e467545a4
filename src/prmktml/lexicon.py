"""Cue classes (price, urgency, gratitude, …) and their matches in tokens.

An entry is a normalized word, a prefix (``خصم*``) or a phrase of up to six words whose last
may be a prefix. Arabic proclitics (و ف ب ل ك ال) are stripped from a token's front and the raw
token is tried too; the words of a phrase are compared stripped. Reading the files is for
training; a model carries the compiled form and matches with it.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prmktml.errors import LexiconError
from prmktml.normalization import normalize
from prmktml.tokens import SpanHasher, Tokens

__all__ = ["Entry", "Lexicon", "Matches", "compile_lexicon", "read_entries", "strip_proclitics"]

LONGEST_PREFIX: Final = 16
STEM: Final = 3
MAX_WORDS: Final = 6
_MIX: Final = np.uint32(0x9E3779B1)
_FILTER_BITS: Final = 18
_SALTS: Final = np.arange(64, dtype=np.uint32) * np.uint32(0x27D4EB2F)
_WAW, _FEH, _BEH, _LAM, _KAF, _ALEF = (ord(c) for c in "وفبلكا")


class Entry(NamedTuple):
    """One line of a lexicon file."""

    cue: str
    language: str
    text: str


class Matches(NamedTuple):
    """Cues found in a batch; arrays of shape (n_matches,)."""

    owners: NDArray[np.int64]
    cues: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def read_entries(paths: Iterable[Path]) -> list[Entry]:
    """Read lexicon files: ``class<TAB>language<TAB>entry`` a line, ``#`` begins a comment.

    Raises
    ------
    LexiconError
        If a line has not three fields, or an entry has more than six words.
    """
    entries = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(
                csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE), 1
            ):
                if not row or row[0].startswith("#"):
                    continue
                if len(row) != 3 or not 1 <= len(row[2].split()) <= MAX_WORDS:
                    raise LexiconError(
                        f"{path}, line {number}: found {row!r}; a line is class, language and an "
                        f"entry of one to {MAX_WORDS} words, set apart by tabs"
                    )
                entries.append(Entry(*row))
    return entries


def strip_proclitics(
    codes: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return where each token begins once its Arabic proclitics are off, shape of `starts`.

    و or ف go first, then ب, ل or ك, then ال (or لل). Three letters always stay, two behind و.
    """
    last = len(codes) - 1
    begin = starts.copy()

    def at(offset: int) -> NDArray[np.uint32]:
        return codes.take(np.minimum(begin + offset, last))

    first = at(0)
    begin += ((first == _WAW) & (ends - begin > 2)) | ((first == _FEH) & (ends - begin > 3))
    first = at(0)
    double = (first == _LAM) & (at(1) == _LAM) & (ends - begin > 4)
    begin += np.where(double, 2, 0)
    one = ((first == _BEH) | (first == _LAM) | (first == _KAF)) & ~double & (ends - begin > 3)
    begin += one
    article = (at(0) == _ALEF) & (at(1) == _LAM) & ~double & (ends - begin > 4)
    begin += np.where(article, 2, 0)
    return begin


def _key(hashes: NDArray[np.uint32], salt: int | NDArray[np.int64]) -> NDArray[np.uint32]:
    mixed = (hashes ^ (_SALTS.take(salt))) * _MIX
    return mixed ^ (mixed >> np.uint32(15))


def _chain(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return _key(left, _LINK) + right


_WORD, _HEAD, _PHRASE, _STEMS, _OPEN, _LINK, _PREFIX, _PHRASE_PREFIX = 1, 2, 3, 4, 5, 6, 10, 40
"""Salts: one table holds whole words, heads of phrases, phrases, the first letters of prefixes,
chains that a prefix ends, and prefixes by length."""
PRESENT: Final = 254
"""Stands for a key that is only the beginning of an entry."""
_NONE: Final = 255


@dataclass(frozen=True, slots=True)
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
    filter : ndarray of bool
        Which high bits of a key occur at all.
    lengths : tuple of two ndarrays of int64
        Lengths of prefixes that occur, alone and at the end of phrases, ascending.
    """

    cues: tuple[str, ...]
    keys: NDArray[np.uint32]
    ids: NDArray[np.uint8]
    filter: NDArray[np.bool_]
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
        present = np.zeros(1 << _FILTER_BITS, bool)
        present[keys >> np.uint32(32 - _FILTER_BITS)] = True
        alone, at_end = (np.array(list(part), np.int64) for part in lengths)
        return cls(tuple(cues), keys, ids, present, (alone, at_end))

    def match(self, tokens: Tokens) -> Matches:
        """Find cues: of each token the whole word or else its longest prefix, and all phrases."""
        bare = strip_proclitics(tokens.batch.codes, tokens.starts, tokens.ends)
        stripped = tokens.hasher(bare, tokens.ends)
        found = np.full(len(tokens.starts), _NONE, np.uint8)
        moved = (bare != tokens.starts).nonzero()[0]
        for where, starts in ((np.arange(len(found)), bare), (moved, tokens.starts[moved])):
            ends = tokens.ends.take(where)
            stems = tokens.hasher(starts, np.minimum(starts + STEM, ends))
            some = (self._ids(_key(stems, _STEMS)) != _NONE).nonzero()[0]
            ids = self._longest(tokens.hasher, starts.take(some), ends.take(some))
            hit = ids != _NONE
            found[where[some[hit]]] = ids[hit]
        for hashes in (stripped, tokens.hashes):
            ids = self._ids(_key(hashes, _WORD))
            np.copyto(found, ids, where=ids != _NONE)
        at = (found != _NONE).nonzero()[0]
        owners = tokens.owners
        single = Matches(owners[at], found[at].astype(np.int64), tokens.starts[at], tokens.ends[at])
        return _join([single, *self._phrases(tokens, bare, stripped, owners)])

    def _ids(self, keys: NDArray[np.uint32]) -> NDArray[np.uint8]:
        """Return the class of each key, shape of `keys`; 255 where it is unknown."""
        ids = np.full(len(keys), _NONE, np.uint8)
        maybe = (self.filter.take(keys >> np.uint32(32 - _FILTER_BITS))).nonzero()[0]
        keys = keys.take(maybe)
        at = np.minimum(self.keys.searchsorted(keys), len(self.keys) - 1)
        right = (self.keys.take(at) == keys).nonzero()[0]
        ids[maybe.take(right)] = self.ids.take(at.take(right))
        return ids

    def _longest(
        self,
        hasher: SpanHasher,
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        chain: NDArray[np.uint32] | None = None,
    ) -> NDArray[np.uint8]:
        """Return the class of the longest prefix that each span begins with, shape of `starts`."""
        lengths = self.lengths[chain is not None]
        if not len(starts) or not len(lengths):
            return np.full(len(starts), _NONE, np.uint8)
        stops = starts[:, None] + lengths
        span, which = np.nonzero(stops <= ends[:, None])
        hashes = hasher(starts[span], stops[span, which])
        salts = (_PREFIX if chain is None else _PHRASE_PREFIX) + lengths[which]
        if chain is not None:
            hashes = _chain(chain[span], hashes)
        ids = np.full(stops.shape, _NONE, np.uint8)
        ids[span, which] = self._ids(_key(hashes, salts))
        longest = stops.shape[1] - 1 - (ids[:, ::-1] != _NONE).argmax(axis=1)
        result: NDArray[np.uint8] = ids[np.arange(len(starts)), longest]
        return result

    def _phrases(
        self,
        tokens: Tokens,
        bare: NDArray[np.int64],
        stripped: NDArray[np.uint32],
        owners: NDArray[np.int64],
    ) -> list[Matches]:
        at = (self._ids(_key(stripped, _HEAD)) != _NONE).nonzero()[0]
        chain, matches = stripped[at], []
        for step in range(1, MAX_WORDS):
            going = (at + step < len(stripped)).nonzero()[0]
            going = going[owners[at[going] + step] == owners[at[going]]]
            if not going.size:
                break
            at, chain = at[going], chain[going]
            word = at + step
            found = np.full(len(at), _NONE, np.uint8)
            open_ = (self._ids(_key(chain, _OPEN)) != _NONE).nonzero()[0]
            found[open_] = self._longest(
                tokens.hasher, bare[word[open_]], tokens.ends[word[open_]], chain[open_]
            )
            chain = _chain(chain, stripped[word])
            ids = self._ids(_key(chain, _PHRASE))
            np.copyto(found, ids, where=ids != _NONE)
            hit = (found != _NONE).nonzero()[0]
            first, last = at[hit], word[hit]
            cues = found[hit].astype(np.int64)
            matches.append(Matches(owners[first], cues, tokens.starts[first], tokens.ends[last]))
            alive = self._ids(_key(chain, _HEAD)) != _NONE
            at, chain = at[alive], chain[alive]
        return matches

    def counts(self, tokens: Tokens) -> NDArray[np.int64]:
        """Count the cues of each text, shape (n_texts, n_cues)."""
        matches = self.match(tokens)
        n_texts, n_cues = len(tokens.bounds) - 1, len(self.cues)
        flat = np.bincount(matches.owners * n_cues + matches.cues, minlength=n_texts * n_cues)
        return flat.reshape(n_texts, n_cues)


def _join(parts: list[Matches]) -> Matches:
    return Matches(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _keys(words: list[str]) -> tuple[int, set[int], int, bool]:
    """Return the key of an entry, the keys of its beginnings, its prefix length, if a phrase."""
    is_prefix, is_phrase = words[-1].endswith("*"), len(words) > 1
    parts = [_bare_hash(word.rstrip("*"), strip=is_phrase) for word in words]
    chain, before, begins = parts[0][0], parts[0][0], set()
    for hashes, _ in parts[1:]:
        begins.add(int(_key(chain, _HEAD)[0]))
        before, chain = chain, _chain(chain, hashes)
    length = parts[-1][1] * is_prefix
    if length > LONGEST_PREFIX or (is_prefix and not is_phrase and length < STEM):
        raise LexiconError(
            f"prefix {words[-1]!r} has {length} letters; allowed are {STEM} to {LONGEST_PREFIX}"
        )
    if not is_phrase and is_prefix:
        stem, _ = _bare_hash(words[0][:STEM], strip=False)
        return int(_key(chain, _PREFIX + length)[0]), {int(_key(stem, _STEMS)[0])}, length, False
    if is_phrase and is_prefix:
        begins.add(int(_key(before, _OPEN)[0]))
    salt = _PHRASE_PREFIX + length if is_prefix else _PHRASE if is_phrase else _WORD
    return int(_key(chain, salt)[0]), begins, length, is_phrase


def _bare_hash(word: str, *, strip: bool) -> tuple[NDArray[np.uint32], int]:
    codes = np.array([ord(char) for char in word], np.uint32)
    start, end = np.array([0]), np.array([len(codes)])
    if strip:
        start = strip_proclitics(codes, start, end)
    return SpanHasher(codes)(start, end), int(end[0] - start[0])


def compile_lexicon(entries: Iterable[Entry]) -> Lexicon:
    """Compile entries for matching; of one text in two classes the first class stays.

    Examples
    --------
    >>> from prmktml.normalization import normalize_texts
    >>> from prmktml.tokens import tokenize
    >>> lexicon = compile_lexicon(
    ...     [Entry("discount", "ar", "خصم*"), Entry("urgency", "ar", "لا تفوت*")]
    ... )
    >>> lexicon.counts(tokenize(normalize_texts(["لا تفوّت والخصم", "خصم، خصم"]))).tolist()
    [[1, 1], [2, 0]]
    """
    entries = list(entries)
    cues = tuple(dict.fromkeys(entry.cue for entry in entries))
    ids: dict[int, int] = {}
    beginnings: set[int] = set()
    lengths: tuple[set[int], set[int]] = (set(), set())
    for entry in entries:
        star = "*" if entry.text.endswith("*") else ""
        key, begins, length, is_phrase = _keys((normalize(entry.text.rstrip("*")) + star).split())
        ids.setdefault(key, cues.index(entry.cue))
        beginnings |= begins
        lengths[is_phrase].add(length)
    for begin in beginnings:
        ids.setdefault(begin, PRESENT)
    keys = np.array(sorted(ids), np.uint32)
    sizes = [sorted(part - {0}) for part in lengths]
    return Lexicon.from_arrays(cues, keys, np.array([ids[int(k)] for k in keys], np.uint8), sizes)
