"""Explanations for people: the strongest words in a cell, colored words on a terminal.

Colors come from rich, which is imported only once a terminal is to show them. Nothing is printed
here.
"""

import os
import unicodedata
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Final

from prmktml.codebook import Label
from prmktml.cuenames import cue_name
from prmktml.explanation import Explanation, Span

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["in_words", "locale_language", "teller"]

STRONG: Final = 1.0
"""A contribution of at least this many log-odds stands out."""
WEAK: Final = 0.25
"""A smaller contribution than this is not colored."""
_COLORS: Final = {Label.PR: "cyan", Label.MARKETING: "yellow"}
_PHRASES: Final = {
    "en": {
        "for": {Label.PR: "for PR", Label.MARKETING: "for marketing"},
        "side": {Label.PR: "PR", Label.MARKETING: "marketing"},
        "flip": "would be {side} without: {words}",
        "firm": "no removal flips it",
        "comma": ", ",
        "semicolon": "; ",
    },
    "ar": {
        "for": {Label.PR: "للعلاقات العامة", Label.MARKETING: "للتسويق"},
        "side": {Label.PR: "علاقات عامة", Label.MARKETING: "تسويق"},
        "flip": "تصير {side} من دون: {words}",
        "firm": "لا حذف يغير الحكم",
        "comma": "، ",
        "semicolon": "؛ ",
    },
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


def _span_in_words(span: Span, lang: str) -> str:
    comma = str(_PHRASES[lang]["comma"])
    named = [f"{span.contribution:+.1f}", *([cue_name(span.cue, lang)] if span.cue else [])]
    return f"{span.text} ({comma.join(named)})"


def in_words(found: Explanation, lang: str, n_spans: int = 5) -> str:
    """Return the strongest spans in words, with log-odds and cue; below zero is for marketing.

    Examples
    --------
    >>> from prmktml.explanation import Span
    >>> import prmktml
    >>> said = in_words(prmktml.load().explain("خصم"), "en")
    >>> said.startswith("خصم (-"), said.endswith(", discount)")
    (True, True)
    """
    separator = str(_PHRASES[lang]["semicolon"])
    return separator.join(_span_in_words(span, lang) for span in found.strongest(n_spans))


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
    phrases, comma = _PHRASES[lang]["for"], str(_PHRASES[lang]["comma"])
    assert isinstance(phrases, dict)
    lines = []
    for side, phrase in phrases.items():
        spans = [s for s in found.strongest(len(found.spans)) if _side(s.contribution) is side][:5]
        if spans:
            words = comma.join(_shown(_span_in_words(span, lang)) for span in spans)
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
    names, comma = _PHRASES[lang]["side"], str(_PHRASES[lang]["comma"])
    assert isinstance(names, dict)
    pr = round(100 * found.share.pr)
    parts = [
        f"{percent}% {names[side]}"
        for side, percent in ((Label.PR, pr), (Label.MARKETING, 100 - pr))
    ]
    if console is None:
        return [comma.join(parts)]
    from rich.text import Text

    styled = [Text(part, style) for part, style in zip(parts, _COLORS.values(), strict=True)]
    return [_rendered(Text(comma).join(styled), console)]


def _flip_line(found: Explanation, lang: str) -> str:
    phrases, names = _PHRASES[lang], _PHRASES[lang]["side"]
    assert isinstance(names, dict)
    if found.flip is None:
        return str(phrases["firm"])
    label = found.flip.prediction.label
    words = str(phrases["comma"]).join(_shown(span.text) for span in found.flip.spans)
    side = names[label] if label else ""
    return str(phrases["flip"]).format(side=side, words=words)
