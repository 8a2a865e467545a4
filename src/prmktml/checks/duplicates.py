"""The same text twice, or nearly so: what to delete, what to settle, what to keep together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from prmktml.checks.repair import repaired
from prmktml.checks.sheets import Found, Sheet, check
from prmktml.tables.wording import shown

__all__ = [
    "across_groups",
    "conflicting_labels",
    "exact_copies",
    "exact_duplicates",
    "near_duplicates",
    "same_texts",
]


class Pair(NamedTuple):
    """Two rows alike.

    Attributes
    ----------
    left, right : int
        Places of the rows; the left one comes first.
    jaccard : float
    exact : bool
        Whether the texts are the same.
    """

    left: int
    right: int
    jaccard: float
    exact: bool


def same_texts(sheet: Sheet) -> list[list[int]]:
    """Return the rows of each text, white space and encoding aside; empty texts are none.

    Examples
    --------
    >>> same_texts(Sheet.of({"text": ["Sale", "Thanks", " Sale", ""]}))
    [[0, 2], [1]]
    """
    rows = defaultdict(list)
    for place, text in enumerate(map(repaired, sheet.texts)):
        if text:
            rows[text].append(place)
    return list(rows.values())


@lru_cache(maxsize=1)
def _pairs(sheet: Sheet, near: float) -> dict[str, list[Pair]]:
    """Return the pairs of each kind; a pair is told once, as the gravest that it is."""
    kinds = defaultdict(list)
    clusters = same_texts(sheet)
    for pair in sorted([*_exact_pairs(sheet, clusters), *_near_pairs(sheet, clusters, near)]):
        kinds[_kind(sheet, pair)].append(pair)
    return kinds


def _exact_pairs(sheet: Sheet, clusters: list[list[int]]) -> Iterator[Pair]:
    """Yield each text that came before, beside the first that is labelled alike."""
    for rows in clusters:
        firsts: dict[str, int] = {}
        for row in rows:
            first = firsts.setdefault(sheet.labels[row], row)
            if row != rows[0]:
                yield Pair(rows[0] if first == row else first, row, 1.0, True)


def _near_pairs(sheet: Sheet, clusters: list[list[int]], near: float) -> Iterator[Pair]:
    """Yield pairs of different texts that are alike, but for those of one minimal pair."""
    from prmktml.corpus import near_duplicates as find

    firsts, pairs = [rows[0] for rows in clusters], sheet.column("pair")
    for i, j, jaccard in find([sheet.texts[row] for row in firsts], near) if firsts else ():
        left, right = firsts[i], firsts[j]
        if not pairs[left] or pairs[left] != pairs[right]:
            yield Pair(left, right, jaccard, False)


def _kind(sheet: Sheet, pair: Pair) -> str:
    labels = {sheet.labels[pair.left], sheet.labels[pair.right]} - {""}
    group = sheet.column("group")
    groups = {group[pair.left], group[pair.right]} - {""}
    if len(labels) == 2:
        return "conflict"
    if len(groups) == 2:
        return "across"
    return "exact" if pair.exact else "near"


def _found(sheet: Sheet, near: float, kind: str) -> Iterator[Found]:
    """Yield the nearest partner of each row, so that a hundred copies are no 4,950 findings."""
    best: dict[int, Pair] = {}
    for pair in _pairs(sheet, near)[kind]:
        if pair.right not in best or pair.jaccard > best[pair.right].jaccard:
            best[pair.right] = pair
    for pair in sorted(best.values(), key=lambda pair: pair.right):
        text = sheet.texts[pair.right]
        like = "the same text" if pair.exact else f"Jaccard index {pair.jaccard:.2f}"
        detail = f"{like}, {shown(text)}"
        if kind == "conflict":
            detail = f"{sheet.labels[pair.left]} and {sheet.labels[pair.right]}, {detail}"
        yield Found(pair[:2], sheet.text_column, text, detail)


@check("PRM011", "exact duplicate", "delete one; --fix does, where they are labelled alike")
def exact_duplicates(sheet: Sheet, *, near: float = 0.6) -> Iterable[Found]:
    """Find texts that came before, white space aside."""
    return _found(sheet, near, "exact")


@check("PRM012", "near duplicate", "delete one, or give a minimal pair one name in column pair")
def near_duplicates(sheet: Sheet, *, near: float = 0.6) -> Iterable[Found]:
    """Find texts whose sets of character 5-grams have at least this Jaccard index."""
    return _found(sheet, near, "near")


@check(
    "PRM013",
    "duplicates with conflicting labels",
    "settle the label by the codebook, or give a minimal pair one name in column pair",
)
def conflicting_labels(sheet: Sheet, *, near: float = 0.6) -> Iterable[Found]:
    """Find exact and near duplicates whose labels differ."""
    return _found(sheet, near, "conflict")


@check("PRM014", "duplicates across groups", "delete one, or put both in one group")
def across_groups(sheet: Sheet, *, near: float = 0.6) -> Iterable[Found]:
    """Find exact and near duplicates that a split by groups would tear apart."""
    return _found(sheet, near, "across")


def exact_copies(sheet: Sheet) -> set[int]:
    """Return the numbers of rows that repeat an earlier one: text, label, aspects and pair.

    Examples
    --------
    >>> sheet = Sheet.of({"text": ["Sale", "Sale ", "Sale"], "label": ["pr", "pr", "other"]})
    >>> exact_copies(sheet)
    {3}
    """
    copies, labels, pairs = set(), sheet.column("label"), sheet.column("pair")
    for rows in same_texts(sheet):
        seen = set()
        for row in rows:
            key = (labels[row].strip(), tuple(sheet.aspects[row]), pairs[row])
            if key in seen:
                copies.add(sheet.numbers[row])
            seen.add(key)
    return copies
