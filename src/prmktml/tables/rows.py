"""Rows of a table, whatever file they come from, and the choice of the column that is the text."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from types import TracebackType
from typing import Any, NamedTuple, Self

from prmktml.errors import DataError, UsageError
from prmktml.tables.wording import listed, shown

__all__ = ["Row", "Table", "choose_text_column", "unique_names"]


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
    n_read : int
        Rows read so far.
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
        share: Callable[[int], float] | None = None,
    ) -> None:
        self.name = name
        self.columns = tuple(columns)
        self.text_column = text_column
        self.encoding = encoding
        self.notes = tuple(f"{name}: {note}" for note in notes if note)
        self._names = unique_names(self.columns or ("text",))
        self._batches = self._closing(batches)
        self._close = close
        self._share = share
        self.n_read = 0

    def _closing(self, batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
        with self:
            for batch in batches:
                self.n_read += len(batch)
                yield batch

    def share(self) -> float | None:
        """Return what part of the file has been read, 0 to 1; None where that cannot be told."""
        return self._share(self.n_read) if self._share else None

    def __iter__(self) -> Iterator[Row]:
        return chain.from_iterable(self._batches)

    def chunks(self, n_rows: int, n_characters: int = 1 << 17) -> Iterator[list[Row]]:
        """Yield the rows in lists of at most `n_rows`.

        Once its messages are `n_characters` long together, a list ends too.
        """
        for batch in self._batches:
            chunk: list[Row] = []
            length = 0
            for row in batch:
                chunk.append(row)
                length += len(row.text or "")
                if len(chunk) == n_rows or length >= n_characters:
                    yield chunk
                    chunk, length = [], 0
            if chunk:
                yield chunk

    def record(self, row: Row) -> dict[str, Any]:
        """Return a row as a dictionary; a column name that comes again gets a number."""
        if isinstance(row.fields, dict):
            return row.fields
        return dict(zip(self._names, row.fields, strict=True))

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
