"""One message to its prediction, all steps in order."""

from math import log1p, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from prmktml.decision import Prediction, Thresholds
from prmktml.features import CUE_CAP, CUE_VALUES, LONG_WORD, SHORT
from prmktml.language import LanguageWords
from prmktml.lexicon import Lexicon
from prmktml.single.cues import Cues
from prmktml.single.language import Languages, letters
from prmktml.single.ngrams import Ngrams
from prmktml.single.text import normalized, take_apart
from prmktml.single.verdict import Found, judge
from prmktml.single.words import LONGEST, read_words

__all__ = ["LONGEST", "Single"]

_VALUES: Final = CUE_VALUES.tolist()
_SHORT: Final = SHORT.tolist()


class Single:
    """Judges single messages with what a model knows.

    Parameters
    ----------
    ngrams : Ngrams
    cue_weights, length_weights, intercept : ndarray
        As in :class:`prmktml.model.Model`.
    lexicon : Lexicon
    languages : LanguageWords
    thresholds : Thresholds
    name : str
    has_other, has_aspects : bool
    """

    def __init__(
        self,
        ngrams: Ngrams,
        cue_weights: NDArray[np.float32],
        length_weights: NDArray[np.float32],
        intercept: NDArray[np.float64],
        lexicon: Lexicon,
        languages: LanguageWords,
        thresholds: Thresholds,
        *,
        name: str,
        has_other: bool,
        has_aspects: bool,
    ) -> None:
        self._ngrams, self._cues, self._languages = ngrams, Cues(lexicon), Languages(languages)
        self._n_cues, self._thresholds = len(lexicon.cues), thresholds
        self._weights = np.concatenate((cue_weights, length_weights, intercept[None])).astype(float)
        self._name, self._has_other, self._has_aspects = name, has_other, has_aspects

    def predict(self, text: str, min_confidence: float) -> Prediction | None:
        """Judge a message of up to LONGEST characters; None where that is left to arrays.

        Messages without a word are among these.
        """
        plain = normalized(text) if len(text) <= LONGEST else ""
        if not 0 < len(plain) <= LONGEST:
            return None
        parts = take_apart(plain)
        words = read_words(parts)
        sums = self._ngrams.sums(parts.letters, words.hashes) if words.starts else None
        if sums is None:
            return None
        cues = self._cues.find(words)
        scores = self._base(plain, len(words.starts), cues)
        for square, *block in sums:
            norm = sqrt(max(square, 1e-12))
            scores = [score + value / norm for score, value in zip(scores, block, strict=True)]
        if not self._has_other:
            scores[2] = float("-inf")
        known = bool(cues) or sum([block[0] for block in sums]) > 0
        script = letters(words)
        found = Found(scores, known, script.words, self._languages.identify(words, script))
        return judge(
            text,
            found,
            self._thresholds,
            min_confidence,
            model=self._name,
            has_aspects=self._has_aspects,
        )

    def _base(self, plain: str, n_tokens: int, cues: list[int]) -> list[float]:
        """Return what cues and lengths add to the log-odds, with the intercept."""
        features = [0.0] * self._n_cues
        for cue in set(cues):
            features[cue] = _VALUES[min(cues.count(cue), CUE_CAP)]
        features += (
            log1p(n_tokens),
            log1p(len(plain)),
            log1p(plain.count("\n")),
            len(plain) / n_tokens / LONG_WORD,
            *[n_tokens <= most for most in _SHORT],
            1.0,
        )
        base: list[float] = np.array(features).dot(self._weights).tolist()
        return base
