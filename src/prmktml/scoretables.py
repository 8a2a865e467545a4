"""The full evaluation report: every slice, aspect, confidence band and cause of error."""

from typing import Final

import numpy as np

from prmktml.codebook import Aspect, Label, Reason
from prmktml.decision import REASONS
from prmktml.evaluation import N_BINS
from prmktml.markdown import markdown, share
from prmktml.scoring import LENGTHS, MIN_SLICE, SLICES, Rows, Scored

__all__ = ["full_report", "slice_sections"]

COVERAGES: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_SHOWN: Final = 60


def full_report(scored: Scored, *, show_texts: bool = False) -> str:
    """Return the report in Markdown; texts are quoted only with `show_texts`."""
    parts = [
        f"# Evaluation of model {scored.name}",
        f"Intervals are 95% bootstrap intervals over {_units(scored)}, seed {scored.seed}.",
        "## Languages\n\n" + scored.language_table(),
        "## Calibration, verdicts, aspects\n\n" + scored.quality_table(),
        "## Labels\n\n" + scored.confusion_table(),
        *slice_sections(scored),
    ]
    if show_texts:
        parts.append("## Messages it got wrong\n\n" + _texts(scored))
    return "\n\n".join(parts) + "\n"


def slice_sections(scored: Scored) -> list[str]:
    """Return the sections that a report and a model card share."""
    return [
        "## Aspects\n\n" + _aspect_table(scored),
        "## Reliability of confidence\n\n" + _reliability_table(scored),
        "## Accuracy at coverage\n\n" + _coverage_table(scored),
        *(f"## By {name}\n\n" + table for name, table in _slices(scored)),
        "## Errors by cause\n\n" + _error_table(scored),
    ]


def _units(scored: Scored) -> str:
    by_group = len(np.unique(scored.units)) < len(scored.corpus)
    return "groups" if by_group else "rows"


def _aspect_table(scored: Scored) -> str:
    if scored.corpus.aspects is None:
        return "The file has no aspects."
    sided = scored.sided(scored.rows)
    gold, rows = scored.corpus.aspects[sided], []
    predicted = scored.decisions.aspects[sided] >= 0.5
    for i, aspect in enumerate(Aspect):
        both = int((gold[:, i] & predicted[:, i]).sum())
        n_gold, n_predicted = int(gold[:, i].sum()), int(predicted[:, i].sum())
        precision, recall = both / max(n_predicted, 1), both / max(n_gold, 1)
        f1 = 2 * both / max(n_gold + n_predicted, 1)
        rows.append([aspect.value, n_gold, f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}"])
    return markdown(["aspect", "n", "precision", "recall", "F1"], rows)


def _reliability_table(scored: Scored) -> str:
    rows = scored.sided(scored.rows)
    confidence, correct = scored.decisions.confidence[rows], scored.correct(rows)
    bins = np.minimum(((confidence - 0.5) * 2 * N_BINS).astype(int), N_BINS - 1)
    table = [
        [
            f"{0.5 + k / 20:.2f}–{0.55 + k / 20:.2f}",
            int(at.sum()),
            *_mean(confidence[at], correct[at]),
        ]
        for k in range(N_BINS)
        if (at := bins == k).any()
    ]
    return markdown(["confidence", "n", "mean confidence", "share correct"], table)


def _mean(*columns: np.ndarray) -> list[str]:
    return [f"{column.mean():.3f}" for column in columns]


def _coverage_table(scored: Scored) -> str:
    rows = scored.sided(scored.rows)
    order = rows[np.argsort(-scored.decisions.confidence[rows], kind="stable")]
    table = []
    for coverage in COVERAGES:
        kept = order[: round(coverage * len(order))]
        table.append([f"{coverage:.0%}", len(kept), share(scored.correct(kept))])
    return markdown(["coverage", "n", "accuracy of pr and marketing"], table)


def _slices(scored: Scored) -> list[tuple[str, str]]:
    tables = []
    for name in SLICES:
        values = np.array(scored.corpus.column(name))[scored.rows]
        names = [value for value in sorted(set(values.tolist())) if value]
        slices = [(value, scored.rows[values == value]) for value in names]
        tables.append((name, _slice_table(scored, name, slices)))
    words = np.array([len(text.split()) for text in scored.corpus.texts])[scored.rows]
    lengths = [
        (
            f"{low}–{high}" if high < 10**9 else f"{low} or more",
            scored.rows[(words >= low) & (words <= high)],
        )
        for low, high in LENGTHS
    ]
    return [*tables, ("length in words", _slice_table(scored, "words", lengths))]


def _slice_table(scored: Scored, name: str, slices: list[tuple[str, Rows]]) -> str:
    table, small = [], 0
    for value, rows in slices:
        n = len(scored.sided(rows))
        if n < MIN_SLICE:
            small += 1
            continue
        table.append([value, n, scored.interval(scored.macro_f1, rows, rounds=300)])
    note = f"\n\n{small} smaller than {MIN_SLICE} rows are not shown." if small else ""
    return (markdown([name, "n", "macro-F1"], table) if table else "None is large enough.") + note


def _cause(scored: Scored, row: int) -> str:
    """Name what goes with an error, so that errors can be counted by cause."""
    reasons = {REASONS[i] for i in np.flatnonzero(scored.decisions.reasons[row])}
    for reason in (Reason.TOO_SHORT, Reason.UNSUPPORTED_LANGUAGE, Reason.BOTH_SIDES):
        if reason in reasons:
            return reason.value
    difficulty = scored.corpus.column("difficulty")[row]
    if difficulty in ("absent", "misleading"):
        return f"words {difficulty}"
    return "confident" if scored.decisions.confidence[row] >= 0.9 else "near tie"


def _wrong(scored: Scored) -> Rows:
    rows = scored.sided(scored.rows)
    return rows[~scored.correct(rows)]


def _error_table(scored: Scored) -> str:
    labels, wrong = list(Label), _wrong(scored)
    counts: dict[tuple[str, str], int] = {}
    for row in wrong.tolist():
        key = (labels[scored.corpus.labels[row]].value, _cause(scored, row))
        counts[key] = counts.get(key, 0) + 1
    table = [[gold, cause, n] for (gold, cause), n in sorted(counts.items(), key=lambda i: -i[1])]
    return markdown(["gold label", "cause", "errors"], table) if table else "No errors."


def _texts(scored: Scored) -> str:
    labels = list(Label)
    wrong = sorted(_wrong(scored).tolist(), key=lambda i: -scored.decisions.confidence[i])[:_SHOWN]
    table = [
        [
            labels[scored.corpus.labels[row]].value,
            f"{scored.decisions.confidence[row]:.2f}",
            _cause(scored, row),
            " ".join(scored.corpus.texts[row].split())[:200],
        ]
        for row in wrong
    ]
    return markdown(["gold", "confidence in the other", "cause", "text"], table)
