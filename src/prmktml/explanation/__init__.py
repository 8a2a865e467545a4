"""Why a message has its label: what each word adds, what would flip it, how it is mixed.

Put together from ``spans``, ``flipping`` and ``clauses``; how it is shown to people is left to
:mod:`prmktml.explanation.highlighting`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prmktml.explanation.clauses import Share, share
from prmktml.explanation.flipping import Flip, find_flip
from prmktml.explanation.spans import Span, intercept, weigh_spans

if TYPE_CHECKING:
    from prmktml.decision import Prediction
    from prmktml.model import Model

__all__ = ["Explanation", "Flip", "Share", "Span", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a message has its label.

    Attributes
    ----------
    text : str
    prediction : Prediction
    intercept : float
        Log-odds of pr against marketing before a word is read, from the length of the text.
    spans : tuple of Span
        All words and signs, in order; their contributions and `intercept` add up to `decision`.
    flip : Flip or None
        The smallest removal that moves the message across; None if no removal does.
    share : Share or None
        The part of each side, clause by clause; None where there is nothing to judge.
    """

    text: str
    prediction: "Prediction"
    intercept: float
    spans: tuple[Span, ...]
    flip: Flip | None
    share: Share | None

    @property
    def decision(self) -> float:
        """The log-odds of pr against marketing; from zero on the label is pr."""
        return self.intercept + sum(span.contribution for span in self.spans)

    def strongest(self, n_spans: int = 5) -> list[Span]:
        """Return the spans that say most, on whichever side, strongest first.

        Examples
        --------
        >>> import prmktml
        >>> [span.text for span in prmktml.load().explain("🔥 خصم").strongest(1)]
        ['خصم']
        """
        return sorted(self.spans, key=lambda span: -abs(span.contribution))[:n_spans]

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """Return what JSON gets beside the prediction.

        Parameters
        ----------
        lang : "ar", "en" or None
            Name cue classes in words; None leaves their codes.

        Examples
        --------
        >>> import prmktml
        >>> record = prmktml.load().explain("خصم").to_dict()
        >>> list(record), list(record["explanation"][0])
        (['explanation', 'flip', 'share'], ['start', 'end', 'text', 'contribution', 'cue'])
        """
        return {
            "explanation": [span.to_dict(lang) for span in self.spans],
            "flip": self.flip.to_dict() if self.flip else None,
            "share": self.share.to_dict() if self.share else None,
        }


def explain(model: "Model", text: str) -> Explanation:
    """Tell which spans of a text speak for pr and which for marketing.

    Parameters
    ----------
    model : Model
    text : str

    Returns
    -------
    Explanation

    Examples
    --------
    >>> import prmktml
    >>> found = explain(prmktml.load(), "خَصْم ٣٠٪ على كل شيء!")
    >>> found.spans[0].text, found.spans[0].cue, found.spans[0].contribution < 0
    ('خَصْم', 'discount', True)
    """
    prediction = model.predict(text)
    spans = weigh_spans(model, text)
    return Explanation(
        text=text,
        prediction=prediction,
        intercept=intercept(model, text),
        spans=spans,
        flip=find_flip(model, text, prediction, spans),
        share=share(model, text),
    )
