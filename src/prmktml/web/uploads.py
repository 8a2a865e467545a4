"""Uploaded files: kept under a random name while they are read, row by row, then removed.

Of the name that a client gives its file only the ending is used, and it is one of three; the rest
is repeated in messages alone. A workbook is refused before it is unpacked if it would grow too
large, and reading stops at the first limit it meets. What is made of the rows is left to
:mod:`prmktml.web.files`.
"""

import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from time import monotonic
from typing import BinaryIO, Final, NoReturn

from prmktml.errors import PrmktmlError
from prmktml.tables import Row, Table, open_table
from prmktml.web.limits import LONGEST_TEXT, Limits, RefusedError

__all__ = ["ENDINGS", "Upload", "bounded", "opened"]

ENDINGS: Final = (".csv", ".tsv", ".xlsx")
_CHUNK: Final = 512
_LONGEST_NAME: Final = 80
_OPTION: Final = re.compile(r"--(\w+)-column")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent.

    Attributes
    ----------
    name : str
        What the client calls it.
    file : binary file
    text_column : str or None
    """

    name: str
    file: BinaryIO
    text_column: str | None = None

    @property
    def title(self) -> str:
        r"""The name as a message can show it.

        Examples
        --------
        >>> import io
        >>> Upload("../../etc/posts\u202e.csv", io.BytesIO()).title
        'posts.csv'
        """
        last = self.name.replace("\\", "/").rpartition("/")[2]
        plain = "".join(char for char in last if unicodedata.category(char)[0] != "C")
        return plain[-_LONGEST_NAME:]

    @contextmanager
    def path(self) -> Iterator[Path]:
        """Put the file where tables can be read from, and remove it at the end of the block.

        Raises
        ------
        RefusedError
            If its ending is none of :data:`ENDINGS`, or what reads it cannot go on.
        """
        ending = next((end for end in ENDINGS if self.title.lower().endswith(end)), None)
        if ending is None:
            allowed = ", ".join(ENDINGS)
            found = self.title or "a file without a name"
            raise RefusedError(415, f"{found}: allowed are files that end in {allowed}; save it so")
        with tempfile.TemporaryDirectory(prefix="prmktml-") as folder:
            path = Path(folder, f"upload{ending}")
            with path.open("wb") as kept:
                copyfileobj(self.file, kept)
            try:
                yield path
            except PrmktmlError as error:
                raise RefusedError(422, self.worded(str(error), path)) from error

    def worded(self, message: str, path: Path) -> str:
        """Return a message with the client's names for the file and the option."""
        return _OPTION.sub(r"\1_column", message.replace(str(path), self.title))


def opened(path: Path, upload: Upload, limits: Limits) -> Table:
    """Open the table of an upload, to be read by :func:`bounded`.

    Raises
    ------
    RefusedError
        If it unpacks to more, or has more columns, than is allowed.
    """
    if path.suffix == ".xlsx":
        _check_unpacked(path, upload.title, limits)
    table = open_table(path, text_column=upload.text_column)
    if len(table.columns) > limits.columns:
        table.close()
        _too_much(limits.columns, "columns")
    return table


def _check_unpacked(path: Path, title: str, limits: Limits) -> None:
    """Refuse a workbook by what its table of contents says; no more than that is ever unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return  # no workbook; the reader of workbooks says so
    if size > limits.unpacked_bytes:
        raise RefusedError(
            413,
            f"{title} unpacks to {size:,} bytes; allowed are {limits.unpacked_bytes:,}, "
            "so cut it into parts, or save it as .csv",
        )


def bounded(table: Table, limits: Limits, allowed_rows: int) -> Iterator[list[Row]]:
    """Yield the rows of a table in chunks, up to the first limit that is met.

    Raises
    ------
    RefusedError
        If there are more rows, more text or more work than is allowed.
    """
    until = monotonic() + limits.work_seconds
    n_rows = n_characters = 0
    for rows in table.chunks(_CHUNK):
        sizes = list(map(_size, rows))
        n_rows += len(rows)
        n_characters += sum(sizes)
        if n_rows > allowed_rows:
            _too_much(allowed_rows, "rows")
        if n_characters > limits.characters:
            _too_much(limits.characters, "characters in its cells")
        for part in _cut(rows, sizes):
            if monotonic() > until:
                _too_much(limits.work_seconds, "seconds of work")
            yield part


def _cut(rows: list[Row], sizes: list[int]) -> Iterator[list[Row]]:
    """Cut rows into parts of bounded length, so that the model's arrays stay small."""
    part: list[Row] = []
    size = 0
    for row, row_size in zip(rows, sizes, strict=True):
        if len(row.text or "") > LONGEST_TEXT:
            _too_much(LONGEST_TEXT, f"characters in row {row.number}")
        part.append(row)
        size += row_size
        if size >= LONGEST_TEXT:
            yield part
            part, size = [], 0
    if part:
        yield part


def _size(row: Row) -> int:
    fields = row.fields if isinstance(row.fields, list) else list(row.fields.values())
    return sum(len(field) if isinstance(field, str) else 1 for field in fields)


def _too_much(allowed: float, what: str) -> NoReturn:
    raise RefusedError(
        413, f"the file has more than {allowed:,} {what}, as many as allowed; cut it into parts"
    )
