"""Language of messages: Arabic, English, both in one message, or unknown.

Letters decide the script and function words the language, so that French is no English and
Persian no Arabic. Which words, is data (``data/lexicon/languages.tsv``) and travels in the model.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from prmktml.codebook import Language
from prmktml.errors import LexiconError
from prmktml.normalization import CharClass, normalize
from prmktml.tokens import Tokens, hash_word

__all__ = ["LanguageWords", "identify", "read_language_words"]

_LANGUAGES: Final = list(Language)
_CODE_SWITCHED: Final = 0.2
"""From this share of letters on a second script makes a message mixed."""
_SUPPORTED: Final = ("ar", "arabizi", "en")
_LATIN_END: Final = 0x250


@dataclass(frozen=True, slots=True)
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


def _per_text(tokens: Tokens, values: NDArray[np.int64]) -> NDArray[np.int64]:
    sums = np.concatenate(([0], np.cumsum(values)))
    return sums[tokens.bounds[1:]] - sums[tokens.bounds[:-1]]


def _word_counts(tokens: Tokens, words: LanguageWords) -> NDArray[np.int64]:
    """Count the function words of each language, shape (n_texts, n_languages)."""
    at = np.minimum(words.hashes.searchsorted(tokens.hashes), len(words.hashes) - 1)
    hits = (words.hashes.take(at) == tokens.hashes).nonzero()[0]
    n_texts, n_names = len(tokens.bounds) - 1, len(words.names)
    flat = tokens.owners.take(hits) * n_names + words.ids.take(at.take(hits))
    return np.bincount(flat, minlength=n_texts * n_names).reshape(n_texts, n_names)


def identify(tokens: Tokens, words: LanguageWords) -> NDArray[np.int8]:
    """Tell the language of each text, as an index in :class:`Language`, shape (n_texts,).

    A text is unknown where it has no letters of ours, or where another language has more function
    words (and foreign letters) than Arabic, English and Arabizi together.
    """
    batch = tokens.batch
    lengths = (tokens.ends - tokens.starts) * tokens.letters.take(tokens.starts)
    is_arabic = batch.classes.take(tokens.starts) & np.uint16(CharClass.ARABIC) != 0
    is_latin = (batch.codes.take(tokens.starts) < _LATIN_END) & ~is_arabic
    arabic, latin = _per_text(tokens, lengths * is_arabic), _per_text(tokens, lengths * is_latin)
    total = _per_text(tokens, lengths)
    share = arabic / np.maximum(total, 1)
    ours, theirs, arabizi = _evidence(_word_counts(tokens, words), words.names)
    strange = _foreign_letters(tokens)
    result = np.full(len(total), _LANGUAGES.index(Language.MIXED), np.int8)
    result[share > 1 - _CODE_SWITCHED] = _LANGUAGES.index(Language.ARABIC)
    english = share < _CODE_SWITCHED
    result[english] = _LANGUAGES.index(Language.ENGLISH)
    result[english & arabizi] = _LANGUAGES.index(Language.ARABIC)
    unknown = (theirs + strange / 3 > ours) & (theirs + strange > 1)
    unknown |= (arabic + latin) * 2 < total
    result[unknown | (total == 0)] = _LANGUAGES.index(Language.UNKNOWN)
    return result


def _evidence(
    counts: NDArray[np.int64], names: tuple[str, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return function words of our languages, those of the strongest other, and if Arabizi wins."""
    ours = [names.index(name) for name in _SUPPORTED]
    others = [i for i in range(len(names)) if i not in ours]
    arabizi = counts[:, names.index("arabizi")] > counts[:, names.index("en")]
    return counts[:, ours].sum(axis=1), counts[:, others].max(axis=1, initial=0), arabizi


def _foreign_letters(tokens: Tokens) -> NDArray[np.int64]:
    at = (tokens.batch.classes & np.uint16(CharClass.FOREIGN)).nonzero()[0]
    counts = at.searchsorted(tokens.batch.ends)
    counts[1:] -= counts[:-1].copy()
    return counts
