"""Keys, one at a time: from a terminal as they are pressed, from a pipe as its characters.

What a key means is left to :mod:`prmktml.labelling.session`.
"""

import codecs
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

__all__ = ["typed"]

_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?", re.DOTALL)
"""What arrows and function keys send; its letters are no keys that anyone pressed."""
_END: Final = "\x04"
_INTERRUPT: Final = "\x03"
_WINDOWS_PREFIXES: Final = ("\0", "\xe0")


@contextmanager
def typed(stream: TextIO) -> Iterator[Iterator[str]]:
    r"""Give the keys that are pressed on a terminal, each at once and without an echo.

    What is no terminal is read to its end, line ends being the key Enter; on a terminal Ctrl-D
    ends the keys. Afterwards the terminal is as it was.

    Examples
    --------
    >>> import io
    >>> with typed(io.StringIO("m5\n")) as keys:
    ...     list(keys)
    ['m', '5', '\n']
    """
    if not stream.isatty():
        yield iter(lambda: stream.read(1), "")
    elif sys.platform == "win32":
        yield _windows_keys()
    else:
        import termios
        import tty

        descriptor = stream.fileno()
        before = termios.tcgetattr(descriptor)
        try:
            tty.setcbreak(descriptor)
            yield _terminal_keys(descriptor)
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _terminal_keys(descriptor: int) -> Iterator[str]:
    """Yield the keys of a terminal that is in cbreak mode."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    while True:
        pressed = os.read(descriptor, 1024)
        if not pressed:
            return
        for key in _ESCAPES.sub("", decode(pressed)):
            if key == _END:
                return
            yield key


def _windows_keys() -> Iterator[str]:
    """Yield the keys of a console; one of an arrow or a function key is two characters."""
    if sys.platform != "win32":
        return
    import msvcrt

    while (key := msvcrt.getwch()) != _END:
        if key in _WINDOWS_PREFIXES:
            msvcrt.getwch()
        elif key == _INTERRUPT:
            raise KeyboardInterrupt
        else:
            yield key
