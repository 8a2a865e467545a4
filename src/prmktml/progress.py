"""How far a long command is, on a terminal: rows done, rows a second, time left.

The line comes after a second of work and is drawn anew four times a second at most, by the thread
that works. Rich, which draws it, is imported only then; it heeds ``NO_COLOR``. Whether a person
looks on at all is for the command to tell.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, Final

from prmktml.tables import Table

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["watching"]

DELAY: Final = 1.0
"""Seconds before the line comes; what is done by then needs none."""
PAUSE: Final = 0.25
"""Seconds between two drawings."""


@contextmanager
def watching(table: Table, stream: IO[str]) -> Iterator[Callable[[int], None]]:
    """Give a function that is told how many more rows are done.

    Parameters
    ----------
    table : Table
        What is read; how much of its file is behind it tells the time that is left.
    stream : text file
        Of a terminal.
    """
    line = _Line(table, stream)
    try:
        yield line.advance
        line.complete()
    finally:
        line.stop()


class _Line:
    """One line that is drawn over and over."""

    def __init__(self, table: Table, stream: IO[str]) -> None:
        self.table, self.stream = table, stream
        self.begun = monotonic()
        self.due = self.begun + DELAY
        self.n_done = self.n_first = 0
        self.first = 0.0
        self.drawn: Progress | None = None

    def advance(self, n_rows: int) -> None:
        """Count rows; the rate is counted from the first ones, when all processes have started."""
        now = monotonic()
        self.n_done += n_rows
        if not self.first:
            self.first, self.n_first = now, self.n_done
        elif now >= self.due:
            rate = (self.n_done - self.n_first) / (now - self.first)
            share = self.table.share()
            total = self.table.n_read / share if share else None
            left = (total - self.n_done) / rate if total and rate else None
            self.draw(total, rate, "" if left is None else f"{_clock(left)} left")
            self.due = monotonic() + PAUSE

    def draw(self, total: float | None, rate: float, time: str) -> None:
        drawn = self.drawn = self.drawn or _drawn(self.stream)
        shown: dict[str, Any] = {
            "completed": self.n_done,
            "rate": f"{rate:,.0f} rows/s",
            "time": time,
        }
        drawn.update(drawn.task_ids[0], total=total, **shown, refresh=True)

    def complete(self) -> None:
        """Tell at the end how long it took."""
        if self.drawn:
            taken = monotonic() - self.begun
            self.draw(self.n_done, self.n_done / taken, f"{_clock(taken)} in all")

    def stop(self) -> None:
        if self.drawn:
            self.drawn.stop()


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=round(max(0.0, seconds))))


def _drawn(stream: IO[str]) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = [
        TextColumn("{task.completed:,.0f} rows"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[time]}"),
    ]
    line = Progress(
        *columns,
        console=Console(file=stream),
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    line.add_task("", rate="", time="")
    line.start()
    return line
