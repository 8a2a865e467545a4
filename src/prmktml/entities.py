"""Links, addresses, users, phones, prices, percents and numbers in normalized code points.

Each becomes one private-use code point that keeps the signal (a year is no price, a number of
two digits none of six). Everything is found by array arithmetic over a whole batch, in linear
time, without regular expressions.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Entity", "Spans", "find_links", "find_numbers", "is_entity"]

_FIRST: Final = 0xE000


class Entity(IntEnum):
    """The private-use code points that stand for entities.

    Examples
    --------
    >>> Entity.URL.tag
    '<url>'
    """

    URL = _FIRST
    EMAIL = _FIRST + 1
    USER = _FIRST + 2
    PHONE = _FIRST + 3
    PRICE = _FIRST + 4
    PERCENT = _FIRST + 5
    YEAR = _FIRST + 6
    DECIMAL = _FIRST + 7
    NUMBER1 = _FIRST + 8
    NUMBER2 = _FIRST + 9
    NUMBER3 = _FIRST + 10
    NUMBER4 = _FIRST + 11
    NUMBER5 = _FIRST + 12
    NUMBER7 = _FIRST + 13
    TIME = _FIRST + 14

    @property
    def char(self) -> str:
        """The code point as a string."""
        return chr(self)

    @property
    def tag(self) -> str:
        """How people see it."""
        return f"<{self.name.lower()}>"


@dataclass(frozen=True, slots=True)
class Spans:
    """Half-open spans, in order and apart, each with the code point that replaces it.

    Attributes
    ----------
    starts, ends : ndarray of int64, shape (n_spans,)
    codes : ndarray of uint32, shape (n_spans,)
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    codes: NDArray[np.uint32]


def is_entity(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Tell which code points stand for entities."""
    return (codes >= _FIRST) & (codes <= max(Entity))


# Bits of prmktml.normalization.CharClass, which imports this module.
_LETTER, _DIGIT, _ALNUM, _URL, _CURRENCY = (np.uint16(b) for b in (1, 2, 16, 32, 64))

_TLDS: Final = (
    "com net org edu gov int mil biz info io ly co me tv sa ae eg jo lb ma dz tn iq sd kw qa bh om "
    "ye ps sy uk us eu de fr in sg au ca ai gl to gd page shop store online site tech news club "
    "live health bank academy travel example test"
).split()
_CURRENCY_WORDS: Final = (
    "ريال ريالا ريالات درهم درهما دراهم دينار دينارا دنانير جنيه جنيها جنيهات ليره ليرات دولار "
    "دولارا يورو اوقيه دج دت دم درهما شيكل قرش فلس هلله ج جم "
    "sar aed egp kwd qar bhd omr jod lbp mad dzd tnd iqd sdg usd eur gbp sgd inr rs sr dh dhs dt "
    "da kd jd dollars dollar euros euro pounds riyals riyal dirhams dirham dinars dinar le pence"
).split()
_HTML: Final = {"amp": " ", "lt": " ", "gt": " ", "nbsp": " ", "quot": '"', "apos": "'"}
_PRIME: Final = np.uint64(0x100000001B3)


def _hash(word: str) -> int:
    value = 0
    for char in word:
        value = (value * int(_PRIME) + ord(char)) & 0xFFFFFFFFFFFFFFFF
    return value


def _hashes(words: list[str]) -> NDArray[np.uint64]:
    return np.array(sorted({_hash(word) for word in words}), np.uint64)


_TLD_HASHES, _CURRENCY_HASHES = _hashes(_TLDS), _hashes(_CURRENCY_WORDS)
_HTML_HASHES = {_hash(name): ord(char) for name, char in _HTML.items()}


def _is_in(values: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    at = np.minimum(known.searchsorted(values), len(known) - 1)
    found: NDArray[np.bool_] = known[at] == values
    return found


class _Runs:
    """Where the run of a class around each position begins and ends."""

    def __init__(self, inside: NDArray[np.bool_]) -> None:
        edges = (inside[1:] != inside[:-1]).nonzero()[0] + 1
        first, last = [0] if inside[0] else [], [len(inside)] if inside[-1] else []
        edges = np.concatenate((first, edges, last)).astype(np.int64)
        self.starts, self.ends = edges[::2], edges[1::2]

    def start_of(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Start of the run that holds the position, which must lie in one."""
        return self.starts[self.starts.searchsorted(positions, "right") - 1]

    def end_of(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """End of the run that holds the position, which must lie in one."""
        return self.ends[self.starts.searchsorted(positions, "right") - 1]

    def count(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many of the sorted positions lie in each run, shape of `starts`."""
        return positions.searchsorted(self.ends) - positions.searchsorted(self.starts)


def _word_hash(
    codes: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64], longest: int = 8
) -> NDArray[np.uint64]:
    """Hash of short words ``codes[start:end]``; of longer ones, a value that no word has."""
    value = np.zeros(len(starts), np.uint64)
    for step in range(longest):
        at = np.minimum(starts + step, len(codes) - 1)
        value = np.where(starts + step < ends, value * _PRIME + codes[at], value)
    return np.where(ends - starts > longest, np.uint64(0), value)


def _merge(parts: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]]) -> Spans:
    """Put spans in order; of two that overlap, the one that begins first stays."""
    starts, ends, codes = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((-ends, starts))
    starts, ends, codes = starts[order], ends[order], codes[order]
    reached = np.maximum.accumulate(np.concatenate(([0], ends)))[:-1]
    free = starts >= reached
    return Spans(starts[free], ends[free], codes[free].astype(np.uint32))


def _same(code: int, like: NDArray[np.int64]) -> NDArray[np.uint32]:
    return np.full(len(like), code, np.uint32)


def find_links(codes: NDArray[np.uint32], classes: NDArray[np.uint16]) -> Spans:
    """Find URLs, e-mail addresses, users and HTML entities.

    Parameters
    ----------
    codes, classes : ndarray, shape (n_codes,)
        As in :class:`prmktml.normalization.NormalizedTexts`, elongation already cut.

    Returns
    -------
    Spans
    """
    parts = [_html(codes, classes)]
    alnum = classes & _ALNUM != 0
    following = np.append(alnum[1:], False)
    dots = ((codes == ord(".")) & following).nonzero()[0]
    colons = ((codes == ord(":")) & np.append(codes[1:] == ord("/"), False)).nonzero()[0]
    ats = (codes == ord("@")).nonzero()[0]
    if dots.size or colons.size:
        parts.append(_urls(codes, classes, alnum, dots, colons))
    if ats.size:
        parts += _addresses(codes, alnum, ats)
    return _merge(parts)


def _urls(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint16],
    alnum: NDArray[np.bool_],
    dots: NDArray[np.int64],
    colons: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
    letter = alnum & (classes & _LETTER != 0)
    letters = _Runs(letter)
    last = len(codes) - 1
    slashes = codes[np.minimum(colons + 2, last)] == ord("/")
    schemes = colons[slashes & letter[colons - 1] & (colons > 0)]
    hosts = _Runs(alnum | (codes == ord("-")) | (codes == ord(".")))
    inner = dots[(dots > 0) & alnum[dots - 1] & letter[dots + 1]]
    ends = letters.end_of(inner + 1)
    is_www = (codes[inner - 1] == 119) & (inner >= 2) & (codes[inner - 2] == 119)
    is_www &= (inner == 2) | ~alnum[inner - 3]
    is_tld = (
        _is_in(_word_hash(codes, inner + 1, ends), _TLD_HASHES) & ~alnum[np.minimum(ends, last)]
    )
    inner = inner[is_www | is_tld]
    starts = np.concatenate((letters.start_of(schemes - 1), hosts.start_of(inner)))
    inside = np.concatenate((schemes, inner))
    stops = _Runs(classes & _URL != 0).end_of(inside)
    return starts, stops, _same(Entity.URL, starts)


def _addresses(
    codes: NDArray[np.uint32], alnum: NDArray[np.bool_], ats: NDArray[np.int64]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]]:
    name = alnum | (codes == ord("_"))
    ats = ats[name[np.minimum(ats + 1, len(codes) - 1)]]
    if not ats.size:
        return []
    users = _Runs(name).end_of(ats + 1)
    dotted = name | (codes == ord(".")) | (codes == ord("-")) | (codes == ord("+"))
    runs = _Runs(dotted)
    mail = (ats > 0) & alnum[ats - 1]
    stops = runs.end_of(ats + 1)
    dots = (codes == ord(".")).nonzero()[0]
    mail &= dots.searchsorted(stops) > dots.searchsorted(ats)
    mails = ats[mail]
    return [
        (runs.start_of(mails - 1), stops[mail], _same(Entity.EMAIL, mails)),
        (ats[~mail], users[~mail], _same(Entity.USER, ats[~mail])),
    ]


def _html(
    codes: NDArray[np.uint32], classes: NDArray[np.uint16]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
    last = len(codes) - 1
    starts = (codes == ord("&")).nonzero()[0]
    numeric = codes[np.minimum(starts + 1, last)] == ord("#")
    names = np.minimum(starts + 1 + numeric, last)
    ends = names.copy()
    for _ in range(7):
        ends += (ends < last) & (classes[ends] & _ALNUM != 0)
    hashes = _word_hash(codes, names, ends)
    found = np.array([_HTML_HASHES.get(int(h), 0) for h in hashes], np.uint32)
    number = numeric & (classes[names] & _DIGIT != 0)
    quote = number & (hashes == np.uint64(_hash("39")))
    found = np.where(quote, np.uint32(39), np.where(number, np.uint32(32), found))
    right = (found > 0) & (codes[ends] == ord(";"))
    return starts[right], ends[right] + 1, found[right]


def find_numbers(codes: NDArray[np.uint32], classes: NDArray[np.uint16]) -> Spans:
    """Find phones, prices, percents, years, times and plain numbers, once links are gone.

    A number that touches a Latin letter (``5g``, ``covid19``) is part of a word and stays.
    """
    digit = classes & _DIGIT != 0
    if not digit.any():
        return _merge([(*np.zeros((2, 0), np.int64), np.zeros(0, np.uint32))])
    inside = digit.copy()
    joints = ((codes >= ord(",")) & (codes <= ord(":")) & ~digit).nonzero()[0]
    joints = joints[
        (joints > 0) & digit[joints - 1] & digit[np.minimum(joints + 1, len(codes) - 1)]
    ]
    inside[joints] = True
    runs = _Runs(inside)
    n_digits = runs.ends - runs.starts - runs.count(joints)
    kinds = _kinds(codes, runs, n_digits, joints)
    phones = _phones(codes, runs, n_digits)
    return _merge([phones, _with_signs(codes, classes, runs, kinds)])


_BY_DIGITS: Final = np.array([0, *(Entity[f"NUMBER{n}"] for n in (1, 2, 3, 4, 5, 5, 7))], np.uint32)


def _kinds(
    codes: NDArray[np.uint32],
    runs: _Runs,
    n_digits: NDArray[np.int64],
    joints: NDArray[np.int64],
) -> NDArray[np.uint32]:
    """Kind of each number by its digits and joints."""
    starts = runs.starts
    kinds = _BY_DIGITS[np.minimum(n_digits, 7)]
    year = (n_digits == 4) & (n_digits == runs.ends - starts)
    lead = codes[starts] * 10 + codes[np.minimum(starts + 1, len(codes) - 1)] - 11 * ord("0")
    kinds[year & ((lead == 19) | (lead == 20))] = Entity.YEAR
    marks = codes[joints]
    points = runs.count(joints[marks == ord(".")])
    kinds[(points == 1) & (n_digits < 7)] = Entity.DECIMAL
    kinds[runs.count(joints[(marks == ord(":")) | (marks == ord("/"))]) > 0] = Entity.TIME
    return kinds


def _phones(
    codes: NDArray[np.uint32], runs: _Runs, n_digits: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
    """Numbers of at least eight digits, or of seven behind a plus or zero, in one to six groups."""
    starts, ends = runs.starts, runs.ends
    near = starts[1:] - ends[:-1] == 1
    near &= (codes[ends[:-1]] == 32) & (n_digits[1:] > 1)
    chain = np.concatenate(([0], np.cumsum(~near)))
    first = np.diff(chain, prepend=-1).nonzero()[0]
    last = np.append(first[1:], len(starts)) - 1
    total = np.add.reduceat(n_digits, first)
    begin, end = starts[first], ends[last]
    plus = (begin > 0) & (codes[begin - 1] == ord("+"))
    lead = plus | (codes[begin] == ord("0"))
    alone = (first == last) & (total >= 8) & (total == end - begin)
    phone = alone | (lead & (total >= 7) & (total <= 15) & (last - first < 6))
    begin = begin - plus
    return begin[phone], end[phone], _same(Entity.PHONE, begin[phone])


def _with_signs(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint16],
    runs: _Runs,
    kinds: NDArray[np.uint32],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
    """Let numbers take the percent or currency sign beside them, and tell prices by the word."""
    starts, ends, last = runs.starts.copy(), runs.ends.copy(), len(codes) - 1
    after = np.minimum(ends + (codes[np.minimum(ends, last)] == 32), last)
    sign = _sign_kind(codes, classes, after)
    taken = np.concatenate(([-1], np.where(sign > 0, after, -1)[:-1]))
    before = np.maximum(starts - 1, 0)
    lead = np.where((starts > 0) & (before != taken), _sign_kind(codes, classes, before), 0)
    words = _Runs(classes & _LETTER != 0)
    price = _beside_currency(codes, classes, words, starts, after)
    kinds = np.where(price, np.uint32(Entity.PRICE), kinds)
    kinds = np.where(lead > 0, lead, kinds).astype(np.uint32)
    kinds = np.where(sign > 0, sign, kinds).astype(np.uint32)
    latin = _ALNUM
    touches = (classes[before] & latin != 0) & (starts > 0) & (lead == 0)
    touches |= (classes[np.minimum(ends, last)] & latin != 0) & (sign == 0)
    stays = touches & ~price
    starts = np.where(lead > 0, before, starts)
    ends = np.where(sign > 0, after + 1, ends)
    return starts[~stays], ends[~stays], kinds[~stays]


def _sign_kind(
    codes: NDArray[np.uint32], classes: NDArray[np.uint16], at: NDArray[np.int64]
) -> NDArray[np.uint32]:
    money = np.where(classes[at] & _CURRENCY != 0, np.uint32(Entity.PRICE), np.uint32(0))
    return np.where(codes[at] == ord("%"), np.uint32(Entity.PERCENT), money)


def _beside_currency(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint16],
    words: _Runs,
    starts: NDArray[np.int64],
    after: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Whether the word after a number, or the one before it, is a currency's."""
    price = np.zeros(len(starts), bool)
    behind = (classes[after] & _LETTER).nonzero()[0]
    at = after[behind]
    price[behind] = _is_in(_word_hash(codes, at, words.end_of(at)), _CURRENCY_HASHES)
    prior = np.maximum(starts - 1, 0)
    prior = np.maximum(prior - (codes[prior] == 32), 0)
    ahead = ((classes[prior] & _LETTER != 0) & (starts > 0)).nonzero()[0]
    at = prior[ahead]
    price[ahead] |= _is_in(_word_hash(codes, words.start_of(at), at + 1), _CURRENCY_HASHES)
    return price
