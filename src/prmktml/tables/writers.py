"""How rows are put into bytes: as csv, as jsonl, or in order for a writer of another format."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO, Final

from prmktml.errors import DataError
from prmktml.tables.rows import unique_names
from prmktml.tables.wording import as_text, listed

__all__ = [
    "DelimitedWriter",
    "JsonLinesWriter",
    "OrderedWriter",
    "delimited_lines",
    "json_lines",
]

_BOM: Final = b"\xef\xbb\xbf"
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
"""What begins a cell that a spreadsheet may run, full-width signs included."""


def delimited_lines(
    columns: Sequence[Sequence[Any]], delimiter: str = ",", *, excel: bool = False
) -> bytes:
    r"""Return rows as lines of csv, in UTF-8.

    The lines are those of the :mod:`csv` module, which looks at each character by itself; going
    column by column, many of which need no quotes, takes a third of its time.

    Parameters
    ----------
    columns : sequence of sequences, shape (n_columns, n_rows)
        What is no text is written as :func:`~prmktml.tables.wording.as_text` has it.
    delimiter : str
    excel : bool
        End lines as Excel does, and put an apostrophe before what it would run as a formula.

    Examples
    --------
    >>> print(delimited_lines([["1", 2], ["Half price, today", "شكرا"]]).decode(), end="")
    1,"Half price, today"
    2,شكرا
    """
    end = "\r\n" if excel else "\n"
    cells = [_cells(column, delimiter, excel) for column in columns]
    if len(cells) == 1:  # a line of nothing would be no row
        cells = [[cell or '""' for cell in cells[0]]]
    lines = list(map(delimiter.join, zip(*cells, strict=True)))
    lines.append("")
    return end.join(lines).encode("utf-8", "backslashreplace")


def _cells(values: Sequence[Any], delimiter: str, excel: bool) -> Sequence[str]:
    """Return the cells of a column, in quotes where they need them."""
    if excel:
        values = [_harmless(value) if isinstance(value, str) else value for value in values]
    try:
        whole = "".join(values)
    except TypeError:
        values = list(map(as_text, values))
        whole = "".join(values)
    if not any(sign in whole for sign in (delimiter, '"', "\n", "\r")):
        return values
    return [
        '"' + value.replace('"', '""') + '"'
        if delimiter in value or '"' in value or "\n" in value or "\r" in value
        else value
        for value in values
    ]


def _harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet may run."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def json_lines(records: Iterable[Mapping[str, Any]]) -> bytes:
    r"""Return records as lines of JSON; of a lone surrogate Python's escape is JSON's, too.

    Examples
    --------
    >>> json_lines([{"text": "sale"}])
    b'{"text": "sale"}\n'
    """
    from json import JSONEncoder

    encode = JSONEncoder(ensure_ascii=False, default=str).encode
    lines = [encode(record if type(record) is dict else dict(record)) for record in records]
    lines.append("")
    return "\n".join(lines).encode("utf-8", "backslashreplace")


class _LinesWriter:
    """Writes lines, and holds none."""

    file: BinaryIO

    def write_lines(self, lines: bytes) -> None:
        """Write lines that are ready."""
        self.file.write(lines)

    def flush(self) -> None:
        """Hand on what was written so far."""
        self.file.flush()

    def finish(self) -> None:
        """Nothing comes after the last row."""

    def abandon(self) -> None:
        """Nothing is held."""


class JsonLinesWriter(_LinesWriter):
    """Writes one JSON object a line."""

    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None:
        self.file, self.names = file, unique_names(columns)

    def write(self, row: Sequence[Any] | Mapping[str, Any]) -> None:
        """Write one row."""
        record = row if isinstance(row, Mapping) else dict(zip(self.names, row, strict=True))
        self.write_lines(json_lines([record]))


class DelimitedWriter(_LinesWriter):
    """Writes csv, with the names of the columns first."""

    def __init__(self, file: BinaryIO, columns: Sequence[str], delimiter: str, excel: bool) -> None:
        self.file, self.columns = file, columns
        self.delimiter, self.excel = delimiter, excel
        self.write_lines(_BOM if excel else b"")
        self.write(columns)

    def write(self, row: Sequence[Any] | Mapping[str, Any]) -> None:
        """Write one row."""
        cells = [[value] for value in _in_order(row, self.columns)]
        self.write_lines(delimited_lines(cells, self.delimiter, excel=self.excel))


class OrderedWriter:
    """Hands rows to a writer that knows nothing of mappings."""

    def __init__(self, writer: Any, columns: Sequence[str]) -> None:
        self.writer, self.columns = writer, columns

    def write(self, row: Sequence[Any] | Mapping[str, Any]) -> None:
        """Write one row."""
        self.writer.write(_in_order(row, self.columns))

    def write_lines(self, lines: bytes) -> None:
        """Refuse: such a file has no lines."""
        raise TypeError("neither a workbook nor a parquet file is made of lines; write rows")

    def flush(self) -> None:
        """Such a file is nothing before its end."""

    def finish(self) -> None:
        """Write what is left."""
        self.writer.finish()

    def abandon(self) -> None:
        """Let go of what the writer holds."""
        self.writer.abandon()


def _in_order(row: Sequence[Any] | Mapping[str, Any], columns: Sequence[str]) -> Sequence[Any]:
    """Return the values of a row in the order of the columns."""
    if type(row) is not list and isinstance(row, Mapping):
        surplus = sorted(row.keys() - set(columns))
        if surplus:
            raise DataError(
                f"found the field {listed(surplus)}; allowed are the columns {listed(columns)}; "
                "write jsonl, where each row has its own fields"
            )
        return [row.get(name, "") for name in columns]
    if len(row) != len(columns):
        raise ValueError(f"a row of {len(row)} values does not fit {len(columns)} columns")
    return row
