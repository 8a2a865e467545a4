"""What stands for links, prices, phones … in normalized code points, and what finds them.

Each entity becomes one private-use code point that keeps the signal (a year is no price, a number
of two digits none of six). :mod:`prmktml.links` and :mod:`prmktml.numerals` find them with the
pieces below: by array arithmetic over a whole batch, in linear time, without regular expressions.

All arrays of code points here end with the zero that ends a text; it is of no class, so that
position ``-1`` safely stands for what is before the first text.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_SPANS", "Entity", "Runs", "Spans", "hash_set", "hash_words", "is_entity", "is_in"]

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


_LAST: Final = max(Entity)

# Bits of prmktml.normalization.CharClass, which builds upon this module.
LETTER, DIGIT, ALNUM, URL, CURRENCY = (np.uint16(b) for b in (1, 2, 16, 32, 64))


class Spans(NamedTuple):
    """Half-open spans, each with the code point that replaces it.

    Attributes
    ----------
    starts, ends : ndarray of int64, shape (n_spans,)
    codes : ndarray of uint32, shape (n_spans,)
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    codes: NDArray[np.uint32]

    @classmethod
    def of(cls, code: int, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> "Spans":
        """Give all spans the same code point."""
        return cls(starts, ends, np.full(len(starts), code, np.uint32))

    @classmethod
    def merged(cls, parts: "list[Spans]") -> "Spans":
        """Put spans in order; of two that overlap, the one that begins first stays."""
        if not parts:
            return NO_SPANS
        starts, ends, codes = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((-ends, starts))
        starts, ends, codes = starts[order], ends[order], codes[order]
        free = np.ones(len(starts), bool)
        free[1:] = starts[1:] >= np.maximum.accumulate(ends)[:-1]
        return cls(starts[free], ends[free], codes[free])


NO_SPANS: Final = Spans(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint32))


def is_entity(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Tell which code points stand for entities."""
    return (codes >= _FIRST) & (codes <= _LAST)


class Runs:
    """Where the run of a class around each position begins and ends."""

    def __init__(self, inside: NDArray[np.bool_]) -> None:
        edges = (inside[1:] != inside[:-1]).nonzero()[0] + 1
        if inside[0]:
            edges = np.append(0, edges)
        self.starts: NDArray[np.int64] = edges[::2]
        self.ends: NDArray[np.int64] = edges[1::2]

    def start_of(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Start of the run that holds the position, which must lie in one."""
        return self.starts.take(self.starts.searchsorted(positions, "right") - 1)

    def end_of(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """End of the run that holds the position, which must lie in one."""
        return self.ends.take(self.starts.searchsorted(positions, "right") - 1)


_REACH: Final = np.arange(9)
"""Words of up to eight letters can be known; nine letters are enough to tell a longer one."""
_AT_ONCE: Final = 1 << 16
"""So many words are looked at together, lest one endless text fill the memory."""
_POWERS: Final = np.uint64(0x100000001B3) ** _REACH.astype(np.uint64)


def hash_words(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint16],
    at: NDArray[np.int64],
    mask: np.uint16,
    steps: int | NDArray[np.int64] = 1,
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Hash the word that begins at each position: all that follows and has the bits of `mask`.

    Parameters
    ----------
    codes, classes : ndarray, shape (n_codes,)
    at : ndarray, any shape
    mask : uint16
    steps : 1, or -1 to read a word backwards from its last letter
        Broadcast against ``at[..., None]``.

    Returns
    -------
    hashes : ndarray of uint64, shape of `at`
        As :func:`hash_set` has them.
    lengths : ndarray of int64, shape of `at`
        Nine also of longer words.
    """
    if at.shape[-1] > _AT_ONCE:
        halves = np.array_split(at, 2, axis=-1)
        parts = [hash_words(codes, classes, half, mask, steps) for half in halves]
        hashes, lengths = (np.concatenate(column, axis=-1) for column in zip(*parts, strict=True))
        return hashes, lengths
    window = at[..., None] + steps * _REACH
    inside = classes.take(window, mode="wrap") & mask == mask
    inside = np.logical_and.accumulate(inside, axis=-1)
    hashes = (codes.take(window, mode="wrap") * inside) @ _POWERS
    return hashes, inside.sum(axis=-1)


def hash_set(words: Iterable[str]) -> NDArray[np.uint64]:
    """Return the hashes of words of up to eight letters, ascending, each once."""
    rows = [[ord(char) for char in word.ljust(len(_REACH), "\0")] for word in words]
    hashes = np.array(rows, np.uint64) @ _POWERS
    # np.unique would import numpy.ma, a sixth of a cold start
    return np.array(sorted(set(hashes.tolist())), np.uint64)


def is_in(values: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Tell which values are among the known ones, which ascend."""
    at = np.minimum(known.searchsorted(values), len(known) - 1)
    found: NDArray[np.bool_] = known.take(at) == values
    return found
