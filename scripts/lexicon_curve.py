"""What the cue lexicon brings as it grows.

``uv run python scripts/lexicon_curve.py [--external FILE] [--seeds N]`` prints macro-F1 of pr and
marketing with a random part of the lexicon's entries (means over seeds), on unseen groups of the
corpus and on a labelled file outside it.
"""

import numpy as np
from ablation import ROOT, asked, cells, columns, fit, scores_by_fold

from prmktml.entries import compile_lexicon, read_entries
from prmktml.estimators import MessageFeatures
from prmktml.features import RECIPE
from prmktml.markdown import markdown

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def lexicon_of(share: float, seed: int):
    """Compile a random part of the entries; at least one stays."""
    entries = read_entries(sorted((ROOT / "data" / "lexicon").glob("lexicon_*.tsv")))
    order = np.random.default_rng(seed).permutation(len(entries))
    chosen = np.sort(order[: max(round(share * len(entries)), 1)])
    return len(chosen), compile_lexicon([entries[i] for i in chosen])


def measure(share, corpus, external, seeds) -> list[str]:
    """One row of the table: means over seeds."""
    inside, outside, n_entries = [], [], 0
    for seed in range(seeds):
        n_entries, lexicon = lexicon_of(share, seed)
        features = MessageFeatures(lexicon)
        X = features.transform(corpus.texts)
        inside.append(cells(corpus, scores_by_fold(X, corpus, seed, RECIPE, {}, {})))
        if external is not None:
            weighting, head = fit(X, corpus, slice(None), RECIPE, {}, {})
            X_out = weighting.transform(features.transform(external.texts))
            outside.append(cells(external, head.decision_function(X_out)))
    means = [*np.mean(inside, axis=0), *(np.mean(outside, axis=0) if outside else [])]
    return [f"{n_entries:,}", *(f"{value:.3f}" for value in means)]


def main() -> None:
    """Print the table."""
    corpus, external, seeds = asked(__doc__, seeds=3)
    head = columns("entries", external)
    rows = [measure(share, corpus, external, seeds) for share in SHARES]
    print(markdown(head, rows))


if __name__ == "__main__":
    main()
