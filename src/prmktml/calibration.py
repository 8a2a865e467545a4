"""Calibration and thresholds from out-of-fold scores.

Both are chosen on rows that the scoring model had not seen. The calibration is linear in the
scores, so it folds into a model's weights.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logit

from prmktml.codebook import Label
from prmktml.decision import Thresholds, both_sides, mixed_score, softmax

__all__ = ["Calibration", "calibrate", "choose_thresholds"]

N_LABELS: Final = len(Label)
TARGET_ERROR: Final = 0.04
"""Share of wrong labels among clear rows that the threshold aims at; 0.05 is promised."""


class Calibration(NamedTuple):
    """``scores * scale + shift`` are calibrated log-odds; both have shape (N_OUTPUTS,)."""

    scale: NDArray[np.float64]
    shift: NDArray[np.float64]

    def apply(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return calibrated scores, shape of `scores`."""
        return scores * self.scale + self.shift


def calibrate(
    scores: NDArray[np.float64], labels: NDArray[np.int64], aspects: NDArray[np.bool_] | None
) -> Calibration:
    """Fit one scale for pr and marketing, one for other, and a scale and shift an aspect.

    Parameters
    ----------
    scores : ndarray, shape (n_texts, N_OUTPUTS)
        Out of fold; the column of a label that never occurs is ``-inf``.
    labels : ndarray of int, shape (n_texts,)
        0, 1, 2 for pr, marketing, other.
    aspects : ndarray of bool, shape (n_texts, 6), or None

    Notes
    -----
    Platt scaling (Platt 1999) for two classes, vector scaling (Guo et al. 2017) for the labels.
    """
    scale, shift = np.ones(scores.shape[1]), np.zeros(scores.shape[1])
    present = [i for i in range(N_LABELS) if np.isfinite(scores[:, i]).all()]
    rows = np.arange(len(labels))
    columns = np.searchsorted(present, labels)

    def moved(point: NDArray[np.float64]) -> NDArray[np.float64]:
        scales = np.array([point[0], point[0], point[1]])[present]
        shifts = np.array([0.0, point[2], point[3]])[present]
        spread: NDArray[np.float64] = scores[:, present] * scales + shifts
        return spread

    def loss(point: NDArray[np.float64]) -> float:
        chosen = softmax(moved(point))[rows, columns]
        penalty = 1e-3 * float(((point - [1, 1, 0, 0]) ** 2).sum())
        return float(-np.log(np.maximum(chosen, 1e-12)).mean()) + penalty

    point = minimize(loss, np.array([1.0, 1.0, 0.0, 0.0]), method="Nelder-Mead").x
    scale[:N_LABELS], shift[:N_LABELS] = [point[0], point[0], point[1]], [0.0, point[2], point[3]]
    if aspects is not None:
        for column in range(aspects.shape[1]):
            at = N_LABELS + column
            scale[at], shift[at] = _platt(scores[:, at], aspects[:, column])
        if both_sides(aspects).any():
            scale[-1], shift[-1] = _platt_beside(scores * scale + shift, both_sides(aspects))
    return Calibration(scale, shift)


def _platt_beside(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Scale and shift the head of both sides so that :func:`mixed_score` is calibrated."""
    alone = scores.copy()
    alone[:, -1] = 0
    weaker = logit(np.clip(mixed_score(alone), 1e-12, 1 - 1e-12))
    return _platt(scores[:, -1], truth, weaker)


def _platt(
    scores: NDArray[np.float64],
    truth: NDArray[np.bool_],
    beside: NDArray[np.float64] | float = 0.0,
) -> tuple[float, float]:
    def loss(point: NDArray[np.float64]) -> float:
        odds = np.where(truth, 1, -1) * (scores * point[0] + point[1] + beside)
        return float(np.logaddexp(0, -odds).mean()) + 1e-3 * float(((point - [1, 0]) ** 2).sum())

    scale, shift = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return float(scale), float(shift)


def choose_thresholds(
    scores: NDArray[np.float64], labels: NDArray[np.int64], aspects: NDArray[np.bool_] | None
) -> Thresholds:
    """Choose where verdicts change, from calibrated out-of-fold scores.

    `mixed` is where F1 against :func:`both_sides` is highest; `clear` is the lowest probability
    from which at most ``TARGET_ERROR`` of the rows that are neither mixed nor other are wrong.
    """
    mixed = 1.0
    probabilities = softmax(scores[:, :N_LABELS])
    left: NDArray[np.bool_] = np.asarray(probabilities[:, 2] < Thresholds().other)
    if aspects is not None and both_sides(aspects).any():
        both = mixed_score(scores)
        mixed = _best_f1(both, both_sides(aspects))
        left = np.logical_and(left, both < mixed)
    best = probabilities[left, :2].max(axis=1)
    wrong = probabilities[left, :2].argmax(axis=1) != labels[left]
    order = np.argsort(-best, kind="stable")
    errors = np.cumsum(wrong[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(errors <= TARGET_ERROR)
    clear = float(best[order[good[-1]]]) if good.size else 0.95
    return Thresholds(clear=round(max(clear, 0.5), 4), mixed=round(mixed, 4))


def _best_f1(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    return float(scores[order[int(f1.argmax())]])
