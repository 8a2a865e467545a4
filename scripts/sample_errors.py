"""Print messages of unseen groups on the wrong side, to be read and sorted by cause.

``uv run python scripts/sample_errors.py [--n 60] [--seed 60]``
"""

import argparse
from pathlib import Path

import numpy as np

from prmktml.codebook import Label
from prmktml.corpus import read_corpus
from prmktml.training import train

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Print id, gold, said, difficulty and text of a random sample of errors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=60)
    parser.add_argument("--seed", type=int, default=60)
    args = parser.parse_args()
    corpus, labels = read_corpus(ROOT / "data" / "corpus.csv"), list(Label)
    said = train(corpus).scores[:, :2].argmax(axis=1)
    wrong = np.flatnonzero((corpus.labels < 2) & (said != corpus.labels))
    print(f"{len(wrong):,} of {int((corpus.labels < 2).sum()):,} on the wrong side")
    chosen = np.random.default_rng(args.seed).choice(wrong, min(args.n, len(wrong)), replace=False)
    for row in chosen:
        about = [corpus.column(name)[row] for name in ("id", "difficulty", "genre", "variety")]
        gold, other = labels[corpus.labels[row]], labels[said[row]]
        print(f"### {' | '.join(about)} | gold {gold}, said {other}\n{corpus.texts[row]}")


if __name__ == "__main__":
    main()
