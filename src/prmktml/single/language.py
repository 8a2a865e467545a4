"""The language of one message; see :mod:`prmktml.language`."""

from typing import Final, NamedTuple

from prmktml.language import (
    ARABIC,
    CODE_SWITCHED,
    ENGLISH,
    MIXED,
    SUPPORTED,
    UNKNOWN,
    LanguageWords,
)
from prmktml.single.numbers import LETTER_SHAPES
from prmktml.single.words import Words

__all__ = ["Languages", "Letters", "letters"]

_ARABIC, _ENGLISH, _MIXED, _UNKNOWN = map(int, (ARABIC, ENGLISH, MIXED, UNKNOWN))
_WORD_SHAPES: Final = frozenset(LETTER_SHAPES)
_ARABIC_SHAPES: Final = frozenset(b"AwfbklaP")
_LATIN_SHAPES: Final = frozenset(b"0LF")


class Letters(NamedTuple):
    """Words of a message, and the letters of those that begin in each script."""

    words: int
    total: int
    arabic: int
    latin: int


def letters(words: Words) -> Letters:
    """Count words and their letters; digits count as letters here."""
    shapes, n_words, total, arabic, latin = words.shapes, 0, 0, 0, 0
    for start, end in zip(words.starts, words.ends, strict=True):
        shape = shapes[start]
        if shape in _WORD_SHAPES:
            n_words += 1
            total += end - start
            if shape in _ARABIC_SHAPES:
                arabic += end - start
            elif shape in _LATIN_SHAPES:
                latin += end - start
    return Letters(n_words, total, arabic, latin)


class Languages:
    """Tells the language of one message.

    Parameters
    ----------
    words : LanguageWords
    """

    def __init__(self, words: LanguageWords) -> None:
        self._ids = dict(zip(words.hashes.tolist(), words.ids.tolist(), strict=True))
        self._n_names = len(words.names)
        self._ours = [words.names.index(name) for name in SUPPORTED]
        self._others = [i for i in range(self._n_names) if i not in self._ours]
        self._arabizi, self._english = map(words.names.index, ("arabizi", "en"))

    def identify(self, words: Words, found: Letters) -> int:
        """Return the index in :class:`prmktml.codebook.Language`."""
        counts, ids = [0] * self._n_names, self._ids
        for value in words.whole:
            if value in ids:
                counts[ids[value]] += 1
        ours = sum([counts[i] for i in self._ours])
        theirs = max([counts[i] for i in self._others], default=0)
        strange = sum(map(words.shapes.count, (b"P", b"F", b"U")))
        if (theirs + strange / 3 > ours and theirs + strange > 1) or not found.total:
            return _UNKNOWN
        if (found.arabic + found.latin) * 2 < found.total:
            return _UNKNOWN
        share = found.arabic / found.total
        if share > 1 - CODE_SWITCHED:
            return _ARABIC
        if share < CODE_SWITCHED:
            return _ARABIC if counts[self._arabizi] > counts[self._english] else _ENGLISH
        return _MIXED
