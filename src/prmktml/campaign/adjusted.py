"""The mix corrected for the classifier's known error, with an interval.

A classifier that takes one PR message in ten for marketing shows too little PR in every calendar.
How often it errs is known from cross-validation: the model file holds the counts. Here they are
turned around. It is presumed that the classifier errs on the calendar as it did there.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Adjusted", "adjust", "solve_mix"]

_HEAVY: Final = 1e4
"""Weight of the equation that says that shares sum to 1."""
_ROUNDS: Final = 1000
_UNSEEN: Final = 0.5
_ZERO: Final = 1e-8
"""Smaller shares are what the weighting leaves of nothing."""
_LEVEL: Final = (2.5, 97.5)


@dataclass(frozen=True)
class Adjusted:
    """The corrected mix; arrays have shape (3,) in the order pr, marketing, other.

    Attributes
    ----------
    n : int
        Judged messages.
    said, share, low, high : ndarray, shape (3,)
        Shares as said, corrected, and the ends of the corrected ones' 95% intervals.
    pr : tuple of three floats
        Corrected share of PR among PR and marketing, and the ends of its interval; NaN where
        neither is there.
    """

    n: int
    said: NDArray[np.float64]
    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    pr: tuple[float, float, float]

    @property
    def has_sides(self) -> bool:
        """Whether there is a share of PR among the two sides."""
        return not np.isnan(self.pr[0])


def solve_mix(confusion: NDArray[np.float64], said: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the true shares that best explain what the classifier said.

    Parameters
    ----------
    confusion : ndarray, shape (n_labels, n_labels)
        Counts or rates; rows gold, columns said. A label without gold rows gets the share 0.
    said : ndarray, shape (n_labels,)
        Shares as said.

    Notes
    -----
    With ``P[i, j] = p(said j | gold i)`` the expected shares as said are ``P.T @ q`` for the true
    shares ``q``. For two labels solving this is the adjusted count, ``q = (said - fpr) / (tpr -
    fpr)`` (Forman 2008, "Quantifying counts and costs via classification"); for more it is the
    matrix form (Vucetic and Obradovic 2001; the confusion-matrix estimate of Saerens, Latinne and
    Decaestecker 2002). The solution may leave 0…1, so ``||P.T @ q - said||`` is made smallest over
    shares that are not negative and sum to 1, by non-negative least squares with a heavily
    weighted equation for the sum (Lawson and Hanson 1974, chapter 22).

    Examples
    --------
    >>> confusion = np.array([[90, 10], [20, 80]])
    >>> solve_mix(confusion, np.array([0.55, 0.45])).round(4).tolist()
    [0.5, 0.5]
    """
    from scipy.optimize import nnls

    totals = confusion.sum(axis=1)
    known = np.flatnonzero(totals > 0)
    rates = confusion[known] / totals[known, None]
    system = np.vstack([rates.T, np.full((1, len(known)), _HEAVY)])
    solution, _ = nnls(system, np.append(said, _HEAVY))
    shares = np.zeros(len(said))
    shares[known] = np.where(solution < _ZERO, 0.0, solution)
    shares /= shares.sum()
    return shares


def adjust(
    confusion: NDArray[np.int64], counts: NDArray[np.int64], *, seed: int = 0, rounds: int = _ROUNDS
) -> Adjusted:
    """Correct the counts of a calendar and give each share a 95% interval.

    Parameters
    ----------
    confusion : ndarray of int, shape (3, 3)
        Out-of-fold counts, rows gold, columns said.
    counts : ndarray of int, shape (3,)
        How many messages were said to be each label; at least one.
    seed : int
    rounds : int
        Of the bootstrap.

    Notes
    -----
    A Bayesian bootstrap (Rubin 1981): each round draws the calendar's shares and each row of the
    confusion matrix anew from the Dirichlet distributions of their counts and solves again, so
    that both the size of the calendar and that of the corpus are in the interval; its ends are
    percentiles, moved out to the share itself where that lies at 0 or 1. Half a count is added to
    each label (Jeffreys; Brown, Cai and DasGupta 2001), as one that few messages did not show is
    not impossible. Rows of the corpus count one by one, so that likeness within its groups is not
    in the interval.
    """
    rng = np.random.default_rng(seed)
    said = counts / counts.sum()
    gold = np.flatnonzero(confusion.sum(axis=1))
    live = (confusion.sum(axis=0) + confusion.sum(axis=1) + counts > 0) * _UNSEEN
    draws = np.zeros((rounds, len(said)))
    for i in range(rounds):
        drawn = np.zeros(confusion.shape)
        for row in gold:
            drawn[row] = _dirichlet(rng, confusion[row] + live)
        draws[i] = solve_mix(drawn, _dirichlet(rng, counts + live))
    share = solve_mix(confusion.astype(np.float64), said)
    low, high = np.percentile(draws, _LEVEL, axis=0)
    low, high = np.minimum(low, share), np.maximum(high, share)
    return Adjusted(int(counts.sum()), said, share, low, high, _pr_of_sides(share, draws))


def _dirichlet(rng: np.random.Generator, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Draw shares; a weight of zero gives the share 0."""
    parts = rng.standard_gamma(weights)
    shares: NDArray[np.float64] = parts / parts.sum()
    return shares


def _pr_of_sides(
    share: NDArray[np.float64], draws: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Return the share of PR among the two sides with its interval."""
    sides = draws[:, :2].sum(axis=1)
    some = sides > 0
    if not some.any() or share[:2].sum() <= 0:
        return (float("nan"),) * 3
    low, high = np.percentile(draws[some, 0] / sides[some], _LEVEL)
    pr = float(share[0] / share[:2].sum())
    return pr, min(float(low), pr), max(float(high), pr)
