"""The verdict on one message; see :func:`prmktml.decision.decide`."""

from math import exp, tanh
from typing import Final, NamedTuple

from prmktml.codebook import ASPECT_SIDE, Label, Reason, Verdict
from prmktml.decision import (
    ALWAYS,
    ASPECTS,
    JUDGED,
    LABELS,
    LANGUAGES,
    REASONS,
    TIE,
    UNKNOWN,
    Prediction,
    Thresholds,
)

__all__ = ["Found", "judge"]

_SIDES: Final = tuple(
    tuple(i for i, aspect in enumerate(ASPECTS) if ASPECT_SIDE[aspect] is label)
    for label in (Label.PR, Label.MARKETING)
)
_PLACES: Final = [REASONS.index(reason) for reason, _ in JUDGED]
_N_LABELS: Final = len(LABELS)


class Found(NamedTuple):
    """What was found in one message that has words or signs.

    Attributes
    ----------
    scores : list of float
        Log-odds of the labels, of the six aspects and of both sides.
    known : bool
        Whether the model knows any feature of it.
    n_words : int
    language : int
        Index in :class:`prmktml.codebook.Language`.
    """

    scores: list[float]
    known: bool
    n_words: int
    language: int


def judge(
    text: str,
    found: Found,
    thresholds: Thresholds,
    min_confidence: float,
    *,
    model: str,
    has_aspects: bool,
) -> Prediction:
    """Turn what was found into a prediction."""
    scores = found.scores
    margin = scores[1] - scores[0]
    label = int(margin > 0)
    confidence = _sigmoid(abs(margin))
    best = max(scores[:_N_LABELS])
    powers = [exp(score - best) for score in scores[:_N_LABELS]]
    total = sum(powers)
    probabilities = [power / total for power in powers]
    aspects = [_sigmoid(score) for score in scores[_N_LABELS:-1]]
    strongest = [max([scores[_N_LABELS + i] for i in side]) for side in _SIDES]
    mixedness = _sigmoid(min(strongest) + scores[-1] - TIE * abs(margin))
    has = (
        found.n_words < thresholds.min_words,
        found.language == UNKNOWN and found.n_words > 0,
        not found.known,
        probabilities[2] >= thresholds.other,
        mixedness >= thresholds.mixed,
        confidence < thresholds.clear,
        max(probabilities[:2]) < thresholds.clear,
        confidence < min_confidence,
    )
    verdict, reasons = _verdict(has)
    return Prediction(
        text=text,
        label=LABELS[label],
        confidence=confidence,
        verdict=verdict,
        reasons=reasons,
        aspect=ASPECTS[max(_SIDES[label], key=aspects.__getitem__)] if has_aspects else None,
        probabilities=dict(zip(LABELS, probabilities, strict=True)),
        aspects=dict(zip(ASPECTS, aspects if has_aspects else [None] * len(ASPECTS), strict=True)),
        language=LANGUAGES[found.language],
        model=model,
    )


def _verdict(has: tuple[bool, ...]) -> tuple[Verdict, tuple[Reason, ...]]:
    if True not in has:
        return Verdict.CLEAR, ()
    first = has.index(True)
    places = {_PLACES[i] for i, it_has in enumerate(has) if it_has and (i < ALWAYS or i == first)}
    return JUDGED[first][1], tuple(REASONS[place] for place in sorted(places))


def _sigmoid(score: float) -> float:
    return 0.5 * (1 + tanh(score / 2))
