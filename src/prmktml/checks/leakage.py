"""What makes a corpus easier than the world: tell-tales of the label, templates, rare labels.

A model scored on such a corpus looks better than it is: it reads the label off a sender's name,
or knows the sentence by its beginning.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Final

from prmktml.checks.sheets import Found, Sheet, check
from prmktml.codebook import Label
from prmktml.tables.wording import shown

__all__ = [
    "imbalance",
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


def _grams(words: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[i : i + size]) for i in range(len(words) - size + 1))


@check("PRM032", "repeated phrase", "say it otherwise: it looks like a template")
def repeated_ngrams(sheet: Sheet, *, ngram_rows: int = 3, ngram_words: int = 8) -> Iterator[Found]:
    """Find long runs of words in several messages; a minimal pair, or one text, counts once."""
    members: dict[str, set[int]] = defaultdict(set)
    for words, text, pair in zip(_words(sheet), sheet.texts, sheet.column("pair"), strict=True):
        members[pair or text].update(map(hash, _grams(words, ngram_words)))
    counts = Counter(chain.from_iterable(members.values()))
    rows_of: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, words in enumerate(_words(sheet)):
        for gram in dict.fromkeys(_grams(words, ngram_words)):
            if counts[hash(gram)] >= ngram_rows:
                rows_of[gram].append(row)
    told: set[int] = set()
    for gram, rows in sorted(rows_of.items(), key=lambda item: -len(item[1])):
        if not told >= set(rows):
            told |= set(rows)
            phrase = _readable(gram)
            detail = f"{len(rows)} messages hold {shown(phrase)}"
            yield Found(rows, sheet.text_column, phrase, detail, id=phrase)
