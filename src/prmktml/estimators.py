"""The scikit-learn pipeline: features, their weighting, and the heads.

Its steps are our features (:class:`MessageFeatures`), their weighting
(:class:`BlockTfidf`) and logistic regression for the labels, the aspects and both sides
(:class:`Heads`). Everything in it is linear, so that :mod:`prmktml.training` can fold it into the
arrays of a :class:`prmktml.model.Model`.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from prmktml.codebook import Aspect, Label
from prmktml.decision import both_sides, sigmoid, softmax
from prmktml.features import (
    HASH_BITS,
    N_LENGTHS,
    RECIPE,
    Recipe,
    cue_features,
    grams,
    length_features,
    read_batch,
)
from prmktml.lexicon import Lexicon
from prmktml.model import N_OUTPUTS, batches

__all__ = ["BlockTfidf", "Heads", "MessageFeatures", "build_pipeline"]

LABELS: Final = tuple(label.value for label in Label)
ASPECTS: Final = tuple(aspect.value for aspect in Aspect)
N_BUCKETS: Final = 1 << HASH_BITS
_NEVER: Final = -20.0
"""Log-odds of an aspect that no message of the corpus has."""


class MessageFeatures(TransformerMixin, BaseEstimator):
    """Texts to hashed n-grams, block beside block, then cue features, then lengths.

    Parameters
    ----------
    lexicon : Lexicon
    recipe : Recipe

    Notes
    -----
    Stateless: `fit` learns nothing.
    """

    def __init__(self, lexicon: Lexicon, recipe: Recipe = RECIPE) -> None:
        self.lexicon = lexicon
        self.recipe = recipe

    def fit(self, X: Sequence[str], y: object = None) -> "MessageFeatures":
        """Do nothing."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, X: Sequence[str]) -> sp.csr_array:
        """Return shape (n_texts, n_blocks * 2**HASH_BITS + n_cues + N_LENGTHS), float64."""
        parts = [self._batch(batch) for batch in batches(X)]
        return sp.vstack(parts, format="csr")

    def _batch(self, texts: list[str]) -> sp.csr_array:
        tokens = read_batch(texts)
        found = grams(tokens, self.recipe)
        blocks = found.spread(self.recipe.block_of_kinds() * N_BUCKETS)
        where = (found.owners(), blocks + found.buckets)
        shape = (len(texts), len(self.recipe.blocks) * N_BUCKETS)
        counts = sp.coo_array((np.ones(len(found.buckets)), where), shape=shape).tocsr()
        if self.recipe.distinct:
            counts.data = np.ones_like(counts.data)
        dense = np.hstack((cue_features(self.lexicon, tokens), length_features(tokens)))
        return sp.hstack([counts, sp.csr_array(dense)], format="csr")


class BlockTfidf(TransformerMixin, BaseEstimator):
    """Weight n-grams by inverse document frequency and scale each block of each text.

    A block of a text is divided by its L2 norm, so that words and characters count alike whatever
    their number. With ``df`` texts of ``n`` holding a bucket its weight is
    ``(log((1 + n) / (1 + df)) + 1) ** power``. A bucket has one weight, whichever block it is
    found in.

    Parameters
    ----------
    n_blocks : int
    min_df : int, default 2
        Buckets that fewer texts hold are left out.
    cue_scale : float, default 0.25
        Weight of cue features beside n-grams, before regularization.
    length_scale : float, default 0.1
        The same for lengths.
    power : float, default 1.5
        Of the inverse document frequency; above 1 rare n-grams count for more.

    Attributes
    ----------
    buckets_ : ndarray of int64, shape (n_ngrams,)
    idf_ : ndarray, shape (n_ngrams,)
    """

    def __init__(
        self,
        n_blocks: int = len(RECIPE.blocks),
        min_df: int = 2,
        cue_scale: float = 0.25,
        length_scale: float = 0.1,
        power: float = 1.5,
    ) -> None:
        self.n_blocks = n_blocks
        self.min_df = min_df
        self.cue_scale = cue_scale
        self.length_scale = length_scale
        self.power = power

    def fit(self, X: sp.csr_array, y: object = None) -> "BlockTfidf":
        """Learn which buckets are kept, and their inverse document frequency."""
        df = np.bincount(X.indices, minlength=X.shape[1])[: self.n_blocks * N_BUCKETS]
        df = df.reshape(self.n_blocks, N_BUCKETS).sum(axis=0)
        self.buckets_ = np.flatnonzero(df >= self.min_df)
        self.idf_ = (np.log((1 + X.shape[0]) / (1 + df[self.buckets_])) + 1) ** self.power
        return self

    def transform(self, X: sp.csr_array) -> sp.csr_array:
        """Return shape (n_texts, n_ngrams + n_cues + N_LENGTHS)."""
        check_is_fitted(self)
        scaled = sum(
            self._scaled(X[:, block * N_BUCKETS + self.buckets_]) for block in range(self.n_blocks)
        )
        dense = X[:, self.n_blocks * N_BUCKETS :] @ sp.diags_array(self._dense_scales(X.shape[1]))
        features = sp.hstack([scaled, dense], format="csr")
        features.indices = features.indices.astype(np.int32)
        features.indptr = features.indptr.astype(np.int32)
        return features

    def _dense_scales(self, n_columns: int) -> NDArray[np.float64]:
        n_cues = n_columns - self.n_blocks * N_BUCKETS - N_LENGTHS
        return np.repeat([self.cue_scale, self.length_scale], [n_cues, N_LENGTHS])

    def _scaled(self, counts: sp.csr_array) -> sp.csr_array:
        norm = np.sqrt(np.maximum(counts @ self.idf_**2, 1e-12))
        return sp.diags_array(1 / norm) @ counts @ sp.diags_array(self.idf_)


class Heads(ClassifierMixin, BaseEstimator):
    """Logistic regression for the labels, one for the aspects, and one for both sides at once.

    Parameters
    ----------
    C : float
        Inverse strength of the labels' regularization.
    aspect_C : float
        The same for the aspects and for both sides.
    two_sided_weight : float
        Of messages with aspects on both sides when labels are learnt; the label of such a message
        is the side it ends on, of which its words tell little.

    Attributes
    ----------
    classes_ : ndarray of str
        Labels that occurred, in the order of the codebook.
    coef_ : ndarray, shape (N_OUTPUTS, n_features)
        Of pr, marketing, other, the six aspects and both sides; zero where one never occurred.
    intercept_ : ndarray, shape (N_OUTPUTS,)
    """

    def __init__(
        self, C: float = 15.0, aspect_C: float = 10.0, two_sided_weight: float = 0.25
    ) -> None:
        self.C = C
        self.aspect_C = aspect_C
        self.two_sided_weight = two_sided_weight

    def fit(
        self, X: sp.csr_array, y: Sequence[str], aspects: NDArray[np.bool_] | None = None
    ) -> "Heads":
        """Fit all heads.

        Parameters
        ----------
        X : sparse array, shape (n_texts, n_features)
        y : sequence of str, length n_texts
        aspects : ndarray of bool, shape (n_texts, 6), or None
            What each head is to find; campaign messages without any are left out there.
        """
        labels = np.asarray(y)
        self.classes_ = np.array([label for label in LABELS if label in set(labels.tolist())])
        self.coef_ = np.zeros((N_OUTPUTS, X.shape[1]))
        self.intercept_ = np.zeros(len(self.coef_))
        order = np.sort(self.classes_)
        weights = None
        if aspects is not None:
            weights = np.where(both_sides(aspects), self.two_sided_weight, 1.0)
        head = _logistic(self.C).fit(X, np.searchsorted(order, labels), sample_weight=weights)
        outputs = [LABELS.index(label) for label in order]
        self.coef_[outputs], self.intercept_[outputs] = _by_class(head)
        if aspects is not None:
            other = labels == LABELS[2]
            stated = aspects.any(axis=1) | other
            self._fit_aspects(X[stated], aspects[stated], other[stated])
        return self

    def _fit_aspects(
        self, X: sp.csr_array, aspects: NDArray[np.bool_], other: NDArray[np.bool_]
    ) -> None:
        """Fit one softmax over aspects and `other`, and one head for both sides.

        A message with two aspects counts half for each.
        """
        first = len(LABELS)
        classes = np.column_stack([aspects, other])
        rows, columns = classes.nonzero()
        present, codes = np.unique(columns, return_inverse=True)
        self.intercept_[first : N_OUTPUTS - 1] = _NEVER
        if len(present) > 1:
            weights = 1 / classes.sum(axis=1)[rows]
            head = _logistic(self.aspect_C).fit(X[rows], codes, sample_weight=weights)
            coef, intercept = _by_class(head)
            known = present < len(ASPECTS)
            outputs = first + present[known]
            self.coef_[outputs], self.intercept_[outputs] = coef[known], intercept[known]
        both = both_sides(aspects)
        if both.any():
            head = _logistic(self.aspect_C).fit(X, both)
            self.coef_[-1], self.intercept_[-1] = head.coef_[0], head.intercept_[0]

    def decision_function(self, X: sp.csr_array) -> NDArray[np.float64]:
        """Return the log-odds of all heads, shape (n_texts, N_OUTPUTS)."""
        check_is_fitted(self)
        scores: NDArray[np.float64] = X @ self.coef_.T + self.intercept_
        missing = [i for i, label in enumerate(LABELS) if label not in set(self.classes_.tolist())]
        scores[:, missing] = -np.inf
        return scores

    def predict_proba(self, X: sp.csr_array) -> NDArray[np.float64]:
        """Return probabilities of pr, marketing and other, shape (n_texts, 3)."""
        return softmax(self.decision_function(X)[:, : len(LABELS)])

    def predict_aspects(self, X: sp.csr_array) -> NDArray[np.float64]:
        """Return the probability of each aspect, shape (n_texts, 6)."""
        return sigmoid(self.decision_function(X)[:, len(LABELS) : N_OUTPUTS - 1])

    def predict(self, X: sp.csr_array) -> NDArray[np.str_]:
        """Return the most probable label of each text."""
        labels: NDArray[np.str_] = np.array(LABELS)[self.predict_proba(X).argmax(axis=1)]
        return labels


def _logistic(C: float) -> LogisticRegression:
    return LogisticRegression(C=C, max_iter=300, tol=1e-4)


def _by_class(head: LogisticRegression) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights and intercepts with a row a class, of two classes too."""
    coef, intercept = head.coef_, head.intercept_
    if len(head.classes_) == 2:
        return np.vstack([-coef, coef]) / 2, np.concatenate([-intercept, intercept]) / 2
    return coef, intercept


def build_pipeline(lexicon: Lexicon, **heads: Any) -> Pipeline:
    """Return the unfitted pipeline."""
    return Pipeline(
        [
            ("features", MessageFeatures(lexicon)),
            ("tfidf", BlockTfidf()),
            ("heads", Heads(**heads)),
        ]
    )
