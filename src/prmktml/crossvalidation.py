"""Refitting on folds: unseen groups against random rows, beside the baselines."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from prmktml.corpus import Corpus
from prmktml.estimators import build_pipeline
from prmktml.evaluation import bootstrap, macro_f1
from prmktml.markdown import markdown
from prmktml.training import bundled_lexicon, check_size, folds, out_of_fold

__all__ = ["baseline", "compare"]

Parts = list[tuple[NDArray[np.int64], NDArray[np.int64]]]


def baseline() -> Pipeline:
    """Return the named baseline: scikit-learn's own TF-IDF of the same n-grams, same regression."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
    return make_pipeline(make_union(words, chars), LogisticRegression(C=10.0, max_iter=300))


def _baseline_labels(corpus: Corpus, parts: Parts) -> NDArray[np.int64]:
    predicted = np.zeros(len(corpus), np.int64)
    texts = np.array(corpus.texts, object)
    for train_rows, test_rows in parts:
        model = baseline().fit(texts[train_rows], corpus.labels[train_rows])
        predicted[test_rows] = model.predict_proba(texts[test_rows])[:, :2].argmax(axis=1)
    return predicted


def _majority_labels(corpus: Corpus, parts: Parts) -> NDArray[np.int64]:
    predicted = np.zeros(len(corpus), np.int64)
    for train_rows, test_rows in parts:
        predicted[test_rows] = np.bincount(corpus.labels[train_rows], minlength=2)[:2].argmax()
    return predicted


def _our_labels(corpus: Corpus, parts: Parts) -> NDArray[np.int64]:
    pipeline = build_pipeline(bundled_lexicon())
    X = pipeline["features"].transform(corpus.texts)
    labels: NDArray[np.int64] = out_of_fold(pipeline, X, corpus, parts)[:, :2].argmax(axis=1)
    return labels


MODELS: dict[str, Callable[[Corpus, Parts], NDArray[np.int64]]] = {
    "majority class": _majority_labels,
    "TfidfVectorizer + logistic regression": _baseline_labels,
    "prmktml": _our_labels,
}


def compare(corpus: Corpus, *, seed: int = 0) -> str:
    """Return a table of macro-F1: models, by folds of unseen groups and of random rows.

    Raises
    ------
    DataError
        If there are too few rows of a label, or there is one group alone.
    """
    check_size(corpus)
    languages = np.array(corpus.column("language"))
    slices: dict[str, Any] = {name: languages == name for name in ("ar", "en")}
    slices["all"] = np.ones(len(corpus), bool)
    slices = {name: rows & (corpus.labels < 2) for name, rows in slices.items() if rows.any()}
    table = []
    for folding, grouped in (("unseen groups", True), ("random rows", False)):
        parts = folds(corpus, seed, grouped=grouped)
        for name, labels_of in MODELS.items():
            predicted = labels_of(corpus, parts)
            cells = [_cell(corpus, predicted, np.flatnonzero(rows)) for rows in slices.values()]
            table.append([folding, name, *cells])
    sizes = [f"macro-F1, {name} (n={int(rows.sum())})" for name, rows in slices.items()]
    return markdown(["folds", "model", *sizes], table)


def _cell(corpus: Corpus, predicted: NDArray[np.int64], rows: NDArray[np.int64]) -> str:
    def statistic(chosen: NDArray[np.int64]) -> float:
        at = rows[chosen]
        return macro_f1(corpus.labels[at], predicted[at])

    low, high = bootstrap(statistic, corpus.groups[rows], rounds=500)
    return f"{statistic(np.arange(len(rows))):.3f} [{low:.3f}, {high:.3f}]"
