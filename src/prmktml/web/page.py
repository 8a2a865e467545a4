"""The page and what belongs to it, made once, in Arabic and English, and held in memory.

No request names a file: the assets are found when the module is first used, each under a path of
its own that ends in its digest. The words of the page are in :mod:`prmktml.web.phrases`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from prmktml.codebook import ASPECT_SIDE
from prmktml.explanation.flipping import EXACT_SPANS
from prmktml.explanation.highlighting import STRONG, WEAK
from prmktml.web.phrases import PHRASES
from prmktml.web.schemas import LONGEST_EXPLAINED

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["LANGUAGES", "Asset", "assets", "page", "preferred", "problem_page"]

LANGUAGES: Final = ("en", "ar")
_KINDS: Final = {
    "page.js": "text/javascript; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the page asks for.

    Attributes
    ----------
    path : str
        Where the server has it.
    kind : str
        Its media type.
    body : bytes
    """

    path: str
    kind: str
    body: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """Return the assets by the name of their file.

    Examples
    --------
    >>> sorted(assets())
    ['icon.svg', 'page.css', 'page.js']
    """
    found = {}
    for name, kind in _KINDS.items():
        body = files("prmktml.web").joinpath("static", name).read_bytes()
        digest = hashlib.sha256(body).hexdigest()[:12]
        found[name] = Asset(f"/static/{digest}/{name}", kind, body)
    return found


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("prmktml.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(lang: str, version: str, model: str) -> str:
    """Return the page in a language.

    Parameters
    ----------
    lang : str
        ``ar`` or ``en``.
    version, model : str
        Of the package, and the model's name.

    Examples
    --------
    >>> '<html lang="ar" dir="rtl">' in page("ar", "1", "m")
    True
    """
    phrases = PHRASES[lang]
    told: dict[str, Any] = {
        "lang": lang,
        "longest": LONGEST_EXPLAINED,
        "weak": WEAK,
        "strong": STRONG,
        "exact": EXACT_SPANS,
        "sides": ASPECT_SIDE,
        "say": phrases["script"] | {"refusals": phrases["refusals"]},
    }
    return (
        _templates()
        .get_template("page.html")
        .render(**_common(lang), version=version, model=model, longest=LONGEST_EXPLAINED, told=told)
    )


def problem_page(lang: str, status: int, message: str) -> str:
    """Return the page that tells a person why a form was refused.

    Examples
    --------
    >>> "&lt;b&gt;" in problem_page("en", 422, "<b>")
    True
    """
    template = _templates().get_template("problem.html")
    refusals = PHRASES[lang]["refusals"]
    said = refusals.get(str(status), refusals["any"])
    return template.render(**_common(lang), said=said, status=status, message=message)


def _common(lang: str) -> dict[str, Any]:
    direction = "rtl" if lang == "ar" else "ltr"
    paths = {
        name.partition(".")[0] + "_" + name.rpartition(".")[2]: asset.path
        for name, asset in assets().items()
    }
    return {"lang": lang, "dir": direction, "t": PHRASES[lang]["page"], "asset": paths}


def preferred(accepted: str) -> str:
    """Return the language that a browser asks for first, of those there are.

    Parameters
    ----------
    accepted : str
        The header ``Accept-Language``.

    Examples
    --------
    >>> preferred("fr, ar-EG;q=0.9, en;q=0.8"), preferred("")
    ('ar', 'en')
    """
    ranked = []
    for place, part in enumerate(accepted[:1000].split(",")):
        name, _, weight = part.partition(";q=")
        try:
            ranked.append((-float(weight or 1), place, name.strip().lower()[:2]))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(ranked) if name in LANGUAGES), LANGUAGES[0])
