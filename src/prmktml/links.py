"""URLs, e-mail addresses, users and HTML entities in normalized code points."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from prmktml.entities import (
    ALNUM,
    DIGIT,
    LETTER,
    URL,
    Entity,
    Runs,
    Spans,
    hash_set,
    hash_words,
    is_in,
)

__all__ = ["find_links"]

_TLDS: Final = hash_set(
    (
        "com net org edu gov int mil biz info io ly co me tv sa ae eg jo lb ma dz tn iq sd kw qa "
        "bh om ye ps sy uk us eu de fr in sg au ca ai gl to gd page shop store online site tech "
        "news club live health bank academy travel example test"
    ).split()
)
_HTML: Final = {
    int(hash_set([name])[0]): ord(char)
    for name, char in (
        *zip(("amp", "lt", "gt", "nbsp"), "    ", strict=True),
        ("quot", '"'),
        ("apos", "'"),
    )
}
_QUOTE_NUMBER: Final = hash_set(["39"])[0]
_AMPERSAND, _DOT, _COLON, _SLASH, _AT, _W = (np.uint32(ord(sign)) for sign in "&.:/@w")


def find_links(codes: NDArray[np.uint32], classes: NDArray[np.uint16]) -> Spans:
    """Find URLs, e-mail addresses, users and HTML entities.

    Parameters
    ----------
    codes, classes : ndarray, shape (n_codes,)
        As in :class:`prmktml.normalization.NormalizedTexts`, elongation already cut.

    Returns
    -------
    Spans
        In order and apart.
    """
    places = (codes - _AMPERSAND <= _AT - _AMPERSAND).nonzero()[0]
    signs = codes.take(places)
    present = set(signs.tolist())
    parts = []
    if int(_AMPERSAND) in present:
        parts.append(_html(codes, classes, places[signs == _AMPERSAND]))
    if not present.isdisjoint((int(_DOT), int(_COLON))):
        parts += _urls(codes, classes, places[signs == _DOT], places[signs == _COLON])
    if int(_AT) in present:
        parts += _addresses(codes, classes, places[signs == _AT], places[signs == _DOT])
    return Spans.merged(parts)


def _html(
    codes: NDArray[np.uint32], classes: NDArray[np.uint16], starts: NDArray[np.int64]
) -> Spans:
    numeric = codes.take(starts + 1) == ord("#")
    names = starts + 1 + numeric
    hashes, lengths = hash_words(codes, classes, names, ALNUM)
    ends = names + lengths
    found = np.array([_HTML.get(value, 0) for value in hashes.tolist()], np.uint32)
    number = numeric & (classes.take(names) & DIGIT != 0)
    found[number] = ord(" ")
    found[number & (hashes == _QUOTE_NUMBER)] = ord("'")
    right = (found > 0) & (codes.take(ends, mode="clip") == ord(";")) & (lengths <= 7)
    return Spans(starts[right], ends[right] + 1, found[right])


def _urls(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint16],
    dots: NDArray[np.int64],
    colons: NDArray[np.int64],
) -> list[Spans]:
    """Find what follows ``://``, and what is around ``www.`` and the dot of a known domain."""
    alnum = classes & ALNUM != 0
    letter = alnum & (classes & LETTER != 0)
    slashes = (codes[colons + 1] == _SLASH) & (codes.take(colons + 2, mode="clip") == _SLASH)
    schemes = colons[slashes & letter[colons - 1]]
    inner = dots[alnum[dots - 1] & letter[dots + 1]]
    if not schemes.size and not inner.size:
        return []
    is_www = (codes[inner - 1] == _W) & (codes[inner - 2] == _W) & ~alnum[inner - 3]
    names, lengths = hash_words(codes, classes, inner + 1, ALNUM | LETTER)
    is_domain = is_in(names, _TLDS) & ~alnum.take(inner + 1 + lengths, mode="clip")
    inner = inner[is_www | is_domain]
    inside = np.concatenate((schemes, inner))
    if not inside.size:
        return []
    hosts = Runs(alnum | (codes == ord("-")) | (codes == _DOT))
    starts = np.concatenate((Runs(letter).start_of(schemes - 1), hosts.start_of(inner)))
    return [Spans.of(Entity.URL, starts, Runs(classes & URL != 0).end_of(inside))]


def _addresses(
    codes: NDArray[np.uint32],
    classes: NDArray[np.uint16],
    ats: NDArray[np.int64],
    dots: NDArray[np.int64],
) -> list[Spans]:
    alnum = classes & ALNUM != 0
    name = alnum | (codes == ord("_"))
    ats = ats[name[ats + 1]]
    if not ats.size:
        return []
    runs = Runs(name | (codes == _DOT) | (codes == ord("-")) | (codes == ord("+")))
    stops = runs.end_of(ats + 1)
    mail = alnum[ats - 1] & (dots.searchsorted(stops) > dots.searchsorted(ats))
    mails, users = ats[mail], ats[~mail]
    return [
        Spans.of(Entity.EMAIL, runs.start_of(mails - 1), stops[mail]),
        Spans.of(Entity.USER, users, Runs(name).end_of(users + 1)),
    ]
