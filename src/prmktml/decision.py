"""From log-odds to a verdict that says whether to trust the label.

The rules stand in one place, :func:`decide`; their thresholds are chosen out of fold by
:mod:`prmktml.training` and travel in the model.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from prmktml.codebook import ASPECT_SIDE, Aspect, Label, Language, Reason, Verdict
from prmktml.tokens import Tokens

__all__ = ["Decisions", "Prediction", "Thresholds", "both_sides", "decide", "mixed_score"]

LABELS: Final = tuple(Label)
ASPECTS: Final = tuple(Aspect)
VERDICTS: Final = tuple(Verdict)
REASONS: Final = tuple(Reason)
LANGUAGES: Final = tuple(Language)
_PR_SIDE: Final = np.array([ASPECT_SIDE[aspect] is Label.PR for aspect in ASPECTS])
_ASPECTS_OF: Final = np.array([_PR_SIDE, ~_PR_SIDE])
UNKNOWN: Final = LANGUAGES.index(Language.UNKNOWN)
TIE: Final = 0.3
"""What a unit of log-odds between pr and marketing takes from there being both."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where verdicts change.

    Attributes
    ----------
    clear : float in [0.5, 1]
        A label less probable than this, of all three, is not clear: a near tie of the two sides,
        or perhaps out of scope.
    other : float in [0, 1]
        From this probability of ``other`` on a message is out of scope.
    mixed : float in [0, 1]
        Both sides speak where :func:`mixed_score` is at least this.
    min_words : int
        Shorter messages are too short.
    """

    clear: float = 0.6
    other: float = 0.5
    mixed: float = 0.5
    min_words: int = 2


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of one message; the fields are those of its JSON form."""

    text: str
    label: Label | None
    confidence: float | None
    verdict: Verdict
    reasons: tuple[Reason, ...]
    aspect: Aspect | None
    probabilities: dict[str, float]
    aspects: dict[str, float | None]
    language: Language
    model: str

    def to_dict(self) -> dict[str, Any]:
        """Return the prediction as a dictionary that JSON can hold."""
        return asdict(self) | {"reasons": list(self.reasons)}


@dataclass(slots=True)
class Decisions:
    """Verdicts of a batch by column; ``-1`` stands for none.

    Attributes
    ----------
    probabilities : ndarray, shape (n_texts, 3)
        Of pr, marketing and other; rows sum to 1.
    aspects : ndarray, shape (n_texts, 6)
        Each between 0 and 1 by itself.
    labels, aspect : ndarray of int8, shape (n_texts,)
        Indices in :class:`Label` and :class:`Aspect`.
    confidence : ndarray, shape (n_texts,)
        Probability of the label given that the message is a campaign's, 0.5 to 1.
    verdicts : ndarray of int8, shape (n_texts,)
    reasons : ndarray of bool, shape (n_texts, n_reasons)
    language : ndarray of int8, shape (n_texts,)
    """

    probabilities: NDArray[np.float64]
    aspects: NDArray[np.float64]
    labels: NDArray[np.int8]
    aspect: NDArray[np.int8]
    confidence: NDArray[np.float64]
    verdicts: NDArray[np.int8]
    reasons: NDArray[np.bool_]
    language: NDArray[np.int8]
    mixedness: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    model: str = "unsaved"
    has_aspects: bool = True

    def prediction(self, index: int, text: str) -> Prediction:
        """Return one row as a :class:`Prediction`."""
        judged = self.labels[index] >= 0
        aspects = self.aspects[index].tolist() if self.has_aspects else [None] * len(ASPECTS)
        return Prediction(
            text=text,
            label=LABELS[self.labels[index]] if judged else None,
            confidence=float(self.confidence[index]) if judged else None,
            verdict=VERDICTS[self.verdicts[index]],
            reasons=self.reason_codes(index),
            aspect=ASPECTS[self.aspect[index]] if judged and self.has_aspects else None,
            probabilities=dict(zip(LABELS, self.probabilities[index].tolist(), strict=True)),
            aspects=dict(zip(ASPECTS, aspects, strict=True)),
            language=LANGUAGES[self.language[index]],
            model=self.model,
        )

    def reason_codes(self, index: int) -> tuple[Reason, ...]:
        """Return the reasons of one row in the order of :class:`Reason`."""
        return tuple(REASONS[i] for i in self.reasons[index].nonzero()[0])

    @property
    def aspect_names(self) -> tuple[str, ...]:
        """Names of the aspects, empty where the model has none."""
        return tuple(aspect if self.has_aspects else "" for aspect in ASPECTS)

    def reason_texts(self) -> list[str]:
        """Return the reasons of each row joined by ``|``, length n_texts."""
        sets = (self.reasons @ (1 << np.arange(len(REASONS)))).tolist()
        texts = {
            code: "|".join(reason for i, reason in enumerate(REASONS) if code >> i & 1)
            for code in set(sets)
        }
        return [texts[code] for code in sets]

    def void(self, reason: Reason, rows: NDArray[np.bool_]) -> None:
        """Take the label from rows where there is nothing to judge."""
        self.labels[rows] = self.aspect[rows] = -1
        self.confidence[rows] = np.nan
        self.probabilities[rows] = 1 / len(LABELS)
        self.aspects[rows] = 0.0
        self.verdicts[rows] = VERDICTS.index(Verdict.UNCLEAR)
        self.reasons[rows] = False
        self.reasons[rows, REASONS.index(reason)] = True


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rows of probabilities, shape of `scores`."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def sigmoid(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``1 / (1 + exp(-scores))`` without overflow."""
    result: NDArray[np.float64] = 0.5 * (1 + np.tanh(scores / 2))
    return result


def both_sides(aspects: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which rows have aspects on both sides, shape (n_texts,)."""
    pr, marketing = aspects[:, _PR_SIDE].any(axis=1), aspects[:, ~_PR_SIDE].any(axis=1)
    both: NDArray[np.bool_] = np.logical_and(pr, marketing)
    return both


def mixed_score(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much both sides speak, between 0 and 1, shape (n_texts,).

    The log-odds of the weaker side's strongest aspect, what the head of both sides adds, and less
    the further the labels are apart.

    Parameters
    ----------
    scores : ndarray, shape (n_texts, 10)
        Log-odds of labels, aspects and both sides.
    """
    aspects = scores[:, len(LABELS) : -1]
    pr, marketing = (aspects.take(side.nonzero()[0], axis=1) for side in _ASPECTS_OF)
    weaker = np.minimum(pr.max(axis=1), marketing.max(axis=1))
    return sigmoid(weaker + scores[:, -1] - TIE * np.abs(scores[:, 1] - scores[:, 0]))


def decide(
    scores: NDArray[np.float64],
    known: NDArray[np.bool_],
    tokens: Tokens,
    language: NDArray[np.int8],
    thresholds: Thresholds,
    min_confidence: float = 0.5,
) -> Decisions:
    """Turn log-odds into labels, verdicts and reasons.

    Parameters
    ----------
    scores : ndarray, shape (n_texts, 10)
        Log-odds of the labels, of the six aspects and of both sides.
    known : ndarray of bool, shape (n_texts,)
        Whether the model knows any feature of each text.
    tokens : Tokens
    language : ndarray, shape (n_texts,)
    thresholds : Thresholds
    min_confidence : float in [0.5, 1]

    Returns
    -------
    Decisions
    """
    n_labels = len(LABELS)
    aspects = sigmoid(scores[:, n_labels:-1])
    margin = scores[:, 1] - scores[:, 0]
    labels = margin > 0
    on_side = np.where(_ASPECTS_OF.take(labels.view(np.int8), axis=0), aspects, -1.0)
    result = Decisions(
        probabilities=softmax(scores[:, :n_labels]),
        aspects=aspects,
        labels=labels.astype(np.int8),
        aspect=on_side.argmax(axis=1).astype(np.int8),
        confidence=sigmoid(np.abs(margin)),
        verdicts=np.zeros(len(scores), np.int8),
        reasons=np.zeros((len(scores), len(REASONS)), bool),
        language=language,
        mixedness=mixed_score(scores),
    )
    n_words = tokens.count(tokens.letters.take(tokens.starts))
    _judge(result, known, n_words, thresholds, min_confidence)
    empty = tokens.bounds[1:] == tokens.bounds[:-1]
    if empty.any():
        result.void(Reason.NO_TEXT, empty)
    return result


JUDGED: Final = (
    (Reason.TOO_SHORT, Verdict.UNCLEAR),
    (Reason.UNSUPPORTED_LANGUAGE, Verdict.UNCLEAR),
    (Reason.NO_KNOWN_FEATURES, Verdict.UNCLEAR),
    (Reason.OUT_OF_SCOPE, Verdict.OTHER),
    (Reason.BOTH_SIDES, Verdict.MIXED),
    (Reason.NEAR_TIE, Verdict.UNCLEAR),
    (Reason.OUT_OF_SCOPE, Verdict.UNCLEAR),
    (Reason.LOW_CONFIDENCE, Verdict.UNCLEAR),
)
"""The reasons as they are looked for; the first that a message gets decides its verdict."""
_VERDICT_OF: Final = np.array(
    [*(VERDICTS.index(verdict) for _, verdict in JUDGED), VERDICTS.index(Verdict.CLEAR)], np.int8
)
_REASON_OF: Final = np.array([REASONS.index(reason) for reason, _ in JUDGED])
ALWAYS: Final = 5
"""So many reasons stand beside others; those behind are looked for where there is none yet."""


def _judge(
    result: Decisions,
    known: NDArray[np.bool_],
    n_words: NDArray[np.int64],
    thresholds: Thresholds,
    min_confidence: float,
) -> None:
    """Fill in reasons and verdicts."""
    has = np.ones((len(_VERDICT_OF), len(known)), bool)
    has[0] = n_words < thresholds.min_words
    has[1] = (result.language == UNKNOWN) & (n_words > 0)
    np.logical_not(known, out=has[2])
    has[3] = result.probabilities[:, 2] >= thresholds.other
    has[4] = result.mixedness >= thresholds.mixed
    has[5] = result.confidence < thresholds.clear
    has[6] = result.probabilities[:, :2].max(axis=1) < thresholds.clear
    has[7] = result.confidence < min_confidence
    first = has.argmax(axis=0)
    result.verdicts = _VERDICT_OF.take(first)
    has[ALWAYS:-1] &= first == np.arange(ALWAYS, len(JUDGED))[:, None]
    marked, rows = has[:-1].nonzero()
    result.reasons[rows, _REASON_OF.take(marked)] = True
