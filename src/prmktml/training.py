"""From a corpus to a model.

Scores, calibration and thresholds come from folds that keep groups apart; the model itself is
refitted on all rows. With one thread and the same packages the same corpus gives the same bytes.
"""

import importlib.metadata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from prmktml.calibration import Calibration, calibrate, choose_thresholds
from prmktml.codebook import Label
from prmktml.corpus import MIN_ROWS, Corpus, fingerprints, read_corpus
from prmktml.decision import Thresholds
from prmktml.entries import compile_lexicon, read_entries
from prmktml.errors import DataError
from prmktml.estimators import Heads, MessageFeatures, build_pipeline
from prmktml.evaluation import confusion, fold_scores
from prmktml.features import N_LENGTHS
from prmktml.language import LanguageWords, read_language_words
from prmktml.lexicon import Lexicon
from prmktml.model import N_OUTPUTS, Model
from prmktml.resources import find

__all__ = ["BUNDLED_CORPUS", "Trained", "check_size", "fit", "out_of_fold", "train"]

BUNDLED_CORPUS: Final = "data/corpus.csv"
N_FOLDS: Final = 5
LABELS: Final = tuple(label.value for label in Label)


@dataclass(frozen=True)
class Trained:
    """What training leaves.

    Attributes
    ----------
    model : Model
    pipeline : sklearn.pipeline.Pipeline
        Fitted on all rows and calibrated; gives the model's probabilities.
    scores : ndarray, shape (n_rows, N_OUTPUTS)
        Calibrated out-of-fold log-odds.
    """

    model: Model
    pipeline: Pipeline
    scores: NDArray[np.float64]


def bundled_lexicon() -> Lexicon:
    """Compile the bundled cue lexicon."""
    return compile_lexicon(read_entries(sorted(find("data/lexicon").glob("lexicon_*.tsv"))))


def bundled_languages() -> LanguageWords:
    """Compile the bundled function words."""
    return read_language_words(find("data/lexicon/languages.tsv"))


def fit(*paths: Path | str, extend: bool = False, seed: int = 0) -> Model:
    """Train a model from labelled files.

    Parameters
    ----------
    *paths : path
        Files with the columns ``text`` and ``label`` at least; without any the bundled corpus.
    extend : bool
        Add the bundled corpus.
    seed : int
        Of the folds.

    Raises
    ------
    DataError
        If rows are wrong, or a label has fewer than 30 rows.
    """
    return train(read_labelled(*paths, extend=extend), seed=seed).model


def read_labelled(*paths: Path | str, extend: bool = False) -> Corpus:
    """Read labelled files; the bundled corpus too with `extend`, or alone where none is given."""
    files = [*paths, find(BUNDLED_CORPUS)] if extend or not paths else list(paths)
    return read_corpus(*files)


def train(
    corpus: Corpus, *, seed: int = 0, lexicon: Lexicon | None = None, **heads: Any
) -> Trained:
    """Cross-validate, calibrate, refit on all rows and fold into a model.

    One thread does the linear algebra: on matrices this small more of them wait for each other,
    and the same corpus would give other last digits.
    """
    check_size(corpus)
    pipeline = build_pipeline(bundled_lexicon() if lexicon is None else lexicon, **heads)
    with threadpool_limits(1):
        return _train(corpus, pipeline, seed)


def _train(corpus: Corpus, pipeline: Pipeline, seed: int) -> Trained:
    X = pipeline["features"].transform(corpus.texts)
    raw = out_of_fold(pipeline, X, corpus, folds(corpus, seed))
    calibration = calibrate(raw, corpus.labels, corpus.aspects)
    scores = calibration.apply(raw)
    thresholds = choose_thresholds(scores, corpus.labels, corpus.aspects)
    _fit_counted(pipeline, X, corpus, np.arange(len(corpus)))
    _fold_in(pipeline["heads"], calibration)
    info = _describe(corpus, scores, seed)
    info["confusion"] = confusion(corpus.labels, scores, thresholds.other).tolist()
    return Trained(to_model(pipeline, thresholds, corpus, info), pipeline, scores)


def check_size(corpus: Corpus) -> None:
    """Refuse a corpus that has too few rows of a label.

    Raises
    ------
    DataError
        If fewer than :data:`~prmktml.corpus.MIN_ROWS` are of pr or marketing, or of other where
        there is any.
    """
    counts = np.bincount(corpus.labels, minlength=len(LABELS))
    small = [f"{LABELS[i]}: {counts[i]}" for i in (0, 1) if counts[i] < MIN_ROWS]
    small += [f"{LABELS[2]}: {counts[2]}"] if 0 < counts[2] < MIN_ROWS else []
    if small:
        raise DataError(
            f"too few rows to learn from ({', '.join(small)}); each label needs at least "
            f"{MIN_ROWS}. Label more, or add the bundled corpus with --extend"
        )


def folds(
    corpus: Corpus, seed: int, *, grouped: bool = True
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return train and test rows of each fold; groups are kept together unless told otherwise."""
    groups = corpus.groups if grouped else np.arange(len(corpus))
    n_folds = min(N_FOLDS, len(np.unique(groups)))
    if n_folds < 2:
        raise DataError("all rows are of one group; cross-validation needs two groups at least")
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(corpus)), corpus.labels, groups))


def out_of_fold(
    pipeline: Pipeline,
    X: sp.csr_array,
    corpus: Corpus,
    parts: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
) -> NDArray[np.float64]:
    """Score each row by a pipeline that did not see its fold, shape (n_rows, N_OUTPUTS)."""
    scores = np.zeros((len(corpus), N_OUTPUTS))
    for train_rows, test_rows in parts:
        _fit_counted(pipeline, X, corpus, train_rows)
        scores[test_rows] = pipeline[1:].decision_function(X[test_rows])
    return scores


def _fit_counted(
    pipeline: Pipeline, X: sp.csr_array, corpus: Corpus, rows: NDArray[np.int64]
) -> None:
    aspects = corpus.leading_aspects()
    aspects = None if aspects is None else aspects[rows]
    pipeline[1:].fit(X[rows], np.array(LABELS)[corpus.labels[rows]], heads__aspects=aspects)


def _fold_in(heads: Heads, calibration: Calibration) -> None:
    heads.coef_ *= calibration.scale[:, None]
    heads.intercept_ = heads.intercept_ * calibration.scale + calibration.shift


def to_model(
    pipeline: Pipeline, thresholds: Thresholds, corpus: Corpus, info: dict[str, Any]
) -> Model:
    """Fold a fitted pipeline into a model."""
    features: MessageFeatures = pipeline["features"]
    tfidf, heads = pipeline["tfidf"], pipeline["heads"]
    n_ngrams = len(tfidf.buckets_)
    weights = np.zeros((n_ngrams + 1, 1 + len(heads.coef_)), np.float32)
    weights[1:, 0] = tfidf.idf_**2
    weights[1:, 1:] = heads.coef_[:, :n_ngrams].T * tfidf.idf_[:, None]
    cues, lengths = np.split(heads.coef_[:, n_ngrams:].T, [-N_LENGTHS])
    return Model(
        buckets=tfidf.buckets_.astype(np.uint32),
        weights=weights,
        cue_weights=(cues * tfidf.cue_scale).astype(np.float32),
        length_weights=(lengths * tfidf.length_scale).astype(np.float32),
        intercept=heads.intercept_,
        lexicon=features.lexicon,
        languages=bundled_languages(),
        thresholds=thresholds,
        seen=np.unique(fingerprints(corpus.texts)),
        recipe=features.recipe,
        info=info,
    )


def _describe(corpus: Corpus, scores: NDArray[np.float64], seed: int) -> dict[str, Any]:
    packages = ("numpy", "scipy", "scikit-learn", "safetensors")
    return {
        "version": importlib.metadata.version("prmktml"),
        "packages": {name: importlib.metadata.version(name) for name in packages},
        "corpus": {"sha256": corpus.sha256, "n": len(corpus), "grouped": corpus.has_groups},
        "has_other": bool((corpus.labels == 2).any()),
        "has_aspects": corpus.aspects is not None,
        "seed": seed,
        "folds": fold_scores(corpus, scores),
    }
