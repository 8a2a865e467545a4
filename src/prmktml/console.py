"""What all commands share: how they start, speak, fail and stop.

Data goes to standard output, everything said to a person to standard error, and every end has
its exit code.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

from prmktml.errors import PrmktmlError

__all__ = ["Parser", "run", "say"]

INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """An argument parser that shows its examples as they are written."""

    def __init__(self, prog: str, description: str, examples: str) -> None:
        super().__init__(
            prog=f"prmktml {prog}",
            description=description,
            epilog=f"examples:\n{examples}",
            formatter_class=partial(argparse.RawDescriptionHelpFormatter, width=_width()),
            allow_abbrev=False,
        )


def _width() -> int:
    """Return the columns for help as argparse would, which imports shutil for that."""
    try:
        columns = int(os.environ.get("COLUMNS", 0)) or os.get_terminal_size(1).columns
    except (ValueError, OSError):
        columns = 0
    return (max(0, columns) or 80) - 2


def say(message: str) -> None:
    """Tell a person something on standard error."""
    print(message, file=sys.stderr, flush=True)


def run(command: Callable[[Sequence[str] | None], int], argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; what a person can mend ends in a message."""
    _open_closed_streams()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    signal.signal(signal.SIGTERM, _stop)
    try:
        code = command(argv)
        sys.stdout.flush()
    except PrmktmlError as error:
        say(f"prmktml: {error}")
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        say("prmktml: interrupted; nothing half-written was left")
        return INTERRUPTED
    except OSError as error:
        say(f"prmktml: {error.strerror or error}: {error.filename or 'standard output'}")
        return 1
    return code


def _open_closed_streams() -> None:
    """Let streams that the caller closed lead nowhere; Python has None in their place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115


def _stop(*_: Any) -> NoReturn:
    raise KeyboardInterrupt
