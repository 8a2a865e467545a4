"""What makes a corpus easier than the world: copies, tell-tales of the label, templates.

A model scored on a split of such a corpus looks better than it is: it meets the same text twice,
or reads the label off a sender's name.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from prmktml.codebook import Label
from prmktml.repair import repaired
from prmktml.sheets import Found, Sheet, check
from prmktml.tables.wording import shown

__all__ = [
    "across_groups",
    "conflicting_labels",
    "exact_copies",
    "exact_duplicates",
    "imbalance",
    "near_duplicates",
    "repeated_ngrams",
    "repeated_openings",
    "telling_brands",
    "telling_groups",
    "telling_hashtags",
]

MIN_ROWS: Final = 20
"""Labels of fewer rows than this are not weighed against each other."""
_MARKS: Final = "\u0610-\u061a\u0640\u064b-\u065f\u0670"
_HASHTAG: Final = re.compile(rf"(?<![&\w])#(?=\w*[^\W\d_])([\w{_MARKS}]+)")
_WORD: Final = re.compile("[\\w\ue000-\ue0ff]+")
"""Letters and digits, or the code points that stand for links, prices and numbers."""


class Pair(NamedTuple):
    """Two rows alike: an index of 1 above `near` ones means the same text."""

    left: int
    right: int
    jaccard: float
    exact: bool


def _same_texts(sheet: Sheet) -> list[list[int]]:
    """Return the rows of each text, white space and encoding aside; empty texts are none."""
    rows = defaultdict(list)
    for place, text in enumerate(map(repaired, sheet.texts)):
        if text:
            rows[text].append(place)
    return list(rows.values())


@lru_cache(maxsize=1)
def _pairs(sheet: Sheet, near: float) -> list[Pair]:
    """Return each text that came before, beside the first that is labelled alike, and near ones."""
    from prmktml.corpus import near_duplicates as find

    pairs = []
    clusters = _same_texts(sheet)
    for rows in clusters:
        firsts: dict[str, int] = {}
        for row in rows:
            like = firsts.setdefault(sheet.labels[row], row)
            if row != rows[0]:
                pairs.append(Pair(like if like != row else rows[0], row, 1.0, True))
    firsts_of = [rows[0] for rows in clusters]
    minimal = sheet.units("pair")
    for i, j, jaccard in find([sheet.texts[row] for row in firsts_of], near) if clusters else ():
        left, right = firsts_of[i], firsts_of[j]
        if minimal[left] != minimal[right]:
            pairs.append(Pair(left, right, jaccard, False))
    return pairs


def _kind(sheet: Sheet, pair: Pair) -> str:
    """Return the gravest that can be said of a pair; each is told once."""
    labels = {sheet.labels[pair.left], sheet.labels[pair.right]} - {""}
    groups = {sheet.units("group")[row] for row in pair[:2]} if "group" in sheet.columns else set()
    if len(labels) == 2:
        return "conflict"
    if len(groups) == 2 and all(sheet.column("group")[row] for row in pair[:2]):
        return "across"
    return "exact" if pair.exact else "near"


def _found_pairs(sheet: Sheet, near: float, kind: str) -> Iterator[Found]:
    """Yield the nearest partner of each row, so that a hundred copies are no 4,950 findings."""
    best: dict[int, Pair] = {}
    for pair in _pairs(sheet, near):
        old = best.get(pair.right)
        if _kind(sheet, pair) == kind and (old is None or pair.jaccard > old.jaccard):
            best[pair.right] = pair
    for pair in sorted(best.values()):
        like = "the same text" if pair.exact else f"Jaccard index {pair.jaccard:.2f}"
        text = sheet.texts[pair.right]
        detail = f"{like}, {shown(text)}"
        if kind == "conflict":
            detail = f"{sheet.labels[pair.left]} and {sheet.labels[pair.right]}, {detail}"
        yield Found(pair[:2], sheet.text_column, text, detail)


@check("PRM011", "exact duplicate", "delete one; --fix does, where they are labelled alike")
def exact_duplicates(sheet: Sheet, *, near: float = 0.6) -> Iterable[Found]:
    """Find texts that came before, white space aside."""
    return _found_pairs(sheet, near, "exact")


@check("PRM012", "near duplicate", "delete one, or give a minimal pair one name in column pair")
def near_duplicates(sheet: Sheet, *, near: float = 0.6) -> Iterable[Found]:
    """Find texts whose sets of character 5-grams have at least this Jaccard index."""
    return _found_pairs(sheet, near, "near")


@check(
    "PRM013",
    "duplicates with conflicting labels",
    "settle the label by the codebook, or give a minimal pair one name in column pair",
)
def conflicting_labels(sheet: Sheet, *, near: float = 0.6) -> Iterable[Found]:
    """Find exact and near duplicates whose labels differ."""
    return _found_pairs(sheet, near, "conflict")


@check("PRM014", "duplicates across groups", "delete one, or put both in one group")
def across_groups(sheet: Sheet, *, near: float = 0.6) -> Iterable[Found]:
    """Find exact and near duplicates that a split by groups would tear apart."""
    return _found_pairs(sheet, near, "across")


def exact_copies(sheet: Sheet) -> set[int]:
    """Return the numbers of rows that repeat an earlier one: text, label, aspects and pair.

    Examples
    --------
    >>> sheet = Sheet.of({"text": ["Sale", "Sale ", "Sale"], "label": ["pr", "pr", "other"]})
    >>> exact_copies(sheet)
    {3}
    """
    copies, labels, pairs = set(), sheet.column("label"), sheet.column("pair")
    for rows in _same_texts(sheet):
        seen = set()
        for row in rows:
            key = (labels[row].strip(), tuple(sheet.aspects[row]), pairs[row])
            if key in seen:
                copies.add(sheet.numbers[row])
            seen.add(key)
    return copies


@check("PRM021", "class imbalance", "add messages of the rarer label")
def imbalance(sheet: Sheet, *, imbalance: float = 5.0) -> Iterator[Found]:
    """Find a label many times rarer than another; ``other`` may be missing altogether."""
    counts = {label.value: sheet.labels.count(label) for label in Label}
    if counts[Label.OTHER] == 0:
        del counts[Label.OTHER.value]
    rarest, commonest = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    if sum(counts.values()) >= MIN_ROWS and counts[commonest] > imbalance * counts[rarest]:
        told = ", ".join(f"{label} {count:,}" for label, count in counts.items())
        yield Found((), "label", rarest, told, id=rarest)


def _telling(
    sheet: Sheet, column: str, rows_of: dict[str, list[int]], least: int, share: float
) -> Iterator[Found]:
    """Yield each value whose rows have one label in more than this share, or in all for 1."""
    for value, rows in rows_of.items():
        labels = Counter(filter(None, (sheet.labels[row] for row in rows)))
        total = labels.total()
        if total < max(least, 1):
            continue
        (label, count), *_ = labels.most_common(1)
        if count == total or count > share * total:
            detail = f"{count} of {total} messages are {label}"
            yield Found(rows, column, value, detail, id=value)


def _rows_of(values: Iterable[str]) -> dict[str, list[int]]:
    rows = defaultdict(list)
    for place, value in enumerate(values):
        if value.strip():
            rows[value.strip()].append(place)
    return rows


@check("PRM022", "group that gives the label away", "add messages of the other labels to it")
def telling_groups(
    sheet: Sheet, *, group_share: float = 0.7, group_rows: int = 10
) -> Iterable[Found]:
    """Find groups of which one label has more than a share."""
    groups = _rows_of(sheet.column("group"))
    return _telling(sheet, "group", groups, group_rows, group_share)


@check(
    "PRM023", "brand that gives the label away", "vary the names, or let it say other things too"
)
def telling_brands(sheet: Sheet, *, brand_rows: int = 4) -> Iterable[Found]:
    """Find brands that are named in several messages, all of one label."""
    return _telling(sheet, "brand", _rows_of(sheet.column("brand")), brand_rows, 1)


@check("PRM024", "hashtag that gives the label away", "drop it, or use it in other messages too")
def telling_hashtags(sheet: Sheet, *, hashtag_rows: int = 4) -> Iterable[Found]:
    """Find hashtags that stand in several messages, all of one label."""
    from prmktml.normalization import normalize

    rows: dict[str, list[int]] = defaultdict(list)
    written: dict[str, str] = {}
    for place, text in enumerate(sheet.texts):
        tags = {normalize(tag): f"#{tag}" for tag in _HASHTAG.findall(text)}
        for folded, tag in tags.items():
            rows[written.setdefault(folded, tag)].append(place)
    return _telling(sheet, sheet.text_column, rows, hashtag_rows, 1)


@lru_cache(maxsize=1)
def _words(sheet: Sheet) -> list[list[str]]:
    """Return the normalized words of each text; links, prices and numbers are one word each."""
    from prmktml.features import read_batch
    from prmktml.model import batches

    words = []
    for batch in batches(sheet.texts):
        normalized = read_batch(batch).batch
        words += [_WORD.findall(normalized.text(i)) for i in range(len(batch))]
    return words


def _readable(words: Sequence[str]) -> str:
    from prmktml.entities import Entity

    return " ".join(words).translate({entity.value: entity.tag for entity in Entity})


@check("PRM031", "repeated opening", "begin some of these messages otherwise")
def repeated_openings(
    sheet: Sheet, *, openings: int = 6, opening_words: int = 3
) -> Iterator[Found]:
    """Find first words that more than so many messages share."""
    starts = (_readable(words[:opening_words]) for words in _words(sheet))
    long = (len(words) >= opening_words for words in _words(sheet))
    shared = _rows_of(start * enough for start, enough in zip(starts, long, strict=True))
    for start, rows in shared.items():
        if len(rows) > openings:
            detail = f"{len(rows)} messages begin with {shown(start)}"
            yield Found(rows, sheet.text_column, start, detail, id=start)


@check("PRM032", "repeated phrase", "say it otherwise: it looks like a template")
def repeated_ngrams(sheet: Sheet, *, ngram_rows: int = 3, ngram_words: int = 8) -> Iterator[Found]:
    """Find long runs of words in several messages; a minimal pair, or one text, counts once."""
    units = _units(sheet)
    counts: Counter[int] = Counter()
    for unit in set(units) - {-1}:
        rows = (row for row, of in enumerate(units) if of == unit)
        counts.update({hash(gram) for row in rows for gram in _grams(sheet, row, ngram_words)})
    rows_of: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in range(len(sheet)):
        for gram in dict.fromkeys(_grams(sheet, row, ngram_words)):
            if counts[hash(gram)] >= ngram_rows:
                rows_of[gram].append(row)
    told: set[int] = set()
    for gram, rows in sorted(rows_of.items(), key=lambda item: -len(item[1])):
        if not told >= set(rows):
            told |= set(rows)
            phrase = _readable(gram)
            detail = f"{len(rows)} messages hold {shown(phrase)}"
            yield Found(rows, sheet.text_column, phrase, detail, id=phrase)
