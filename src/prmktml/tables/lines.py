"""Lines of a text file: decoded, and cut in blocks of bounded size.

Lines end at LF, CR or CRLF and nowhere else, and keep their ends. What is broken is not judged
here but marked: bytes that are no text stand as lone surrogates, a line too long to hold is cut to
its beginning, and a block that holds any such thing, or a NUL, says so. What a line means is left
to :mod:`prmktml.tables`.
"""

import codecs
import io
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from typing import Final, NamedTuple

from prmktml.tables.encoding import ESCAPE, Encoding, check_encoding, find_encoding
from prmktml.tables.sources import Source

__all__ = ["LONGEST_LINE", "Block", "Lines", "LongLine", "is_dirty", "open_lines"]

LONGEST_LINE: Final = 10_000_000
"""Characters of the longest line that is read."""
_LONGEST_MARK: Final = 4
_LINES: Final = 1024
_LENGTH: Final = 1 << 17
"""Lines and characters of a block: what the model takes at once, so that none is cut up there."""
_HEAD: Final = 200
_ENDS: Final = ("\n", "\r")
_OTHER_ENDS: Final = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"


class LongLine(str):
    """The beginning of a line that is too long to be read."""

    __slots__ = ()


class Block(NamedTuple):
    """Some lines in order, and whether none of them holds a broken byte, a NUL or too much."""

    lines: list[str]
    clean: bool


class Lines(NamedTuple):
    """An opened text.

    Attributes
    ----------
    encoding : str
    note : str
        How the encoding was found; empty where there is nothing to tell.
    blocks : iterator of Block
        To be gone through once.
    """

    encoding: str
    note: str
    blocks: Iterator[Block]


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


def open_lines(
    source: Source, *, encoding: str | None = None, longest: int = LONGEST_LINE
) -> Lines:
    """Find out the encoding of a source and cut it into lines.

    A regular file is looked through once for that; of a pipe only the first block is seen.

    Parameters
    ----------
    source : Source
        It stays the caller's to close.
    encoding : str, optional
        Overrules what is found.
    longest : int
        Longer lines are cut and marked.

    Raises
    ------
    DataError
        If the source cannot be read.
    UsageError
        If there is no such encoding.
    """
    named = None if encoding is None else check_encoding(encoding)
    blocks = source.blocks()
    first = _beginning(blocks)
    if named is not None:
        found = Encoding(_with_order(named, first))
    elif source.regular:
        with closing(source.again()) as again:
            found = find_encoding(again.blocks())
    else:
        found = find_encoding([first])
    texts = _decode(chain([first], blocks), found.name)
    parts = _split(texts, longest)
    return Lines(found.name, found.note, _filled(parts) if source.regular else parts)


def _beginning(blocks: Iterator[bytes]) -> bytes:
    """Return the first block; a mark of four bytes is not cut, however slowly they drip."""
    first = b""
    while len(first) < _LONGEST_MARK and (block := next(blocks, b"")):
        first += block
    return first


def _with_order(named: str, first: bytes) -> str:
    """Settle the byte order of an encoding that leaves it open, little-endian by default."""
    if named not in ("utf-16", "utf-32"):
        return named
    found = find_encoding([first]).name
    return found if found.startswith(named) else f"{named}-le"


def _decode(blocks: Iterable[bytes], encoding: str) -> Iterator[tuple[str, bool]]:
    """Yield texts and whether they are clean; none ends within a character or a CRLF."""
    decoder = codecs.getincrementaldecoder(encoding)()
    whole = io.IncrementalNewlineDecoder(decoder, translate=False)
    first = True
    for block, last in chain(((block, False) for block in blocks), [(b"", True)]):
        try:
            text = whole.decode(block, final=last)
        except UnicodeDecodeError:
            decoder.errors = ESCAPE
            text = whole.decode(block, final=last)
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


def _filled(blocks: Iterable[Block]) -> Iterator[Block]:
    """Put lines into blocks anew, as many into each as a block may hold."""
    lines: list[str] = []
    length, clean = 0, True
    for block in blocks:
        more = sum(map(len, block.lines))
        if lines and length + more > _LENGTH:
            yield Block(lines, clean)
            lines, length, clean = [], 0, True
        lines, length, clean = lines + block.lines, length + more, clean and block.clean
        while len(lines) >= _LINES:
            yield Block(lines[:_LINES], clean)
            lines = lines[_LINES:]
            length = sum(map(len, lines))
    if lines:
        yield Block(lines, clean)


def _cut(text: str) -> list[str]:
    """Cut a text at LF, CR and CRLF alone, the fast way where no other end of line is in it."""
    if any(end in text for end in _OTHER_ENDS):
        return list(io.StringIO(text, newline=""))
    return text.splitlines(keepends=True)


def _joined(parts: list[str], size: int, longest: int) -> str:
    line = "".join(parts)
    return line if size <= longest else LongLine(line[:_HEAD].rstrip("\r\n") + "\n")
