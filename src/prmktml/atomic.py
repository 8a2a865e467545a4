"""Files that are replaced whole or not at all.

A file is written beside its place under a hidden name, brought to the disk and renamed, so that
whoever looks finds the old file or the new one, never half of one. What goes into the file is
left to the callers.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import IO, Any, BinaryIO, Final, Literal, TextIO, overload

from prmktml.errors import PrmktmlError

__all__ = ["replace_file"]

_FULL: Final = {
    errno.ENOSPC: "the disk is full; make room or write elsewhere",
    errno.EDQUOT: "the quota of the disk is used up; make room or write elsewhere",
    errno.EFBIG: "the file would grow larger than is allowed here; write elsewhere or in parts",
}
_REMEDIES: Final = _FULL | {
    errno.EACCES: "there is no permission to write there; choose another place",
    errno.EPERM: "there is no permission to write there; choose another place",
    errno.EROFS: "the disk can only be read; choose another place",
    errno.ENOENT: "its folder does not exist; create the folder first",
    errno.ENOTDIR: "a part of the path is a file, not a folder; choose another place",
    errno.EISDIR: "it is a folder; name a file",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
}


@overload
def replace_file(
    path: str | os.PathLike[str], *, text: Literal[False] = False
) -> AbstractContextManager[BinaryIO]: ...
@overload
def replace_file(
    path: str | os.PathLike[str], *, text: Literal[True]
) -> AbstractContextManager[TextIO]: ...
def replace_file(
    path: str | os.PathLike[str], *, text: bool = False
) -> AbstractContextManager[IO[Any]]:
    """Give a file to write that takes the place of `path` when the ``with`` block ends well.

    On any exception, interrupts included, what was written is removed and `path` stays as it was.
    A symbolic link stays one, and its target is replaced; permissions are kept. What is no regular
    file, such as ``/dev/null`` or a pipe, is written straight away.

    Parameters
    ----------
    path : str or path-like
    text : bool
        Give a UTF-8 text file with line feeds as line ends instead of a binary one.

    Raises
    ------
    PrmktmlError
        If the file cannot be opened or renamed, or the disk is full; the message tells what to do.
        Other errors of the ``with`` block pass through.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "card.md")
    ...     with replace_file(path, text=True) as file:
    ...         _ = file.write("# Card")
    ...     path.read_text()
    '# Card'
    """
    return _replacing(os.fspath(path), text)


@contextmanager
def _replacing(path: str, text: bool) -> Iterator[IO[Any]]:
    target = os.path.realpath(path)
    special = os.path.exists(target) and not os.path.isfile(target)
    beside = os.path.join(os.path.dirname(target), f".prmktml-{os.urandom(8).hex()}.tmp")
    written = target if special else beside
    file: IO[Any] | None = None
    try:
        file = _open(written, target, text)
        yield file
        if special:
            file.close()
        else:
            _finish(file, beside, target)
    except BaseException as error:
        with suppress(OSError):
            if file is not None:
                file.close()
        with suppress(OSError):
            if not special:
                os.unlink(beside)
        if isinstance(error, OSError) and _is_ours(error, file is None, written):
            raise _unwritable(path, error) from error
        raise


def _open(written: str, target: str, text: bool) -> IO[Any]:
    """Open the file to write; a new one gets the permissions of the file it replaces."""
    mode: int | None = None
    with suppress(FileNotFoundError):
        mode = stat.S_IMODE(os.stat(target).st_mode)
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), target)
    flags = os.O_WRONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    if written != target:
        flags |= os.O_CREAT | os.O_EXCL
    descriptor = os.open(written, flags, 0o666)
    if mode is not None and written != target and hasattr(os, "fchmod"):
        os.fchmod(descriptor, mode)
    if text:
        return open(descriptor, "w", encoding="utf-8", newline="\n")
    return open(descriptor, "wb")


def _finish(file: IO[Any], beside: str, target: str) -> None:
    """Bring the file to the disk, then give it its name."""
    file.flush()
    os.fsync(file.fileno())
    file.close()
    os.replace(beside, target)
    with suppress(OSError):  # a file system that cannot sync a folder loses at most the rename
        folder = os.open(os.path.dirname(target), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _is_ours(error: OSError, opening: bool, written: str) -> bool:
    """Tell an error of this file from one that the caller's own work met."""
    return opening or error.errno in _FULL or error.filename == written


def _unwritable(path: str, error: OSError) -> PrmktmlError:
    remedy = _REMEDIES.get(error.errno or 0, error.strerror or str(error))
    return PrmktmlError(f"{path} cannot be written: {remedy}; nothing was changed")
