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
_FOREIGN_ARABIC_LETTERS: Final = np.array([ord(c) for c in "پچژگٹڈڑںھہے"], np.uint32)
_FOREIGN_LATIN_LETTERS: Final = np.array([ord(c) for c in "çğışöüéèêëàâîïôûœñãõäßåøæ"], np.uint32)
_SUPPORTED: Final = {"ar": "arabic", "arabizi": "latin", "en": "latin"}


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


def _letters_of(tokens: Tokens, letters: NDArray[np.uint32]) -> NDArray[np.int64]:
    codes = tokens.batch.codes
    at = ((codes >= letters.min()) & (codes <= letters.max())).nonzero()[0]
    at = at[np.isin(codes.take(at), letters)]
    return np.diff(at.searchsorted(tokens.batch.ends), prepend=0)


def identify(tokens: Tokens, words: LanguageWords) -> NDArray[np.int8]:
    """Tell the language of each text, as an index in :class:`Language`, shape (n_texts,).

    A text is unknown where it has no letters of ours, or where another language has more function
    words (and foreign letters) than Arabic, English and Arabizi together.
    """
    is_word = tokens.letters.take(tokens.starts)
    lengths = np.where(is_word, tokens.ends - tokens.starts, 0)
    classes = tokens.batch.classes.take(tokens.starts)
    codes = tokens.batch.codes.take(tokens.starts)
    arabic = _per_text(tokens, np.where(classes & np.uint16(CharClass.ARABIC) != 0, lengths, 0))
    latin = _per_text(
        tokens, np.where((codes < 0x250) & (classes & np.uint16(CharClass.ARABIC) == 0), lengths, 0)
    )
    total = _per_text(tokens, lengths)
    counts = _word_counts(tokens, words)
    column = {name: i for i, name in enumerate(words.names)}
    ours = counts[:, [column[name] for name in _SUPPORTED if name in column]].sum(axis=1)
    foreign = [i for name, i in column.items() if name not in _SUPPORTED]
    theirs = counts[:, foreign].max(axis=1) if foreign else np.zeros(len(total), np.int64)
    strange = _letters_of(tokens, _FOREIGN_ARABIC_LETTERS) + _letters_of(
        tokens, _FOREIGN_LATIN_LETTERS
    )
    share = arabic / np.maximum(total, 1)
    result = np.full(len(total), _LANGUAGES.index(Language.MIXED), np.int8)
    result[share > 1 - _CODE_SWITCHED] = _LANGUAGES.index(Language.ARABIC)
    english = share < _CODE_SWITCHED
    result[english] = _LANGUAGES.index(Language.ENGLISH)
    arabizi = counts[:, column["arabizi"]] if "arabizi" in column else np.zeros(len(total))
    result[english & (arabizi > counts[:, column["en"]])] = _LANGUAGES.index(Language.ARABIC)
    unknown = (theirs + strange / 3 > ours) & (theirs + strange > 1)
    unknown |= (arabic + latin) * 2 < total
    result[unknown | (total == 0)] = _LANGUAGES.index(Language.UNKNOWN)
    return result
