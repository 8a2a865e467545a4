"""What each part of the model adds: macro-F1 of pr and marketing without it.

``uv run python scripts/ablation.py [--external FILE] [--seeds N]`` prints a Markdown table, on
unseen groups of the corpus (mean and standard deviation over seeds of the folds) and on a labelled
file outside it.
"""

import argparse
import os
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np

from prmktml.corpus import Corpus, read_corpus
from prmktml.estimators import BlockTfidf, Heads, MessageFeatures
from prmktml.evaluation import macro_f1, roc_auc
from prmktml.features import RECIPE, Recipe
from prmktml.markdown import markdown
from prmktml.model import N_OUTPUTS
from prmktml.training import LABELS, bundled_lexicon, folds

ROOT = Path(__file__).parents[1]

ALL_CHARS = Recipe((("char2", "char3", "char4", "char5"), ("word1", "word2")), distinct=True)
ONE_BLOCK = Recipe((("char4", "word1", "word2"),), distinct=True)
WORDS = Recipe((("word1", "word2"),), distinct=True)
REPEATS = RECIPE._replace(distinct=False)

VARIANTS: dict[str, tuple[Recipe, dict[str, float], dict[str, float]]] = {
    "as it is": (RECIPE, {}, {}),
    "without the cue lexicon": (RECIPE, {"cue_scale": 0.0}, {}),
    "without lengths": (RECIPE, {"length_scale": 0.0}, {}),
    "without n-grams": (RECIPE, {"min_df": 10**6}, {"C": 1.0}),
    "without characters": (WORDS, {}, {}),
    "characters of 2 to 5": (ALL_CHARS, {}, {}),
    "words and characters under one norm": (ONE_BLOCK, {}, {}),
    "repeated n-grams counted": (REPEATS, {}, {}),
    "plain idf (power 1)": (RECIPE, {"power": 1.0}, {}),
    "cues at twice the scale": (RECIPE, {"cue_scale": 0.5}, {}),
    "two-sided messages at full weight": (RECIPE, {}, {"two_sided_weight": 1.0}),
}


class LabelHead(Heads):
    """Heads that leave aspects out, because labels alone are compared."""

    def _fit_aspects(self, X, aspects, other) -> None:
        pass


def fit(X, corpus, rows, recipe, tfidf, heads):
    """Fit weighting and label head on these rows; return both."""
    weighting = BlockTfidf(n_blocks=len(recipe.blocks), **tfidf).fit(X[rows])
    labels, aspects = np.array(LABELS)[corpus.labels[rows]], corpus.leading_aspects()[rows]
    return weighting, LabelHead(**heads).fit(weighting.transform(X[rows]), labels, aspects)


def scores_by_fold(X, corpus, seed, recipe, tfidf, heads) -> np.ndarray:
    """Score each row by a model that did not see its group."""
    scores = np.zeros((len(corpus), N_OUTPUTS))
    for train, test in folds(corpus, seed):
        weighting, head = fit(X, corpus, train, recipe, tfidf, heads)
        scores[test] = head.decision_function(weighting.transform(X[test]))
    return scores


def cells(corpus: Corpus, scores: np.ndarray) -> list[float]:
    """macro-F1 of Arabic and English, AUROC of other."""
    languages = np.array(corpus.column("language"))
    found = []
    for language in ("ar", "en"):
        rows = (languages == language) & (corpus.labels < 2)
        found.append(macro_f1(corpus.labels[rows], scores[rows, :2].argmax(axis=1)))
    other = scores[:, 2] - scores[:, :2].max(axis=1)
    return [*found, roc_auc(other, corpus.labels == 2)]


def measure(name, corpus, external, seeds) -> list[str]:
    """One row of the table."""
    recipe, tfidf, heads = VARIANTS[name]
    features = MessageFeatures(bundled_lexicon(), recipe)
    X = features.transform(corpus.texts)
    inside = [
        cells(corpus, scores_by_fold(X, corpus, seed, recipe, tfidf, heads))
        for seed in range(seeds)
    ]
    means, spreads = np.mean(inside, axis=0), np.std(inside, axis=0)
    row = [name, *(f"{m:.3f} ± {s:.3f}" for m, s in zip(means, spreads, strict=True))]
    if external is not None:
        weighting, head = fit(X, corpus, slice(None), recipe, tfidf, heads)
        X_out = weighting.transform(features.transform(external.texts))
        row += [f"{value:.3f}" for value in cells(external, head.decision_function(X_out))]
    return row


def asked(description: str, seeds: int) -> tuple[Corpus, Corpus | None, int]:
    """Read the corpus, the external file if one is named, and the number of seeds."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--external", type=Path)
    parser.add_argument("--seeds", type=int, default=seeds)
    args = parser.parse_args()
    external = read_corpus(args.external) if args.external else None
    return read_corpus(ROOT / "data" / "corpus.csv"), external, args.seeds


def columns(first: str, external: Corpus | None) -> list[str]:
    """Name the columns of the table."""
    outside = ["external: ar", "en", "AUROC other"] if external else []
    return [first, "ar", "en", "AUROC other", *outside]


def main() -> None:
    """Print the table."""
    corpus, external, seeds = asked(__doc__, seeds=5)
    head = columns("variant", external)
    print(markdown(head, []), flush=True)
    for name in VARIANTS:
        row = markdown(head, [measure(name, corpus, external, seeds)])
        print(row.splitlines()[-1], flush=True)


if __name__ == "__main__":
    main()
