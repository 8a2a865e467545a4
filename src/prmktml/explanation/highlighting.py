"""Explanations for people: the strongest words in a cell, colored words on a terminal.

Colors come from rich, which is imported only once a terminal is to show them. Nothing is printed
here.
"""

import os
import unicodedata
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from prmktml.codebook import Label
from prmktml.explanation import Explanation, Span
from prmktml.explanation.cuenames import cue_name
from prmktml.explanation.flipping import EXACT_SPANS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["in_words", "locale_language", "teller"]

STRONG: Final = 1.0
"""A contribution of at least this many log-odds stands out."""
WEAK: Final = 0.25
"""A smaller contribution than this is not colored."""
_LEAST: Final = 0.05
_N_SPANS: Final = 5
_COLORS: Final = {Label.PR: "cyan", Label.MARKETING: "yellow"}


class _Phrases(NamedTuple):
    """What is said around the words of a message, in one language."""

    speaks: dict[Label, str]
    sides: dict[Label, str]
    part: str
    flip: str
    firm: str
    not_found: str
    comma: str
    semicolon: str


_PHRASES: Final = {
    "en": _Phrases(
        speaks={Label.PR: "for PR", Label.MARKETING: "for marketing"},
        sides={Label.PR: "PR", Label.MARKETING: "marketing"},
        part="{percent}% {side}",
        flip="would be {side} without: {words}",
        firm="no removal flips it",
        not_found="found no removal that flips it",
        comma=", ",
        semicolon="; ",
    ),
    "ar": _Phrases(
        speaks={Label.PR: "للعلاقات العامة", Label.MARKETING: "للتسويق"},
        sides={Label.PR: "علاقات عامة", Label.MARKETING: "تسويق"},
        part="{side} {percent}%",  # after letters the sign is on one side of all numbers
        flip="يصير التصنيف «{side}» من دون: {words}",
        firm="لا ينقلب التصنيف بحذف أي كلمات",
        not_found="لم يُعثر على كلمات ينقلب التصنيف بحذفها",
        comma="، ",
        semicolon="؛ ",
    ),
}


def locale_language() -> str:
    """Return ``ar`` where the locale's messages are Arabic, else ``en``.

    Examples
    --------
    >>> locale_language() in ("ar", "en")
    True
    """
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "ar" if next(filter(None, names), "").startswith("ar") else "en"


def _telling(found: Explanation) -> list[Span]:
    """Return the spans, strongest first, without those whose contribution rounds to zero."""
    spans = found.strongest(len(found.spans))
    return [span for span in spans if abs(span.contribution) >= _LEAST]


def _span_in_words(span: Span, lang: str) -> str:
    mark = "\u200e" if lang == "ar" else ""  # keeps a sign to the left of its number
    named = [f"{mark}{span.contribution:+.1f}", *([cue_name(span.cue, lang)] if span.cue else [])]
    return f"{span.text} ({_PHRASES[lang].comma.join(named)})"


def in_words(found: Explanation, lang: str, n_spans: int = _N_SPANS) -> str:
    """Return the strongest spans in words, with log-odds and cue; below zero is for marketing.

    Examples
    --------
    >>> from prmktml.explanation import Span
    >>> import prmktml
    >>> said = in_words(prmktml.load().explain("خصم"), "en")
    >>> said.startswith("خصم (-"), said.endswith(", discount)")
    (True, True)
    """
    words = [_span_in_words(span, lang) for span in _telling(found)[:n_spans]]
    return _PHRASES[lang].semicolon.join(words)


def teller(lang: str, stream: IO[str]) -> Callable[[Explanation], str]:
    """Return what tells an explanation in lines: in colors if the stream shows them, else in words.

    Parameters
    ----------
    lang : str
        ``ar`` or ``en``.
    stream : text stream
        A terminal or not; ``NO_COLOR`` and ``TERM=dumb`` are respected.

    Examples
    --------
    >>> import io, prmktml
    >>> tell = teller("en", io.StringIO())
    >>> print(tell(prmktml.load().explain("")), end="")
    """
    from rich.console import Console

    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
    colored = console.is_terminal and console.color_system and not console.no_color

    def tell(found: Explanation) -> str:
        if not found.spans:
            return ""
        lines = [_colored(found, console)] if colored else _sides_in_words(found, lang)
        told = [*lines, *_share_line(found, lang, console if colored else None)]
        told.append(_flip_line(found, lang))
        return "".join(f"  {line}\n" for line in told)

    return tell


def _shown(text: str) -> str:
    """Return the text on one line, without what could steer a terminal or cannot be encoded."""
    return "".join(
        " " if char.isspace() else "\ufffd" if unicodedata.category(char) in ("Cc", "Cs") else char
        for char in text
    )


def _side(contribution: float) -> Label:
    return Label.PR if contribution > 0 else Label.MARKETING


def _sides_in_words(found: Explanation, lang: str) -> list[str]:
    """Return a line for each side that has any word, five words at most."""
    lines = []
    for side, phrase in _PHRASES[lang].speaks.items():
        spans = [s for s in _telling(found) if _side(s.contribution) is side][:_N_SPANS]
        if spans:
            words = _PHRASES[lang].comma.join(_shown(_span_in_words(span, lang)) for span in spans)
            lines.append(f"{phrase}: {words}")
    return lines


def _colored(found: Explanation, console: "Console") -> str:
    """Return the text with its words in the color of their side."""
    from rich.text import Text

    line = Text(_shown(found.text))
    for span in found.spans:
        strength = abs(span.contribution)
        if strength >= WEAK:
            bold = "bold " if strength >= STRONG else ""
            line.stylize(bold + _COLORS[_side(span.contribution)], span.start, span.end)
    return _rendered(line, console)


def _rendered(line: "Text", console: "Console") -> str:
    with console.capture() as captured:
        console.print(line, end="")
    return captured.get()


def _share_line(found: Explanation, lang: str, console: "Console | None") -> list[str]:
    """Return the line ``62% PR, 38% marketing``; in colors it is the legend, too."""
    if found.share is None:
        return []
    names, comma = _PHRASES[lang].sides, _PHRASES[lang].comma
    part = _PHRASES[lang].part
    pr = round(100 * found.share.pr)
    parts = [
        part.format(side=names[side], percent=percent)
        for side, percent in ((Label.PR, pr), (Label.MARKETING, 100 - pr))
    ]
    if console is None:
        return [comma.join(parts)]
    from rich.text import Text

    styled = [Text(part, style) for part, style in zip(parts, _COLORS.values(), strict=True)]
    return [_rendered(Text(comma).join(styled), console)]


def _flip_line(found: Explanation, lang: str) -> str:
    phrases = _PHRASES[lang]
    if found.flip is None:
        return phrases.firm if len(found.spans) <= EXACT_SPANS else phrases.not_found
    label = found.flip.prediction.label
    words = phrases.comma.join(_shown(span.text) for span in found.flip.spans)
    return phrases.flip.format(side=phrases.sides[label] if label else "", words=words)
