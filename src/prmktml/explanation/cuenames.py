"""Names of the cue classes in words, Arabic and English, for people who read explanations."""

import csv
from functools import cache
from typing import Final

from prmktml.resources import find

__all__ = ["LANGUAGES", "cue_name", "cue_names"]

LANGUAGES: Final = ("ar", "en")
"""Languages that explanations are given in."""


@cache
def cue_names() -> dict[str, dict[str, str]]:
    """Return the name of each cue class by language.

    Examples
    --------
    >>> cue_names()["gratitude"]
    {'en': 'thanks', 'ar': 'شكر'}
    """
    with find("data/lexicon/cues.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {
            row[0]: {"en": row[1], "ar": row[2]}
            for row in rows
            if row and not row[0].startswith("#")
        }


def cue_name(cue: str, lang: str) -> str:
    """Return the name of a cue class; one without a name, as of another lexicon, by itself.

    Parameters
    ----------
    cue : str
    lang : str
        ``ar`` or ``en``.

    Examples
    --------
    >>> cue_name("buy_order", "en"), cue_name("loyalty_card", "ar")
    ('call to buy', 'loyalty card')
    """
    return cue_names().get(cue, {}).get(lang) or cue.replace("_", " ")
