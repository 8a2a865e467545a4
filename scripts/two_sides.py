"""What the choices about aspects bring: primary aspects found, and messages with two sides.

``uv run python scripts/two_sides.py [--external FILE] [--seeds N]`` prints a Markdown table, on
unseen groups of the corpus and on a labelled file outside it.
"""

from dataclasses import replace

import numpy as np
from ablation import asked

from prmktml import decision
from prmktml.corpus import Corpus
from prmktml.decision import both_sides, mixed_score
from prmktml.estimators import build_pipeline
from prmktml.evaluation import average_precision, macro_f1
from prmktml.markdown import markdown
from prmktml.training import LABELS, bundled_lexicon, folds, out_of_fold

SIDES = (slice(3, 6), slice(6, 9))


def primary_found(corpus: Corpus, scores: np.ndarray) -> float:
    """Share of gold primary aspects that are the strongest on the side of the label found."""
    strongest = np.array([scores[:, side].argmax(axis=1) + side.start - 3 for side in SIDES])
    label = scores[:, :2].argmax(axis=1)
    known = corpus.primary >= 0
    return float((strongest[label, np.arange(len(label))] == corpus.primary)[known].mean())


def sided_f1(corpus: Corpus, scores: np.ndarray, rows: np.ndarray) -> float:
    """macro-F1 of pr and marketing."""
    rows = rows & (corpus.labels < 2)
    return macro_f1(corpus.labels[rows], scores[rows, :2].argmax(axis=1))


def measure(corpus: Corpus, learnt: Corpus, external: Corpus | None, seeds: int, **heads):
    """Cells of one row; `learnt` is the corpus with the aspects that heads are to learn."""
    pipeline = build_pipeline(bundled_lexicon(), **heads)
    X = pipeline["features"].transform(corpus.texts)
    two_sided = both_sides(corpus.aspects)
    inside = []
    for seed in range(seeds):
        scores = out_of_fold(pipeline, X, learnt, folds(corpus, seed))
        found = average_precision(mixed_score(scores), two_sided)
        tie, decision.TIE = decision.TIE, 0.0
        without_tie = average_precision(mixed_score(scores), two_sided)
        decision.TIE = tie
        one_sided = sided_f1(corpus, scores, ~two_sided)
        inside.append([one_sided, primary_found(corpus, scores), found, without_tie])
    cells = np.mean(inside, axis=0).tolist()
    if external is not None:
        labels = np.array(LABELS)[corpus.labels]
        pipeline[1:].fit(X, labels, heads__aspects=learnt.leading_aspects())
        scores = pipeline.decision_function(external.texts)
        everything = np.ones(len(external), bool)
        cells += [sided_f1(external, scores, everything), primary_found(external, scores)]
    return [f"{cell:.3f}" for cell in cells]


class AllAspects(Corpus):
    """A corpus whose heads learn second aspects of the same side too."""

    def leading_aspects(self):
        """Return all aspects."""
        return self.aspects


def main() -> None:
    """Print the table."""
    corpus, external, seeds = asked(__doc__, seeds=2)
    all_aspects = AllAspects(**{name: getattr(corpus, name) for name in corpus.__match_args__})
    first = np.eye(6, dtype=bool)[corpus.primary] & (corpus.primary >= 0)[:, None]
    first_alone = replace(corpus, aspects=first)
    head = ["", "F1, one-sided", "primary aspect", "mixed AP", "the same without the tie"]
    head += ["external: F1", "primary aspect"] if external else []
    full_weight = measure(corpus, corpus, external, seeds, two_sided_weight=1.0)
    rows = [
        ["as it is", *measure(corpus, corpus, external, seeds)],
        ["two-sided messages at full weight", *full_weight],
        ["all second aspects learnt", *measure(corpus, all_aspects, external, seeds)],
        ["first aspects alone learnt", *measure(corpus, first_alone, external, seeds)],
    ]
    print(markdown(head, rows))


if __name__ == "__main__":
    main()
