"""What each part of the model adds: macro-F1 of pr and marketing without it.

``uv run python scripts/ablation.py [--external FILE] [--seeds N]`` prints a Markdown table, on
unseen groups of the corpus (mean over seeds of the folds) and on a labelled file outside it.
"""

import argparse
import os
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
import scipy.sparse as sp

from prmktml.corpus import Corpus, read_corpus
from prmktml.estimators import N_BUCKETS, Heads, MessageFeatures, OccurrenceTfidf
from prmktml.evaluation import macro_f1, roc_auc
from prmktml.scoring import markdown
from prmktml.training import LABELS, bundled_lexicon, folds

ROOT = Path(__file__).parents[1]

VARIANTS: dict[str, tuple[dict[str, float], dict[str, float], str]] = {
    "as it is": ({}, {}, ""),
    "without the cue lexicon": ({}, {}, "cues"),
    "without n-grams": ({}, {}, "ngrams"),
    "plain idf (power 1)": ({"power": 1.0}, {}, ""),
    "no idf (power 0)": ({"power": 0.0}, {}, ""),
    "cues at full scale": ({"cue_scale": 1.0}, {}, ""),
    "n-grams of two texts too": ({"min_df": 2}, {}, ""),
    "stronger regularization (C=3)": ({}, {"C": 3.0}, ""),
}


def without(X: sp.csr_array, part: str) -> sp.csr_array:
    """Blank out the columns of a part."""
    if not part:
        return X
    kept = np.ones(X.shape[1])
    kept[N_BUCKETS:] = part != "cues"
    kept[:N_BUCKETS] = part != "ngrams"
    blanked = X @ sp.diags_array(kept)
    blanked.eliminate_zeros()
    return blanked.tocsr()


def fit(X, labels, tfidf, heads):
    """Fit weighting and label head; return both."""
    weighting = OccurrenceTfidf(**tfidf).fit(X)
    return weighting, Heads(**heads).fit(weighting.transform(X), np.array(LABELS)[labels])


def cells(corpus: Corpus, scores: np.ndarray) -> list[float]:
    """macro-F1 of Arabic and English, AUROC of other."""
    languages = np.array(corpus.column("language"))
    found = []
    for language in ("ar", "en"):
        rows = (languages == language) & (corpus.labels < 2)
        found.append(macro_f1(corpus.labels[rows], scores[rows, :2].argmax(axis=1)))
    other = scores[:, 2] - scores[:, :2].max(axis=1)
    return [*found, roc_auc(other, corpus.labels == 2)]


def measure(name, corpus, X, external, X_out, seeds) -> list[str]:
    """One row of the table."""
    tfidf, heads, part = VARIANTS[name]
    inside = []
    X, X_out = without(X, part), None if X_out is None else without(X_out, part)
    for seed in range(seeds):
        scores = np.zeros((len(corpus), 9))
        for train, test in folds(corpus, seed):
            weighting, head = fit(X[train], corpus.labels[train], tfidf, heads)
            scores[test] = head.decision_function(weighting.transform(X[test]))
        inside.append(cells(corpus, scores))
    row = [name, *(f"{value:.3f}" for value in np.mean(inside, axis=0))]
    if external is not None:
        weighting, head = fit(X, corpus.labels, tfidf, heads)
        outside = cells(external, head.decision_function(weighting.transform(X_out)))
        row += [f"{value:.3f}" for value in outside]
    return row


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--external", type=Path)
    parser.add_argument("--seeds", type=int, default=1)
    args = parser.parse_args()
    corpus = read_corpus(ROOT / "data" / "corpus.csv")
    external = read_corpus(args.external) if args.external else None
    features = MessageFeatures(bundled_lexicon())
    X = features.transform(corpus.texts)
    X_out = features.transform(external.texts) if external else None
    head = ["variant", "ar", "en", "AUROC other"]
    head += ["external: ar", "en", "AUROC other"] if external else []
    rows = [measure(name, corpus, X, external, X_out, args.seeds) for name in VARIANTS]
    print(markdown(head, rows))


if __name__ == "__main__":
    main()
