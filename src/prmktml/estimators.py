"""The scikit-learn pipeline: features, their weighting, and the heads.

Its steps are our features (:class:`MessageFeatures`), their weighting
(:class:`OccurrenceTfidf`) and logistic regression for the labels and for each aspect
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
from prmktml.decision import sigmoid, softmax
from prmktml.features import HASH_BITS, cue_features, grams, read_batch
from prmktml.lexicon import Lexicon
from prmktml.model import batches

__all__ = ["Heads", "MessageFeatures", "OccurrenceTfidf", "build_pipeline"]

LABELS: Final = tuple(label.value for label in Label)
ASPECTS: Final = tuple(aspect.value for aspect in Aspect)
N_BUCKETS: Final = 1 << HASH_BITS


class MessageFeatures(TransformerMixin, BaseEstimator):
    """Texts to counts of hashed n-grams and, in the last columns, cue features.

    Parameters
    ----------
    lexicon : Lexicon

    Notes
    -----
    Stateless: `fit` learns nothing.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    def fit(self, X: Sequence[str], y: object = None) -> "MessageFeatures":
        """Do nothing."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, X: Sequence[str]) -> sp.csr_array:
        """Return shape (n_texts, 2**HASH_BITS + n_cues), float64."""
        parts = [self._batch(batch) for batch in batches(X)]
        return sp.vstack(parts, format="csr")

    def _batch(self, texts: list[str]) -> sp.csr_array:
        tokens = read_batch(texts)
        found = grams(tokens)
        where = (found.owners(), found.buckets.astype(np.int64))
        shape = (len(texts), N_BUCKETS)
        counts = sp.coo_array((np.ones(len(found.buckets)), where), shape=shape).tocsr()
        cues = cue_features(self.lexicon, tokens)
        return sp.hstack([counts, sp.csr_array(cues)], format="csr")


class OccurrenceTfidf(TransformerMixin, BaseEstimator):
    """Weight n-gram counts by inverse document frequency and scale each text.

    A text is divided by the square root of the sum over its *occurrences* of the squared
    weight: an L2 norm that needs no counting of equal n-grams, so that prediction can add up
    occurrences as they come. With ``df`` texts of ``n`` holding a bucket its weight is
    ``(log((1 + n) / (1 + df)) + 1) ** power``.

    Parameters
    ----------
    min_df : int, default 3
        Buckets that fewer texts hold are left out.
    cue_scale : float, default 0.35
        Weight of cue features beside n-grams, before regularization.
    power : float, default 1.5
        Of the inverse document frequency; above 1 rare n-grams count for more.

    Attributes
    ----------
    buckets_ : ndarray of int64, shape (n_ngrams,)
    idf_ : ndarray, shape (n_ngrams,)
    """

    def __init__(self, min_df: int = 3, cue_scale: float = 0.35, power: float = 1.5) -> None:
        self.min_df = min_df
        self.cue_scale = cue_scale
        self.power = power

    def fit(self, X: sp.csr_array, y: object = None) -> "OccurrenceTfidf":
        """Learn which buckets are kept, and their inverse document frequency."""
        df = np.bincount(X.indices, minlength=X.shape[1])[:N_BUCKETS]
        self.buckets_ = np.flatnonzero(df >= self.min_df)
        self.idf_ = (np.log((1 + X.shape[0]) / (1 + df[self.buckets_])) + 1) ** self.power
        return self

    def transform(self, X: sp.csr_array) -> sp.csr_array:
        """Return shape (n_texts, n_ngrams + n_cues)."""
        check_is_fitted(self)
        counts, cues = X[:, self.buckets_], X[:, N_BUCKETS:]
        norm = np.sqrt(np.maximum(counts @ self.idf_**2, 1e-12))
        weighted = sp.diags_array(1 / norm) @ counts @ sp.diags_array(self.idf_)
        features = sp.hstack([weighted, cues * self.cue_scale], format="csr")
        features.indices = features.indices.astype(np.int32)
        features.indptr = features.indptr.astype(np.int32)
        return features


class Heads(ClassifierMixin, BaseEstimator):
    """Logistic regression for the labels, and one for each aspect.

    Parameters
    ----------
    C : float
        Inverse strength of the labels' regularization.
    aspect_C : float
        The same for the aspects.

    Attributes
    ----------
    classes_ : ndarray of str
        Labels that occurred, in the order of the codebook.
    coef_ : ndarray, shape (9, n_features)
        Of pr, marketing, other and the six aspects; zero where a label or aspect never occurred.
    intercept_ : ndarray, shape (9,)
    """

    def __init__(self, C: float = 30.0, aspect_C: float = 5.0) -> None:
        self.C = C
        self.aspect_C = aspect_C

    def fit(
        self, X: sp.csr_array, y: Sequence[str], aspects: NDArray[np.int64] | None = None
    ) -> "Heads":
        """Fit all heads.

        Parameters
        ----------
        X : sparse array, shape (n_texts, n_features)
        y : sequence of str, length n_texts
        aspects : ndarray of int, shape (n_texts, 6), or None
            1 where an aspect is the first of a text, 2 where it is the second, else 0. A second
            aspect speaks neither for nor against its own head.
        """
        labels = np.asarray(y)
        self.classes_ = np.array([label for label in LABELS if label in set(labels.tolist())])
        self.coef_ = np.zeros((len(LABELS) + len(ASPECTS), X.shape[1]))
        self.intercept_ = np.zeros(len(self.coef_))
        codes = np.searchsorted(np.sort(self.classes_), labels)
        head = _logistic(self.C).fit(X, codes)
        coef, intercept = head.coef_, head.intercept_
        if len(self.classes_) == 2:
            coef, intercept = (
                np.vstack([-coef, coef]) / 2,
                np.concatenate([-intercept, intercept]) / 2,
            )
        for row, label in enumerate(np.sort(self.classes_)):
            self.coef_[LABELS.index(label)] = coef[row]
            self.intercept_[LABELS.index(label)] = intercept[row]
        if aspects is not None:
            self._fit_aspects(X, aspects)
        return self

    def _fit_aspects(self, X: sp.csr_array, aspects: NDArray[np.int64]) -> None:
        for column, ranks in enumerate(aspects.T):
            row, rows = len(LABELS) + column, np.flatnonzero(ranks != 2)
            first = ranks[rows] == 1
            if first.all() or not first.any():
                self.intercept_[row] = -20.0
                continue
            head = _logistic(self.aspect_C).fit(X[rows], first)
            self.coef_[row], self.intercept_[row] = head.coef_[0], head.intercept_[0]

    def decision_function(self, X: sp.csr_array) -> NDArray[np.float64]:
        """Return the log-odds of all heads, shape (n_texts, 9)."""
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
        return sigmoid(self.decision_function(X)[:, len(LABELS) :])

    def predict(self, X: sp.csr_array) -> NDArray[np.str_]:
        """Return the most probable label of each text."""
        labels: NDArray[np.str_] = np.array(LABELS)[self.predict_proba(X).argmax(axis=1)]
        return labels


def _logistic(C: float) -> LogisticRegression:
    return LogisticRegression(C=C, max_iter=300, tol=1e-4)


def build_pipeline(lexicon: Lexicon, **heads: Any) -> Pipeline:
    """Return the unfitted pipeline."""
    return Pipeline(
        [
            ("features", MessageFeatures(lexicon)),
            ("tfidf", OccurrenceTfidf()),
            ("heads", Heads(**heads)),
        ]
    )
