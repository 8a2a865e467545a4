"""How much of a message is on each side, clause by clause.

A clause ends at sentence or clause punctuation or at a line break, never inside a number, a link
or an address. Its share is its own prediction; the message's is theirs, weighted by letters.
"""

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from prmktml.codebook import Label

if TYPE_CHECKING:
    from prmktml.model import Model

__all__ = ["Clause", "Share", "share", "split_clauses"]

_END: Final = re.compile(
    r"[\n\r\v\f\x85\u2028\u2029]+"
    r"|[؟؛،…。！？]+"
    r"|[.!?,;:]+(?![A-Za-z\d/=&%#@_-])"
    r"|\s[-–—]+(?=\s)"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause and its side.

    Attributes
    ----------
    start, end : int
        Half-open, in code points of the original text, its punctuation included.
    text : str
    pr : float
        Probability of pr given that it is a campaign message at all, 0 to 1.
    letters : int
        Its weight.
    """

    start: int
    end: int
    text: str
    pr: float
    letters: int


@dataclass(frozen=True, slots=True)
class Share:
    """The parts of a message that are pr and marketing; they sum to 1."""

    pr: float
    marketing: float
    clauses: tuple[Clause, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the share for JSON.

        Examples
        --------
        >>> list(Share(0.62, 0.38, ()).to_dict())
        ['pr', 'marketing', 'clauses']
        """
        clauses = [asdict(clause) for clause in self.clauses]
        return {"pr": self.pr, "marketing": self.marketing, "clauses": clauses}


def split_clauses(text: str) -> list[tuple[int, int]]:
    """Return where the clauses of a text begin and end, without white space around them.

    Examples
    --------
    >>> text = "شكرًا لكم، خصم 3.5% على https://a.sa/?q=1! Hurry"
    >>> [text[start:end] for start, end in split_clauses(text)]
    ['شكرًا لكم،', 'خصم 3.5% على https://a.sa/?q=1!', 'Hurry']
    """
    bounds, start = [], 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        piece = text[start:end]
        first = start + len(piece) - len(piece.lstrip())
        last = start + len(piece.rstrip())
        if first < last:
            bounds.append((first, last))
        start = end
    return bounds


def share(model: "Model", text: str) -> Share | None:
    """Return the share of each side, or None where no clause with letters can be judged.

    Examples
    --------
    >>> import prmktml
    >>> found = share(prmktml.load(), "Thank you, dear volunteers. Shop the sale, 50% off!")
    >>> len(found.clauses), round(found.pr + found.marketing, 9)
    (4, 1.0)
    """
    bounds = split_clauses(text)
    predictions = model.predict([text[start:end] for start, end in bounds])
    clauses = []
    for (start, end), found in zip(bounds, predictions, strict=True):
        letters = sum(map(str.isalpha, found.text))
        if found.confidence is not None and letters:
            pr = found.confidence if found.label is Label.PR else 1 - found.confidence
            clauses.append(Clause(start, end, found.text, pr, letters))
    total = sum(clause.letters for clause in clauses)
    if not total:
        return None
    pr = sum(clause.pr * clause.letters for clause in clauses) / total
    return Share(pr, 1 - pr, tuple(clauses))
