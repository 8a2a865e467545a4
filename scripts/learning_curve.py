"""Write the learning curve and the breadth of wording into ``data/learning-curve.md``.

``uv run python scripts/learning_curve.py [--external FILE]``: macro-F1 on unseen groups, and on a
labelled file outside the corpus, at 12, 25, 50 and 100 percent of the corpus, with the pipeline
before any lexicon; then the share of distinct word pairs at equal numbers of tokens.
"""

import argparse
import os
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np

from prmktml.corpus import Corpus, read_corpus
from prmktml.entries import Entry, compile_lexicon
from prmktml.estimators import BlockTfidf, Heads, MessageFeatures
from prmktml.evaluation import macro_f1
from prmktml.features import read_batch
from prmktml.markdown import markdown
from prmktml.model import batches
from prmktml.training import LABELS, folds

ROOT = Path(__file__).parents[1]
SHARES = (0.12, 0.25, 0.5, 1.0)
NO_LEXICON = compile_lexicon([Entry("none", "en", "nosuchwordanywhere")])


def predict(X, labels, rows, X_new) -> np.ndarray:
    """Fit on rows, return pr (0) or marketing (1) for the new rows."""
    tfidf = BlockTfidf().fit(X[rows])
    heads = Heads().fit(tfidf.transform(X[rows]), np.array(LABELS)[labels[rows]])
    return heads.decision_function(tfidf.transform(X_new))[:, :2].argmax(axis=1)


def figures(corpus: Corpus, predicted: np.ndarray) -> list[str]:
    """macro-F1 of Arabic and of English."""
    languages = np.array(corpus.column("language"))
    cells = []
    for language in ("ar", "en"):
        rows = (languages == language) & (corpus.labels < 2)
        cells.append(f"{macro_f1(corpus.labels[rows], predicted[rows]):.3f} (n={rows.sum()})")
    return cells


def curve(corpus: Corpus, external: Corpus | None, seed: int = 0) -> tuple[str, str]:
    """Return the tables of the corpus and of the external file."""
    features = MessageFeatures(NO_LEXICON)
    X = features.transform(corpus.texts)
    X_out = features.transform(external.texts) if external else None
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(corpus))
    inside, outside = [], []
    for share in SHARES:
        chosen = np.sort(order[: round(share * len(corpus))])
        predicted = np.zeros(len(corpus), np.int64)
        for train, test in folds(corpus, seed):
            predicted[test] = predict(X, corpus.labels, np.intersect1d(train, chosen), X[test])
        row = [f"{share:.0%}", len(chosen)]
        inside.append([*row, *figures(corpus, predicted)])
        if external:
            outside.append([*row, *figures(external, predict(X, corpus.labels, chosen, X_out))])
    head = ["share", "messages", "macro-F1, ar", "macro-F1, en"]
    return markdown(head, inside), markdown(head, outside) if outside else ""


def distinct_pairs(texts: Iterable[str], n_tokens: int, seed: int = 0) -> float:
    """Share of distinct word pairs among the first `n_tokens` tokens of the shuffled texts."""
    texts = list(texts)
    np.random.default_rng(seed).shuffle(texts)
    pairs, total = set(), 0
    for batch in batches(texts):
        tokens = read_batch(batch)
        for start, end in pairwise(tokens.bounds):
            words = tokens.hashes[start:end].tolist()[: max(n_tokens - total, 0)]
            pairs |= set(pairwise(words))
            total += len(words)
    return len(pairs) / total


def breadth(corpus: Corpus, external: Corpus) -> str:
    """Compare distinct word pairs per language at equal numbers of tokens."""
    table = []
    for language in ("ar", "en"):
        chosen = [
            [t for t, name in zip(c.texts, c.column("language"), strict=True) if name == language]
            for c in (corpus, external)
        ]
        n = min(sum(len(read_batch([text]).starts) for text in texts) for texts in chosen)
        shares = [f"{distinct_pairs(texts, n):.3f}" for texts in chosen]
        table.append([language, n, *shares])
    return markdown(["language", "tokens", "this corpus", "external set"], table)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--external", type=Path)
    path = parser.parse_args().external
    corpus = read_corpus(ROOT / "data" / "corpus.csv")
    external = read_corpus(path) if path else None
    inside, outside = curve(corpus, external)
    parts = ["### On unseen groups of this corpus", inside]
    if external:
        parts += [
            f"### On the external set (real messages, not distributed, n={len(external)})",
            outside,
            "### Distinct word pairs at equal numbers of tokens",
            breadth(corpus, external),
        ]
    text = "\n\n".join(parts) + "\n"
    (ROOT / "data" / "learning-curve.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
