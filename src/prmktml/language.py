"""Language of messages: Arabic, English, both in one message, or unknown.

Letters decide the script and function words the language, so that French is no English and
Persian no Arabic. Which words, is data (``data/lexicon/languages.tsv``) and travels in the model.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prmktml.codebook import Language
from prmktml.normalization import CharClass, normalize
from prmktml.tokens import Tokens, hash_word

__all__ = ["LanguageWords", "identify", "read_language_words"]


@dataclass(frozen=True, slots=True)
class LanguageWords:
    """Function words by language.

    Attributes
    ----------
    names : tuple of str
        Languages, ``ar`` and ``en`` among them.
    hashes : ndarray of uint32, shape (n_words,)
        Ascending.
    ids : ndarray of uint8, shape (n_words,)
        Index in `names`.
    """

    names: tuple[str, ...]
    hashes: NDArray[np.uint32]
    ids: NDArray[np.uint8]


def read_language_words(path: Path) -> LanguageWords:
    """Read ``language<TAB>word`` lines; a word of two languages counts for the first."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter="\t") if row and row[0][0] != "#"]
    return compile_words((language, word) for language, word in rows)


def compile_words(pairs: Iterable[tuple[str, str]]) -> LanguageWords:
    """Compile pairs of language and word."""
    names: dict[str, int] = {}
    words: dict[int, int] = {}
    for language, word in pairs:
        words.setdefault(hash_word(normalize(word)), names.setdefault(language, len(names)))
    hashes = np.array(sorted(words), np.uint32)
    return LanguageWords(
        tuple(names), hashes, np.array([words[int(h)] for h in hashes], np.uint8)
    )


def identify(tokens: Tokens, words: LanguageWords) -> NDArray[np.int8]:
    """Tell the language of each text, as an index in :class:`Language`, shape (n_texts,)."""
    arabic = tokens.batch.classes.take(tokens.starts) & np.uint16(CharClass.ARABIC) != 0
    lengths = np.where(tokens.letters.take(tokens.starts), tokens.ends - tokens.starts, 0)
    total = _per_text(tokens, lengths)
    share = _per_text(tokens, np.where(arabic, lengths, 0)) / np.maximum(total, 1)
    order = list(Language)
    result = np.full(len(total), order.index(Language.MIXED), np.int8)
    result[share > 0.8] = order.index(Language.ARABIC)
    result[share < 0.2] = order.index(Language.ENGLISH)
    result[total == 0] = order.index(Language.UNKNOWN)
    return result


def _per_text(tokens: Tokens, values: NDArray[np.int64]) -> NDArray[np.int64]:
    sums = np.concatenate(([0], np.cumsum(values)))
    return sums[tokens.bounds[1:]] - sums[tokens.bounds[:-1]]
