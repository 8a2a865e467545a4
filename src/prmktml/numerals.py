"""Phones, prices, percents, years, times and plain numbers in normalized code points."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prmktml.entities import (
    ALNUM,
    CURRENCY,
    DIGIT,
    LETTER,
    NO_SPANS,
    Entity,
    Spans,
    hash_set,
    hash_words,
    is_in,
)

__all__ = ["BY_DIGITS", "CURRENCIES", "PHONE_DIGITS", "find_numbers"]

CURRENCIES: Final = frozenset(
    (
        "ريال ريالا ريالات درهم درهما دراهم دينار دينارا دنانير جنيه جنيها جنيهات ليره ليرات "
        "دولار دولارا يورو اوقيه دج دت دم درهما شيكل قرش فلس هلله ج جم "
        "sar aed egp kwd qar bhd omr jod lbp mad dzd tnd iqd sdg usd eur gbp sgd inr rs sr dh dhs "
        "dt da kd jd dollars dollar euros euro pounds riyals riyal dirhams dirham dinars dinar le "
        "pence"
    ).split()
)
"""Normalized words and codes."""
_CURRENCY_AFTER: Final = hash_set(CURRENCIES)
_CURRENCY_BEFORE: Final = hash_set(word[::-1] for word in CURRENCIES)
_OUTWARD: Final = np.array([1, -1])[:, None, None]
"""From a number on, and from a number back."""
BY_DIGITS: Final = np.array([0, *(Entity[f"NUMBER{n}"] for n in (1, 2, 3, 4, 5, 5, 7))], np.uint32)
_SPACE, _PLUS, _COMMA, _POINT, _SLASH, _COLON, _ZERO, _PERCENT = map(ord, " +,./:0%")
PHONE_DIGITS: Final = 7


class _Numbers(NamedTuple):
    """Digits and the signs that join them, arrays of shape (n_numbers,)."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    n_digits: NDArray[np.int64]
    kinds: NDArray[np.uint32]


def find_numbers(codes: NDArray[np.uint32], classes: NDArray[np.uint16]) -> Spans:
    """Find phones, prices, percents, years, times and plain numbers, once links are gone.

    A number that touches a Latin letter (``5g``, ``covid19``) is part of a word and stays.

    Parameters
    ----------
    codes, classes : ndarray, shape (n_codes,)
        As in :class:`prmktml.normalization.NormalizedTexts`.

    Returns
    -------
    Spans
        In order and apart.
    """
    digits = (classes & DIGIT != 0).nonzero()[0]
    if not digits.size:
        return NO_SPANS
    numbers = _read(codes, digits)
    spans = _with_signs(codes, classes, numbers)
    if len(digits) < PHONE_DIGITS:
        return spans
    return Spans.merged([_phones(codes, numbers), spans])


def _read(codes: NDArray[np.uint32], digits: NDArray[np.int64]) -> _Numbers:
    """Join digits that are neighbors or have one of ``,-./:`` between them."""
    gaps = digits[1:] - digits[:-1]
    signs = codes.take(digits[:-1] + 1)
    joints = (gaps == 2) & (signs >= _COMMA) & (signs <= _COLON)
    bounds = np.concatenate(([0], ((gaps > 1) & ~joints).nonzero()[0] + 1, [len(digits)]))
    firsts, n_digits = bounds[:-1], bounds[1:] - bounds[:-1]
    starts, ends = digits.take(firsts), digits.take(bounds[1:] - 1) + 1
    kinds = BY_DIGITS.take(np.minimum(n_digits, 7))
    years = ((n_digits == 4) & (ends - starts == 4)).nonzero()[0]
    if years.size:
        at = starts.take(years)
        lead = codes.take(at) * 10 + codes.take(at + 1) - 11 * _ZERO
        kinds[years[(lead == 19) | (lead == 20)]] = Entity.YEAR
    if joints.any():
        where = joints.nonzero()[0]
        owners, signs = firsts.searchsorted(where, "right") - 1, signs.take(where)
        points = np.bincount(owners[signs == _POINT], minlength=len(kinds))
        kinds[(points == 1) & (n_digits < 7)] = Entity.DECIMAL
        kinds[owners[(signs == _COLON) | (signs == _SLASH)]] = Entity.TIME
    return _Numbers(starts, ends, n_digits, kinds)


def _phones(codes: NDArray[np.uint32], numbers: _Numbers) -> Spans:
    """Numbers of at least eight digits, or of seven behind a plus or zero, in one to six groups."""
    starts, ends, n_digits, _ = numbers
    near = starts[1:] - ends[:-1] == 1
    near &= (codes[ends[:-1]] == _SPACE) & (n_digits[1:] > 1)
    first = np.append(0, (~near).nonzero()[0] + 1)
    last = np.append(first[1:], len(starts)) - 1
    total = np.add.reduceat(n_digits, first)
    begin, end = starts[first], ends[last]
    plus = codes[begin - 1] == _PLUS
    lead = plus | (codes[begin] == _ZERO)
    alone = (first == last) & (total >= 8) & (total == end - begin)
    phone = alone | (lead & (total >= PHONE_DIGITS) & (total <= 15) & (last - first < 6))
    return Spans.of(Entity.PHONE, (begin - plus)[phone], end[phone])


def _with_signs(codes: NDArray[np.uint32], classes: NDArray[np.uint16], numbers: _Numbers) -> Spans:
    """Let numbers take the percent or currency sign beside them, and tell prices by the word."""
    starts, ends, _, kinds = numbers
    after, before = ends + (codes.take(ends) == _SPACE), starts - 1
    beside = np.array((after, before))
    signs, beside_classes = codes.take(beside), classes.take(beside)
    money = np.where(beside_classes & CURRENCY != 0, np.uint32(Entity.PRICE), np.uint32(0))
    sign, lead = np.where(signs == _PERCENT, np.uint32(Entity.PERCENT), money)
    lead[1:][(before[1:] == after[:-1]) & (sign[:-1] > 0)] = 0
    words = np.array((after, before - (signs[1] == _SPACE)))
    hashes, _ = hash_words(codes, classes, words, LETTER, _OUTWARD)
    price = is_in(hashes[0], _CURRENCY_AFTER) | is_in(hashes[1], _CURRENCY_BEFORE)
    kinds = np.where(price, np.uint32(Entity.PRICE), kinds)
    kinds = np.where(lead > 0, lead, kinds)
    kinds = np.where(sign > 0, sign, kinds)
    touches = (beside_classes[1] & ALNUM != 0) & (lead == 0)
    touches |= (classes.take(ends) & ALNUM != 0) & (sign == 0)
    goes = ~touches | price
    starts = np.where(lead > 0, before, starts)
    ends = np.where(sign > 0, after + 1, ends)
    return Spans(starts[goes], ends[goes], kinds[goes])
