"""Decisions as lines of a file: jsonl objects, csv cells, rows of a table on a terminal.

From plain texts a line is the prediction itself; from a table it is the input's own fields with the
prediction beside them. No row is lost: one that could not be read comes back as unreadable.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from prmktml.codebook import Reason
from prmktml.decision import LABELS, LANGUAGES, VERDICTS, Decisions
from prmktml.tables import open_output

if TYPE_CHECKING:
    import argparse

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


def judge(model: "Model", batch: Batch, min_confidence: float) -> Judged:
    """Judge a batch of rows; unreadable ones get no label."""
    decisions = model.decide([text or "" for text in batch.texts], min_confidence)
    if any(batch.problems):
        unreadable = np.array([bool(problem) for problem in batch.problems])
        decisions.void(Reason.UNREADABLE, unreadable)
    return Judged(batch, decisions)


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


def _json_lines(judged: Judged, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    texts = judged.batch.texts
    for i, fields in enumerate(judged.batch.fields):
        record = judged.decisions.prediction(i, texts[i] or "").to_dict()
        if not columns:
            yield record
            continue
        del record["text"]
        yield fields | {"prmktml": record}


@contextmanager
def writer_for(
    form: str, path: str | None, columns: Sequence[str], model: "Model", args: "argparse.Namespace"
) -> Iterator[Callable[[Judged], None]]:
    """Give a function that writes judged batches in this format."""
    if form == "table":
        yield _print_table
        return
    own = tuple(columns) or ("text",)
    names = own + CSV_COLUMNS if form == "csv" else ()
    with open_output(path or "-", form, names, excel=args.excel) as output:

        def write(judged: Judged) -> None:
            if form == "csv":
                for fields, cells in zip(
                    judged.batch.fields, csv_cells(judged.decisions), strict=True
                ):
                    output.write([*fields, *cells])
            else:
                for record in _json_lines(judged, columns):
                    output.write(record)

        yield write


_SHOWN: Final = 60


def _print_table(judged: Judged) -> None:
    """Print aligned rows; the text comes last, so that right-to-left text disturbs no column."""
    for text, cells in zip(judged.batch.texts, csv_cells(judged.decisions), strict=True):
        label, confidence, verdict, reasons, aspect = cells[:5]
        sure = f"{float(confidence):.0%}" if confidence else ""
        told = f"{verdict} ({reasons})" if reasons else verdict
        one_line = " ".join((text or "").split())
        shown = one_line if len(one_line) <= _SHOWN else one_line[: _SHOWN - 1] + "…"
        sys.stdout.write(f"{label or '–':<10} {sure:>4}  {aspect:<13} {told:<24}  {shown}\n")


def to_json(record: dict[str, Any]) -> str:
    """Return a record as one line of JSON, non-ASCII letters as they are."""
    return json.dumps(record, ensure_ascii=False)
