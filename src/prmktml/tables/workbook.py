"""Tables in xlsx workbooks, read and written as streams by openpyxl.

The first visible sheet is read. Of a formula its stored result counts, of merged cells the first
holds the value. Nothing is calculated and no link is followed.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import date
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, Final, NamedTuple

from prmktml.errors import DataError, UsageError
from prmktml.tables.rows import Row, Table, choose_text_column
from prmktml.tables.sources import guarded, open_regular
from prmktml.tables.wording import as_text, shown

__all__ = ["WorkbookWriter", "read_workbook"]

_LARGEST: Final = 1 << 30
_DENSEST: Final = 200
"""A large part packed more tightly than so many times is a bomb, not a table."""
_SMALL: Final = 10_000_000
_MAX_ROWS: Final = 1 << 20
_MAX_TEXT: Final = 32_767
_BATCH: Final = 256
_FORMULA: Final = re.compile(rb"<(\w+:)?f[ >/]")
_FAR_ROW: Final = re.compile(rb' r="\d{8,}')
_OVERLAP: Final = 16
_CONTROLS: Final = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError as error:
        raise UsageError(
            'xlsx files need openpyxl; install it with: pip install "prmktml[xlsx]"'
        ) from error
    return openpyxl


def read_workbook(path: str, text_column: str | None) -> Table:
    """Read the first visible sheet of a workbook; rows without any value are no rows.

    In a sheet of one column they are empty cells, unless they come last.

    Raises
    ------
    DataError
        If the file is no sound workbook, or unpacks to too much.
    UsageError
        If openpyxl is not installed, or no column can be chosen as the text.
    """
    with ExitStack() as opened:
        sheets, notes = _open_sheets(path, opened)
        cells = _cells(path, sheets)
        header = next((parts[0] for _, parts in cells if _filled(parts[0])), ())
        columns = ["" if value is None else str(value) for value in header[: _width(header)]]
        if not columns:
            raise DataError(f"{path} is empty; it needs a row with the names of its columns")
        sheet = _Sheet(path, columns, choose_text_column(path, columns, text_column))
        rows = sheet.rows(cells)
        batches = iter(lambda: list(islice(rows, _BATCH)), [])
        close = opened.pop_all().close
    return Table(path, columns, columns[sheet.place], batches, close, None, notes)


def _open_sheets(path: str, opened: ExitStack) -> tuple[list[Any], list[str]]:
    """Open the first visible sheet, once for its values and, if it has any, for its formulas."""
    openpyxl = _openpyxl()
    file = opened.enter_context(open_regular(path))
    has_formulas = guarded(path, lambda: _look_through(path, file))
    sheets = []
    for data_only in (True, False)[: 1 + has_formulas]:
        load = partial(openpyxl.load_workbook, file, read_only=True, data_only=data_only)
        book = guarded(path, partial(load, keep_links=False))
        opened.callback(book.close)
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not visible:
            raise DataError(f"{path} has no visible sheet; show the one that holds the messages")
        sheets.append(visible[0])
    notes = ["formulas are not calculated, their stored results are read"] if has_formulas else []
    if len(book.worksheets) > 1:
        title, n_sheets = shown(visible[0].title), len(book.worksheets)
        notes.append(f"the sheet {title} is read, the first visible one of {n_sheets}")
    return sheets, notes


def _look_through(path: str, file: BinaryIO) -> bool:
    """Refuse what unpacks to too much; tell whether any sheet has formulas."""
    has_formulas = False
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        dense = any(p.file_size > max(_SMALL, _DENSEST * p.compress_size) for p in parts)
        if dense or sum(part.file_size for part in parts) > _LARGEST:
            raise DataError(f"{path} unpacks to far more than it holds; save it anew, or as .csv")
        for part in parts:
            if part.filename.startswith("xl/worksheets/"):
                with archive.open(part) as stream:
                    rest = b""
                    while block := stream.read(1 << 20):
                        if _FAR_ROW.search(rest + block):
                            raise DataError(f"{path} has a row beyond the last one, {_MAX_ROWS:,}")
                        has_formulas |= bool(_FORMULA.search(rest + block))
                        rest = block[-_OVERLAP:]
    return has_formulas


def _cells(path: str, sheets: list[Any]) -> Iterator[tuple[int, tuple[tuple[Any, ...], ...]]]:
    """Yield the number of each row with its values and, if there are formulas, with those."""
    streams = []
    for sheet in sheets:
        sheet.reset_dimensions()
        streams.append(sheet.iter_rows(max_row=_MAX_ROWS, values_only=True))
    parts = zip(*streams, strict=True)
    number = 1
    while batch := guarded(path, lambda: list(islice(parts, _BATCH))):
        yield from enumerate(batch, number)
        number += len(batch)


def _filled(values: Sequence[Any]) -> bool:
    return any(value is not None for value in values)


def _width(values: Sequence[Any]) -> int:
    """Return up to where a row has values."""
    return max((i for i, value in enumerate(values, 1) if value is not None), default=0)


class _Sheet(NamedTuple):
    """Makes rows of cells."""

    path: str
    columns: list[str]
    place: int

    def rows(self, cells: Iterator[tuple[int, tuple[tuple[Any, ...], ...]]]) -> Iterator[Row]:
        n_blank = 0
        for number, parts in cells:
            if not any(map(_filled, parts)):
                n_blank += 1
                continue
            if len(self.columns) == 1:
                yield from (Row(i, [None], "") for i in range(number - n_blank, number))
            n_blank = 0
            yield self._row(number, parts[0], parts[-1])

    def _row(self, number: int, values: tuple[Any, ...], formulas: tuple[Any, ...]) -> Row:
        n_columns, place = len(self.columns), self.place
        fields = [_unescaped(value) for value in values[: _width(values)]]
        fields += [None] * (n_columns - len(fields))
        text, fault = fields[place], ""
        if text is None and place < len(formulas) and formulas[place] is not None:
            fault = "found a formula without a stored text; calculate and save the workbook"
        elif text is not None and not isinstance(text, str):
            fault = f"found {shown(text)}; allowed is text, so format the column as text"
        if len(fields) > n_columns:
            fault = f"found {len(fields)} cells; allowed are {n_columns}, as the header has"
            fields[n_columns - 1 :] = [", ".join(map(as_text, fields[n_columns - 1 :]))]
        if not fault:
            return Row(number, fields, text or "")
        where = f"{self.path}, row {number}, column {shown(self.columns[place])}"
        return Row(number, fields, None, f"{where}: {fault}")


def _unescaped(value: Any) -> Any:
    """Undo the way in which workbooks write a carriage return."""
    return value.replace("_x000D_", "\r") if isinstance(value, str) else value


class WorkbookWriter:
    """Writes rows to the one sheet of a workbook; no text is ever run as a formula.

    Parameters
    ----------
    file : binary file
    name : str
        What messages call the file.
    columns : sequence of str
    """

    def __init__(self, file: BinaryIO, name: str, columns: Sequence[str]) -> None:
        openpyxl = _openpyxl()
        self.file, self.name, self.n_rows = file, name, 0
        self.book = openpyxl.Workbook(write_only=True)
        self.sheet = self.book.create_sheet("prmktml")
        self.cell = openpyxl.cell.WriteOnlyCell
        self.write(columns)

    def write(self, row: Sequence[Any]) -> None:
        """Write one row.

        Raises
        ------
        DataError
            If a sheet cannot hold so many rows, or a cell so long a text.
        """
        self.n_rows += 1
        if self.n_rows > _MAX_ROWS:
            raise DataError(f"{self.name}: a sheet holds {_MAX_ROWS:,} rows at most; write csv")
        self.sheet.append([self._value(value) for value in row])

    def _value(self, value: Any) -> Any:
        if value is None or isinstance(value, (bool, int, float, date)):
            return value
        text = _CONTROLS.sub("\ufffd", as_text(value).replace("\r", "_x000D_"))
        if len(text) > _MAX_TEXT:
            raise DataError(
                f"{self.name}, row {self.n_rows}: found {shown(text)}, {len(text):,} characters; "
                f"a cell holds {_MAX_TEXT:,} at most; write csv"
            )
        cell = self.cell(self.sheet, text.encode("utf-8", "backslashreplace").decode())
        cell.data_type = "s"
        return cell

    def finish(self) -> None:
        """Write the workbook to its file."""
        self.book.save(self.file)

    def abandon(self) -> None:
        """Let go of the sheet after an error."""
        with suppress(Exception):
            self.sheet.close()
