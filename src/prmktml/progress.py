"""How far a long command is, on a terminal: rows done, rows a second, time left.

The line comes after a second of work and is drawn anew four times a second at most, by the thread
that works. Rich, which draws it, is imported only then; it heeds ``NO_COLOR``. Whether a person
looks on at all is for the command to tell.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import IO, TYPE_CHECKING, Final

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
        self.n_done = 0
        self.drawn: Progress | None = None

    def advance(self, n_rows: int) -> None:
        self.n_done += n_rows
        now = monotonic()
        if now >= self.due:
            self.draw(now, self.n_total())
            self.due = monotonic() + PAUSE

    def n_total(self) -> float | None:
        """Guess the rows of the file from the part that has been read."""
        share = self.table.share()
        return self.table.n_read / share if share else None

    def draw(self, now: float, total: float | None, word: str = "left") -> None:
        drawn = self.drawn = self.drawn or _drawn(self.stream)
        taken = now - self.begun
        seconds = taken
        if word == "left":
            seconds = taken * (total / self.n_done - 1) if total and self.n_done else -1.0
        drawn.update(
            drawn.task_ids[0],
            completed=self.n_done,
            total=total,
            rate=f"{self.n_done / taken:,.0f} rows/s",
            time=f"{timedelta(seconds=round(seconds))} {word}" if seconds >= 0 else "",
            refresh=True,
        )

    def complete(self) -> None:
        """Tell at the end how long it took."""
        if self.drawn:
            self.draw(monotonic(), float(self.n_done), "in all")

    def stop(self) -> None:
        if self.drawn:
            self.drawn.stop()


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
