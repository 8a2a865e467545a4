"""A model's decisions held against gold labels: the figures, their intervals, the tables.

The same tables serve a labelled file that the model never saw (``evaluate``) and the out-of-fold
scores of its own corpus (the model card).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from prmktml.codebook import Aspect, Label, Verdict
from prmktml.corpus import Corpus, fingerprints
from prmktml.decision import Decisions, both_sides, decide
from prmktml.errors import DataError
from prmktml.evaluation import (
    average_precision,
    bootstrap,
    ece,
    expected_ece,
    macro_f1,
    roc_auc,
)
from prmktml.features import read_batch
from prmktml.language import identify
from prmktml.markdown import NONE, figure, markdown, share
from prmktml.model import Model, batches

__all__ = ["Scored", "score", "score_folds"]

Rows = NDArray[np.int64]
VERDICTS: Final = list(Verdict)
ASPECTS: Final = list(Aspect)
MIN_GROUPS: Final = 20
"""With fewer groups an interval over groups says little; rows are drawn instead."""
LENGTHS: Final = ((0, 8), (9, 30), (31, 80), (81, 10**9))
SLICES: Final = ("variety", "channel", "sector", "difficulty", "genre")
MIN_SLICE: Final = 20


@dataclass(frozen=True)
class Scored:
    """Decisions beside gold labels.

    Attributes
    ----------
    corpus : Corpus
    decisions : Decisions
        Of all rows of the corpus.
    rows : ndarray of int
        Rows that count; those the model was trained on are left out.
    name : str
        Of the model.
    seed : int
    """

    corpus: Corpus
    decisions: Decisions
    rows: Rows
    name: str
    seed: int = 0

    @property
    def languages(self) -> NDArray[np.str_]:
        """Language of each row: the file's own column, or what was identified."""
        named = self.corpus.column("language")
        found = ("ar", "en", "mixed", "unknown")
        return np.array(
            [n or found[i] for n, i in zip(named, self.decisions.language, strict=True)]
        )

    @property
    def units(self) -> NDArray[np.int64]:
        """What the bootstrap draws: groups where there are enough of them, else rows."""
        enough = self.corpus.has_groups and len(np.unique(self.corpus.groups)) >= MIN_GROUPS
        return self.corpus.groups if enough else np.arange(len(self.corpus))

    def sided(self, rows: Rows) -> Rows:
        """Rows whose gold label is pr or marketing."""
        return rows[self.corpus.labels[rows] < 2]

    def macro_f1(self, rows: Rows) -> float:
        """macro-F1 of pr and marketing."""
        rows = self.sided(rows)
        return macro_f1(self.corpus.labels[rows], self.decisions.labels[rows].astype(np.int64))

    def macro_f1_three(self, rows: Rows) -> float:
        """macro-F1 of the three labels, the likeliest being the prediction."""
        return macro_f1(self.corpus.labels[rows], self._three(rows), classes=3)

    def _three(self, rows: Rows) -> NDArray[np.int64]:
        likeliest: NDArray[np.int64] = self.decisions.probabilities[rows].argmax(axis=1)
        return likeliest

    def correct(self, rows: Rows) -> NDArray[np.bool_]:
        """Whether the label of each row is the gold one."""
        correct: NDArray[np.bool_] = self.decisions.labels[rows] == self.corpus.labels[rows]
        return correct

    def aspect_accuracy(self, rows: Rows) -> float:
        """Share of rows whose strongest aspect is the gold primary one, where there is one."""
        rows = rows[self.corpus.primary[rows] >= 0]
        return float((self.decisions.aspect[rows] == self.corpus.primary[rows]).mean())

    def interval(self, statistic: Callable[[Rows], float], rows: Rows, rounds: int = 1000) -> str:
        """Return the value of a statistic with its 95% interval."""
        if not len(rows):
            return NONE
        low, high = bootstrap(lambda i: statistic(rows[i]), self.units[rows], self.seed, rounds)
        return f"{statistic(rows):.3f} [{low:.3f}, {high:.3f}]"

    def by_language(self) -> Iterator[tuple[str, Rows]]:
        """Yield each language and its rows, then all of them."""
        languages = self.languages[self.rows]
        for name in ("ar", "en", "mixed", "unknown"):
            if (languages == name).any():
                yield name, self.rows[languages == name]
        yield "all", self.rows

    def language_table(self) -> str:
        """macro-F1 and its neighbours per language."""
        head = ["language", "n (pr, marketing)", "macro-F1", "n (all)", "macro-F1, three labels"]
        table = [
            [
                name,
                len(self.sided(rows)),
                self.interval(self.macro_f1, rows) if len(self.sided(rows)) else NONE,
                len(rows),
                self.interval(self.macro_f1_three, rows),
            ]
            for name, rows in self.by_language()
        ]
        return markdown(head, table)

    def confusion_table(self) -> str:
        """Gold labels against the likeliest of three."""
        gold, predicted = self.corpus.labels[self.rows], self._three(self.rows)
        rows = [
            [label.value, *(int(((gold == i) & (predicted == j)).sum()) for j in range(3))]
            for i, label in enumerate(Label)
        ]
        return markdown(["gold \\ predicted", *Label], rows)

    def measures(self) -> list[list[object]]:
        """Calibration, aspects and verdicts: name, value, n."""
        rows, sided, d = self.rows, self.sided(self.rows), self.decisions
        confidence = d.confidence[sided]
        clear = rows[d.verdicts[rows] == VERDICTS.index(Verdict.CLEAR)]
        is_other = self.corpus.labels[rows] == 2
        table: list[list[object]] = [
            ["ECE of confidence", figure(ece(confidence, self.correct(sided)), sided), len(sided)],
            [
                "ECE if perfectly calibrated",
                figure(expected_ece(confidence, self.seed), sided),
                len(sided),
            ],
            ["clear: share wrong", share(~self.correct(clear)), len(clear)],
            ["clear: coverage", figure(len(clear) / max(len(rows), 1), rows), len(rows)],
            ["other: AUROC", figure(roc_auc(d.probabilities[rows, 2], is_other), rows), len(rows)],
        ]
        if self.corpus.aspects is not None:
            with_aspect = sided[self.corpus.primary[sided] >= 0]
            mixed = both_sides(self.corpus.aspects[rows])
            precision = average_precision(d.mixedness[rows], mixed)
            table += [
                [
                    "primary aspect: accuracy",
                    self.interval(self.aspect_accuracy, with_aspect),
                    len(with_aspect),
                ],
                [
                    "mixed: average precision",
                    figure(precision, rows),
                    f"{int(mixed.sum())} of {len(rows)}",
                ],
            ]
        return table

    def quality_table(self) -> str:
        """Calibration, aspects and verdicts, each with its measure."""
        return markdown(["measure", "value", "n"], self.measures())

    def headline(self) -> list[str]:
        """Return macro-F1 of Arabic and English, then five measures of trust, as cells."""
        by_language = dict(self.by_language())
        cells = []
        for name in ("ar", "en"):
            rows = by_language.get(name, np.zeros(0, np.int64))
            cells.append(self.interval(self.macro_f1, rows))
        values = {name: str(value) for name, value, _ in self.measures()}
        wanted = (
            "primary aspect: accuracy",
            "ECE of confidence",
            "clear: share wrong",
            "clear: coverage",
            "other: AUROC",
        )
        return [*cells, *(values.get(name, "") for name in wanted)]

    def summary(self) -> str:
        """Return what the terminal shows."""
        left_out = len(self.corpus) - len(self.rows)
        note = f"model {self.name}; {len(self.rows)} rows"
        if left_out:
            note += f"; {left_out} more were in the model's training corpus and are left out"
        parts = [note, self.language_table(), self.quality_table(), self.confusion_table()]
        return "\n\n".join(parts)


def score(model: Model, corpus: Corpus, *, seed: int = 0) -> Scored:
    """Let a model judge a labelled file; rows it was trained on do not count.

    Raises
    ------
    DataError
        If no row is left.
    """
    parts = [decisions for _, decisions in model.decide_all(corpus.texts)]
    fresh = np.flatnonzero(~np.isin(fingerprints(corpus.texts), model.seen))
    if not len(fresh):
        raise DataError(
            f"all {len(corpus)} rows were in the training corpus of model {model.name}; "
            "score it on other messages, or use --cv"
        )
    return Scored(corpus, join(parts), fresh, model.name, seed)


def score_folds(model: Model, corpus: Corpus, scores: NDArray[np.float64], seed: int = 0) -> Scored:
    """Hold out-of-fold scores, shape (n_rows, N_OUTPUTS), against the gold labels."""
    parts, done = [], 0
    for batch in batches(corpus.texts):
        tokens, part = read_batch(batch), scores[done : done + len(batch)]
        language = identify(tokens, model.languages)
        known = np.ones(len(batch), bool)
        parts.append(decide(part, known, tokens, language, model.thresholds))
        done += len(batch)
    return Scored(corpus, join(parts), np.arange(len(corpus)), model.name, seed)


def join(parts: list[Decisions]) -> Decisions:
    """Join decisions of batches into one."""
    names = ("probabilities", "aspects", "labels", "aspect", "confidence", "verdicts", "reasons")
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in (*names, "language", "mixedness")
    }
    return Decisions(**columns, model=parts[0].model, has_aspects=parts[0].has_aspects)
