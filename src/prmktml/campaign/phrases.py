"""What the report says in words, Arabic and English; the words stand in a table of their own."""

import csv
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

__all__ = ["LANGUAGES", "Voice", "phrases"]

LANGUAGES: Final = ("en", "ar")
_ISOLATE: Final = "\u2068{}\u2069"
"""Keeps a name of whatever script from mixing up the sentence around it."""
_MONTHS: Final = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر".split(),
}


@cache
def phrases() -> dict[str, dict[str, str]]:
    """Return each phrase by key and language.

    Examples
    --------
    >>> phrases()["label.pr"]
    {'en': 'PR', 'ar': 'علاقات عامة'}
    """
    text = (files("prmktml.campaign") / "templates" / "phrases.tsv").read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row[0]: {"en": row[1], "ar": row[2]} for row in rows if not row[0].startswith("#")}


class Voice:
    """Says things in one language.

    Parameters
    ----------
    lang : str
        ``ar`` or ``en``.

    Examples
    --------
    >>> Voice("en")("page.span", first=date(2026, 9, 1), last=date(2026, 9, 3))
    '1 Sep 2026 to 3 Sep 2026'
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, key: str, **facts: object) -> str:
        """Return a phrase with its names filled in; texts are isolated, dates written out."""
        told = {name: self.told(value) for name, value in facts.items()}
        return phrases()[key][self.lang].format(**told)

    def told(self, value: object) -> str:
        """Return a value as a sentence holds it: shares are percent, tuples lists of names."""
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, float):
            return f"\u2066{value:.0%}\u2069" if self.lang == "ar" else f"{value:.0%}"
        if isinstance(value, int):
            return f"{value:,}"
        if isinstance(value, tuple):
            return self("list.comma").join(map(self.told, value))
        return _ISOLATE.format(value)

    def day(self, day: date) -> str:
        """Return a date with its month by name."""
        return f"{day.day} {self.month(day)}"

    def month(self, day: date) -> str:
        """Return month and year."""
        return f"{_MONTHS[self.lang][day.month - 1]} {day.year}"

    def period(self, start: date, unit: str) -> str:
        """Return the name of a period on an axis."""
        if unit == "year":
            return str(start.year)
        if unit == "month":
            return self.month(start)
        return f"{start.day} {_MONTHS[self.lang][start.month - 1]}"
