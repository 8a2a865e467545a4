"""Tables written row by row: csv, tsv, jsonl, xlsx and parquet, to a file or standard output.

A file takes its place when it is whole (:mod:`prmktml.atomic`). Text is UTF-8 whatever the locale;
what is no text, such as a byte that could not be decoded, is written as an escape.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, BinaryIO, Final, Protocol

from prmktml.atomic import replace_file
from prmktml.errors import DataError, UsageError
from prmktml.rows import as_text, listed, unique_names

__all__ = ["FORMATS", "Output", "open_output"]

FORMATS: Final = ("csv", "tsv", "jsonl", "xlsx", "parquet")
_BOM: Final = b"\xef\xbb\xbf"
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
"""What begins a cell that a spreadsheet may run, full-width signs included."""


class Output(Protocol):
    """Takes rows, each a sequence in the order of the columns or a mapping by their names."""

    def write(self, row: Sequence[Any] | Mapping[str, Any]) -> None:
        """Write one row."""

    def finish(self) -> None:
        """Write what comes after the last row."""


def open_output(
    path: str | os.PathLike[str],
    format: str | None = None,
    columns: Sequence[str] = (),
    *,
    excel: bool = False,
) -> AbstractContextManager[Output]:
    """Open a table to write.

    Parameters
    ----------
    path : str or path-like
        ``"-"`` is standard output. A name that ends in .gz is compressed.
    format : str, optional
        One of :data:`FORMATS`; by default what the name ends in.
    columns : sequence of str
        Names of the columns, written first; jsonl needs none for rows that are mappings.
    excel : bool
        Write csv that Excel opens right (a byte order mark) and safely (an apostrophe before what
        it would run as a formula).

    Returns
    -------
    context manager of Output
        On any exception in its block nothing is left behind, and an old file stays whole.

    Raises
    ------
    PrmktmlError
        If the file cannot be written.
    UsageError
        If the format is unknown, needs a package that is not installed, or does not fit the name.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "labelled.csv")
    ...     with open_output(path, columns=["text", "label"]) as output:
    ...         output.write(["Half price, today", "marketing"])
    ...     path.read_text(encoding="utf-8").splitlines()
    ['text,label', '"Half price, today",marketing']
    """
    name = os.fspath(path)
    return _writing(name, _format(name, format), columns, excel)


def _format(path: str, wanted: str | None) -> str:
    stem = path.lower()
    ending = os.path.splitext(stem.removesuffix(".gz"))[1].removeprefix(".")
    chosen = wanted or ending
    if chosen not in FORMATS:
        raise UsageError(f"{path}: found the format {chosen!r}; allowed are {listed(FORMATS)}")
    binary = chosen in ("xlsx", "parquet")
    if binary and (path == "-" or stem.endswith(".gz")):
        raise UsageError(
            f"{chosen} is written to a file of its own; name one that ends in .{chosen}"
        )
    if ending in ("xlsx", "parquet") and chosen != ending:
        raise UsageError(f"{path} would hold {chosen}; let its name end in .{chosen}")
    return chosen


@contextmanager
def _writing(path: str, chosen: str, columns: Sequence[str], excel: bool) -> Iterator[Output]:
    with _binary(path) as file:
        output = _output(file, path, chosen, columns, excel)
        yield output
        output.finish()


def _output(file: BinaryIO, path: str, chosen: str, columns: Sequence[str], excel: bool) -> Output:
    if chosen == "jsonl":
        return _JsonLines(file, columns)
    if chosen in ("csv", "tsv"):
        return _Delimited(file, columns, "\t" if chosen == "tsv" else ",", excel)
    if chosen == "xlsx":
        from prmktml.workbook import WorkbookWriter

        return _Cells(WorkbookWriter(file, path, columns), columns)
    from prmktml.parquet import ParquetWriter

    return _Cells(ParquetWriter(file, path, columns), columns)


@contextmanager
def _binary(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        sys.stdout.flush()
        out: Any = getattr(sys.stdout, "buffer", None) or _Decoding()
        yield out
        out.flush()
        return
    with replace_file(path) as file:
        if not path.lower().endswith(".gz"):
            yield file
            return
        import gzip
        import io

        packed: Any = gzip.GzipFile("", "wb", 6, file, mtime=0)
        with packed, io.BufferedWriter(packed, 1 << 16) as buffered:
            yield buffered


class _Decoding:
    """Stands in for the bytes of a standard output that has none, such as a notebook's."""

    def write(self, data: bytes) -> int:
        return sys.stdout.write(data.decode())

    def flush(self) -> None:
        sys.stdout.flush()


class _JsonLines:
    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None:
        from json import JSONEncoder

        self.file, self.names = file, unique_names(columns)
        self.encode = JSONEncoder(ensure_ascii=False, default=str).encode
        self.escape = JSONEncoder(default=str).encode

    def write(self, row: Sequence[Any] | Mapping[str, Any]) -> None:
        record = row if isinstance(row, dict) else dict(zip(self.names, row, strict=True))
        try:
            line = self.encode(record).encode()
        except UnicodeEncodeError:  # a lone surrogate
            line = self.escape(record).encode()
        self.file.write(line + b"\n")

    def finish(self) -> None: ...


class _Delimited:
    """Writes csv; the csv module's CRLF becomes the end of a line that is wanted.

    With another end than CRLF the csv module of Python before 3.13 leaves a lone CR unquoted.
    """

    def __init__(self, file: BinaryIO, columns: Sequence[str], delimiter: str, excel: bool) -> None:
        import csv

        self.file, self.columns, self.excel = file, columns, excel
        self.write_cells = csv.writer(_Lines(file, "\r\n" if excel else "\n"), delimiter=delimiter)
        if excel:
            file.write(_BOM)
        self.write(columns)

    def write(self, row: Sequence[Any] | Mapping[str, Any]) -> None:
        values = _in_order(row, self.columns)
        cells = [value if type(value) is str else as_text(value) for value in values]
        if self.excel:
            texts = zip(cells, values, strict=True)
            cells = [_harmless(cell) if isinstance(value, str) else cell for cell, value in texts]
        self.write_cells.writerow(cells)

    def finish(self) -> None: ...


class _Lines:
    """Takes the lines of the csv module, each with its CRLF."""

    def __init__(self, file: BinaryIO, end: str) -> None:
        self.file, self.end = file, end

    def write(self, line: str) -> None:
        self.file.write((line[:-2] + self.end).encode("utf-8", "backslashreplace"))


class _Cells:
    """Hands rows to a writer that knows nothing of mappings."""

    def __init__(self, writer: Any, columns: Sequence[str]) -> None:
        self.writer, self.columns = writer, columns

    def write(self, row: Sequence[Any] | Mapping[str, Any]) -> None:
        self.writer.write(_in_order(row, self.columns))

    def finish(self) -> None:
        self.writer.finish()


def _in_order(row: Sequence[Any] | Mapping[str, Any], columns: Sequence[str]) -> Sequence[Any]:
    """Return the values of a row in the order of the columns."""
    if isinstance(row, Mapping):
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
