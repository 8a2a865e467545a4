"""Dates as people and spreadsheets write them: one column, one order of day and month.

A date such as 3/4/2026 says nothing of its order, so the order is decided once for the whole
column, by those dates that leave no choice. What cannot be read gets a fault, never a guess.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

__all__ = ["DateFault", "Dates", "Order", "read_dates"]

_EXCEL_EPOCH: Final = datetime(1899, 12, 30)
_EXCEL_DAYS: Final = (20_000, 80_000)
"""Day numbers of Excel that are taken for dates: 1954 to 2119."""
_YEARS: Final = range(1950, 2100)
_CENTURY: Final = 2000
_TIME: Final = r"(?:[\sT,،]+\d{1,2}:\d{2}.*)?"
_YEAR_FIRST: Final = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}")
_YEAR_LAST: Final = re.compile(
    rf"(\d{{1,2}})\s*[-/.\u060d]\s*(\d{{1,2}})\s*[-/.\u060d]\s*(\d{{4}}|\d{{2}}){_TIME}"
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NAMED: Final = re.compile(rf"(\d{{1,2}})[-\s]([^\W\d]+)[-\s,،]+(\d{{4}}|\d{{2}}){_TIME}")
_NUMBER: Final = re.compile(r"\d{5}(?:\.\d+)?")
_MONTHS: Final = (
    ("jan", "يناير"),
    ("feb", "فبراير"),
    ("mar", "مارس"),
    ("apr", "أبريل", "ابريل"),
    ("may", "مايو"),
    ("jun", "يونيو"),
    ("jul", "يوليو"),
    ("aug", "أغسطس", "اغسطس"),
    ("sep", "سبتمبر"),
    ("oct", "أكتوبر", "اكتوبر"),
    ("nov", "نوفمبر"),
    ("dec", "ديسمبر"),
)
_MONTH_OF: Final = {name: i for i, names in enumerate(_MONTHS, 1) for name in names}


class DateFault(StrEnum):
    """Why a cell is no date."""

    EMPTY = "empty"
    FORM = "form"
    NO_SUCH_DAY = "no_such_day"
    YEAR = "year"


class Order(StrEnum):
    """How the order of day and month was found."""

    TOLD = "told"
    SEEN = "seen"
    """Some dates leave no choice, as 25/3/2026 does."""
    ASSUMED = "assumed"
    """All could be either; day first is how most of the world writes."""
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class Dates:
    """A column of dates.

    Attributes
    ----------
    days : tuple of date or None
        None where the cell could not be read.
    faults : tuple of DateFault or None
    day_first : bool
        Whether 3/4/2026 was read as the third of April.
    order : Order
    n_ordered : int
        How many cells needed the order.
    """

    days: tuple[date | None, ...]
    faults: tuple[DateFault | None, ...]
    day_first: bool
    order: Order
    n_ordered: int


class _Pair(NamedTuple):
    """A date whose first two numbers are day and month, or month and day."""

    first: int
    second: int
    year: int

    def day(self, day_first: bool) -> date | DateFault:
        day, month = (self.first, self.second) if day_first else (self.second, self.first)
        return _date(self.year, month, day)


def read_dates(values: Sequence[object], day_first: bool | None = None) -> Dates:
    """Read a column of dates.

    Parameters
    ----------
    values : sequence
        Cells: dates, day numbers of Excel, or texts with digits of any script. Texts are
        ``2026-03-25``, ``25/3/2026``, ``3/25/2026``, ``25 Mar 2026``, ``25 مارس 2026`` or
        ``20260325``, with or without a time, which is not read.
    day_first : bool, optional
        The order of day and month; by default the one that reads more of the column, day first
        if both read as much.

    Examples
    --------
    >>> found = read_dates(["٣/٤/٢٠٢٦", "25/3/2026", "soon"])
    >>> [str(day) for day in found.days], found.order.value
    (['2026-04-03', '2026-03-25', 'None'], 'seen')
    """
    parsed = [_parse(value) for value in values]
    pairs = [part for part in parsed if isinstance(part, _Pair)]
    order = Order.TOLD
    if day_first is None:
        day_first, order = _decide(pairs)
    found = [part.day(day_first) if isinstance(part, _Pair) else part for part in parsed]
    return Dates(
        days=tuple(part if isinstance(part, date) else None for part in found),
        faults=tuple(part if isinstance(part, DateFault) else None for part in found),
        day_first=day_first,
        order=order if pairs else Order.NOT_NEEDED,
        n_ordered=len(pairs),
    )


def _decide(pairs: Sequence[_Pair]) -> tuple[bool, Order]:
    """Return whether the day comes first, and how that was found."""
    by_day, by_month = (
        sum(isinstance(pair.day(day_first), date) for pair in pairs) for day_first in (True, False)
    )
    return by_day >= by_month, Order.ASSUMED if by_day == by_month else Order.SEEN


def _parse(value: object) -> date | _Pair | DateFault:
    if isinstance(value, datetime):
        return _date(value.year, value.month, value.day)
    if isinstance(value, date):
        return _date(value.year, value.month, value.day)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(float(value))
    if value is None:
        return DateFault.EMPTY
    return _parse_text(_plain(str(value)))


def _plain(text: str) -> str:
    """Return a text in ASCII digits and without direction marks."""
    kept = (char for char in text if unicodedata.category(char) != "Cf")
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in kept).strip()


def _parse_text(text: str) -> date | _Pair | DateFault:
    if not text:
        return DateFault.EMPTY
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = map(int, match.groups())
        return _date(year, month, day)
    if match := _YEAR_LAST.fullmatch(text):
        return _Pair(int(match[1]), int(match[2]), _year(match[3]))
    if match := _NAMED.fullmatch(text):
        name = match[2].lower()
        month = _MONTH_OF.get(name[:3] if name.isascii() else name, 0)
        return _date(_year(match[3]), month, int(match[1])) if month else DateFault.FORM
    return _from_number(float(text)) if _NUMBER.fullmatch(text) else DateFault.FORM


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else _CENTURY + int(digits)


def _from_number(number: float) -> date | DateFault:
    """Read the day number of a spreadsheet (1900 system, as Excel counts since March 1900)."""
    if not math.isfinite(number) or not _EXCEL_DAYS[0] <= number <= _EXCEL_DAYS[1]:
        return DateFault.FORM
    return (_EXCEL_EPOCH + timedelta(days=number)).date()


def _date(year: int, month: int, day: int) -> date | DateFault:
    if year not in _YEARS:
        return DateFault.YEAR
    try:
        return date(year, month, day)
    except ValueError:
        return DateFault.NO_SUCH_DAY
