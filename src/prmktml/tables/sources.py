"""Where bytes come from: a file, a pipe, standard input, with or without gzip.

Here a file that is missing, locked, damaged, cut while it is read, or of another kind ends in a
message. What the bytes mean is left to the modules beside it.
"""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, TypeVar

from prmktml.errors import DataError, PrmktmlError

__all__ = ["LARGE", "Source", "guarded", "open_regular", "unreadable"]

_T = TypeVar("_T")
_BLOCK: Final = 1 << 17
"""Bytes of a file that are read at once; what a processor keeps at hand is read soonest."""
LARGE: Final = 1 << 20
"""Bytes that are read at once to look through them, and of a pipe, where no others are seen."""
_KINDS: Final = (
    (b"PK\x03\x04", "a zip archive, as workbooks are", "if it is one, end its name in .xlsx"),
    (b"\x1f\x8b", "a gzip file", "end its name in .gz"),
    (b"PAR1", "a parquet file", "end its name in .parquet"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file or one with a password", "save it as .xlsx or .csv"),
    (b"%PDF-", "a PDF document", "put its messages into a csv or txt file"),
)


def unreadable(name: str, error: OSError) -> DataError:
    """Return the error that tells why a file cannot be opened or read.

    Examples
    --------
    >>> print(unreadable("posts.csv", FileNotFoundError()))
    posts.csv: there is no such file; check its name and folder
    """
    if isinstance(error, FileNotFoundError):
        return DataError(f"{name}: there is no such file; check its name and folder")
    if isinstance(error, IsADirectoryError):
        return DataError(f"{name} is a folder; name a file in it")
    if isinstance(error, PermissionError):
        return DataError(f"{name}: there is no permission to read it; ask its owner, or copy it")
    return DataError(f"{name} cannot be read: {error.strerror or error}; restore it from a copy")


def open_regular(path: str) -> BinaryIO:
    """Open a file that must be read here and there, not from front to back.

    Raises
    ------
    DataError
        If it cannot be opened, or is a pipe.
    """
    try:
        kind = os.stat(path).st_mode
        if stat.S_ISREG(kind) or stat.S_ISDIR(kind):
            return open(path, "rb")
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise DataError(f"{path!r} is no name that a file can have; check it") from error
    raise DataError(f"{path} is a pipe; write it to a file first, as its end must be read first")


def guarded(path: str, act: Callable[[], _T]) -> _T:
    """Let a reader of other people's formats act; whatever it stumbles over is the file's fault.

    Raises
    ------
    DataError
        If it raises anything; its warnings are not shown.
    """
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return act()
    except PrmktmlError:
        raise
    except Exception as error:
        found = str(error).partition("\n")[0] or "cut or empty"
        raise DataError(
            f"{path} is damaged, or not what its name says ({type(error).__name__}: {found}); "
            "restore it from a copy, or save it anew, for example as .csv"
        ) from error


class Source:
    """An opened source of bytes.

    Parameters
    ----------
    path : str
        ``"-"`` is standard input.
    packed : bool
        It is compressed by gzip.

    Attributes
    ----------
    name : str
        What messages call it.
    regular : bool
        Whether it is a file that can be opened and read once more.

    Raises
    ------
    DataError
        If it cannot be opened.
    """

    def __init__(self, path: str, *, packed: bool = False) -> None:
        self.name = "standard input" if path == "-" else path
        self.path, self.packed = path, packed
        self.regular = False
        self._size = 0
        self._stored = 0
        try:
            self._stream = self._open()
        except OSError as error:
            raise unreadable(self.name, error) from error
        except ValueError as error:
            raise DataError(f"{path!r} is no name that a file can have; check it") from error

    def _open(self) -> Any:
        if self.path == "-":
            return sys.stdin.buffer
        state = os.stat(self.path)
        self.regular = stat.S_ISREG(state.st_mode)
        self._stored = state.st_size if self.regular else 0
        if self.packed:
            import gzip

            return gzip.open(self.path)
        self._size = self._stored
        return open(self.path, "rb")

    def again(self) -> "Source":
        """Open the same file once more, from its beginning."""
        return Source(self.path, packed=self.packed)

    def close(self) -> None:
        """Close the file; standard input stays open for its owner."""
        if self.path != "-":
            self._stream.close()

    def share(self, n_rows: int) -> float:
        """Return what part of the file has been read, 0 to 1, whatever the rows; of a pipe 0."""
        if self._stream.closed:
            return 1.0
        stored = self._stream.fileobj if self.packed else self._stream
        return min(1.0, stored.tell() / self._stored) if self._stored else 0.0

    def blocks(self, size: int | None = None) -> Iterator[bytes]:
        """Yield the bytes in blocks of at most `size`, of a pipe what there is at once.

        Raises
        ------
        DataError
            If the file is of another kind than text, damaged, or shorter than when it was opened.
        """
        import zlib

        done, size = 0, size or (_BLOCK if self.regular else LARGE)
        try:
            while block := self._stream.read1(size):
                if not done:
                    self._check_kind(block)
                done += len(block)
                yield block
        except (EOFError, zlib.error, OSError) as error:
            raise self._broken(error, done) from error
        if done < self._size:
            raise DataError(
                f"{self.name} was cut while it was read: found {done:,} of {self._size:,} bytes; "
                "wait until it is written whole, then start again"
            )

    def _broken(self, error: Exception, done: int) -> DataError:
        if isinstance(error, OSError) and error.errno is not None:
            return unreadable(self.name, error)
        if str(error).startswith("Not a gzipped"):
            return DataError(f"{self.name} is no gzip file; take .gz off its name")
        return DataError(
            f"{self.name} is damaged: its compressed data ends or breaks after {done:,} bytes of "
            "text; fetch it again or restore it from a copy"
        )

    def _check_kind(self, first: bytes) -> None:
        for mark, kind, remedy in _KINDS:
            if first.startswith(mark):
                raise DataError(f"{self.name} is {kind}, not text; {remedy}")
