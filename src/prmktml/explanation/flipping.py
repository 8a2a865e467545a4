"""The smallest set of words whose removal moves a message to the other side.

Every answer is checked by predicting the edited text itself. Up to :data:`EXACT_SPANS` spans all
sets are tried, smallest first; beyond that the words that speak most for the label go one by one,
and those that need not have gone come back, so that a smaller set may exist.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import TYPE_CHECKING, Any, Final

from prmktml.codebook import Label

if TYPE_CHECKING:
    from prmktml.decision import Prediction
    from prmktml.explanation.spans import Span
    from prmktml.model import Model

__all__ = ["EXACT_SPANS", "Flip", "find_flip", "flip_exactly", "flip_greedily", "remove"]

EXACT_SPANS: Final = 10
"""Up to this many spans, 1023 sets, the search is exact."""
PRUNED_SPANS: Final = 64
"""A larger set is of no use to a person and is not made smaller; nor is a longer message searched
a second time, step by step."""
_CLOSING: Final = tuple(".,:;!?)،؛؟…")
_ALL_SIZES: Final = 32
_GROWTH: Final = 1.25
_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Flip:
    """What would move a message to the other side.

    Attributes
    ----------
    spans : tuple of Span
        What to remove, in order of place.
    prediction : Prediction
        Of the edited text, which is its ``text``.
    """

    spans: "tuple[Span, ...]"
    prediction: "Prediction"

    def to_dict(self) -> dict[str, Any]:
        """Return the flip for JSON: what is removed, the text that is left, its label.

        Examples
        --------
        >>> import prmktml
        >>> flip = Flip((), prmktml.load().predict("volunteers"))
        >>> list(flip.to_dict())
        ['remove', 'text', 'label', 'confidence']
        """
        return {
            "remove": [{"start": s.start, "end": s.end, "text": s.text} for s in self.spans],
            "text": self.prediction.text,
            "label": self.prediction.label,
            "confidence": self.prediction.confidence,
        }


def remove(text: str, spans: "Iterable[Span]") -> str:
    """Return the text without these spans, as a person would leave it.

    The space beside a word goes with it, and what would become one word is kept apart.

    Examples
    --------
    >>> from prmktml.explanation.spans import Span
    >>> remove("big sale now!", [Span(4, 8, "sale", 0.0)])
    'big now!'
    >>> remove("buy!now", [Span(3, 4, "!", 0.0)])
    'buy now'
    """
    kept, done = "", 0
    for span in sorted(spans, key=lambda span: span.start):
        kept, done = _join(kept, text[done : span.start]), span.end
    return _join(kept, text[done:]).rstrip(" ") if done else text


def _join(left: str, right: str) -> str:
    if not right or right[0] in _CLOSING:
        return left.rstrip(" ") + right
    if not left or left[-1].isspace():
        return left + right.lstrip(" ")
    if not right[0].isspace():
        return f"{left} {right}"
    return left + right


def find_flip(
    model: "Model", text: str, prediction: "Prediction", spans: "Sequence[Span]"
) -> Flip | None:
    """Find the smallest set of spans whose removal moves the message across.

    Parameters
    ----------
    model : Model
    text : str
    prediction : Prediction
        Of the text.
    spans : sequence of Span
        Of the text, with their contributions.

    Returns
    -------
    Flip, or None if there was nothing to judge or no removal flips it; of a message with more
    than :data:`EXACT_SPANS` spans None says that none was found

    Examples
    --------
    >>> import prmktml
    >>> model = prmktml.load()
    >>> found = model.explain("Thank you to our volunteers. Shop the sale, 50% off everything!")
    >>> flip = find_flip(model, found.text, found.prediction, found.spans)
    >>> flip is None or flip.prediction.label != found.prediction.label
    True
    """
    if prediction.label is None:
        return None
    search = flip_exactly if len(spans) <= EXACT_SPANS else flip_greedily
    chosen = search(model, text, prediction.label, spans)
    if chosen is None:
        return None
    chosen = sorted(chosen, key=lambda span: span.start)
    return Flip(tuple(chosen), model.predict(remove(text, chosen)))


def flip_exactly(
    model: "Model", text: str, label: Label, spans: "Sequence[Span]"
) -> "list[Span] | None":
    """Try all sets, smallest first; of one size the one that speaks most for the label wins.

    Examples
    --------
    >>> import prmktml
    >>> flip_exactly(prmktml.load(), "", Label.PR, []) is None
    True
    """
    ordered = _by_support(spans, label)
    for size in range(1, len(ordered) + 1):
        sets = list(combinations(ordered, size))
        flipping = [
            s for s, flips in zip(sets, _flips(model, text, label, sets), strict=True) if flips
        ]
        if flipping:
            return list(max(flipping, key=lambda chosen: _support(chosen, label)))
    return None


def flip_greedily(
    model: "Model", text: str, label: Label, spans: "Sequence[Span]"
) -> "list[Span] | None":
    """Remove the spans that speak most for the label until it flips; bring back what may stay.

    Examples
    --------
    >>> import prmktml
    >>> flip_greedily(prmktml.load(), "", Label.PR, []) is None
    True
    """
    ordered = _by_support(spans, label)
    sizes = _sizes(len(ordered))
    while some := list(islice(sizes, _AT_ONCE)):
        flips = _flips(model, text, label, [ordered[:size] for size in some])
        if any(flips):
            chosen = ordered[: some[flips.index(True)]]
            return _pruned(model, text, label, chosen) if len(chosen) <= PRUNED_SPANS else chosen
    return _stepwise(model, text, label, ordered) if len(ordered) <= PRUNED_SPANS else None


def _stepwise(
    model: "Model", text: str, label: Label, spans: "Sequence[Span]"
) -> "list[Span] | None":
    """Remove at each step the span without which the label is least sure."""
    chosen: list[Span] = []
    left = list(spans)
    while left:
        found = _without(model, text, [[*chosen, span] for span in left])
        sure = [_confidence(prediction, label) for prediction in found]
        best = sure.index(min(sure))
        chosen.append(left.pop(best))
        if found[best].label not in (label, None):
            return _pruned(model, text, label, chosen)
    return None


def _confidence(prediction: "Prediction", label: Label) -> float:
    """Return how sure the label is; where nothing is left to judge it stays."""
    if prediction.confidence is None:
        return 1.0
    return prediction.confidence if prediction.label is label else 1 - prediction.confidence


def _pruned(model: "Model", text: str, label: Label, chosen: "list[Span]") -> "list[Span]":
    """Bring back, weakest first, each span without whose removal the message still flips."""
    for span in reversed(chosen[:]):
        fewer = [other for other in chosen if other is not span]
        if fewer and _flips(model, text, label, [fewer])[0]:
            chosen = fewer
    return chosen


def _sizes(n_spans: int) -> Iterator[int]:
    """Yield the sizes to try: each up to a bound, then growing."""
    size = 1
    while size < n_spans:
        yield size
        size = size + 1 if size < _ALL_SIZES else int(size * _GROWTH)
    if n_spans:
        yield n_spans


def _flips(model: "Model", text: str, label: Label, sets: "Sequence[Sequence[Span]]") -> list[bool]:
    """Tell of each set whether the text without it is predicted to be of the other side."""
    return [found.label not in (label, None) for found in _without(model, text, sets)]


def _without(model: "Model", text: str, sets: "Sequence[Sequence[Span]]") -> "list[Prediction]":
    return model.predict([remove(text, spans) for spans in sets])


def _by_support(spans: "Sequence[Span]", label: Label) -> "list[Span]":
    return sorted(spans, key=lambda span: -_support([span], label))


def _support(spans: "Iterable[Span]", label: Label) -> float:
    total = sum(span.contribution for span in spans)
    return total if label is Label.PR else -total
