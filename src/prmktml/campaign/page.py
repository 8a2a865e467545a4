"""The report as one HTML page: both languages, charts inlined, nothing to load, no script.

A switch of two radio buttons shows one language; a browser prints the one that is shown. All that
comes from a file is escaped by Jinja; of the charts' texts Vega takes care.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from prmktml.campaign.advice import Check
from prmktml.campaign.analysis import LONGEST, Campaign, Message
from prmktml.campaign.calendar import Entry, clean
from prmktml.campaign.charts import COLORS, Pen, aspect_map, mix_by_part, mix_over_time, shares
from prmktml.campaign.dates import Order
from prmktml.campaign.mix import Part
from prmktml.campaign.phrases import LANGUAGES, Voice
from prmktml.codebook import Label
from prmktml.errors import UsageError
from prmktml.explanation.cuenames import cue_name
from prmktml.explanation.highlighting import STRONG, WEAK

__all__ = ["to_html"]

_LISTED: Final = 100
_CITED: Final = 6
_CITED_LENGTH: Final = 160
_NAMED: Final = 10
_SUREST: Final = 0.99
"""No probability is shown as 100%."""


class Piece(NamedTuple):
    """A stretch of a message: its text, its class on the page, what hovering tells."""

    text: str
    style: str = ""
    hint: str = ""


def to_html(campaign: Campaign, lang: str = "en") -> str:
    """Return the report as one HTML page that holds both languages.

    Parameters
    ----------
    campaign : Campaign
    lang : str
        The language that is shown first, ``ar`` or ``en``.

    Raises
    ------
    UsageError
        If there is no such language, or the packages of the extra ``report`` are not installed.
    """
    if lang not in LANGUAGES:
        raise UsageError(f"lang: found {lang!r}; allowed are {', '.join(LANGUAGES)}")
    pages = [_page(campaign, name) for name in LANGUAGES]
    title = campaign.calendar.name
    shown: str = _template().render(lang=lang, pages=pages, colors=COLORS, title=title)
    return shown.encode("utf-8", "replace").decode("utf-8")


def _template() -> Any:
    try:
        import jinja2
    except ImportError as error:
        raise UsageError(
            'a report needs jinja2; install it with: pip install "prmktml[report]"'
        ) from error
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("prmktml.campaign", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def _page(campaign: Campaign, lang: str) -> dict[str, Any]:
    """Return what the template needs for one language."""
    say = Voice(lang)
    days = [entry.day for entry in campaign.calendar.entries if entry.day]
    return {
        "lang": lang,
        "dir": "rtl" if lang == "ar" else "ltr",
        "say": say,
        "campaign": campaign,
        "counts": campaign.counts,
        "span": (min(days), max(days)) if days else None,
        "judged": campaign.counts.total - campaign.counts.none,
        "labels": list(Label),
        "present": [name for name, n in campaign.counts._asdict().items() if n],
        "checks": [_check(campaign, check, say) for check in campaign.checks],
        "charts": _charts(campaign, lang, say),
        "tables": _tables(campaign, say),
        "messages": _message_lists(campaign, lang),
        "rows": _rows(campaign, say),
    }


def _named(parts: Sequence[Part], say: Voice) -> list[tuple[str, Part]]:
    return [(_name(part, say), part) for part in parts]


def _name(part: Part, say: Voice) -> str:
    if part.n_merged:
        return say("part.rest", n=part.n_merged)
    return say.told(part.name) if part.name else say("part.empty")


def _charts(campaign: Campaign, lang: str, say: Voice) -> dict[str, str]:
    """Return the SVG of each chart that there is data for, by name."""
    pen, found = Pen(lang, say), {}
    periods = campaign.timeline
    names = [say("page.all")]
    if periods:
        names = [say.told(say.period(start, periods.unit)) for start in periods.starts]
        found["time"] = mix_over_time(pen, periods, names)
    for name, parts in (("channel", campaign.channels), ("group", campaign.groups)):
        if parts:
            found[name] = mix_by_part(pen, _named(parts, say))
    if campaign.aspects is not None:
        found["aspects"] = aspect_map(pen, campaign.aspects, names)
    if campaign.adjusted:
        found["adjusted"] = shares(pen, campaign.adjusted)
    return found


def _tables(campaign: Campaign, say: Voice) -> dict[str, list[tuple[str, Part]]]:
    periods = campaign.timeline
    time = (
        [
            (say.told(say.period(start, periods.unit)), part)
            for start, part in zip(periods.starts, periods.parts, strict=True)
        ]
        if periods
        else []
    )
    return {
        "time": time,
        "channel": _named(campaign.channels, say),
        "group": _named(campaign.groups, say),
    }


def _check(campaign: Campaign, check: Check, say: Voice) -> dict[str, Any]:
    """Return a check in words, with the messages that show it."""
    facts = {
        name: tuple(say(f"aspect.{aspect}") for aspect in value)
        if isinstance(value, tuple)
        else value
        for name, value in check.facts.items()
    }
    names = tuple(check.groups[:_NAMED])
    more = len(check.groups) - len(names)
    return {
        "code": check.code,
        "status": check.status,
        "found": say(f"{check.code}.{check.outcome}", **facts),
        "groups": say("advice.groups", names=names) if names else "",
        "n_more_groups": more,
        "cited": [_cited(campaign, row) for row in check.rows[:_CITED]],
        "n_more": max(len(check.rows) - _CITED, 0),
    }


def _cited(campaign: Campaign, row: int) -> dict[str, Any]:
    entry = campaign.calendar.entries[row]
    text = clean(entry.text or "")
    short = text if len(text) <= _CITED_LENGTH else text[: _CITED_LENGTH - 1] + "…"
    return {"entry": entry, "text": short, "label": _label(campaign.said[row])}


def _label(said: int) -> str:
    return "none" if said < 0 else list(Label)[said].value


def _message_lists(campaign: Campaign, lang: str) -> dict[str, list[dict[str, Any]]]:
    found = {label.value: shown for label, shown in campaign.typical.items()}
    return {
        name: [_message(campaign, message, lang) for message in shown]
        for name, shown in {**found, "doubtful": campaign.doubtful}.items()
    }


def _message(campaign: Campaign, message: Message, lang: str) -> dict[str, Any]:
    prediction = message.prediction
    label = _label(campaign.said[message.row])
    return {
        "entry": campaign.calendar.entries[message.row],
        "label": label,
        "verdict": prediction.verdict,
        "probability": min(float(prediction.probabilities[label]), _SUREST),
        "pieces": _pieces(message, lang),
        "cut": len(prediction.text) > LONGEST,
    }


def _pieces(message: Message, lang: str) -> list[Piece]:
    """Cut a message into words that speak for a side and what lies between."""
    text, done = clean(message.prediction.text[:LONGEST]), 0
    pieces = []
    for span in message.spans:
        strength = abs(span.contribution)
        if strength < WEAK or span.start < done:
            continue
        side = Label.PR if span.contribution > 0 else Label.MARKETING
        style = f"{side} strong" if strength >= STRONG else side.value
        hint = f"{span.contribution:+.1f}"
        if span.cue:
            hint += f" {cue_name(span.cue, lang)}"
        pieces += [Piece(text[done : span.start]), Piece(text[span.start : span.end], style, hint)]
        done = span.end
    return [*pieces, Piece(text[done:])]


def _rows(campaign: Campaign, say: Voice) -> dict[str, Any]:
    """Return how the rows of the file were counted, and those with something wrong."""
    entries = campaign.calendar.entries
    broken = [entry for entry in entries if entry.problem]
    undated = [entry for entry in entries if entry.fault]
    return {
        "total": len(entries),
        "unreadable": len(broken),
        "no_text": campaign.counts.none - len(broken),
        "dated": sum(entry.day is not None for entry in entries),
        "n_undated": len(undated),
        "broken": broken[:_LISTED],
        "n_more_broken": max(len(broken) - _LISTED, 0),
        "undated": _undated(undated[:_LISTED], say),
        "n_more_undated": max(len(undated) - _LISTED, 0),
        "order": _order(campaign, say),
    }


def _undated(entries: Sequence[Entry], say: Voice) -> list[tuple[Entry, str]]:
    return [(entry, say(f"fault.{entry.fault}")) for entry in entries]


def _order(campaign: Campaign, say: Voice) -> str:
    """Say how the order of day and month was found, if any date needed it."""
    dates = campaign.calendar.dates
    if dates is None or dates.order is Order.NOT_NEEDED:
        return ""
    return say(f"order.{dates.order}.{'day' if dates.day_first else 'month'}")
