"""Decisions as lines of a file: jsonl objects, csv cells, rows of a table on a terminal.

From plain texts a line is the prediction itself; from a table it is the input's own fields with the
prediction beside them. No row is lost: one that could not be read comes back as unreadable.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from prmktml.codebook import Reason
from prmktml.decision import LABELS, LANGUAGES, VERDICTS, Decisions
from prmktml.tables import open_output
from prmktml.tables.writers import delimited_lines, json_lines

if TYPE_CHECKING:
    from prmktml.explanation import Explanation
    from prmktml.model import Model
    from prmktml.tables import Row, Table

__all__ = [
    "CSV_COLUMNS",
    "Batch",
    "Judged",
    "Layout",
    "Part",
    "batch_of",
    "cell_columns",
    "judge",
    "part_of",
    "writer_for",
]

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
_LABELS: Final = tuple(map(str, LABELS))
_VERDICTS: Final = tuple(map(str, VERDICTS))
_LANGUAGES: Final = tuple(map(str, LANGUAGES))
_DELIMITERS: Final = {"csv": ",", "tsv": "\t"}


class Batch(NamedTuple):
    """Rows of the input.

    Attributes
    ----------
    fields : list
        For jsonl output a dictionary a row; else a sequence a column, which takes less to send to
        another process than one a row.
    texts : sequence of str or None
        None where a row is unreadable.
    problems : sequence of str or None
        None, or empty, where there is none.
    """

    fields: list[Any]
    texts: Sequence[str | None]
    problems: Sequence[str | None]


def batch_of(table: "Table", rows: Sequence["Row"], form: str) -> Batch:
    """Make a batch of at least one row for an output of this form."""
    whole = form == "jsonl" and table.columns
    fields = [*map(table.record, rows)] if whole else [*zip(*map(table.values, rows), strict=True)]
    _, _, texts, problems = zip(*rows, strict=True)
    return Batch(fields, texts, problems)


class Layout(NamedTuple):
    """How records are laid out.

    Attributes
    ----------
    form : str
        ``table`` or one of :data:`prmktml.tables.outputs.FORMATS`.
    columns : tuple of str
        Those of the input; none for plain texts.
    explain : bool
    lang : str or None
        Language of explanations; by default that of the locale.
    excel : bool
    min_confidence : float in [0.5, 1]
    """

    form: str
    columns: tuple[str, ...] = ()
    explain: bool = False
    lang: str | None = None
    excel: bool = False
    min_confidence: float = 0.5


class Part(NamedTuple):
    """A part of the output: lines in bytes, lines of a table, or rows of a workbook or parquet."""

    n_rows: int
    problems: list[str]
    content: Any


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


def cell_columns(decisions: Decisions) -> list[list[str]]:
    """Return the cells of each of :data:`CSV_COLUMNS`, shape (9, n_texts)."""
    labels, aspects = [*_LABELS, ""], [*map(str, decisions.aspect_names), ""]
    judged = zip(decisions.labels.tolist(), decisions.confidence.tolist(), strict=True)
    return [
        [labels[i] for i in decisions.labels.tolist()],
        ["" if label < 0 else f"{confidence:.6f}" for label, confidence in judged],
        [_VERDICTS[i] for i in decisions.verdicts.tolist()],
        decisions.reason_texts(),
        [aspects[i] for i in decisions.aspect.tolist()],
        *([f"{p:.6f}" for p in column] for column in decisions.probabilities.T.tolist()),
        [_LANGUAGES[i] for i in decisions.language.tolist()],
    ]


def _explanation_cells(judged: Judged, lang: str | None) -> list[str]:
    from prmktml.explanation.highlighting import in_words, locale_language

    lang = lang or locale_language()
    return [in_words(explanation, lang) for explanation in judged.explanations]


def _columns(judged: Judged, layout: Layout) -> list[Sequence[Any]]:
    """Return the input's columns, those of the decisions, and one of explanations if wanted."""
    columns: list[Sequence[Any]] = judged.batch.fields + cell_columns(judged.decisions)
    return [*columns, _explanation_cells(judged, layout.lang)] if layout.explain else columns


def _json_records(judged: Judged, layout: Layout) -> Iterator[dict[str, Any]]:
    """Yield an object a row; cue classes stay codes unless a language was named."""
    for i, text in enumerate(judged.batch.texts):
        record = judged.decisions.prediction(i, text or "").to_dict()
        if judged.explanations:
            record |= judged.explanations[i].to_dict(layout.lang)
        if not layout.columns:
            yield record
            continue
        del record["text"]
        yield judged.batch.fields[i] | {"prmktml": record}


def part_of(model: "Model", batch: Batch, layout: Layout) -> Part:
    """Judge a batch and lay it out, ready to be written by :func:`writer_for`."""
    judged = judge(model, batch, layout.min_confidence, explain=layout.explain)
    problems = [problem for problem in batch.problems if problem]
    return Part(len(batch.texts), problems, _content(judged, layout))


def _content(judged: Judged, layout: Layout) -> Any:
    if layout.form == "table":
        return _table_lines(judged, layout)
    if layout.form == "jsonl":
        return json_lines(_json_records(judged, layout))
    columns = _columns(judged, layout)
    if layout.form in _DELIMITERS:
        return delimited_lines(columns, _DELIMITERS[layout.form], excel=layout.excel)
    return list(map(list, zip(*columns, strict=True)))


@contextmanager
def writer_for(layout: Layout, path: str | None) -> Iterator[Callable[[Part], None]]:
    """Give a function that writes parts to a file, or to standard output."""
    if layout.form == "table":
        yield lambda part: sys.stdout.writelines(part.content)
        return
    added = CSV_COLUMNS + ((EXPLANATION_COLUMN,) if layout.explain else ())
    columns = () if layout.form == "jsonl" else (layout.columns or ("text",)) + added
    with open_output(path or "-", layout.form, columns, excel=layout.excel) as out:

        def write(part: Part) -> None:
            if isinstance(part.content, bytes):
                out.write_lines(part.content)
                return
            for row in part.content:
                out.write(row)

        yield write


_SHOWN: Final = 60


def _table_lines(judged: Judged, layout: Layout) -> Iterator[str]:
    """Yield aligned rows; the text comes last, so that right-to-left text disturbs no column."""
    tell = _teller(layout.lang) if judged.explanations else None
    rows = zip(judged.batch.texts, *cell_columns(judged.decisions)[:5], strict=True)
    for i, (text, label, confidence, verdict, reasons, aspect) in enumerate(rows):
        sure = f"{float(confidence):.0%}" if confidence else ""
        told = f"{verdict} ({reasons})" if reasons else verdict
        one_line = " ".join((text or "").split())
        shown = one_line if len(one_line) <= _SHOWN else one_line[: _SHOWN - 1] + "…"
        yield f"{label or '–':<10} {sure:>4}  {aspect:<13} {told:<32}  {shown}\n"
        if tell:
            yield tell(judged.explanations[i])


def _teller(lang: str | None) -> "Callable[[Explanation], str]":
    from prmktml.explanation.highlighting import locale_language, teller

    return teller(lang or locale_language(), sys.stdout)
