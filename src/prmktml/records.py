"""Decisions as lines of a file: jsonl objects, csv cells, rows of a table on a terminal.

From plain texts a line is the prediction itself; from a table it is the input's own fields with the
prediction beside them. No row is lost: one that could not be read comes back as unreadable.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from prmktml.codebook import Reason
from prmktml.decision import LABELS, LANGUAGES, VERDICTS, Decisions
from prmktml.tables import open_output

if TYPE_CHECKING:
    import argparse

    from prmktml.explanation import Explanation
    from prmktml.model import Model

__all__ = ["CSV_COLUMNS", "Batch", "Judged", "judge", "writer_for"]

CSV_COLUMNS: Final = tuple(
    f"prmktml_{name}"
    for name in (
        "label",
        "confidence",
        "verdict",
        "reasons",
        "aspect",
        "p_pr",
        "p_marketing",
        "p_other",
        "language",
    )
)
EXPLANATION_COLUMN: Final = "prmktml_explanation"
"""The strongest words of a row, where explanations were asked for."""


class Batch(NamedTuple):
    """Rows of the input.

    Attributes
    ----------
    fields : list
        Each row's own, a dictionary for jsonl output, else a list.
    texts : sequence of str or None
        None where a row is unreadable.
    problems : list of str
        Empty where there is none.
    """

    fields: list[Any]
    texts: Sequence[str | None]
    problems: list[str]


class Judged(NamedTuple):
    """A batch and what the model says of it."""

    batch: Batch
    decisions: Decisions
    explanations: "Sequence[Explanation]" = ()
    """One a row, if they were asked for."""


def judge(model: "Model", batch: Batch, min_confidence: float, *, explain: bool = False) -> Judged:
    """Judge a batch of rows, and explain each if wanted; unreadable ones get no label."""
    decisions = model.decide([text or "" for text in batch.texts], min_confidence)
    if any(batch.problems):
        unreadable = np.array([bool(problem) for problem in batch.problems])
        decisions.void(Reason.UNREADABLE, unreadable)
    told = zip(batch.texts, batch.problems, strict=True) if explain else ()
    explanations = [model.explain("" if problem else text or "") for text, problem in told]
    return Judged(batch, decisions, explanations)


def csv_cells(decisions: Decisions) -> Iterator[tuple[str, ...]]:
    """Yield the cells of :data:`CSV_COLUMNS` for each row."""
    labels = [*LABELS, ""]
    aspects = [*decisions.aspect_names, ""]
    probabilities = decisions.probabilities.tolist()
    rows = zip(
        decisions.labels.tolist(),
        decisions.confidence.tolist(),
        decisions.verdicts.tolist(),
        decisions.reason_texts(),
        decisions.aspect.tolist(),
        decisions.language.tolist(),
        strict=True,
    )
    for (label, confidence, verdict, reasons, aspect, language), p in zip(
        rows, probabilities, strict=True
    ):
        yield (
            labels[label],
            f"{confidence:.6f}" if label >= 0 else "",
            VERDICTS[verdict],
            reasons,
            aspects[aspect],
            f"{p[0]:.6f}",
            f"{p[1]:.6f}",
            f"{p[2]:.6f}",
            LANGUAGES[language],
        )


def _csv_rows(judged: Judged, args: "argparse.Namespace") -> Iterator[list[Any]]:
    """Yield the fields and cells of each row, and its explanation if it has one."""
    rows = zip(judged.batch.fields, csv_cells(judged.decisions), strict=True)
    if not judged.explanations:
        yield from ([*fields, *cells] for fields, cells in rows)
        return
    from prmktml.explanation.highlighting import in_words, locale_language

    lang = args.lang or locale_language()
    for (fields, cells), explanation in zip(rows, judged.explanations, strict=True):
        yield [*fields, *cells, in_words(explanation, lang)]


def _json_lines(
    judged: Judged, columns: Sequence[str], args: "argparse.Namespace"
) -> Iterator[dict[str, Any]]:
    """Yield an object a row; cue classes stay codes unless a language was named."""
    texts = judged.batch.texts
    for i, fields in enumerate(judged.batch.fields):
        record = judged.decisions.prediction(i, texts[i] or "").to_dict()
        if judged.explanations:
            record |= judged.explanations[i].to_dict(args.lang)
        if not columns:
            yield record
            continue
        del record["text"]
        yield fields | {"prmktml": record}


@contextmanager
def writer_for(
    form: str, path: str | None, columns: Sequence[str], args: "argparse.Namespace"
) -> Iterator[Callable[[Judged], None]]:
    """Give a function that writes judged batches in this format."""
    if form == "table":
        yield _table_printer(args)
        return
    own = tuple(columns) or ("text",)
    added = CSV_COLUMNS + ((EXPLANATION_COLUMN,) if args.explain else ())
    with open_output(
        path or "-", form, () if form == "jsonl" else own + added, excel=args.excel
    ) as out:

        def write(judged: Judged) -> None:
            lines = (
                _json_lines(judged, columns, args) if form == "jsonl" else _csv_rows(judged, args)
            )
            for line in lines:
                out.write(line)

        yield write


_SHOWN: Final = 60


def _table_printer(args: "argparse.Namespace") -> Callable[[Judged], None]:
    if not args.explain:
        return _print_table
    from prmktml.explanation.highlighting import locale_language, teller

    return partial(_print_table, tell=teller(args.lang or locale_language(), sys.stdout))


def _print_table(judged: Judged, tell: "Callable[[Explanation], str] | None" = None) -> None:
    """Print aligned rows; the text comes last, so that right-to-left text disturbs no column."""
    rows = zip(judged.batch.texts, csv_cells(judged.decisions), strict=True)
    for i, (text, cells) in enumerate(rows):
        label, confidence, verdict, reasons, aspect = cells[:5]
        sure = f"{float(confidence):.0%}" if confidence else ""
        told = f"{verdict} ({reasons})" if reasons else verdict
        one_line = " ".join((text or "").split())
        shown = one_line if len(one_line) <= _SHOWN else one_line[: _SHOWN - 1] + "…"
        sys.stdout.write(f"{label or '–':<10} {sure:>4}  {aspect:<13} {told:<32}  {shown}\n")
        if tell:
            sys.stdout.write(tell(judged.explanations[i]))
