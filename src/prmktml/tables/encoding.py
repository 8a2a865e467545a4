"""Which encoding a text file is in: its byte order mark, strict UTF-8, then a good guess.

A file is UTF-8 when at least as many of its lines with other than ASCII characters are UTF-8 as
are not; the few that are not are then broken lines. Only otherwise a guess is made, by
charset-normalizer on a bounded sample, among the encodings that Arabic and English users meet.
Reading the lines is left to :mod:`prmktml.tables.lines`.
"""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from prmktml.errors import UsageError

__all__ = ["ESCAPE", "Encoding", "check_encoding", "find_encoding"]

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSES: Final = ("cp1256", "iso8859_6", "cp1252")
_WITH_ZEROS: Final = ("utf_16_le", "utf_16_be")
"""Guessed only where a zero byte is, as there is in every line end and space of theirs."""
_LONG: Final = 1 << 22
_SAMPLE: Final = 1 << 15
_ENOUGH: Final = 2000
"""So many broken lines, ten times as many as sound ones, settle that a file is not UTF-8."""


ESCAPE: Final = "prmktml.escape"
"""Name of the error handler that decodes bytes that are no text as lone surrogates."""


class Encoding(NamedTuple):
    """An encoding found out.

    Attributes
    ----------
    name : str
        As Python knows it.
    note : str
        A sentence on how it was found; empty where there is nothing to tell.
    """

    name: str
    note: str = ""


def _escape(error: UnicodeError) -> tuple[str, int]:
    """Stand in for bytes that are no text: each becomes a lone surrogate, U+DC00 to U+DCFF."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    broken = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in broken), error.end


codecs.register_error(ESCAPE, _escape)


def check_encoding(name: str) -> str:
    """Return the name of an encoding as Python knows it.

    Raises
    ------
    UsageError
        If text cannot be read in an encoding of that name.

    Examples
    --------
    >>> check_encoding("Windows-1256")
    'cp1256'
    """
    try:
        "a".encode(name)
        codecs.lookup(name).decode(b"\xff\xfe\0\0", ESCAPE)
        return codecs.lookup(name).name
    except (LookupError, TypeError, ValueError) as error:
        raise UsageError(
            f"--encoding: found {name!r}, which is no encoding of text; use for example utf-8, "
            "cp1256, utf-16 or iso8859-6"
        ) from error


def find_encoding(blocks: Iterable[bytes]) -> Encoding:
    """Find out the encoding of a text from its bytes.

    Parameters
    ----------
    blocks : iterable of bytes
        All of the text, or its beginning; only one block is held at a time.

    Examples
    --------
    >>> find_encoding(["شكرا لكم".encode()]).name
    'utf-8'
    >>> find_encoding(["شكرا لكل من شارك معنا في الحملة".encode("cp1256")]).name
    'cp1256'
    """
    blocks = iter(blocks)
    first = next(blocks, b"")
    for mark, name in _BOMS:
        if first.startswith(mark):
            return Encoding(name, "" if name == "utf-8" else f"read as {name}, by its mark")
    name = _utf16(first)
    if name:
        return Encoding(name, f"read as {name}, found by its zero bytes")
    return _from_lines(chain([first], blocks))


def _utf16(sample: bytes) -> str:
    """Tell UTF-16 without a mark: every second byte is mostly that of ASCII or Arabic."""
    sample = sample[:_SAMPLE]
    for high, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        highs, lows = sample[high::2], sample[1 - high :: 2]
        zeros = highs.count(0)
        blocks = zeros + highs.count(6)  # U+0000–00FF and U+0600–06FF
        if zeros and blocks * 10 >= len(highs) * 7 and lows.count(0) * 20 <= zeros:
            return name
    return ""


def _from_lines(blocks: Iterator[bytes]) -> Encoding:
    """Count the lines that are UTF-8 and those that are not, and decide."""
    good = bad = 0
    sample = bytearray()
    for piece in _foreign_pieces(blocks):
        if _is_utf8(piece):
            good += piece.count(b"\n") or 1
            continue
        foreign = [line for line in piece.splitlines() if not line.isascii()]
        broken = [line for line in foreign if not _is_utf8(line)]
        bad, good = bad + len(broken), good + len(foreign) - len(broken)
        for line in broken:
            if len(sample) < _SAMPLE:
                sample += line[:_SAMPLE] + b"\n"
        if bad >= _ENOUGH and bad > 10 * good:
            break
    if good >= bad:
        return Encoding("utf-8", f"lines not in utf-8 as the others are: {bad:,}" if bad else "")
    name = _guess(bytes(sample))
    note = f"read as {name}, a guess from its bytes; if the text looks wrong, name its --encoding"
    return Encoding(name, note + (f" ({good:,} lines look like utf-8)" if good else ""))


def _foreign_pieces(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Cut the blocks anew, at ends of lines, and leave out what is ASCII alone."""
    rest = b""
    for block in blocks:
        if not rest and block.isascii():
            continue
        data = rest + block
        cut = _line_end(data)
        rest = data[cut:]
        if cut and not data.isascii():
            yield data[:cut]
        if rest.isascii():
            rest = b""
    if rest:
        yield rest


def _line_end(data: bytes) -> int:
    """Return where the last whole line ends; a line without end is cut between characters."""
    cut = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
    if cut or len(data) < _LONG:
        return cut
    cut = len(data) - 4
    while len(data) - cut < 8 and data[cut] & 0xC0 == 0x80:
        cut -= 1
    return cut


def _is_utf8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8, piece by piece, as a large text takes long to make room for."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    try:
        for begin in range(0, len(data), _SAMPLE):
            decode(data[begin : begin + _SAMPLE])
        decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    guesses = [*_GUESSES, *(_WITH_ZEROS if b"\0" in sample else ())]
    best = from_bytes(sample, cp_isolation=guesses).best()
    return codecs.lookup(best.encoding).name if best else "cp1252"
