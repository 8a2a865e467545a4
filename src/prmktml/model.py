"""A model: arrays of weights, the decision they lead to, and the file that holds them.

A model is data. Its file is a safetensors file whose arrays and one JSON text are all there is;
opening it runs no code and needs NumPy and safetensors alone. Weights are float32, sums float64.
How the weights came about is told in :mod:`prmktml.training`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from prmktml.codebook import Aspect, Label
from prmktml.decision import Decisions, Prediction, Thresholds, decide
from prmktml.features import (
    HASH_BITS,
    RECIPE,
    Grams,
    Recipe,
    cue_features,
    grams,
    length_features,
    read_batch,
)
from prmktml.language import LanguageWords, identify
from prmktml.lexicon import Lexicon
from prmktml.tokens import Tokens

if TYPE_CHECKING:
    from prmktml.explanation import Explanation
    from prmktml.single import Single

__all__ = ["N_OUTPUTS", "Model"]

N_LABELS: Final = len(Label)
N_OUTPUTS: Final = N_LABELS + len(Aspect) + 1
"""Columns of weight arrays, all log-odds: pr, marketing, other, the six aspects, both sides."""
BATCH_TEXTS: Final = 1024
BATCH_CODES: Final = 1 << 17
GATHERED: Final = 1 << 14
"""Rows of weights that are gathered at once: 640 kB."""
FEW_KEYS: Final = 1024
"""From this many keys on a table finds repeats sooner than sorting."""
_ROW_BITS: Final = 32
_MIX: Final = np.uint64(0x9E37_79B9_7F4A_7C15)


@dataclass(frozen=True)
class Model:
    """A trained classifier.

    Attributes
    ----------
    buckets : ndarray of uint32, shape (n_ngrams,)
        Known buckets of the hash space, ascending.
    weights : ndarray of float32, shape (n_ngrams + 1, 1 + N_OUTPUTS)
        Row ``i + 1`` is of ``buckets[i]``: its squared inverse document frequency, then its
        inverse document frequency times the weight of each output. Row 0 is zero.
    cue_weights : ndarray of float32, shape (n_cues, N_OUTPUTS)
    length_weights : ndarray of float32, shape (N_LENGTHS, N_OUTPUTS)
    intercept : ndarray of float64, shape (N_OUTPUTS,)
    lexicon : Lexicon
    languages : LanguageWords
    thresholds : Thresholds
    recipe : Recipe
        Which n-grams it reads.
    seen : ndarray of uint64, shape (n_rows,)
        Fingerprints of the texts it was trained on, ascending.
    info : dict
        What its file says of it: version, corpus hash, fold scores, package versions.
    name : str
        Version and first digits of the hash.
    """

    buckets: NDArray[np.uint32]
    weights: NDArray[np.float32]
    cue_weights: NDArray[np.float32]
    length_weights: NDArray[np.float32]
    intercept: NDArray[np.float64]
    lexicon: Lexicon
    languages: LanguageWords
    thresholds: Thresholds
    seen: NDArray[np.uint64]
    recipe: Recipe = RECIPE
    info: dict[str, Any] = field(default_factory=dict)
    name: str = "unsaved"

    @cached_property
    def rows(self) -> NDArray[np.int32]:
        """Row in `weights` of every bucket, 0 where it is unknown, shape (2**HASH_BITS,)."""
        rows = np.zeros(1 << HASH_BITS, np.int32)
        rows[self.buckets] = np.arange(1, len(self.buckets) + 1, dtype=np.int32)
        return rows

    @cached_property
    def single(self) -> "Single":
        """What judges one message by plain Python."""
        from prmktml.single import Ngrams, Single

        return Single(
            Ngrams(self.rows, self.weights, self.recipe),
            self.cue_weights,
            self.length_weights,
            self.intercept,
            self.lexicon,
            self.languages,
            self.thresholds,
            name=self.name,
            has_other=self.has_other,
            has_aspects=self.has_aspects,
        )

    @property
    def has_other(self) -> bool:
        """Whether the corpus had messages of the label ``other``."""
        return bool(self.info.get("has_other", True))

    @property
    def has_aspects(self) -> bool:
        """Whether the corpus had aspects."""
        return bool(self.info.get("has_aspects", True))

    def scores(self, tokens: Tokens) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return log-odds, shape (n_texts, N_OUTPUTS), and which texts hold anything known."""
        sums = self._sums(grams(tokens, self.recipe))
        norms = np.sqrt(np.maximum(sums[:, :, :1], 1e-12))
        cues = cue_features(self.lexicon, tokens)
        scores = (sums[:, :, 1:] / norms).sum(axis=0)
        scores += cues @ self.cue_weights.astype(np.float64) + self.baseline(tokens)
        if not self.has_other:
            scores[:, 2] = -np.inf
        known: NDArray[np.bool_] = (sums[:, :, 0].sum(axis=0) + cues.sum(axis=1)) > 0
        return scores, known

    def baseline(self, tokens: Tokens) -> NDArray[np.float64]:
        """Return the log-odds before a word is read, shape (n_texts, N_OUTPUTS)."""
        lengths = length_features(tokens) @ self.length_weights.astype(np.float64)
        baseline: NDArray[np.float64] = lengths + self.intercept
        return baseline

    def _sums(self, found: Grams) -> NDArray[np.float64]:
        """Add up rows of weights, shape (n_blocks, n_texts, 1 + N_OUTPUTS)."""
        rows, bounds = self._known_rows(found)
        sums = np.zeros((len(bounds) - 1, self.weights.shape[1]))
        filled = (bounds[1:] > bounds[:-1]).nonzero()[0]
        begins = bounds.take(filled)
        cuts = begins.searchsorted(np.arange(0, len(rows) + GATHERED, GATHERED)).tolist()
        for first, last in pairwise(cuts):
            if last > first:
                stop = begins[last] if last < len(begins) else len(rows)
                weights = self.weights.take(rows[begins[first] : stop], axis=0)
                at = begins[first:last] - begins[first]
                sums[filled[first:last]] = np.add.reduceat(weights, at, axis=0, dtype=np.float64)
        firsts = np.cumsum([0, *map(len, self.recipe.blocks)])[:-1]
        return np.add.reduceat(sums.reshape(-1, found.n_texts, sums.shape[1]), firsts, axis=0)

    def _known_rows(self, found: Grams) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return rows of weights in order, and where those of each kind and text begin.

        What a text repeats within a block becomes row 0, which adds nothing.
        """
        rows = self.rows.take(found.buckets)
        known = (rows != 0).nonzero()[0]
        rows, bounds = rows.take(known), known.searchsorted(found.bounds)
        if self.recipe.distinct:
            blocks = self.recipe.block_of_kinds()[:, None] * found.n_texts
            owners = (blocks + np.arange(found.n_texts)).ravel() << _ROW_BITS
            keys = np.repeat(owners, bounds[1:] - bounds[:-1])
            keys += rows
            rows[_repeats(keys)] = 0
        return rows, bounds

    def decide(self, texts: Sequence[str], min_confidence: float = 0.5) -> Decisions:
        """Judge a batch; the result is laid out by column.

        Parameters
        ----------
        texts : sequence of str
        min_confidence : float in [0.5, 1]
            Below it a clear verdict becomes ``unclear`` with ``low_confidence``.
        """
        tokens = read_batch(texts)
        scores, known = self.scores(tokens)
        language = identify(tokens, self.languages)
        decisions = decide(scores, known, tokens, language, self.thresholds, min_confidence)
        decisions.model, decisions.has_aspects = self.name, self.has_aspects
        return decisions

    def decide_all(
        self, texts: Iterable[object], min_confidence: float = 0.5
    ) -> Iterator[tuple[list[str], Decisions]]:
        """Judge any number of texts in batches of bounded size, in order."""
        for batch in batches(texts):
            yield batch, self.decide(batch, min_confidence)

    @overload
    def predict(  # type: ignore[overload-overlap]
        self, texts: str, min_confidence: float = ...
    ) -> Prediction: ...
    @overload
    def predict(self, texts: Iterable[object], min_confidence: float = 0.5) -> list[Prediction]: ...
    def predict(
        self, texts: str | Iterable[object], min_confidence: float = 0.5
    ) -> Prediction | list[Prediction]:
        """Judge one message or many.

        Parameters
        ----------
        texts : str, or iterable of str
            None and NaN count as messages without text.
        min_confidence : float in [0.5, 1]

        Returns
        -------
        Prediction, or list of Prediction in the same order
        """
        if isinstance(texts, str):
            return self._predict_one(texts, min_confidence)
        return [
            decisions.prediction(i, text)
            for batch, decisions in self.decide_all(texts, min_confidence)
            for i, text in enumerate(batch)
        ]

    def _predict_one(self, text: str, min_confidence: float) -> Prediction:
        """Judge one message, by plain Python where it is short and has nothing rare."""
        found = self.single.predict(text, min_confidence)
        return found or self.decide([text], min_confidence).prediction(0, text)

    def predict_proba(self, texts: Iterable[object]) -> NDArray[np.float64]:
        """Return the probabilities of pr, marketing and other, shape (n_messages, 3)."""
        parts = [decisions.probabilities for _, decisions in self.decide_all(texts)]
        return np.concatenate(parts) if parts else np.zeros((0, N_LABELS))

    def explain(self, text: str) -> "Explanation":
        """Tell which spans of the text speak for pr and which for marketing."""
        from prmktml.explanation import explain

        return explain(self, text)


def batches(texts: Iterable[object]) -> Iterator[list[str]]:
    """Cut texts into batches of bounded number and length; what is no string becomes ''."""
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text if isinstance(text, str) else "")
        size += len(batch[-1])
        if len(batch) == BATCH_TEXTS or size >= BATCH_CODES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _repeats(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions of all keys but one of each, in any order.

    Keys claim the slots of a table; most are alone in theirs, so that few need sorting.
    """
    if len(keys) < FEW_KEYS:
        return _sorted_repeats(keys)
    bits = len(keys).bit_length() + 2
    slots = (keys.view(np.uint64) * _MIX >> np.uint64(64 - bits)).view(np.int64)
    claims = np.arange(len(keys), dtype=np.int32)
    holders = np.empty(1 << bits, np.int32)
    holders[slots] = claims
    holders = holders.take(slots)
    losers = (holders != claims).nonzero()[0]
    same = keys.take(losers) == keys.take(holders.take(losers))
    others = losers[~same]
    return np.concatenate((losers[same], others.take(_sorted_repeats(keys.take(others)))))


def _sorted_repeats(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    order = keys.argsort()
    ordered = keys.take(order)
    repeats: NDArray[np.int64] = order[1:][ordered[1:] == ordered[:-1]]
    return repeats
