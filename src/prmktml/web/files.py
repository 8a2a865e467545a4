"""What is made of an uploaded file: a table for the page, a csv to download, a report.

Reading it within its limits is done by :mod:`prmktml.web.uploads`.
"""

from collections import Counter
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from prmktml.codebook import Label, Verdict
from prmktml.decision import LABELS, VERDICTS
from prmktml.records import Judged, Layout, batch_of, judge, part_of, writer_for
from prmktml.web.limits import Limits
from prmktml.web.uploads import Upload, bounded, opened

if TYPE_CHECKING:
    from prmktml.model import Model

__all__ = ["Columns", "labelled_csv", "report_page", "table_answer"]

SHOWN_ROWS: Final = 200
"""Rows that a table's JSON shows; its csv has them all."""
_DATE: Final = "date"


class Columns(NamedTuple):
    """Names of the columns that a report uses beside the text; None where there is none.

    A file without a named column of dates has them in ``date``, if it has such a column.
    """

    date: str | None = None
    group: str | None = None
    channel: str | None = None
    crisis: str | None = None


def table_answer(model: "Model", upload: Upload, limits: Limits) -> dict[str, Any]:
    """Judge a file for the page: its first rows, and counts of all.

    Raises
    ------
    RefusedError
        If the file cannot be read or is over a limit.
    """
    rows: list[dict[str, Any]] = []
    labels, verdicts, unreadable = Counter[int](), Counter[int](), 0
    with upload.path() as path, opened(path, upload, limits) as table:
        for batch in bounded(table, limits, limits.rows):
            judged = judge(model, batch_of(table, batch, "csv"), 0.5)
            labels.update(judged.decisions.labels.tolist())
            verdicts.update(judged.decisions.verdicts.tolist())
            unreadable += sum(row.problem is not None for row in batch)
            rows += [
                _shown_row(judged, i, row.number, upload.worded(row.problem or "", path))
                for i, row in enumerate(batch[: SHOWN_ROWS - len(rows)])
            ]
        return {
            "columns": table.columns,
            "text_column": table.text_column,
            "notes": [upload.worded(note, path) for note in table.notes],
            "n_rows": verdicts.total(),
            "n_unreadable": unreadable,
            "labels": {LABELS[i]: labels[i] for i in range(len(Label)) if labels[i]},
            "verdicts": {VERDICTS[i]: verdicts[i] for i in range(len(Verdict)) if verdicts[i]},
            "rows": rows,
        }


def labelled_csv(model: "Model", upload: Upload, limits: Limits) -> bytes:
    """Judge a file and return it as ``predict --excel`` writes it, harmless for a spreadsheet.

    Raises
    ------
    RefusedError
        If the file cannot be read or is over a limit.
    """
    with upload.path() as path, opened(path, upload, limits) as table:
        out = path.with_name("labelled.csv")
        layout = Layout("csv", table.columns, excel=True)
        with writer_for(layout, str(out)) as write:
            for rows in bounded(table, limits, limits.rows):
                write(part_of(model, batch_of(table, rows, layout.form), layout))
        return out.read_bytes()


def report_page(model: "Model", upload: Upload, columns: Columns, lang: str, limits: Limits) -> str:
    """Return the campaign report on a file as a page of HTML.

    Raises
    ------
    RefusedError
        If the file cannot be read, is over a limit, or has no such columns.
    """
    from prmktml.campaign import analyze, read_calendar, to_html

    with upload.path() as path:
        with opened(path, upload, limits) as table:
            for _ in bounded(table, limits, limits.report_rows):
                pass  # the calendar holds all rows at once: first see that they are few
        dates = _DATE if _DATE in table.columns else None
        calendar = read_calendar(
            path,
            text_column=upload.text_column,
            date_column=columns.date or dates,
            group_column=columns.group,
            channel_column=columns.channel,
            crisis_column=columns.crisis,
        )
        page = to_html(analyze(replace(calendar, name=upload.title), model), lang)
        return page.replace(str(path), escape(upload.title))


def _shown_row(judged: Judged, index: int, number: int, problem: str) -> dict[str, Any]:
    prediction = judged.decisions.prediction(index, judged.batch.texts[index] or "")
    return {"row": number, "problem": problem or None, "prediction": prediction.to_dict()}
