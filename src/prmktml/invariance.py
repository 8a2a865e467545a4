"""Ways of writing one message: what normalization undoes must change nothing at all.

Each rewrite gives the same message in another spelling. Those of :data:`UNDONE` are folded
together by :mod:`prmktml.normalization`, so that probabilities may not move; those of
:data:`NOT_UNDONE` are not, and how often they turn a label over is a figure of the model.
"""

import random
import re
import unicodedata
from collections.abc import Callable
from typing import Final

import numpy as np

from prmktml.model import Model

__all__ = ["NOT_UNDONE", "UNDONE", "invariance_table", "rewrites"]

Rewrite = Callable[[str, random.Random], str]
TATWEEL: Final = "\u0640"
_MARKS: Final = "\u064b\u064e\u064f\u0650\u0651\u0652"
_JOINING: Final = "بتثجحخسشصضطظعغفقكلمنهي"
_SHAPED: Final = {
    unicodedata.normalize("NFKC", chr(code)): chr(code)
    for code in range(0xFE80, 0xFEF5)
    if len(unicodedata.normalize("NFKC", chr(code))) == 1
}


def _between(text: str, mark: str, rng: random.Random, after: str) -> str:
    return "".join(c + mark if c in after and rng.random() < 0.4 else c for c in text)


def _tatweel(text: str, rng: random.Random) -> str:
    joined = re.compile(f"([{_JOINING}])(?=[{_JOINING}])")
    return joined.sub(lambda m: m[1] + TATWEEL * rng.randint(1, 3), text)


def _diacritics(text: str, rng: random.Random) -> str:
    return "".join(c + rng.choice(_MARKS) if "ء" <= c <= "ي" else c for c in text)


def _swap(pairs: str) -> Rewrite:
    """Rewrite each letter as a random other one of its set; sets are separated by spaces."""
    sets = {char: group for group in pairs.split() for char in group}
    return lambda text, rng: "".join(rng.choice(sets[c]) if c in sets else c for c in text)


def _fullwidth(text: str, rng: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalpha() else c for c in text)


def _digits(text: str, rng: random.Random) -> str:
    return text.translate(str.maketrans("0123456789٠١٢٣٤٥٦٧٨٩", "٠١٢٣٤٥٦٧٨٩0123456789"))


def _other_case(text: str, rng: random.Random) -> str:
    """Change case where case folding undoes it, which leaves out the Turkish dotless i."""
    change = str.upper if rng.random() < 0.5 else str.lower
    return "".join(
        change(char) if change(char).casefold() == char.casefold() else char for char in text
    )


UNDONE: Final[dict[str, Rewrite]] = {
    "tatweel": _tatweel,
    "diacritics": _diacritics,
    "presentation forms": lambda text, rng: "".join(_SHAPED.get(c, c) for c in text),
    "bidi marks": lambda text, rng: _between(text, "\u200f", rng, " .،!" + _JOINING),
    "zero-width marks": lambda text, rng: _between(text, "\u200c", rng, _JOINING + "aeiou"),
    "digits ٥/5": _digits,
    "alef أ إ آ ا": _swap("أإآا"),
    "alef maksura ى/ي": _swap("ىي"),
    "teh marbuta ة/ه": _swap("ةه"),
    "Persian ک ی": lambda text, rng: text.replace("ك", "ک").replace("ي", "ی"),
    "full-width": _fullwidth,
    "case": _other_case,
}
"""What normalization undoes."""


def _elongation(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    at = rng.randrange(len(words))
    words[at] = re.sub(r"([اويaeiou])(?=\w)", r"\1\1\1\1", words[at], count=1)
    return " ".join(words)


NOT_UNDONE: Final[dict[str, Rewrite]] = {
    "elongation": _elongation,
    "no space after و": lambda text, rng: re.sub(r"(?<=\s)و\s+", "و", text),
    "typographic quotes": lambda text, rng: text.replace('"', "”").replace("'", "’"),
    "hamza on a seat": lambda text, rng: re.sub("[ئؤ]", "ء", text),
    "emoji removed": lambda text, rng: "".join(
        c for c in text if unicodedata.category(c) != "So" and c != "\ufe0f"
    ),
}
"""What normalization cannot undo."""


def rewrites(texts: list[str], rewrite: Rewrite, seed: int = 0) -> list[str]:
    """Rewrite each text, reproducibly.

    Examples
    --------
    >>> rewrites(["خصم ٥"], UNDONE["digits ٥/5"])
    ['خصم 5']
    """
    rng = random.Random(seed)
    return [rewrite(text, rng) for text in texts]


def invariance_table(model: Model, texts: list[str]) -> str:
    """Return a Markdown table: rewritten texts, changed labels, largest change of probability."""
    from prmktml.markdown import markdown

    before = model.predict_proba(texts)
    rows = []
    for kind, group in (("undone", UNDONE), ("not undone", NOT_UNDONE)):
        for name, rewrite in group.items():
            changed = rewrites(texts, rewrite)
            at = np.flatnonzero([a != b for a, b in zip(texts, changed, strict=True)])
            after = model.predict_proba([changed[i] for i in at])
            flips = (after[:, :2].argmax(axis=1) != before[at, :2].argmax(axis=1)).sum()
            moved = float(np.abs(after - before[at]).max()) if len(at) else 0.0
            share = f"{flips / max(len(at), 1):.2%}"
            rows.append([kind, name, len(at), int(flips), share, f"{moved:.1e}"])
    head = ["normalization", "rewrite", "rewritten", "flips", "share", "largest change of p"]
    return markdown(head, rows)
