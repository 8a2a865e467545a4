"""Entries of a lexicon: read from files, and compiled for matching.

An entry is a normalized word, a prefix (``خصم*``) or a phrase of up to six words whose last
may be a prefix. Reading and compiling is for training; a model carries the compiled form and
:mod:`prmktml.lexicon` matches with it.
"""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prmktml.errors import LexiconError
from prmktml.lexicon import (
    LONGEST_PREFIX,
    MAX_WORDS,
    PRESENT,
    STEM,
    Lexicon,
    Salt,
    chain_key,
    salted_key,
    strip_proclitics,
)
from prmktml.normalization import normalize
from prmktml.tokens import SpanHasher

__all__ = ["Entry", "compile_lexicon", "read_entries"]


class Entry(NamedTuple):
    """One line of a lexicon file."""

    cue: str
    language: str
    text: str


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


def _keys(words: list[str]) -> tuple[int, set[int], int, bool]:
    """Return the key of an entry, the keys of its beginnings, its prefix length, if a phrase."""
    is_prefix, is_phrase = words[-1].endswith("*"), len(words) > 1
    parts = [_bare_hash(word.rstrip("*"), strip=is_phrase) for word in words]
    chain, before, begins = parts[0][0], parts[0][0], set()
    for hashes, _ in parts[1:]:
        begins.add(int(salted_key(chain, Salt.HEAD)[0]))
        before, chain = chain, chain_key(chain, hashes)
    length = parts[-1][1] * is_prefix
    if length > LONGEST_PREFIX or (is_prefix and not is_phrase and length < STEM):
        raise LexiconError(
            f"prefix {words[-1]!r} has {length} letters; allowed are {STEM} to {LONGEST_PREFIX}"
        )
    if not is_phrase and is_prefix:
        stem, _ = _bare_hash(words[0][:STEM], strip=False)
        begins = {int(salted_key(stem, Salt.STEM)[0])}
        return int(salted_key(chain, Salt.PREFIX + length)[0]), begins, length, False
    if is_phrase and is_prefix:
        begins.add(int(salted_key(before, Salt.OPEN)[0]))
    salt = Salt.PHRASE_PREFIX + length if is_prefix else Salt.PHRASE if is_phrase else Salt.WORD
    return int(salted_key(chain, salt)[0]), begins, length, is_phrase


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
