"""How rows are put into bytes: as csv, as jsonl, or in order for a writer of another format."""

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Final

from prmktml.errors import DataError
from prmktml.tables.rows import unique_names
from prmktml.tables.wording import as_text, listed

__all__ = ["DelimitedWriter", "JsonLinesWriter", "OrderedWriter"]

_BOM: Final = b"\xef\xbb\xbf"
_HELD: Final = 1 << 16
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
"""What begins a cell that a spreadsheet may run, full-width signs included."""


class JsonLinesWriter:
    """Writes one JSON object a line; of a lone surrogate Python's escape is JSON's, too."""

    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None:
        from json import JSONEncoder

        self.file, self.names = file, unique_names(columns)
        self.encode = JSONEncoder(ensure_ascii=False, default=str).encode

    def write(self, row: Sequence[Any] | Mapping[str, Any]) -> None:
        """Write one row."""
        record = row if isinstance(row, Mapping) else zip(self.names, row, strict=True)
        line = self.encode(record if type(record) is dict else dict(record))
        self.file.write(line.encode("utf-8", "backslashreplace") + b"\n")

    def flush(self) -> None:
        """Hand on what was written so far."""
        self.file.flush()

    def finish(self) -> None:
        """Nothing comes after the last row."""

    def abandon(self) -> None:
        """Nothing is held."""


class DelimitedWriter:
    """Writes csv; the csv module's CRLF becomes the end of a line that is wanted.

    With another end than CRLF the csv module of Python before 3.13 leaves a lone CR unquoted.
    """

    def __init__(self, file: BinaryIO, columns: Sequence[str], delimiter: str, excel: bool) -> None:
        import csv

        self.file, self.columns, self.excel = file, columns, excel
        self.lines = _Lines("\r\n" if excel else "\n")
        self.write_cells = csv.writer(self.lines, delimiter=delimiter).writerow
        if excel:
            file.write(_BOM)
        self.write(columns)

    def write(self, row: Sequence[Any] | Mapping[str, Any]) -> None:
        """Write one row."""
        values = _in_order(row, self.columns)
        cells = [value if type(value) is str else as_text(value) for value in values]
        if self.excel:
            texts = zip(cells, values, strict=True)
            cells = [_harmless(cell) if isinstance(value, str) else cell for cell, value in texts]
        self.write_cells(cells)
        if self.lines.size >= _HELD:
            self.finish()

    def flush(self) -> None:
        """Hand on what was written so far."""
        self.finish()
        self.file.flush()

    def finish(self) -> None:
        """Write what is left."""
        self.file.write(self.lines.take().encode("utf-8", "backslashreplace"))

    def abandon(self) -> None:
        """Drop what is held."""
        self.lines.take()


class _Lines:
    """Takes the lines of the csv module, each with its CRLF, and holds a few of them."""

    def __init__(self, end: str) -> None:
        self.end, self.size = end, 0
        self.held: list[str] = []

    def write(self, line: str) -> None:
        self.held.append(line[:-2] + self.end)
        self.size += len(line)

    def take(self) -> str:
        text = "".join(self.held)
        self.held.clear()
        self.size = 0
        return text


class OrderedWriter:
    """Hands rows to a writer that knows nothing of mappings."""

    def __init__(self, writer: Any, columns: Sequence[str]) -> None:
        self.writer, self.columns = writer, columns

    def write(self, row: Sequence[Any] | Mapping[str, Any]) -> None:
        """Write one row."""
        self.writer.write(_in_order(row, self.columns))

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


def _harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet may run."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
