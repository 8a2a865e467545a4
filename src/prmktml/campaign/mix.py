"""How many messages of each label: in all, over time, by channel, by group, by aspect.

What a message is said to be comes in as an array of ``SAID`` places; nothing is judged here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prmktml.codebook import Aspect

__all__ = [
    "NONE",
    "Counts",
    "Part",
    "Timeline",
    "aspect_table",
    "by_value",
    "count",
    "longest_gap",
    "timeline",
]

NONE: Final = -1
"""Said of a message with nothing to judge: no text, or an unreadable row."""
_MOST: Final = 12
_WEEK_START: Final = 6
"""Sunday, as the working week begins where most Arabic is read."""
_UNITS: Final = ((16, "day"), (7 * 27, "week"), (366 * 3, "month"))
"""The longest span in days of each unit; beyond the last it is the year."""


class Counts(NamedTuple):
    """How many messages were said to be each label; `none` had nothing to judge."""

    pr: int
    marketing: int
    other: int
    none: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)

    @property
    def sided(self) -> int:
        """Those of pr and marketing."""
        return self.pr + self.marketing

    @property
    def pr_share(self) -> float | None:
        """Share of pr among pr and marketing, 0 to 1; None where there is neither."""
        return self.pr / self.sided if self.sided else None


@dataclass(frozen=True)
class Part:
    """A part of the calendar and its counts; the name is empty where the file says none."""

    name: str
    counts: Counts
    rows: tuple[int, ...]
    n_merged: int = 0
    """How many small parts this one stands for."""


@dataclass(frozen=True)
class Timeline:
    """The calendar by days, weeks, months or years, those without messages too.

    Attributes
    ----------
    unit : str
        ``day``, ``week``, ``month`` or ``year``.
    starts : tuple of date
        First day of each period.
    parts : tuple of Part
    """

    unit: str
    starts: tuple[date, ...]
    parts: tuple[Part, ...]


def count(said: Iterable[int]) -> Counts:
    """Count labels.

    Examples
    --------
    >>> count([0, 0, 1, -1])
    Counts(pr=2, marketing=1, other=0, none=1)
    """
    found = Counter(said)
    return Counts(found[0], found[1], found[2], found[NONE])


def _part(name: str, rows: Sequence[int], said: Sequence[int], n_merged: int = 0) -> Part:
    return Part(name, count(said[row] for row in rows), tuple(rows), n_merged)


def by_value(values: Sequence[str], said: Sequence[int]) -> tuple[Part, ...]:
    """Count by the value of a column, most frequent first; beyond twelve the rest is one part.

    Examples
    --------
    >>> [(part.name, part.counts.total) for part in by_value(["sms", "x", "x"], [0, 1, 0])]
    [('x', 2), ('sms', 1)]
    """
    rows: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        rows.setdefault(value, []).append(row)
    ranked = sorted(rows, key=lambda value: (-len(rows[value]), value))
    kept = ranked if len(ranked) <= _MOST else ranked[: _MOST - 1]
    parts = [_part(value, rows[value], said) for value in kept]
    if rest := ranked[len(kept) :]:
        merged = sorted(row for value in rest for row in rows[value])
        parts.append(_part("", merged, said, len(rest)))
    return tuple(parts)


def timeline(days: Sequence[date | None], said: Sequence[int]) -> Timeline | None:
    """Count by period; the unit follows from the span. None where nothing has a date."""
    dated = [(day, row) for row, day in enumerate(days) if day is not None]
    if not dated:
        return None
    first, last = min(dated)[0], max(dated)[0]
    span = (last - first).days + 1
    unit = next((name for most, name in _UNITS if span <= most), "year")
    starts = [_start(first, unit)]
    while (following := _next(starts[-1], unit)) <= last:
        starts.append(following)
    rows: dict[date, list[int]] = {start: [] for start in starts}
    for day, row in dated:
        rows[_start(day, unit)].append(row)
    parts = [_part(start.isoformat(), sorted(rows[start]), said) for start in starts]
    return Timeline(unit, tuple(starts), tuple(parts))


def _start(day: date, unit: str) -> date:
    """Return the first day of the period that a day is in."""
    if unit == "week":
        return day - timedelta(days=(day.weekday() - _WEEK_START) % 7)
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _next(start: date, unit: str) -> date:
    step = {"day": 1, "week": 7, "month": 31, "year": 366}[unit]
    return _start(start + timedelta(days=step), unit)


def aspect_table(
    parts: Sequence[Part], said: Sequence[int], aspect: Sequence[int]
) -> NDArray[np.int64]:
    """Count the leading aspects of pr and marketing messages, shape (6, n_parts)."""
    table = np.zeros((len(Aspect), len(parts)), np.int64)
    for column, part in enumerate(parts):
        for row in part.rows:
            if said[row] in (0, 1) and aspect[row] >= 0:
                table[aspect[row], column] += 1
    return table


def longest_gap(days: Iterable[date], first: date, last: date) -> tuple[date, date, int]:
    """Return the longest stretch of days without any of these: its first and last day, its length.

    Examples
    --------
    >>> gap = longest_gap([date(2026, 3, 2), date(2026, 3, 9)], date(2026, 3, 1), date(2026, 3, 9))
    >>> gap[0].day, gap[1].day, gap[2]
    (3, 8, 6)
    """
    one = timedelta(days=1)
    marks = [first - one, *sorted(set(days)), last + one]
    before, after = max(pairwise(marks), key=lambda pair: (pair[1] - pair[0], pair[0]))
    return before + one, after - one, (after - before).days - 1
