"""The codebook as types: labels, aspects, verdicts and reasons.

What each of them means for a person who labels is told in ``docs/codebook.md``;
this module only gives the names that every other module shares.
"""

from enum import StrEnum
from typing import Final

__all__ = ["ASPECT_SIDE", "COLUMNS", "Aspect", "Label", "Language", "Reason", "Verdict"]


class Label(StrEnum):
    """What a message is for. The order is the order of the columns of probabilities.

    Examples
    --------
    >>> [label.value for label in Label]
    ['pr', 'marketing', 'other']
    """

    PR = "pr"
    MARKETING = "marketing"
    OTHER = "other"


class Aspect(StrEnum):
    """How a message serves its purpose; three aspects on each side."""

    VALUES = "values"
    ISSUES = "issues"
    RELATIONSHIPS = "relationships"
    SALES = "sales"
    OFFERS = "offers"
    TRAFFIC = "traffic"


class Verdict(StrEnum):
    """Whether a label can be trusted: it can only where the verdict is ``clear``."""

    CLEAR = "clear"
    MIXED = "mixed"
    UNCLEAR = "unclear"
    OTHER = "other"


class Reason(StrEnum):
    """Why a verdict is not ``clear``."""

    NO_TEXT = "no_text"
    UNREADABLE = "unreadable"
    TOO_SHORT = "too_short"
    NO_KNOWN_FEATURES = "no_known_features"
    NEAR_TIE = "near_tie"
    BOTH_SIDES = "both_sides"
    OUT_OF_SCOPE = "out_of_scope"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    LOW_CONFIDENCE = "low_confidence"


class Language(StrEnum):
    """The language of a message; Arabizi counts as Arabic."""

    ARABIC = "ar"
    ENGLISH = "en"
    MIXED = "mixed"
    UNKNOWN = "unknown"


ASPECT_SIDE: Final[dict[Aspect, Label]] = {
    Aspect.VALUES: Label.PR,
    Aspect.ISSUES: Label.PR,
    Aspect.RELATIONSHIPS: Label.PR,
    Aspect.SALES: Label.MARKETING,
    Aspect.OFFERS: Label.MARKETING,
    Aspect.TRAFFIC: Label.MARKETING,
}
"""The label on whose side an aspect lies."""

COLUMNS: Final = (
    "id",
    "text",
    "label",
    "aspects",
    "language",
    "variety",
    "sector",
    "channel",
    "genre",
    "difficulty",
    "group",
    "pair",
    "brand",
)
"""The columns of a labelled file, in order; ``text`` and ``label`` are required."""
