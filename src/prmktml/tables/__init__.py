"""Tables of messages, read row by row: csv, tsv, jsonl, txt, xlsx and parquet.

Rows out are rows in: a row that cannot be read comes as one with a problem, and only a file that
cannot be read at all ends in an error. Memory does not grow with the file, except where a
workbook keeps its strings apart. Writing is done by :mod:`prmktml.tables.outputs`.
"""

import os
from typing import Final

from prmktml.errors import UsageError
from prmktml.tables.outputs import open_output
from prmktml.tables.rows import Row, Table
from prmktml.tables.sources import Source

__all__ = ["Row", "Table", "open_output", "open_table"]

_KINDS: Final = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".txt": "txt",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
}
_OWN_ENCODING: Final = ("xlsx", "parquet")


def open_table(
    path: str | os.PathLike[str],
    *,
    text_column: str | None = None,
    encoding: str | None = None,
    whole: bool = False,
) -> Table:
    r"""Open a table, find out how it is written, and read its columns.

    Parameters
    ----------
    path : str or path-like
        The name's end tells the format: csv, tsv, jsonl, txt (each also with .gz), xlsx, parquet.
        ``"-"`` is standard input, read as txt: one message a line.
    text_column : str, optional
        Name of the column that holds the messages; by default ``text``, or the only column.
    encoding : str, optional
        Overrules the encoding that is found out.
    whole : bool
        Take all of a txt as one message.

    Returns
    -------
    Table
        A context manager; going through all its rows closes it too.

    Raises
    ------
    DataError
        If the file cannot be read at all, or two columns could be the text.
    UsageError
        If the format is unknown, or no column can be chosen as the text.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "posts.csv")
    ...     _ = path.write_text("id;text\n1;Thank you, all\n", encoding="utf-8")
    ...     with open_table(path) as table:
    ...         [(row.fields, row.text) for row in table]
    [(['1', 'Thank you, all'], 'Thank you, all')]
    """
    name = os.fspath(path)
    kind = _kind(name)
    _check_options(name, kind, text_column, encoding, whole)
    if kind == "xlsx":
        from prmktml.tables.workbook import read_workbook

        return read_workbook(name, text_column)
    if kind == "parquet":
        from prmktml.tables.parquet import read_parquet

        return read_parquet(name, text_column)
    source = Source(name, packed=name.lower().endswith(".gz"))
    try:
        return _read(source, kind, text_column, encoding, whole)
    except BaseException:
        source.close()
        raise


def _kind(path: str) -> str:
    """Tell the format by the end of a name; what is no file, such as a pipe, holds plain lines."""
    if path == "-":
        return "txt"
    name = path.lower()
    packed = name.endswith(".gz")
    kind = _KINDS.get(os.path.splitext(name.removesuffix(".gz"))[1])
    if kind in _OWN_ENCODING and packed:
        raise UsageError(f"{path}: unpack it first, {kind} files are compressed as they are")
    if kind is None and os.path.isfile(path):
        endings = ", ".join(_KINDS)
        raise UsageError(
            f"{path}: the end of its name tells no format; allowed are {endings}, and all but the "
            "last two with .gz; rename it"
        )
    return kind or "txt"


def _check_options(
    path: str, kind: str, text_column: str | None, encoding: str | None, whole: bool
) -> None:
    """Refuse an option that the format has no use for."""
    if kind == "txt" and text_column is not None:
        name = "standard input" if path == "-" else path
        raise UsageError(f"{name} is read line by line and has no columns; leave --text-column out")
    if kind != "txt" and whole:
        raise UsageError(f"{path} is a {kind} table; --whole is for txt and standard input")
    if kind in _OWN_ENCODING and encoding is not None:
        raise UsageError(f"{path}: {kind} files tell their encoding; leave --encoding out")


def _read(
    source: Source, kind: str, text_column: str | None, encoding: str | None, whole: bool
) -> Table:
    if kind == "jsonl":
        from prmktml.tables.jsonlines import read_jsonl

        return read_jsonl(source, text_column, encoding)
    from prmktml.tables.textfiles import read_delimited, read_txt

    if kind == "txt":
        return read_txt(source, encoding, whole)
    return read_delimited(source, "\t" if kind == "tsv" else None, text_column, encoding)
