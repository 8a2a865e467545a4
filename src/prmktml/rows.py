"""Rows of a table, whatever file they come from, and the choice of the column that is the text."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from prmktml.errors import DataError, UsageError
from prmktml.lines import LONGEST_LINE, LongLine, is_dirty

__all__ = [
    "Row",
    "Table",
    "as_text",
    "choose_text_column",
    "fault_of",
    "listed",
    "shown",
    "unique_names",
]

_SHOWN: Final = 60
_LISTED: Final = 20
_JSON_WORDS: Final = {"None": "null", "True": "true", "False": "false"}


class Row(NamedTuple):
    """One row of a table.

    Attributes
    ----------
    number : int
        That of the row in its file, or of its first line in a text file, from 1.
    fields : list or dict
        The values as they stand in the file. A list has one entry for each column of the table, or
        one alone for a line of a txt file. In a broken row missing entries are empty, and those too
        many stay together in the last. A line of a jsonl file is a dictionary.
    text : str or None
        The message; None where the row is broken.
    problem : str or None
        What is wrong: file, row, column, the value found, what is allowed, what to do.
    """

    number: int
    fields: list[Any] | dict[str, Any]
    text: str | None
    problem: str | None = None


class Table:
    """An opened table, to be gone through once, row by row or in chunks.

    Attributes
    ----------
    name : str
        What messages call the file.
    columns : tuple of str
        As they stand in the file; empty for txt and standard input. For jsonl those of the lines
        in its first block.
    text_column : str or None
        None where there are no columns.
    encoding : str or None
        None where the format has its own.
    notes : tuple of str
        Sentences that a person should see, such as which encoding was guessed.
    """

    def __init__(
        self,
        name: str,
        columns: Sequence[str],
        text_column: str | None,
        batches: Iterator[list[Row]],
        close: Callable[[], None],
        encoding: str | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.columns = tuple(columns)
        self.text_column = text_column
        self.encoding = encoding
        self.notes = tuple(f"{name}: {note}" for note in notes if note)
        self._batches = self._closing(batches)
        self._close = close

    def _closing(self, batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
        with self:
            yield from batches

    def __iter__(self) -> Iterator[Row]:
        return chain.from_iterable(self._batches)

    def chunks(self, n_rows: int) -> Iterator[list[Row]]:
        """Yield the rows in lists of at most `n_rows`, made of at most a few megabytes of file."""
        for batch in self._batches:
            for start in range(0, len(batch), n_rows):
                yield batch[start : start + n_rows]

    def record(self, row: Row) -> dict[str, Any]:
        """Return a row as a dictionary; a column name that comes again gets a number."""
        if isinstance(row.fields, dict):
            return row.fields
        return dict(zip(unique_names(self.columns or ("text",)), row.fields, strict=True))

    def values(self, row: Row) -> list[Any]:
        """Return a row's values in the order of the columns.

        Raises
        ------
        DataError
            If a line of a jsonl file has a field that is none of the columns.
        """
        if isinstance(row.fields, list):
            return row.fields
        surplus = row.fields.keys() - self.columns
        if surplus:
            raise DataError(
                f"{self.name}, row {row.number}: found the field {listed(sorted(surplus))}, which "
                f"the first lines lack; allowed are {listed(self.columns)}; write jsonl instead"
            )
        return [row.fields.get(name, "") for name in self.columns]

    def close(self) -> None:
        """Close the file; going through all rows does it too."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def shown(value: object) -> str:
    r"""Return a value as a message can show it: short, on one line, broken bytes as ``\x..``.

    Examples
    --------
    >>> print(shown("na\udcefve\n"), shown(None), shown(3))
    'na\xefve\n' null 3
    """
    if not isinstance(value, str):
        text = _JSON_WORDS.get(repr(value), repr(value))
        return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    text = value if len(value) <= _SHOWN else value[:_SHOWN] + "…"
    return re.sub(r"\\udc([0-9a-f]{2})", r"\\x\1", repr(text))


def as_text(value: object) -> str:
    """Return a value as a cell can hold it; lists and objects become JSON.

    Examples
    --------
    >>> as_text(None), as_text(2.5), as_text(["خصم"])
    ('', '2.5', '["خصم"]')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list, bool)):
        import json

        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)


def listed(names: Sequence[str]) -> str:
    """Return names as a message can list them, the first twenty.

    Examples
    --------
    >>> listed(["id", "text"])
    "'id', 'text'"
    """
    more = f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
    return ", ".join(map(shown, names[:_LISTED])) + more


def fault_of(value: str, encoding: str) -> str:
    r"""Say what keeps a text from being read; an empty string if nothing does.

    Examples
    --------
    >>> fault_of("sale", "utf-8")
    ''
    >>> print(fault_of("s\0le", "utf-8"))
    found 's\x00le', which holds a NUL; save the file as text, or name its --encoding
    """
    if type(value) is LongLine:
        begin = shown(value.rstrip("\n"))
        return f"found {begin}, longer than {LONGEST_LINE:,} characters; allowed is less, so cut it"
    if not is_dirty(value):
        return ""
    if "\0" in value:
        remedy = "save the file as text, or name its --encoding"
        return f"found {shown(value)}, which holds a NUL; {remedy}"
    return (
        f"found {shown(value)}, which is not in {encoding}; allowed is that alone, so save the "
        "whole file as utf-8, or name its --encoding"
    )


def unique_names(names: Sequence[str]) -> list[str]:
    """Give names that come again a number.

    Examples
    --------
    >>> unique_names(["text", "note", "note"])
    ['text', 'note', 'note 2']
    """
    if len(set(names)) == len(names):
        return list(names)
    taken, seen = set(names), Counter[str]()
    unique = []
    for name in names:
        seen[name] += 1
        while seen[name] > 1 and f"{name} {seen[name]}" in taken:
            seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} {seen[name]}")
        taken.add(unique[-1])
    return unique


def choose_text_column(name: str, columns: Sequence[str], wanted: str | None) -> int:
    """Return the place of the column that holds the messages.

    It is the wanted one, else ``text``, else the only one.

    Raises
    ------
    UsageError
        If there is no such column.
    DataError
        If there are several of that name.

    Examples
    --------
    >>> choose_text_column("posts.csv", ["id", "text"], None)
    1
    """
    chosen = columns[0] if len(columns) == 1 else "text"
    if wanted is not None:
        chosen = wanted
    places = [place for place, column in enumerate(columns) if column == chosen]
    if not places:
        raise UsageError(
            f"{name} has no column {shown(chosen)}; name with --text-column the one that holds the "
            f"messages: {listed(columns)}"
        )
    if len(places) > 1:
        raise DataError(
            f"{name} has {len(places)} columns {shown(chosen)}, so which one holds the messages is "
            "not clear; rename all but that one, or name another with --text-column"
        )
    return places[0]
