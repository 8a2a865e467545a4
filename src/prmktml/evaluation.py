"""Scores with intervals, by language and other slices.

macro-F1 is counted over rows whose gold label is pr or marketing, the prediction being the
likelier of these two; the three-class macro-F1 stands beside it, and *n* always.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from prmktml.codebook import Label
from prmktml.corpus import Corpus
from prmktml.decision import softmax

__all__ = [
    "average_precision",
    "bootstrap",
    "confusion",
    "ece",
    "expected_ece",
    "fold_scores",
    "macro_f1",
    "roc_auc",
]

N_LABELS: Final = len(Label)
N_BINS: Final = 10


def macro_f1(gold: NDArray[np.int64], predicted: NDArray[np.int64], classes: int = 2) -> float:
    """Return the mean F1 of the classes ``0 … classes - 1``; of a class never seen it is 0.

    Examples
    --------
    >>> macro_f1(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]))
    0.7333333333333334
    """
    scores = []
    for label in range(classes):
        both = int(((gold == label) & (predicted == label)).sum())
        total = int((gold == label).sum() + (predicted == label).sum())
        scores.append(2 * both / total if total else 0.0)
    return float(np.mean(scores))


def ece(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ten equal bins of [0.5, 1].

    Examples
    --------
    >>> round(ece(np.array([0.9, 0.9]), np.array([True, False])), 3)
    0.4
    """
    bins = np.minimum(((confidence - 0.5) * 2 * N_BINS).astype(np.int64), N_BINS - 1)
    gaps = [
        abs(float(confidence[bins == k].sum() - correct[bins == k].sum())) for k in range(N_BINS)
    ]
    return sum(gaps) / max(len(confidence), 1)


def expected_ece(confidence: NDArray[np.float64], seed: int = 0, rounds: int = 200) -> float:
    """Return the mean ECE that a perfectly calibrated model would show at these confidences."""
    rng = np.random.default_rng(seed)
    draws = [ece(confidence, rng.random(len(confidence)) < confidence) for _ in range(rounds)]
    return float(np.mean(draws))


def roc_auc(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve (Mann-Whitney); NaN where one class is missing."""
    n_true, n_false = int(truth.sum()), int((~truth).sum())
    if not n_true or not n_false:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return float((ranks[inverse][truth].sum() - n_true * (n_true + 1) / 2) / (n_true * n_false))


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float],
    units: NDArray[np.int64],
    seed: int = 0,
    rounds: int = 1000,
) -> tuple[float, float]:
    """Return the 95% percentile interval of a statistic of rows, drawing whole units anew.

    Parameters
    ----------
    statistic : callable
        From an array of row indices to a number.
    units : ndarray of int, shape (n_rows,)
        Rows of one unit are drawn together: groups in a corpus, single rows elsewhere.
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(units, kind="stable")
    names, first = np.unique(units[order], return_index=True)
    rows = np.split(order, first[1:])
    draws = []
    for _ in range(rounds):
        chosen = rng.integers(0, len(names), len(names))
        draws.append(statistic(np.concatenate([rows[i] for i in chosen])))
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return float(low), float(high)


def average_precision(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Return the mean precision at each true row, from the highest score down; NaN without any.

    Examples
    --------
    >>> average_precision(np.array([0.9, 0.8, 0.1]), np.array([True, False, True]))
    0.8333333333333333
    """
    if not truth.any():
        return float("nan")
    hits = truth[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean())


def fold_scores(corpus: Corpus, scores: NDArray[np.float64]) -> dict[str, Any]:
    """Return what a model's file tells of its cross-validation: per language and together."""
    languages = np.array(corpus.column("language"))
    slices = {
        name: languages == name for name in ("ar", "en", "mixed") if (languages == name).any()
    }
    slices["all"] = np.ones(len(corpus), bool)
    return {name: _figures(corpus.labels[rows], scores[rows]) for name, rows in slices.items()}


def confusion(
    labels: NDArray[np.int64], scores: NDArray[np.float64], other: float
) -> NDArray[np.int64]:
    """Return how often each gold label was said to be each label, shape (3, 3).

    Rows are gold pr, marketing, other; columns are what is said: other where its probability
    reaches `other`, as a verdict does, else the likelier of pr and marketing.

    Examples
    --------
    >>> confusion(np.array([0, 1, 1]), np.array([[2.0, 0, 0], [0, 1, 0], [0, 0, 3]]), 0.5).tolist()
    [[1, 0, 0], [0, 1, 1], [0, 0, 0]]
    """
    is_other = softmax(scores[:, :N_LABELS])[:, 2] >= other
    said = np.where(is_other, 2, scores[:, :2].argmax(axis=1))
    counts = np.bincount(labels * N_LABELS + said, minlength=N_LABELS**2)
    return counts.reshape(N_LABELS, N_LABELS)


def _figures(labels: NDArray[np.int64], scores: NDArray[np.float64]) -> dict[str, Any]:
    sided = labels < 2
    predicted = scores[:, :2].argmax(axis=1)
    three = softmax(scores[:, :N_LABELS]).argmax(axis=1)
    return {
        "n": int(sided.sum()),
        "macro_f1": round(macro_f1(labels[sided], predicted[sided]), 4),
        "n_three": len(labels),
        "macro_f1_three": round(macro_f1(labels, three, classes=N_LABELS), 4),
    }
