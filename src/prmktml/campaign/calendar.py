"""A campaign calendar: messages with their dates, senders and channels, read from a table.

Every row of the file is an entry, whatever is wrong with it. Nothing is judged here.
"""

import os
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from prmktml.campaign.dates import DateFault, Dates, read_dates
from prmktml.errors import DataError, UsageError
from prmktml.tables import Row, Table, open_table
from prmktml.tables.wording import as_text, listed, shown

__all__ = ["Calendar", "Entry", "clean", "read_calendar"]

_NO: Final = frozenset({"", "0", "0.0", "no", "n", "false", "none", "null", "nan", "-", "–", "لا"})
"""What a cell of the crisis column says where there is none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a calendar.

    Attributes
    ----------
    number : int
        Of the row in its file.
    text : str or None
        None where the row could not be read.
    problem : str
        Why it could not be read; empty where it could.
    day : date or None
    found : str
        What stands in the date column.
    fault : DateFault or None
        Why that is no date.
    group, channel : str
        Empty where the file has none.
    crisis : bool
        The row is marked in the crisis column.
    """

    number: int
    text: str | None
    problem: str
    day: date | None
    found: str
    fault: DateFault | None
    group: str
    channel: str
    crisis: bool


@dataclass(frozen=True)
class Calendar:
    """A calendar as it was read.

    Attributes
    ----------
    name : str
        Of the file, without its folder.
    entries : tuple of Entry
        One a row, in the order of the file.
    text_column, date_column, group_column, channel_column, crisis_column : str or None
    dates : Dates or None
        How the dates were read; None where there is no date column.
    notes : tuple of str
        What a person should know of the file, such as which encoding was guessed.
    """

    name: str
    entries: tuple[Entry, ...]
    text_column: str | None
    date_column: str | None
    group_column: str | None
    channel_column: str | None
    crisis_column: str | None
    dates: Dates | None
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.entries)


def read_calendar(
    path: str | os.PathLike[str],
    *,
    text_column: str | None = None,
    date_column: str | None,
    group_column: str | None = None,
    channel_column: str | None = None,
    crisis_column: str | None = None,
    encoding: str | None = None,
    day_first: bool | None = None,
) -> Calendar:
    r"""Read a campaign calendar from any table that :mod:`prmktml.tables` reads.

    Parameters
    ----------
    path : str or path-like
    text_column : str, optional
        By default ``text``, or the only column.
    date_column : str or None
        None where the messages have no dates.
    group_column : str, optional
        The brand, or another sender whose messages are looked at by themselves too.
    channel_column : str, optional
    crisis_column : str, optional
        Marks crisis messages; empty, 0, no, false and لا mark none.
    encoding : str, optional
    day_first : bool, optional
        Order of day and month in dates such as 3/4/2026; by default found out.

    Raises
    ------
    DataError
        If the file cannot be read, has no rows, or has two columns of a name that is asked for.
    UsageError
        If a column does not exist.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "plan.csv")
    ...     _ = path.write_text("day,text\n2026-03-25,Thank you all\n", encoding="utf-8")
    ...     calendar = read_calendar(path, date_column="day")
    >>> calendar.name, calendar.entries[0].day.isoformat()
    ('plan.csv', '2026-03-25')
    """
    columns = {
        "date": date_column,
        "group": group_column,
        "channel": channel_column,
        "crisis": crisis_column,
    }
    with open_table(path, text_column=text_column, encoding=encoding) as table:
        for option, column in columns.items():
            _check_column(table, option, column)
        rows = list(table)
        records = [_record(table, row) for row in rows]
    if not rows:
        raise DataError(f"{table.name} holds no rows under its header; it needs one a message")
    cells = [record.get(date_column) for record in records] if date_column is not None else None
    dates = read_dates(cells, day_first) if cells is not None else None
    entries = [
        _entry(table, row, record, columns, dates, i)
        for i, (row, record) in enumerate(zip(rows, records, strict=True))
    ]
    return Calendar(
        name=clean(os.path.basename(table.name)),
        entries=tuple(entries),
        text_column=table.text_column,
        date_column=date_column,
        group_column=group_column,
        channel_column=channel_column,
        crisis_column=crisis_column,
        dates=dates,
        notes=tuple(note.removeprefix(f"{table.name}: ") for note in table.notes),
    )


def _check_column(table: Table, option: str, column: str | None) -> None:
    """Refuse a column that is not there, or there twice."""
    if column is None:
        return
    n_found = table.columns.count(column)
    if n_found == 0:
        has = f"its columns are {listed(table.columns)}" if table.columns else "it has no columns"
        raise UsageError(
            f"{table.name} has no column {shown(column)}; {has}; name another with "
            f"--{option}-column, or leave that out"
        )
    if n_found > 1:
        raise DataError(
            f"{table.name} has {n_found} columns {shown(column)}, so which one is meant is not "
            f"clear; rename all but one, or name another with --{option}-column"
        )


def _record(table: Table, row: Row) -> dict[str, Any]:
    """Return a row's fields; a broken one may have fewer than the table."""
    if isinstance(row.fields, list) and len(row.fields) != max(len(table.columns), 1):
        return dict(zip(table.columns, row.fields, strict=False))
    return table.record(row)


def _entry(
    table: Table,
    row: Row,
    record: dict[str, Any],
    columns: dict[str, str | None],
    dates: Dates | None,
    index: int,
) -> Entry:
    def cell(option: str) -> str:
        column = columns[option]
        return clean(as_text(record.get(column))).strip() if column is not None else ""

    return Entry(
        number=row.number,
        text=None if row.problem else row.text or "",
        problem=clean((row.problem or "").removeprefix(f"{table.name}, ")),
        day=dates.days[index] if dates else None,
        found=cell("date"),
        fault=dates.faults[index] if dates else None,
        group=cell("group"),
        channel=cell("channel"),
        crisis=cell("crisis").casefold() not in _NO,
    )


def clean(text: str) -> str:
    r"""Return a text without what no page can show; its length stays.

    Examples
    --------
    >>> clean("a\x1bb\nc")
    'a\ufffdb c'
    """
    return "".join(map(_shown_char, text))


def _shown_char(char: str) -> str:
    if char.isspace():
        return " "
    return "\ufffd" if unicodedata.category(char) in ("Cc", "Cs") else char
