"""A labelled file as it stands, wrong rows and all, and how a check names what it finds there.

:func:`prmktml.corpus.read_corpus` refuses what training cannot use; here nothing is refused, so
that :mod:`prmktml.checks.findings` can tell of every row what is wrong with it.
"""

import inspect
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from itertools import chain
from typing import Any, Final, NamedTuple

from prmktml.codebook import Label
from prmktml.errors import DataError
from prmktml.tables import open_table
from prmktml.tables.wording import as_text, listed, shown

__all__ = ["Check", "Finding", "Found", "Sheet", "check", "read_sheet"]

_SHOWN: Final = 5
_JOIN: Final = " + "
_LABELS: Final = frozenset(label.value for label in Label)


@dataclass(frozen=True, eq=False)
class Sheet:
    """The rows of a labelled file; what cannot be read is kept apart.

    Attributes
    ----------
    name : str
        What messages call the file.
    columns : dict of str to list of str
        All columns as they stand in the file, one entry a readable row.
    numbers : list of int
        That of each readable row in its file.
    text_column : str
    broken : list of (int, str)
        Number and problem of each row that could not be read.
    notes : tuple of str
        Sentences that a person should see.
    """

    name: str
    columns: dict[str, list[str]]
    numbers: list[int]
    text_column: str = "text"
    broken: Sequence[tuple[int, str]] = ()
    notes: Sequence[str] = ()

    @classmethod
    def of(cls, columns: Mapping[str, Iterable[str]], name: str = "data.csv") -> "Sheet":
        """Make a sheet of columns; row numbers start at 2, below the header.

        Examples
        --------
        >>> Sheet.of({"text": ["Half price"], "label": ["marketing"]}).ids
        ['2']
        """
        cells = {column: list(values) for column, values in columns.items()}
        return cls(name, cells, list(range(2, 2 + len(cells["text"]))))

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, name: str) -> list[str]:
        """Return a column, empty strings where the file has none."""
        return self.columns.get(name, self._blank)

    @cached_property
    def _blank(self) -> list[str]:
        return [""] * len(self)

    @property
    def texts(self) -> list[str]:
        """The messages."""
        return self.column(self.text_column)

    @cached_property
    def labels(self) -> list[str]:
        """The label of each row; empty where it is missing or unknown."""
        found = (label.strip() for label in self.column("label"))
        return [label if label in _LABELS else "" for label in found]

    @cached_property
    def aspects(self) -> list[list[str]]:
        """The aspects of each row, in order."""
        cells = (cell.split("|") for cell in self.column("aspects"))
        return [[part.strip() for part in parts if part.strip()] for parts in cells]

    @cached_property
    def ids(self) -> list[str]:
        """What names each row: its id, or its number where it has none."""
        named = zip(self.column("id"), self.numbers, strict=True)
        return [value.strip() or str(number) for value, number in named]


def read_sheet(
    path: str | os.PathLike[str], *, text_column: str | None = None, encoding: str | None = None
) -> Sheet:
    """Read a labelled file without judging its rows.

    Raises
    ------
    DataError
        If the file cannot be read at all, has no column ``label``, or no rows.
    UsageError
        If no column can be chosen as the text.
    """
    with open_table(path, text_column=text_column, encoding=encoding) as table:
        rows = list(table)
        records = [(row.number, table.record(row)) for row in rows if not row.problem]
        names = dict.fromkeys(chain(table.columns, *(record for _, record in records)))
        chosen, notes = table.text_column, table.notes
    if chosen is None or "label" not in names:
        raise DataError(
            f"{path}: the columns are {listed(list(names)) or 'none'}; a labelled file needs the "
            "columns text and label"
        )
    if not rows:
        raise DataError(f"{path} holds no rows; it needs the columns text and label, and rows")
    columns = {name: [as_text(record.get(name)) for _, record in records] for name in names}
    broken = [(row.number, row.problem) for row in rows if row.problem]
    numbers = [number for number, _ in records]
    return Sheet(os.fspath(path), columns, numbers, chosen, broken, notes)


class Found(NamedTuple):
    """What a check sees, before it has a code.

    Attributes
    ----------
    places : sequence of int
        Rows of the sheet, counted from 0.
    column : str
    value : str
        What stands there.
    detail : str
        Words for a person; by default column and value are told.
    id : str
        What it is about; by default the ids of the rows.
    number : int
        That of a row in the file which the sheet does not have.
    """

    places: Sequence[int]
    column: str = ""
    value: str = ""
    detail: str = ""
    id: str = ""
    number: int = 0


@dataclass(frozen=True)
class Finding:
    """Something to look at in a labelled file; as a string, one line.

    Attributes
    ----------
    code : str
        ``PRM`` and three digits; it never changes its meaning.
    title, remedy : str
        What is wrong, and what to do.
    file : str
    rows : tuple of int
        Numbers of the rows in the file.
    id : str
        What it is about, and by what it can be accepted: the id of a row (its number, where the
        file has no ids), of two rows ``a + b``, or a group, brand, hashtag, opening, label.
    column, value, detail : str

    Examples
    --------
    >>> print(Finding("PRM005", "unknown label", "write pr", "a.csv", (7,), "x", "label", "PR"))
    PRM005 row 7 (id x): unknown label, column label, found 'PR' → write pr
    """

    code: str
    title: str
    remedy: str
    file: str
    rows: tuple[int, ...]
    id: str
    column: str = ""
    value: str = ""
    detail: str = ""

    @property
    def where(self) -> str:
        """Rows and id in words."""
        numbers = _JOIN.join(map(str, self.rows[:_SHOWN]))
        more = f" and {len(self.rows) - _SHOWN:,} more" if len(self.rows) > _SHOWN else ""
        rows = f"row{'s' * (len(self.rows) > 1)} {numbers}{more}" if self.rows else "file"
        return rows if self.id == numbers else f"{rows} (id {self.id})"

    def __str__(self) -> str:
        detail = self.detail or f"column {self.column}, found {shown(self.value)}"
        return _visible(f"{self.code} {self.where}: {self.title}, {detail} → {self.remedy}")


class Check:
    """A function that looks for one thing, with the code, title and remedy of what it finds.

    Attributes
    ----------
    code, title, remedy : str
    only_with : str
        The option without which it does not run; empty for most.
    options : frozenset of str
        Keyword arguments that it takes.
    """

    def __init__(
        self, find: Callable[..., Iterable[Found]], code: str, title: str, remedy: str, needs: str
    ) -> None:
        update_wrapper(self, find)
        self.find, self.code, self.title, self.remedy = find, code, title, remedy
        self.only_with = needs
        self.options = frozenset(inspect.signature(find).parameters) - {"sheet"}

    def __call__(self, sheet: Sheet, **options: Any) -> list[Finding]:
        """Return all that it finds; thresholds can be given by name."""
        return [self._finding(sheet, found) for found in self.find(sheet, **options)]

    def _finding(self, sheet: Sheet, found: Found) -> Finding:
        rows = tuple(sheet.numbers[place] for place in found.places)
        rows = (found.number,) if found.number else rows
        named = found.id or _JOIN.join(sheet.ids[place] for place in found.places)
        told = (found.column, found.value, found.detail)
        return Finding(self.code, self.title, self.remedy, sheet.name, rows, _visible(named), *told)


def _visible(text: str) -> str:
    """Return a text on one line, with escapes for what cannot be seen or written."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def check(
    code: str, title: str, remedy: str, *, only_with: str = ""
) -> Callable[[Callable[..., Iterable[Found]]], Check]:
    """Make a check of a function from a sheet to what it sees there."""
    return lambda find: Check(find, code, title, remedy, only_with)
