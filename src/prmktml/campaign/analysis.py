"""From a calendar and a model to what the report tells; nothing of it is in any language."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from prmktml.campaign.adjusted import Adjusted, adjust
from prmktml.campaign.advice import CRISIS_CUES, Advice, Check, Judged, check_calendar
from prmktml.campaign.calendar import Calendar
from prmktml.campaign.mix import (
    NONE,
    Counts,
    Part,
    Timeline,
    aspect_table,
    by_value,
    count,
    timeline,
)
from prmktml.codebook import Aspect, Label, Verdict
from prmktml.decision import Prediction
from prmktml.explanation.spans import Span, weigh_spans
from prmktml.features import read_batch
from prmktml.model import batches

if TYPE_CHECKING:
    from prmktml.model import Model

__all__ = ["Campaign", "Message", "analyze"]

_N_TYPICAL: Final = 3
_N_DOUBTFUL: Final = 6
LONGEST: Final = 700
"""Code points of a message that the report shows."""
_FIRM: Final = (Verdict.CLEAR, Verdict.MIXED)


@dataclass(frozen=True)
class Message:
    """A message to be shown: its row in the calendar, the prediction, what its words say."""

    row: int
    prediction: Prediction
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Campaign:
    """What was found of a calendar.

    Attributes
    ----------
    calendar : Calendar
    model : str
        Name of the model.
    said : tuple of int
        Of each row: 0 pr, 1 marketing, 2 other, -1 nothing to judge.
    counts : Counts
    verdicts : dict
        How many of the judged rows have each verdict.
    timeline : Timeline or None
        None where nothing has a date.
    channels, groups : tuple of Part
        Empty where the file names none.
    aspects : ndarray of int, shape (6, n_columns), or None
        Leading aspects by period, or of the whole calendar where it has no timeline; None where
        the model knows no aspects.
    adjusted : Adjusted or None
    unadjusted : str
        Why there is no corrected mix: ``no_confusion``, ``no_messages``, or empty.
    typical : dict
        The surest messages of each side.
    doubtful : tuple of Message
    checks : tuple of Check
    thresholds : Advice
    """

    calendar: Calendar
    model: str
    said: tuple[int, ...]
    counts: Counts
    verdicts: dict[Verdict, int]
    timeline: Timeline | None
    channels: tuple[Part, ...]
    groups: tuple[Part, ...]
    aspects: NDArray[np.int64] | None
    adjusted: Adjusted | None
    unadjusted: str
    typical: dict[Label, tuple[Message, ...]]
    doubtful: tuple[Message, ...]
    checks: tuple[Check, ...]
    thresholds: Advice = field(default_factory=Advice)


def analyze(calendar: Calendar, model: "Model", thresholds: Advice | None = None) -> Campaign:
    """Judge the messages of a calendar and draw up its report.

    Parameters
    ----------
    calendar : Calendar
    model : Model
    thresholds : Advice, optional

    Notes
    -----
    A message is said to be other where its probability of that reaches the model's threshold, else
    what the likelier of pr and marketing is; the confusion in the model file was counted likewise.
    """
    thresholds = Advice() if thresholds is None else thresholds
    entries = calendar.entries
    texts = [entry.text or "" for entry in entries]
    predictions = model.predict(texts)
    said = tuple(_said(prediction, model.thresholds.other) for prediction in predictions)
    has_cue = _crisis_cues(model, texts)
    aspect = [_aspect(prediction) for prediction in predictions]
    judged = [
        Judged(
            row=row,
            day=entry.day,
            group=entry.group,
            said=said[row],
            aspect=aspect[row],
            firm=predictions[row].verdict in _FIRM,
            crisis=entry.crisis or (said[row] == 0 and has_cue[row]),
        )
        for row, entry in enumerate(entries)
    ]
    periods = timeline([entry.day for entry in entries], said)
    counts = count(said)
    adjusted, unadjusted = _adjusted(model, counts)
    columns = periods.parts if periods else by_value([""] * len(said), said)
    return Campaign(
        calendar=calendar,
        model=model.name,
        said=said,
        counts=counts,
        verdicts={verdict: _n_of(predictions, said, verdict) for verdict in Verdict},
        timeline=periods,
        channels=_parts(calendar.channel_column, [entry.channel for entry in entries], said),
        groups=_parts(calendar.group_column, [entry.group for entry in entries], said),
        aspects=aspect_table(columns, said, aspect) if model.has_aspects else None,
        adjusted=adjusted,
        unadjusted=unadjusted,
        typical=_typical(model, predictions, said),
        doubtful=_doubtful(model, predictions, said),
        checks=check_calendar(judged, thresholds),
        thresholds=thresholds,
    )


def _said(prediction: Prediction, other: float) -> int:
    if prediction.label is None:
        return NONE
    if prediction.probabilities[Label.OTHER] >= other:
        return 2
    return list(Label).index(prediction.label)


def _aspect(prediction: Prediction) -> int:
    return -1 if prediction.aspect is None else list(Aspect).index(prediction.aspect)


def _n_of(predictions: Sequence[Prediction], said: Sequence[int], verdict: Verdict) -> int:
    pairs = zip(predictions, said, strict=True)
    return sum(p.verdict is verdict for p, label in pairs if label != NONE)


def _parts(column: str | None, values: list[str], said: Sequence[int]) -> tuple[Part, ...]:
    return by_value(values, said) if column is not None else ()


def _crisis_cues(model: "Model", texts: list[str]) -> list[bool]:
    """Tell which texts hold a cue of a crisis."""
    wanted = [i for i, cue in enumerate(model.lexicon.cues) if cue in CRISIS_CUES]
    parts = [model.lexicon.counts(read_batch(batch))[:, wanted] for batch in batches(texts)]
    return [any(counts) for part in parts for counts in part.tolist()]


def _adjusted(model: "Model", counts: Counts) -> tuple[Adjusted | None, str]:
    """Return the corrected mix, or why there is none."""
    confusion = np.array(model.info.get("confusion", []))
    if confusion.shape != (3, 3) or confusion.dtype.kind not in "iu" or (confusion < 0).any():
        return None, "no_confusion"
    if not confusion[:2].sum(axis=1).all():
        return None, "no_confusion"
    if not counts.total - counts.none:
        return None, "no_messages"
    return adjust(confusion, np.array(counts[:3])), ""


def _typical(
    model: "Model", predictions: Sequence[Prediction], said: Sequence[int]
) -> dict[Label, tuple[Message, ...]]:
    """Return the surest clear messages of each side, no text twice."""
    found = {}
    for side, label in enumerate((Label.PR, Label.MARKETING)):
        rows = [
            row
            for row, prediction in enumerate(predictions)
            if said[row] == side and prediction.verdict is Verdict.CLEAR
        ]
        rows.sort(key=lambda row: -predictions[row].probabilities[label])
        found[label] = _messages(model, predictions, rows, _N_TYPICAL)
    return found


def _doubtful(
    model: "Model", predictions: Sequence[Prediction], said: Sequence[int]
) -> tuple[Message, ...]:
    """Return the messages whose likeliest label is least likely, no text twice."""
    rows = [row for row, label in enumerate(said) if label != NONE]
    rows = [row for row in rows if predictions[row].verdict is not Verdict.CLEAR]
    rows.sort(key=lambda row: max(predictions[row].probabilities.values()))
    return _messages(model, predictions, rows, _N_DOUBTFUL)


def _messages(
    model: "Model", predictions: Sequence[Prediction], rows: list[int], n_messages: int
) -> tuple[Message, ...]:
    by_text = {predictions[row].text: row for row in reversed(rows)}
    chosen = sorted(by_text.values(), key=rows.index)[:n_messages]
    return tuple(
        Message(row, predictions[row], _weighed(model, predictions[row].text)) for row in chosen
    )


def _weighed(model: "Model", text: str) -> tuple[Span, ...]:
    return tuple(span for span in weigh_spans(model, text) if span.end <= LONGEST)
