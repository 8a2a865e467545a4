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
from prmktml.errors import UsageError
from prmktml.tables.wording import listed
from prmktml.tables.writers import DelimitedWriter, JsonLinesWriter, OrderedWriter

__all__ = ["FORMATS", "Output", "open_output"]

FORMATS: Final = ("csv", "tsv", "jsonl", "xlsx", "parquet")


class Output(Protocol):
    """Takes rows, each a sequence in the order of the columns or a mapping by their names."""

    def write(self, row: Sequence[Any] | Mapping[str, Any]) -> None:
        """Write one row."""

    def write_lines(self, lines: bytes) -> None:
        """Write lines that are ready; to csv, tsv and jsonl alone."""

    def flush(self) -> None:
        """Hand on what was written so far, as far as the format allows."""

    def finish(self) -> None:
        """Write what comes after the last row; leaving the ``with`` block does it."""

    def abandon(self) -> None:
        """Let go of everything after an error."""


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
        try:
            yield output
            output.finish()
        except BaseException:
            output.abandon()
            raise


def _output(file: BinaryIO, path: str, chosen: str, columns: Sequence[str], excel: bool) -> Output:
    if chosen == "jsonl":
        return JsonLinesWriter(file, columns)
    if chosen in ("csv", "tsv"):
        return DelimitedWriter(file, columns, "\t" if chosen == "tsv" else ",", excel)
    if chosen == "xlsx":
        from prmktml.tables.workbook import WorkbookWriter

        return OrderedWriter(WorkbookWriter(file, path, columns), columns)
    from prmktml.tables.parquet import ParquetWriter

    return OrderedWriter(ParquetWriter(file, path, columns), columns)


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
