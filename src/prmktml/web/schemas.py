"""The requests and answers of the API as types, from which its description is made."""

from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from prmktml.codebook import Aspect, Label, Language, Reason, Verdict
from prmktml.web.limits import LONGEST_TEXT

__all__ = [
    "LONGEST_EXPLAINED",
    "MOST_EXPLAINED",
    "MOST_TEXTS",
    "ExplainRequest",
    "Explanations",
    "Health",
    "PredictRequest",
    "Predictions",
    "Problem",
    "TableAnswer",
]

MOST_TEXTS: Final = 1000
MOST_EXPLAINED: Final = 20
LONGEST_EXPLAINED: Final = 5000
"""Characters of a text that is explained: to find what flips it, it is judged many times."""

_TEXTS: Final[list[JsonValue]] = ["خصم 30% لحد الخميس", "Thank you to every nurse who stayed"]
_Probability = Annotated[float, Field(ge=0, le=1)]


def _limited(longest: int) -> tuple[AfterValidator, WithJsonSchema]:
    """Limit the length of a text.

    The length is counted by hand, as pydantic refuses lone surrogates where it counts itself.
    """

    def check(text: str) -> str:
        if len(text) > longest:
            raise PydanticCustomError(
                "too_long",
                "found {found} characters; allowed are {longest} at most",
                {"found": f"{len(text):,}", "longest": f"{longest:,}"},
            )
        return text

    return AfterValidator(check), WithJsonSchema({"type": "string", "maxLength": longest})


class _Request(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    min_confidence: float = Field(
        0.5, ge=0.5, le=1, description="A clear verdict below it becomes unclear."
    )


class PredictRequest(_Request):
    """Messages to judge."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"texts": _TEXTS}]})
    texts: list[Annotated[str, *_limited(LONGEST_TEXT)]] = Field(max_length=MOST_TEXTS)


class ExplainRequest(_Request):
    """Messages to judge and explain."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"texts": _TEXTS, "lang": "en"}]})
    texts: list[Annotated[str, *_limited(LONGEST_EXPLAINED)]] = Field(max_length=MOST_EXPLAINED)
    lang: Literal["ar", "en"] | None = Field(
        None, description="Name cue classes in words; null leaves their codes."
    )


class PredictionAnswer(BaseModel):
    """What the model says of one message."""

    text: str
    label: Label | None = Field(description="Null where there is nothing to judge.")
    confidence: float | None = Field(ge=0.5, le=1)
    verdict: Verdict
    reasons: list[Reason]
    aspect: Aspect | None
    probabilities: dict[Label, _Probability] = Field(description="They sum to 1.")
    aspects: dict[Aspect, _Probability | None]
    language: Language
    model: str


class Predictions(BaseModel):
    """Predictions in the order of the texts."""

    predictions: list[PredictionAnswer]


class Stretch(BaseModel):
    """A part of the text, half-open, in Unicode code points."""

    start: int
    end: int
    text: str


class SpanAnswer(Stretch):
    """A word or sign and what it says; below zero it speaks for marketing."""

    contribution: float = Field(description="Log-odds added to pr against marketing.")
    cue: str | None


class FlipAnswer(BaseModel):
    """The smallest removal found that moves the message to the other side."""

    remove: list[Stretch]
    text: str
    label: Label | None
    confidence: float | None


class ClauseAnswer(Stretch):
    """A clause and how much of it is pr."""

    pr: _Probability
    letters: int


class ShareAnswer(BaseModel):
    """The parts of the message that are pr and marketing; they sum to 1."""

    pr: _Probability
    marketing: _Probability
    clauses: list[ClauseAnswer]


class ExplainedAnswer(PredictionAnswer):
    """A prediction and why."""

    explanation: list[SpanAnswer]
    flip: FlipAnswer | None
    share: ShareAnswer | None


class Explanations(BaseModel):
    """Explained predictions in the order of the texts."""

    predictions: list[ExplainedAnswer]


class RowAnswer(BaseModel):
    """One row of a file."""

    row: int
    problem: str | None = Field(description="Why the row could not be read.")
    prediction: PredictionAnswer


class TableAnswer(BaseModel):
    """A file judged: all rows are counted, the first ones shown."""

    columns: list[str]
    text_column: str | None
    notes: list[str]
    n_rows: int
    n_unreadable: int
    labels: dict[Label, int]
    verdicts: dict[Verdict, int]
    rows: list[RowAnswer]


class Health(BaseModel):
    """That the server answers."""

    status: Literal["ok"]
    model: str


class Problem(BaseModel):
    """Why a request was refused: what was found, what is allowed, what to do."""

    detail: str
