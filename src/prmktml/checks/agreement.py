"""Labels held against a second coder, and against a model that did not see them."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prmktml.checks.sheets import Found, Sheet, check
from prmktml.codebook import Label
from prmktml.errors import DataError
from prmktml.tables.wording import shown

if TYPE_CHECKING:
    from prmktml.corpus import Corpus

__all__ = [
    "Agreement",
    "agreement",
    "cohen_kappa",
    "disagreements",
    "label_issues",
    "likely_label_errors",
    "low_agreement",
]

LABELS: Final = tuple(label.value for label in Label)
MIN_GROUPS: Final = 20
"""With fewer groups an interval over groups says little; rows are drawn instead."""


class Agreement(NamedTuple):
    """How far two coders agree.

    Attributes
    ----------
    kappa, low, high : float
        Cohen's κ and its 95% interval; NaN where both gave one and the same label throughout.
    n : int
        Rows that both have labelled.
    differing : tuple of int
        Places of the rows that they labelled differently.
    """

    kappa: float
    low: float
    high: float
    n: int
    differing: tuple[int, ...]

    def __str__(self) -> str:
        interval = f"{self.kappa:.3f} [{self.low:.3f}, {self.high:.3f}]"
        return f"Cohen's κ {interval}, {self.n - len(self.differing)} of {self.n} labelled alike"


def cohen_kappa(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """Return the agreement of two coders beyond chance: 1 is complete, 0 is what chance gives.

    NaN where chance alone gives complete agreement, both having given one label throughout.

    References
    ----------
    Cohen (1960), "A coefficient of agreement for nominal scales".

    Examples
    --------
    Three of four alike; chance gives 1/2 · 3/4 + 1/2 · 1/4 = 1/2.

    >>> cohen_kappa(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]))
    0.5
    """
    size = int(max(first.max(), second.max())) + 1
    observed = float((first == second).mean())
    shares = [np.bincount(coder, minlength=size) / len(first) for coder in (first, second)]
    chance = float(shares[0] @ shares[1])
    return (observed - chance) / (1 - chance) if chance < 1 else float("nan")


@lru_cache(maxsize=1)
def agreement(sheet: Sheet, second_label: str, *, seed: int = 0) -> Agreement:
    """Hold the column ``label`` against that of a second coder, on the rows that both labelled.

    The interval draws whole groups anew where there are at least 20, rows otherwise.

    Raises
    ------
    DataError
        If there is no such column, or no row has two known labels.
    """
    from prmktml.evaluation import bootstrap

    second = [label.strip() for label in _second(sheet, second_label)]
    labelled = zip(sheet.labels, second, strict=True)
    places = [i for i, (a, b) in enumerate(labelled) if a and b in LABELS]
    if not places:
        raise DataError(
            f"{sheet.name}: no row has a known label in both label and {second_label}; allowed "
            f"are {', '.join(LABELS)}"
        )
    one = np.array([LABELS.index(sheet.labels[i]) for i in places])
    two = np.array([LABELS.index(second[i]) for i in places])
    kappa = low = high = cohen_kappa(one, two)
    if not np.isnan(kappa):
        units = _units(sheet, places)
        low, high = bootstrap(lambda rows: cohen_kappa(one[rows], two[rows]), units, seed)
    differing = tuple(places[i] for i in np.flatnonzero(one != two).tolist())
    return Agreement(kappa, low, high, len(places), differing)


def _second(sheet: Sheet, name: str) -> list[str]:
    if name not in sheet.columns:
        raise DataError(
            f"{sheet.name}: there is no column {name!r} of a second coder; the columns are "
            f"{', '.join(sheet.columns)}"
        )
    return sheet.column(name)


def _units(sheet: Sheet, places: list[int]) -> NDArray[np.int64]:
    """Return what the bootstrap draws: groups where all rows name one of many, else rows."""
    groups = [sheet.column("group")[place] for place in places]
    if all(groups) and len(set(groups)) >= MIN_GROUPS:
        return np.unique(groups, return_inverse=True)[1].astype(np.int64)
    return np.arange(len(places))


@check("PRM051", "coders disagree", "settle the label by the codebook", only_with="second_label")
def disagreements(sheet: Sheet, *, second_label: str) -> Iterator[Found]:
    """Find rows that two coders labelled differently."""
    second = sheet.column(second_label)
    for place in agreement(sheet, second_label).differing:
        value = second[place].strip()
        detail = f"label {sheet.labels[place]}, {second_label} {value}"
        yield Found((place,), second_label, value, detail)


@check(
    "PRM052",
    "coders agree too little",
    "talk over the disagreements, sharpen the codebook, label anew",
    only_with="second_label",
)
def low_agreement(sheet: Sheet, *, second_label: str, kappa: float = 0.667) -> Iterator[Found]:
    """Find a κ below the least that Krippendorff (2004) lets pass for tentative conclusions."""
    found = agreement(sheet, second_label)
    if found.kappa < kappa:
        told = f"{found}; wanted are {kappa:g}"
        yield Found((), second_label, f"{found.kappa:.3f}", told, id=second_label)


def label_issues(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Return rows that are likely labelled wrongly, the likeliest first, and the better label.

    A class's threshold is its mean self-confidence: the probability of it, averaged over the rows
    that are labelled so. A row counts to the most probable of the classes whose threshold it
    reaches; where that is not its own label, it lies off the diagonal of the confident joint.
    Rows whose own label is the most probable of all are left alone even so.

    Parameters
    ----------
    probabilities : ndarray, shape (n_rows, n_classes)
        Of models that did not see the row.
    labels : ndarray of int, shape (n_rows,)

    References
    ----------
    Northcutt, Jiang & Chuang (2021), "Confident learning: estimating uncertainty in dataset
    labels".

    Examples
    --------
    The thresholds are .65 and .5; the last row is labelled 1 and reaches that of 0 alone.

    >>> p = np.array([[0.7, 0.3], [0.6, 0.4], [0.2, 0.8], [0.8, 0.2]])
    >>> label_issues(p, np.array([0, 0, 1, 1]))
    [(3, 0)]
    """
    own = probabilities[np.arange(len(labels)), labels]
    n_classes = probabilities.shape[1]
    sizes = np.bincount(labels, minlength=n_classes)
    thresholds = np.bincount(labels, own, n_classes) / np.maximum(sizes, 1)
    thresholds[sizes == 0] = np.inf
    reached = np.where(probabilities >= thresholds, probabilities, -1.0)
    better = reached.argmax(axis=1)
    issues = (reached.max(axis=1) >= 0) & (better != labels) & (own < probabilities.max(axis=1))
    order = np.argsort(own, kind="stable")
    return [(row, int(better[row])) for row in order[issues[order]].tolist()]


@check(
    "PRM053",
    "likely label error",
    "read it again by the codebook; change the label, or accept it",
    only_with="label_errors",
)
def likely_label_errors(
    sheet: Sheet, *, label_errors: bool = True, seed: int = 0
) -> Iterator[Found]:
    """Find rows that models trained without their group would surely label otherwise."""
    named = zip(sheet.labels, sheet.texts, strict=True)
    places = [i for i, (label, text) in enumerate(named) if label and text.strip()]
    corpus = _corpus(sheet, places)
    probabilities = _out_of_fold(corpus, seed)
    for row, better in label_issues(probabilities, corpus.labels):
        given, chances = int(corpus.labels[row]), probabilities[row]
        detail = (
            f"{LABELS[given]} ({chances[given]:.2f}) beside {LABELS[better]} "
            f"({chances[better]:.2f}), {shown(corpus.texts[row])}"
        )
        yield Found((places[row],), "label", LABELS[given], detail)


def _corpus(sheet: Sheet, places: list[int]) -> "Corpus":
    """Make a corpus of the rows that can be trained on; without groups, copies stay together."""
    from prmktml.corpus import MIN_ROWS, Corpus, clusters

    texts = [sheet.texts[place] for place in places]
    labels = np.array([LABELS.index(sheet.labels[place]) for place in places], np.int64)
    counts = np.bincount(labels, minlength=len(LABELS)).tolist()
    if min(counts[:2]) < MIN_ROWS or 0 < counts[2] < MIN_ROWS:
        told = ", ".join(f"{label}: {n}" for label, n in zip(LABELS, counts, strict=True))
        raise DataError(
            f"{sheet.name}: too few rows to find label errors ({told}); each label needs at least "
            f"{MIN_ROWS}, so leave --label-errors out"
        )
    named = [sheet.column("group")[place] for place in places]
    groups = np.unique(named, return_inverse=True)[1] if all(named) else clusters(texts)
    nothing = np.full(len(texts), -1)
    return Corpus(texts, labels, None, nothing, groups, {}, "", all(named))


def _out_of_fold(corpus: "Corpus", seed: int) -> NDArray[np.float64]:
    """Return probabilities of pr, marketing and other, shape (n_rows, 3)."""
    from prmktml.decision import softmax
    from prmktml.estimators import build_pipeline
    from prmktml.training import bundled_lexicon, folds, out_of_fold

    pipeline = build_pipeline(bundled_lexicon())
    X = pipeline["features"].transform(corpus.texts)
    scores = out_of_fold(pipeline, X, corpus, folds(corpus, seed))
    return softmax(scores[:, : len(LABELS)])
