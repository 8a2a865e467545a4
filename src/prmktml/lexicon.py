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
_MAX_WORDS: Final = 6
_MIX: Final = np.uint32(0x9E3779B1)
_FILTER_BITS: Final = 16
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
            for number, row in enumerate(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE), 1):
                if not row or row[0].startswith("#"):
                    continue
                if len(row) != 3 or not 1 <= len(row[2].split()) <= _MAX_WORDS:
                    raise LexiconError(
                        f"{path}, line {number}: found {row!r}; a line is class, language and an "
                        f"entry of one to {_MAX_WORDS} words, set apart by tabs"
                    )
                entries.append(Entry(*row))
    return entries


def strip_proclitics(
    codes: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return where each token begins once its Arabic proclitics are off, shape of `starts`.

    و or ف go first, then ب, ل or ك, then ال (or لل); at least three letters always stay.
    """
    last = len(codes) - 1
    begin = starts.copy()

    def at(offset: int) -> NDArray[np.uint32]:
        return codes.take(np.minimum(begin + offset, last))

    first = at(0)
    begin += ((first == _WAW) | (first == _FEH)) & (ends - begin > 3)
    first = at(0)
    double = (first == _LAM) & (at(1) == _LAM) & (ends - begin > 4)
    begin += np.where(double, 2, 0)
    one = ((first == _BEH) | (first == _LAM) | (first == _KAF)) & ~double & (ends - begin > 3)
    begin += one
    article = (at(0) == _ALEF) & (at(1) == _LAM) & ~double & (ends - begin > 4)
    begin += np.where(article, 2, 0)
    return begin


def _key(hashes: NDArray[np.uint32], salt: int) -> NDArray[np.uint32]:
    mixed = (hashes ^ np.uint32(salt * 0x27D4EB2F & 0xFFFFFFFF)) * _MIX
    return mixed ^ (mixed >> np.uint32(15))


def _chain(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return _key(left, 77) + right


_WORD, _HEAD, _PHRASE, _PREFIX, _PHRASE_PREFIX = 1, 2, 3, 10, 40
"""Salts: one table holds whole words, heads of phrases, phrases, and prefixes by length."""


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
        Index in `cues` of each key; 255 for the head of a phrase.
    filter : ndarray of bool
        Which high bits of a key occur at all.
    lengths : tuple of two tuples of int
        Lengths of prefixes that occur, alone and at the end of phrases.
    """

    cues: tuple[str, ...]
    keys: NDArray[np.uint32]
    ids: NDArray[np.uint8]
    filter: NDArray[np.bool_]
    lengths: tuple[tuple[int, ...], tuple[int, ...]]

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
        alone, at_end = (tuple(int(n) for n in part) for part in lengths)
        return cls(tuple(cues), keys, ids, present, (alone, at_end))

    def match(self, tokens: Tokens) -> Matches:
        """Find the cues of all tokens: of each token the whole word or else its longest prefix,
        and of phrases each one.
        """
        codes = tokens.batch.codes
        bare = strip_proclitics(codes, tokens.starts, tokens.ends)
        stripped = tokens.hasher(bare, tokens.ends)
        found = np.full(len(tokens.starts), 255, np.uint8)
        for starts in (bare, tokens.starts):
            for length in self.lengths[0]:
                fits = np.flatnonzero(tokens.ends - starts >= length)
                begins = starts[fits]
                self._into(found, fits, _key(tokens.hasher(begins, begins + length), _PREFIX + length))
        everywhere = np.arange(len(found))
        self._into(found, everywhere, _key(stripped, _WORD))
        self._into(found, everywhere, _key(tokens.hashes, _WORD))
        at = np.flatnonzero(found != 255)
        owners = tokens.owners
        single = Matches(owners[at], found[at].astype(np.int64), tokens.starts[at], tokens.ends[at])
        return _join([single, *self._phrases(tokens, bare, stripped, owners)])

    def _into(
        self, found: NDArray[np.uint8], where: NDArray[np.int64], keys: NDArray[np.uint32]
    ) -> None:
        """Write the class of each key that is known to its place in `found`."""
        maybe = np.flatnonzero(self.filter.take(keys >> np.uint32(32 - _FILTER_BITS)))
        keys = keys.take(maybe)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        right = np.flatnonzero(self.keys.take(at) == keys)
        found[where.take(maybe.take(right))] = self.ids.take(at.take(right))

    def _phrases(
        self,
        tokens: Tokens,
        bare: NDArray[np.int64],
        stripped: NDArray[np.uint32],
        owners: NDArray[np.int64],
    ) -> list[Matches]:
        head = np.zeros(len(stripped), np.uint8)
        self._into(head, np.arange(len(stripped)), _key(stripped, _HEAD))
        at = np.flatnonzero(head)
        chain, matches = stripped[at], []
        for step in range(1, _MAX_WORDS):
            inside = at + step < len(stripped)
            at, chain = at[inside], chain[inside]
            same = owners[at + step] == owners[at]
            at, chain = at[same], chain[same]
            found = np.full(len(at), 255, np.uint8)
            begins = bare[at + step]
            for length in self.lengths[1]:
                fits = np.flatnonzero(tokens.ends[at + step] - begins >= length)
                prefix = tokens.hasher(begins[fits], begins[fits] + length)
                self._into(found, fits, _key(_chain(chain[fits], prefix), _PHRASE_PREFIX + length))
            chain = _chain(chain, stripped[at + step])
            self._into(found, np.arange(len(at)), _key(chain, _PHRASE))
            hit = np.flatnonzero(found != 255)
            where = at[hit]
            cues = found[hit].astype(np.int64)
            matches.append(
                Matches(owners[where], cues, tokens.starts[where], tokens.ends[where + step])
            )
        return matches

    def counts(self, tokens: Tokens) -> NDArray[np.int64]:
        """Count the cues of each text, shape (n_texts, n_cues)."""
        matches = self.match(tokens)
        n_texts, n_cues = len(tokens.bounds) - 1, len(self.cues)
        flat = np.bincount(matches.owners * n_cues + matches.cues, minlength=n_texts * n_cues)
        return flat.reshape(n_texts, n_cues)


def _join(parts: list[Matches]) -> Matches:
    return Matches(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _word_keys(words: list[str]) -> tuple[int, int, int, int]:
    """Return key, prefix length alone, prefix length at the end of a phrase, key of the head."""
    is_prefix = words[-1].endswith("*")
    words = [word.rstrip("*") for word in words]
    bare = [_bare_hash(word, strip=len(words) > 1) for word in words]
    if is_prefix and len(words[-1]) > LONGEST_PREFIX:
        raise LexiconError(f"prefix {words[-1]!r} is longer than {LONGEST_PREFIX} letters")
    chain = bare[0][0]
    for value, _ in bare[1:-1]:
        chain = _chain(chain, value)
    last, length = bare[-1]
    if len(words) == 1:
        key = _key(last, _PREFIX + length if is_prefix else _WORD)
        return int(key[0]), length * is_prefix, 0, -1
    key = _key(_chain(chain, last), _PHRASE_PREFIX + length if is_prefix else _PHRASE)
    return int(key[0]), 0, length * is_prefix, int(_key(bare[0][0], _HEAD)[0])


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
    alone, at_end, heads = set(), set(), set()
    for entry in entries:
        star = "*" if entry.text.endswith("*") else ""
        words = (normalize(entry.text.rstrip("*")) + star).split()
        key, length, length_at_end, head = _word_keys(words)
        ids.setdefault(key, cues.index(entry.cue))
        alone.add(length)
        at_end.add(length_at_end)
        heads.add(head)
    for head in heads - {-1}:
        ids.setdefault(head, 255)
    keys = np.array(sorted(ids), np.uint32)
    lengths = (sorted(alone - {0}), sorted(at_end - {0}))
    return Lexicon.from_arrays(
        cues, keys, np.array([ids[int(key)] for key in keys], np.uint8), lengths
    )
