"""Language of messages: Arabic, English, both in one message, or unknown.

Letters decide the script and function words the language, so that French is no English and
Persian no Arabic. Which words, is data (``data/lexicon/languages.tsv``) and travels in the model.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from prmktml.codebook import Language
from prmktml.errors import LexiconError
from prmktml.normalization import CharClass, normalize
from prmktml.tokens import Known, Tokens, hash_word

__all__ = ["LanguageWords", "identify", "read_language_words"]

ARABIC, ENGLISH, MIXED, UNKNOWN = (
    np.int8(list(Language).index(language))
    for language in (Language.ARABIC, Language.ENGLISH, Language.MIXED, Language.UNKNOWN)
)
CODE_SWITCHED: Final = 0.2
"""From this share of letters on a second script makes a message mixed."""
SUPPORTED: Final = ("ar", "arabizi", "en")
_LATIN_END: Final = 0x250


@dataclass(frozen=True)
class LanguageWords:
    """Function words by language.

    Attributes
    ----------
    names : tuple of str
        Languages, ``ar``, ``arabizi`` and ``en`` among them.
    hashes : ndarray of uint32, shape (n_words,)
        Ascending.
    ids : ndarray of uint8, shape (n_words,)
        Index in `names`.
    """

    names: tuple[str, ...]
    hashes: NDArray[np.uint32]
    ids: NDArray[np.uint8]

    @cached_property
    def known(self) -> Known:
        """The table that finds them."""
        return Known(self.hashes, self.ids)


def read_language_words(path: Path) -> LanguageWords:
    """Read ``language<TAB>word`` lines; a word of several languages counts for none.

    Raises
    ------
    LexiconError
        If a line has not two fields.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter="\t") if row and row[0][0] != "#"]
    for row in rows:
        if len(row) != 2:
            raise LexiconError(f"{path}: found {row!r}; a line is a language, a tab and a word")
    return compile_words((language, word) for language, word in rows)


def compile_words(pairs: Iterable[tuple[str, str]]) -> LanguageWords:
    """Compile pairs of language and word; a word of several languages is dropped."""
    names: dict[str, int] = {}
    words: dict[int, set[int]] = {}
    for language, word in pairs:
        key = hash_word(normalize(word))
        words.setdefault(key, set()).add(names.setdefault(language, len(names)))
    hashes = np.array(sorted(key for key, ids in words.items() if len(ids) == 1), np.uint32)
    ids = np.array([next(iter(words[int(key)])) for key in hashes], np.uint8)
    return LanguageWords(tuple(names), hashes, ids)


def _letters(tokens: Tokens) -> NDArray[np.int64]:
    """Count the letters of words that begin in Arabic or Latin letters, and of all words.

    Shape (3, n_texts); digits count as letters here.
    """
    classes = tokens.batch.classes.take(tokens.starts)
    is_arabic = classes & np.uint16(CharClass.ARABIC) != 0
    is_latin = (tokens.batch.codes.take(tokens.starts) < _LATIN_END) & ~is_arabic
    letters = np.zeros((3, len(classes) + 1), np.int64)
    arabic, latin, words = letters[:, 1:]
    np.multiply(tokens.ends - tokens.starts, tokens.letters.take(tokens.starts), out=words)
    np.multiply(words, is_arabic, out=arabic)
    np.multiply(words, is_latin, out=latin)
    sums = letters.cumsum(axis=1).take(tokens.bounds, axis=1)
    counts: NDArray[np.int64] = sums[:, 1:] - sums[:, :-1]
    return counts


def _word_counts(tokens: Tokens, words: LanguageWords) -> NDArray[np.int64]:
    """Count the function words of each language, shape (n_texts, n_languages)."""
    at, ids = words.known.find(tokens.hashes)
    n_texts, n_names = len(tokens.bounds) - 1, len(words.names)
    flat = tokens.owners(at) * n_names + ids
    return np.bincount(flat, minlength=n_texts * n_names).reshape(n_texts, n_names)


def identify(tokens: Tokens, words: LanguageWords) -> NDArray[np.int8]:
    """Tell the language of each text, as an index in :class:`Language`, shape (n_texts,).

    A text is unknown where it has no letters of ours, or where another language has more function
    words (and foreign letters) than Arabic, English and Arabizi together.
    """
    arabic, latin, total = _letters(tokens)
    share = arabic / np.maximum(total, 1)
    counts = _word_counts(tokens, words)
    supported, others, arabizi, english = _columns(words.names)
    ours = counts.take(supported, axis=1).sum(axis=1)
    theirs = counts.take(others, axis=1).max(axis=1, initial=0)
    strange = _foreign_letters(tokens)
    result = np.where(share < CODE_SWITCHED, ENGLISH, MIXED)
    result[(share < CODE_SWITCHED) & (counts[:, arabizi] > counts[:, english])] = ARABIC
    result[share > 1 - CODE_SWITCHED] = ARABIC
    unknown = (theirs + strange / 3 > ours) & (theirs + strange > 1)
    unknown |= ((arabic + latin) * 2 < total) | (total == 0)
    result[unknown] = UNKNOWN
    return result


@cache
def _columns(names: tuple[str, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp], int, int]:
    """Return the columns of our languages, those of all others, Arabizi's and that of English."""
    ours = np.array([names.index(name) for name in SUPPORTED])
    others = np.array([i for i in range(len(names)) if i not in ours], np.int64)
    return ours, others, names.index("arabizi"), names.index("en")


def _foreign_letters(tokens: Tokens) -> NDArray[np.int64]:
    at = (tokens.batch.classes & np.uint16(CharClass.FOREIGN) != 0).nonzero()[0]
    counts: NDArray[np.int64] = at.searchsorted(tokens.batch.ends)
    counts[1:] -= counts[:-1].copy()
    return counts
