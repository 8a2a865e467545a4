"""Tables in parquet files, read and written in batches by pyarrow."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, BinaryIO, Final

from prmktml.errors import DataError, UsageError
from prmktml.tables.encoding import ESCAPE
from prmktml.tables.lines import is_dirty
from prmktml.tables.rows import Row, Table, choose_text_column
from prmktml.tables.sources import guarded, open_regular
from prmktml.tables.wording import as_text, shown

__all__ = ["ParquetWriter", "read_parquet"]

_BATCH: Final = 1024
_GROUP: Final = 1 << 14
_BUFFER: Final = 1 << 20


def _pyarrow() -> Any:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(
            'parquet files need pyarrow; install it with: pip install "prmktml[parquet]"'
        ) from error
    return pyarrow


def read_parquet(path: str, text_column: str | None) -> Table:
    """Read a parquet file; a null in the text column counts as no text.

    Raises
    ------
    DataError
        If the file is damaged or the text column holds something else than text.
    UsageError
        If pyarrow is not installed, or no column can be chosen as the text.
    """
    arrow = _pyarrow()
    with ExitStack() as opened:
        file = opened.enter_context(open_regular(path))
        open_file = partial(arrow.parquet.ParquetFile, file, buffer_size=_BUFFER)
        source = opened.enter_context(guarded(path, open_file))
        columns = source.schema_arrow.names
        place = choose_text_column(path, columns, text_column)
        _check_type(arrow, path, source.schema_arrow.field(place))
        batches = _batches(path, columns, place, source.iter_batches(_BATCH))
        n_rows = source.metadata.num_rows
        close = opened.pop_all().close
    return Table(
        path, columns, columns[place], batches, close, share=lambda n_read: n_read / (n_rows or 1)
    )


def _check_type(arrow: Any, path: str, field: Any) -> None:
    types, kind = arrow.types, field.type
    if types.is_dictionary(kind):
        kind = kind.value_type
    tests = (types.is_string, types.is_large_string, types.is_string_view, types.is_null)
    if not any(test(kind) for test in tests):
        raise DataError(
            f"{path}, column {shown(field.name)}: its type is {field.type}; allowed is string, so "
            "cast it, or name the column that holds the messages with --text-column"
        )


def _batches(
    path: str, columns: list[str], place: int, found: Iterator[Any]
) -> Iterator[list[Row]]:
    before = 0
    while (batch := guarded(path, lambda: next(found, None))) is not None:
        read = [guarded(path, partial(_values, column)) for column in batch.columns]
        clean = all(sound for _, sound in read)
        rows = []
        for i, fields in enumerate(zip(*(values for values, _ in read), strict=True), before + 1):
            fault = "" if clean else _fault(columns, fields)
            problem = f"{path}, row {i}, {fault}" if fault else None
            rows.append(Row(i, list(fields), None if fault else fields[place] or "", problem))
        before += batch.num_rows
        yield rows


def _values(column: Any) -> tuple[list[Any], bool]:
    """Return the values of a column, and whether all of its texts are UTF-8."""
    try:
        return column.to_pylist(), True
    except UnicodeDecodeError:
        from pyarrow import binary

        if hasattr(column, "dictionary_decode"):
            column = column.dictionary_decode()
        found = column.cast(binary()).to_pylist()
        return [None if b is None else b.decode("utf-8", ESCAPE) for b in found], False


def _fault(columns: Sequence[str], fields: Sequence[Any]) -> str:
    for name, value in zip(columns, fields, strict=True):
        if isinstance(value, str) and is_dirty(value):
            found = f"found {shown(value)}, which is not in utf-8"
            return f"column {shown(name)}: {found}; allowed is that alone, so write the file anew"
    return ""


class ParquetWriter:
    """Writes rows to a parquet file; the first rows settle the types of the columns.

    Parameters
    ----------
    file : binary file
    name : str
        What messages call the file.
    columns : sequence of str
    """

    def __init__(self, file: BinaryIO, name: str, columns: Sequence[str]) -> None:
        self.arrow = _pyarrow()
        self.file, self.name, self.columns = file, name, list(columns)
        self.rows: list[Sequence[Any]] = []
        self.n_written = 0
        self.schema: Any = None
        self.writer: Any = None

    def write(self, row: Sequence[Any]) -> None:
        """Write one row."""
        self.rows.append(row)
        if len(self.rows) == _GROUP:
            self._flush()

    def finish(self) -> None:
        """Write what is left, and the end of the file."""
        self._flush()
        self.writer.close()

    def abandon(self) -> None:
        """Let go of the file after an error."""
        if self.writer is not None:
            with suppress(Exception):
                self.writer.close()

    def _flush(self) -> None:
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        if self.writer is None:
            types = [_type(self.arrow, values) for values in columns]
            self.schema = self.arrow.schema(list(zip(self.columns, types, strict=True)))
            self.writer = self.arrow.parquet.ParquetWriter(self.file, self.schema)
        arrays = [self._array(*pair) for pair in zip(self.schema, columns, strict=True)]
        self.writer.write_table(self.arrow.Table.from_arrays(arrays, schema=self.schema))
        self.n_written += len(self.rows)
        self.rows.clear()

    def _array(self, field: Any, values: Sequence[Any]) -> Any:
        if field.type == self.arrow.string():
            values = [None if value is None else _utf8(as_text(value)) for value in values]
        try:
            return self.arrow.array(values, field.type)
        except (self.arrow.ArrowException, OverflowError) as error:
            raise DataError(
                f"{self.name}, column {shown(field.name)}, after row {self.n_written:,}: found "
                f"what is no {field.type}, as the first rows hold ({error}); write csv or jsonl"
            ) from error


def _utf8(text: str) -> str:
    """Write what UTF-8 cannot hold as an escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def _type(arrow: Any, values: Sequence[Any]) -> Any:
    """Return the type that holds all values; text holds any."""
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {bool}:
        return arrow.bool_()
    if kinds and kinds <= {int}:
        return arrow.int64()
    return arrow.float64() if kinds and kinds <= {int, float} else arrow.string()
