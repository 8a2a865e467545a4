"""Lines of a text file: opened, unpacked, decoded, and cut in blocks of bounded size.

Lines end at LF, CR or CRLF and nowhere else, and keep their ends. What is broken is not judged
here but marked: bytes that are no text stand as lone surrogates, a line too long to hold is cut to
its beginning, and a block that holds any such thing, or a NUL, says so. What a line means is left
to :mod:`prmktml.tables`.
"""

import codecs
import io
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any, Final, NamedTuple

from prmktml.encoding import ESCAPE, Encoding, check_encoding, find_encoding
from prmktml.errors import DataError

__all__ = ["LONGEST_LINE", "Block", "Lines", "LongLine", "is_dirty", "open_lines", "unreadable"]

LONGEST_LINE: Final = 10_000_000
"""Characters of the longest line that is read."""
_BLOCK: Final = 1 << 20
_HEAD: Final = 200
_ENDS: Final = ("\n", "\r")
_OTHER_ENDS: Final = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_KINDS: Final = (
    (
        b"PK\x03\x04",
        "a zip archive, as xlsx files are",
        "if it is a workbook, end its name in .xlsx",
    ),
    (b"\x1f\x8b", "a gzip file", "end its name in .gz"),
    (b"PAR1", "a parquet file", "end its name in .parquet"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file or one with a password", "save it as .xlsx or .csv"),
    (b"%PDF-", "a PDF document", "put its messages into a csv or txt file"),
)


class LongLine(str):
    """The beginning of a line that is too long to be read."""

    __slots__ = ()


class Block(NamedTuple):
    """Some lines in order, and whether none of them holds a broken byte, a NUL or too much."""

    lines: list[str]
    clean: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """An opened text.

    Attributes
    ----------
    name : str
        What messages call the file.
    encoding : str
    note : str
        How the encoding was found; empty where there is nothing to tell.
    blocks : iterator of Block
        To be gone through once.
    close : callable
    """

    name: str
    encoding: str
    note: str
    blocks: Iterator[Block]
    close: Callable[[], None]


def is_dirty(text: str) -> bool:
    r"""Tell whether a text holds a NUL, or a byte that could not be decoded.

    Examples
    --------
    >>> is_dirty("sale"), is_dirty("s\0ale")
    (False, True)
    """
    if "\0" in text:
        return True
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def unreadable(name: str, error: OSError) -> DataError:
    """Return the error that tells why a file cannot be opened or read."""
    if isinstance(error, FileNotFoundError):
        return DataError(f"{name}: there is no such file; check its name and folder")
    if isinstance(error, IsADirectoryError):
        return DataError(f"{name} is a folder; name a file in it")
    if isinstance(error, PermissionError):
        return DataError(f"{name}: there is no permission to read it; ask its owner, or copy it")
    return DataError(f"{name} cannot be read: {error.strerror or error}; restore it from a copy")


def open_lines(
    path: str, *, packed: bool = False, encoding: str | None = None, longest: int = LONGEST_LINE
) -> Lines:
    """Open a text file or standard input and find out its encoding.

    A regular file is looked through once for that; of a pipe only the first block is seen.

    Parameters
    ----------
    path : str
        ``"-"`` is standard input.
    packed : bool
        The file is compressed by gzip.
    encoding : str, optional
        Overrules what is found.
    longest : int
        Longer lines are cut and marked.

    Raises
    ------
    DataError
        If the file is missing, a folder, damaged or of another kind.
    UsageError
        If there is no such encoding.
    """
    name = "standard input" if path == "-" else path
    named = None if encoding is None else Encoding(check_encoding(encoding))
    stream, size = _open(path, packed)
    blocks = _read(stream, name, size)
    try:
        first = next(blocks, b"")
        _check_kind(name, first)
        if named is not None:
            found = _with_order(named, first)
        elif size is None:
            found = find_encoding([first])
        else:
            found = _look_through(path, packed, name)
    except BaseException:
        stream.close()
        raise
    texts = _decode(chain([first], blocks), found.name)
    close = _keep_open if path == "-" else stream.close
    return Lines(name, found.name, found.note, _split(texts, longest), close)


def _keep_open() -> None:
    """Leave standard input to its owner."""


def _open(path: str, packed: bool) -> tuple[IO[bytes], int | None]:
    """Open a file; its size comes along if it is a regular one, which can be read twice."""
    if path == "-":
        return sys.stdin.buffer, None
    try:
        stream: IO[bytes] = open(path, "rb")
    except (OSError, ValueError) as error:
        raise unreadable(path, error if isinstance(error, OSError) else OSError(error)) from error
    state = os.fstat(stream.fileno())
    size = state.st_size if stat.S_ISREG(state.st_mode) else None
    if packed:
        import gzip

        return gzip.open(stream), None if size is None else 0
    return stream, size


def _look_through(path: str, packed: bool, name: str) -> Encoding:
    stream, _ = _open(path, packed)
    with stream:
        return find_encoding(_read(stream, name, 0))


def _read(stream: Any, name: str, size: int | None) -> Iterator[bytes]:
    """Yield blocks of bytes; `size` is what there must be at least."""
    import zlib

    done = 0
    try:
        while block := stream.read1(_BLOCK):
            done += len(block)
            yield block
    except (EOFError, zlib.error) as error:
        raise DataError(
            f"{name} is damaged: the compressed data ends or breaks after {done:,} bytes of text; "
            "fetch it again or restore it from a copy"
        ) from error
    except OSError as error:
        raise unreadable(name, error) from error
    if done < (size or 0):
        raise DataError(
            f"{name} was cut while it was read: found {done:,} of {size:,} bytes; wait until it is "
            "written whole, then start again"
        )


def _check_kind(name: str, first: bytes) -> None:
    for mark, kind, remedy in _KINDS:
        if first.startswith(mark):
            raise DataError(f"{name} is {kind}, not text; {remedy}")


def _with_order(named: Encoding, first: bytes) -> Encoding:
    """Settle the byte order of an encoding that leaves it open, little-endian by default."""
    if named.name not in ("utf-16", "utf-32"):
        return named
    found = find_encoding([first]).name
    return Encoding(found if found.startswith(named.name) else f"{named.name}-le")


def _decode(blocks: Iterable[bytes], encoding: str) -> Iterator[tuple[str, bool]]:
    """Yield texts and whether they are clean; none ends within a character or a CRLF."""
    decoder = codecs.getincrementaldecoder(encoding)()
    whole = io.IncrementalNewlineDecoder(decoder, translate=False)  # type: ignore[arg-type]
    first = True
    for block, last in chain(((block, False) for block in blocks), [(b"", True)]):
        try:
            text = whole.decode(block, final=last)  # type: ignore[arg-type]
        except UnicodeDecodeError:
            decoder.errors = ESCAPE
            text = whole.decode(block, final=last)  # type: ignore[arg-type]
        if first and text:
            first, text = False, text.removeprefix("\ufeff")
        clean = not is_dirty(text) if decoder.errors == ESCAPE else "\0" not in text
        yield text, clean


def _split(texts: Iterable[tuple[str, bool]], longest: int) -> Iterator[Block]:
    """Cut texts into whole lines; of a line longer than `longest` only the head is kept."""
    parts: list[str] = []
    size, rest_clean = 0, True
    for text, text_clean in texts:
        lines = _cut(text)
        if not lines:
            continue
        parts.append(lines[0])
        size += len(lines[0])
        clean = text_clean and rest_clean and size <= longest
        if not lines[0].endswith(_ENDS):
            rest_clean = clean
            if size > longest:
                parts = ["".join(parts)[:_HEAD]]
            continue
        lines[0] = _joined(parts, size, longest)
        parts = [] if lines[-1].endswith(_ENDS) else [lines.pop()]
        size, rest_clean = sum(map(len, parts)), text_clean
        yield Block(lines, clean)
    if parts:
        yield Block([_joined(parts, size, longest)], rest_clean)


def _cut(text: str) -> list[str]:
    """Cut a text at LF, CR and CRLF alone, the fast way where no other end of line is in it."""
    if any(end in text for end in _OTHER_ENDS):
        return list(io.StringIO(text, newline=""))
    return text.splitlines(keepends=True)


def _joined(parts: list[str], size: int, longest: int) -> str:
    line = "".join(parts)
    return line if size <= longest else LongLine(line[:_HEAD].rstrip("\r\n") + "\n")
