"""What each word of one message adds to the log-odds of pr against marketing, exactly.

The score is linear, so nothing is estimated: an n-gram adds its weight over the norm of the
message, a cue class its weight times its feature. Both are laid on the words and signs of the
*original* text, marks and elongation included. What would change the label is left to
:mod:`prmktml.explanation.flipping`.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from prmktml.entities import is_entity
from prmktml.explanation.cuenames import cue_name
from prmktml.features import cue_features, grams, read_batch
from prmktml.lexicon import Matches

if TYPE_CHECKING:
    from prmktml.model import Model
    from prmktml.tokens import Tokens

__all__ = ["Span", "intercept", "weigh_spans"]

_INVISIBLE: Final = (
    " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
    "\u200b\u200e\u200f\u061c\ufeff\u2060"
    + "".join(map(chr, [*range(0x2000, 0x200B), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
)
"""White space and direction marks: at the end of a span they are none of its own."""
_GAP: Final = re.compile(r"[\s_]")
_JOINER: Final = "\u200d"
_FLAG_LETTERS: Final = (0x1F1E6, 0x1F1FF)


@dataclass(frozen=True, slots=True)
class Span:
    """A word or sign of a message and what it says.

    Attributes
    ----------
    start, end : int
        Half-open, in code points of the original text.
    text : str
        The original text between them.
    contribution : float
        Log-odds that it adds to pr against marketing; below zero it speaks for marketing.
    cue : str or None
        The cue class that it is part of, if the cue pulls the same way as the span; of several
        the one with most weight.

    Examples
    --------
    >>> Span(0, 4, "sale", -2.1, "discount").to_dict(lang="ar")["cue"]
    'تخفيض'
    """

    start: int
    end: int
    text: str
    contribution: float
    cue: str | None = None

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """Return the span for JSON; with a language, ``ar`` or ``en``, its cue in words."""
        cue = cue_name(self.cue, lang) if self.cue and lang else self.cue
        return {
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "contribution": self.contribution,
            "cue": cue,
        }


def intercept(model: "Model", text: str) -> float:
    """Return the log-odds of pr against marketing before a word is read: by the length alone."""
    pr, marketing = model.baseline(read_batch([text]))[0, :2].tolist()
    return float(pr - marketing)


def weigh_spans(model: "Model", text: str) -> tuple[Span, ...]:
    """Return the words and signs of a text in order, with what each contributes.

    An n-gram's share is spread evenly over its code points, a cue's over its matches and then
    likewise; what falls on no word goes to the nearest one, and a word's border to the word.
    The contributions and the intercept add up to the model's score.

    Examples
    --------
    >>> import prmktml
    >>> spans = weigh_spans(prmktml.load(), "خَصْم ٣٠٪ !")
    >>> [(span.start, span.end, span.text) for span in spans]
    [(0, 5, 'خَصْم'), (6, 9, '٣٠٪'), (10, 11, '!')]
    """
    tokens = read_batch([text], places=True)
    if not len(tokens.starts):
        return ()
    matches = model.lexicon.match(tokens)
    shares = _cue_shares(model, tokens, matches)
    per_token = _ngram_contributions(model, tokens)
    per_token += _spread(tokens, matches.starts, matches.ends, shares)
    span_of = _span_of_tokens(tokens, text)
    contributions = np.bincount(span_of, per_token).tolist()
    names = [model.lexicon.cues[cue] for cue in matches.cues]
    touched = _touched(tokens, matches, span_of)
    cues = _strongest_cues(names, shares.tolist(), touched, contributions)
    bounds = _original_bounds(tokens, text, span_of)
    return tuple(
        Span(start, end, text[start:end], contribution, cues.get(i))
        for i, ((start, end), contribution) in enumerate(zip(bounds, contributions, strict=True))
    )


def _ngram_contributions(model: "Model", tokens: "Tokens") -> NDArray[np.float64]:
    """Return what all n-grams add, by token, shape (n_tokens,)."""
    found = grams(tokens, model.recipe)
    rows = model.rows.take(found.buckets)
    known = rows.nonzero()[0]
    starts, ends = found.starts[known], found.ends(tokens)[known]
    kinds = found.kinds()[known]
    chars = np.array([kind.startswith("char") for kind in model.recipe.kinds])[kinds].nonzero()[0]
    inside = starts[chars] + ~tokens.letters[starts[chars]]
    word = tokens.ends.searchsorted(inside, side="right")
    starts[chars] = np.maximum(starts[chars], tokens.starts[word])
    ends[chars] = np.minimum(ends[chars], tokens.ends[word])
    blocks = model.recipe.block_of_kinds()[kinds]
    return _spread(tokens, starts, ends, _ngram_shares(model, rows[known], blocks))


def _ngram_shares(
    model: "Model", rows: NDArray[np.int32], blocks: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return what each known occurrence adds; repeats share what counts once."""
    weights = model.weights.take(rows, axis=0)[:, :3].astype(np.float64)
    if model.recipe.distinct:
        _, same, counts = np.unique([blocks, rows], axis=1, return_inverse=True, return_counts=True)
        weights /= counts.take(same.ravel())[:, None]
    norms = np.sqrt(np.maximum(np.bincount(blocks, weights[:, 0]), 1e-12))
    shares: NDArray[np.float64] = (weights[:, 1] - weights[:, 2]) / norms.take(blocks)
    return shares


def _cue_shares(model: "Model", tokens: "Tokens", matches: Matches) -> NDArray[np.float64]:
    """Return what each match of a cue adds, shape (n_matches,)."""
    weights = model.cue_weights[:, :2].astype(np.float64)
    features = cue_features(model.lexicon, tokens)[0] * (weights[:, 0] - weights[:, 1])
    counts = np.bincount(matches.cues, minlength=len(features))
    shares: NDArray[np.float64] = (features / np.maximum(counts, 1)).take(matches.cues)
    return shares


def _spread(
    tokens: "Tokens",
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    values: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Spread values evenly over stretches of code points and add them up by nearest token."""
    middles = tokens.ends[:-1] + (tokens.starts[1:] - tokens.ends[:-1] + 1) // 2
    lows = np.concatenate((tokens.starts[:1], middles))
    highs = np.concatenate((middles, tokens.ends[-1:]))
    first = lows.searchsorted(starts, side="right") - 1
    n_touched = lows.searchsorted(ends - 1, side="right") - first
    which = np.repeat(np.arange(len(starts)), n_touched)
    token = np.arange(len(which)) - np.repeat(np.cumsum(n_touched) - n_touched - first, n_touched)
    overlaps = np.minimum(highs[token], ends[which]) - np.maximum(lows[token], starts[which])
    parts = values[which] * overlaps / (ends - starts)[which]
    return np.bincount(token, parts, minlength=len(tokens.starts)).astype(np.float64)


def _span_of_tokens(tokens: "Tokens", text: str) -> NDArray[np.int64]:
    """Return the span of each token: tokens that the original has one sign for share one."""
    places = tokens.batch.places
    assert places is not None
    first, last = places[tokens.starts], places[tokens.ends - 1]
    touch = tokens.starts[1:] == tokens.ends[:-1]
    joined = first[1:] <= last[:-1]
    joined |= touch & np.array([text[at - 1] == _JOINER for at in first[1:].tolist()], bool)
    codes = tokens.batch.codes[tokens.starts]
    flags = (codes >= _FLAG_LETTERS[0]) & (codes <= _FLAG_LETTERS[1])
    going = np.append(False, touch & flags[1:] & flags[:-1])
    at = np.arange(len(codes))
    in_run = at - np.maximum.accumulate(np.where(going, 0, at))
    joined |= (going & (in_run % 2 == 1))[1:]
    return np.cumsum(np.append(0, ~joined))


def _original_bounds(
    tokens: "Tokens", text: str, span_of: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Return where each span begins and ends in the original text."""
    places = tokens.batch.places
    assert places is not None
    new = np.diff(span_of, prepend=-1, append=span_of[-1] + 1).nonzero()[0]
    starts = places[tokens.starts[new[:-1]]]
    final = tokens.ends[new[1:] - 1] - 1
    nexts = places[places.searchsorted(places[final], side="right")]
    entity = is_entity(tokens.batch.codes[final])
    rows = zip(
        starts.tolist(), (places[final] + 1).tolist(), nexts.tolist(), entity.tolist(), strict=True
    )
    bounds = []
    for start, end, following, whole in rows:
        if end < following:
            end += _tail(text[end:following], whole)
        # a vowel sign that NFKC takes apart has the place of the white space before it
        bounds.append((start + (len(text[start:end]) - len(text[start:end].lstrip())), end))
    return bounds


def _tail(dropped: str, whole: bool) -> int:
    """Return how many code points that normalization dropped belong to the word before them."""
    if not whole:
        dropped = _GAP.split(dropped, maxsplit=1)[0]
    return len(dropped.rstrip(_INVISIBLE))


def _touched(
    tokens: "Tokens", matches: Matches, span_of: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Return the first and last span of each match."""
    first = span_of[tokens.starts.searchsorted(matches.starts)]
    last = span_of[tokens.ends.searchsorted(matches.ends)]
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _strongest_cues(
    names: list[str],
    shares: list[float],
    touched: list[tuple[int, int]],
    contributions: list[float],
) -> dict[int, str]:
    """Return the weightiest cue of each span among those that pull the same way as the span."""
    return {
        span: names[match]
        for match in sorted(range(len(names)), key=lambda match: abs(shares[match]))
        for span in range(touched[match][0], touched[match][1] + 1)
        if shares[match] * contributions[span] > 0
    }
