"""Prices, percents, years, times and plain numbers of one message; see :mod:`prmktml.numerals`."""

import re
from typing import Final

from prmktml.entities import Entity
from prmktml.numerals import BY_DIGITS, CURRENCIES, PHONE_DIGITS

__all__ = ["LETTER_SHAPES", "mark_numbers"]

_NUMBER: Final = re.compile(r"[0-9]+(?:[,\-./:][0-9]+)*")
_ALNUM: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_LETTERS: Final = b"AwfbklaLOPFU"
LETTER_SHAPES: Final = _LETTERS + b"0"
"""Shapes of what words are made of."""
_SIGNS: Final = {ord("%"): Entity.PERCENT, ord("$"): Entity.PRICE}
_BY_DIGITS: Final[list[int]] = BY_DIGITS.tolist()
_LONGEST: Final = 9
"""Letters that tell a word longer than every currency."""


def mark_numbers(text: str, shapes: bytes) -> str | None:
    """Put one code point in the place of each number, with the sign beside it.

    Parameters
    ----------
    text : str
        Folded, without links.
    shapes : bytes
        Shape of each of its code points.

    Returns
    -------
    str or None
        None where there may be a phone number.
    """
    text, shapes = text + "\0", shapes + b"~"
    parts: list[str] = []
    done, taken, size, may_call = 0, -2, 0, False
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        before, after = text[start - 1], end + (text[end] == " ")
        lead = None if start - 1 == taken else _SIGNS.get(shapes[start - 1])
        sign = _SIGNS.get(shapes[after])
        taken = after if sign else -2
        size += end - start
        may_call |= before == "+" or text[start] == "0" or end - start > PHONE_DIGITS
        touches = (not lead and before in _ALNUM) or (not sign and text[end] in _ALNUM)
        kind = sign or lead
        if (touches or not kind) and _has_currency(text, shapes, start, after):
            kind = kind or Entity.PRICE
        elif touches:
            continue
        parts += (text[done : start - 1 if lead else start], chr(kind or _kind(match.group())))
        done = after + 1 if sign else end
    if may_call and size >= PHONE_DIGITS:
        return None
    return "".join((*parts, text[done:-1]))


def _has_currency(text: str, shapes: bytes, start: int, after: int) -> bool:
    """Tell whether the word behind a number or before it is a currency."""
    ahead = shapes[after : after + _LONGEST]
    if text[after : after + len(ahead) - len(ahead.lstrip(_LETTERS))] in CURRENCIES:
        return True
    stop = start - (start > 0 and text[start - 1] == " ")
    begin = max(stop - _LONGEST, 0)
    return text[begin + len(shapes[begin:stop].rstrip(_LETTERS)) : stop] in CURRENCIES


def _kind(number: str) -> int:
    """Tell years, times, decimals and numbers by their digits and the signs between them."""
    if number.isdecimal():
        if len(number) == 4 and number[:2] in ("19", "20"):
            return Entity.YEAR
        return _BY_DIGITS[min(len(number), PHONE_DIGITS)]
    if ":" in number or "/" in number:
        return Entity.TIME
    n_digits = sum(map(str.isdecimal, number))
    if number.count(".") == 1 and n_digits < PHONE_DIGITS:
        return Entity.DECIMAL
    return _BY_DIGITS[min(n_digits, PHONE_DIGITS)]
