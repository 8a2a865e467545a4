"""The charts of the report as static SVG, drawn by Altair through vl-convert.

Arabic charts run from right to left: time, bars and axes. Letters are shaped by whoever shows the
page. The page says in words what the colors mean; numbers stand in its tables too.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from prmktml.campaign.adjusted import Adjusted
from prmktml.campaign.mix import Part, Timeline
from prmktml.codebook import ASPECT_SIDE, Aspect, Label
from prmktml.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["COLORS", "aspect_map", "mix_by_part", "mix_over_time", "shares"]

COLORS: Final = {"pr": "#1b6a86", "marketing": "#d9772b", "other": "#9aa0a6", "none": "#d5d8dc"}
INK: Final = "#26323a"
_WIDTH: Final = 440
_PADDING: Final = {"left": 20, "right": 20, "top": 8, "bottom": 4}
_FONT: Final = "Segoe UI, Tahoma, Noto Sans Arabic, DejaVu Sans, sans-serif"
_SIDES: Final = {Label.PR: COLORS["pr"], Label.MARKETING: COLORS["marketing"]}

_ROLES: Final = re.compile(r' role="graphics-[a-z]+" aria-roledescription="[^"<>]*"')
"""Parts of a chart have no names of their own; the page names the whole."""

Say = Callable[..., str]
"""Gives the phrase of a key in the chart's language."""


def _altair() -> Any:
    try:
        import altair
        import vl_convert  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "the charts of a report need altair and vl-convert; install them with: "
            'pip install "prmktml[report]"'
        ) from error
    return altair


class Pen:
    """Draws in one language.

    Parameters
    ----------
    lang : str
        ``ar`` or ``en``.
    say : callable
        From a key to its phrase.
    """

    def __init__(self, lang: str, say: Say) -> None:
        self.alt, self.say, self.rtl = _altair(), say, lang == "ar"

    def scale(self, **options: Any) -> Any:
        """Return a scale along the direction of reading."""
        return self.alt.Scale(reverse=self.rtl, **options)

    def side_axis(self, **options: Any) -> Any:
        """Return a vertical axis where reading begins."""
        return self.alt.Axis(orient="right" if self.rtl else "left", title=None, **options)

    def svg(self, chart: Any) -> str:
        """Return a chart as an SVG element."""
        import vl_convert

        font = {"labelFont": _FONT, "titleFont": _FONT, "labelFontSize": 14, "titleFontSize": 14}
        styled = (
            chart.configure(aria=False, background="transparent", font=_FONT, padding=_PADDING)
            .configure_axis(
                **font,
                labelColor=INK,
                titleColor=INK,
                titleFontWeight="normal",
                gridColor="#e3e6e8",
                domainColor="#aab2b7",
                ticks=False,
                labelPadding=6,
            )
            .configure_view(stroke=None)
            .configure_text(font=_FONT, fontSize=14)
        )
        version = ".".join(self.alt.SCHEMA_VERSION.split(".")[:2])
        drawn = vl_convert.vegalite_to_svg(styled.to_dict(), vl_version=version)
        return _ROLES.sub("", drawn)


def _counted(parts: Sequence[tuple[str, Part]]) -> list[dict[str, Any]]:
    return [
        {"part": name, "place": place, "label": label, "order": order, "n": n}
        for place, (name, part) in enumerate(parts)
        for order, (label, n) in enumerate(part.counts._asdict().items())
    ]


def _colored(alt: Any) -> Any:
    scale = alt.Scale(domain=list(COLORS), range=list(COLORS.values()))
    return alt.Color("label:N", scale=scale, legend=None)


def mix_over_time(pen: Pen, found: Timeline, names: Sequence[str]) -> str:
    """Draw how many messages of each label there are in each period, as stacked columns."""
    alt = pen.alt
    data = alt.Data(values=_counted(list(zip(names, found.parts, strict=True))))
    x = alt.X(
        "part:N",
        sort=list(names),
        scale=pen.scale(paddingInner=0.2),
        axis=alt.Axis(
            title=None,
            labelAngle=0,
            labelOverlap="greedy",
            grid=False,
            labelSeparation=12,
            labelPadding=12,
        ),
    )
    y = alt.Y("sum(n):Q", axis=pen.side_axis(tickMinStep=1, domain=False))
    bars = alt.Chart(data).mark_bar().encode(x, y, _colored(alt), alt.Order("order:Q"))
    return pen.svg(bars.properties(width=_WIDTH, height=200))


def mix_by_part(pen: Pen, parts: Sequence[tuple[str, Part]]) -> str:
    """Draw how many messages of each label a channel or a group has, as stacked bars."""
    alt = pen.alt
    names = [name for name, _ in parts]
    data = alt.Data(values=_counted(parts))
    y = alt.Y("part:N", sort=names, axis=pen.side_axis(labelLimit=170, domain=False))
    x = alt.X(
        "n:Q",
        stack="zero",
        scale=pen.scale(),
        axis=alt.Axis(title=pen.say("axis.messages"), tickMinStep=1, domain=False),
    )
    base = alt.Chart(data).encode(y, x, alt.Order("order:Q"))
    bars = base.mark_bar(height=alt.RelativeBandSize(0.7)).encode(_colored(alt))
    return pen.svg(bars.properties(width=_WIDTH - 130, height=alt.Step(34)))


def aspect_map(pen: Pen, table: "NDArray[np.int64]", names: Sequence[str]) -> str:
    """Draw how many messages each aspect leads, by period: the more, the darker."""
    alt = pen.alt
    most = int(table.max()) or 1
    rows = [pen.say(f"aspect.{aspect}") for aspect in Aspect]
    values = [
        {
            "aspect": rows[i],
            "part": name,
            "n": int(table[i, j]),
            "depth": 0.15 + 0.85 * int(table[i, j]) / most if table[i, j] else 0.0,
            "ink": "#ffffff" if table[i, j] > most * 0.45 else INK,
            "color": _SIDES[ASPECT_SIDE[aspect]],
        }
        for i, aspect in enumerate(Aspect)
        for j, name in enumerate(names)
    ]
    x = alt.X(
        "part:N",
        sort=list(names),
        scale=pen.scale(),
        axis=alt.Axis(
            title=None, labelAngle=0, labelOverlap="greedy", domain=False, labelSeparation=12
        ),
    )
    y = alt.Y("aspect:N", sort=rows, axis=pen.side_axis(domain=False))
    base = alt.Chart(alt.Data(values=values)).encode(x, y)
    cells = base.mark_rect(stroke="#e3e6e8").encode(
        fill=alt.Fill("color:N", scale=None),
        fillOpacity=alt.FillOpacity("depth:Q", scale=None),
    )
    numbers = (
        base.transform_filter("datum.n > 0")
        .mark_text()
        .encode(text="n:Q", color=alt.Color("ink:N", scale=None))
    )
    width = min(_WIDTH - 90, 120 * len(names))
    return pen.svg((cells + numbers).properties(width=width, height=6 * 32))


def shares(pen: Pen, adjusted: Adjusted) -> str:
    """Draw the shares as said beside the corrected ones with their intervals."""
    alt = pen.alt
    names = [pen.say(f"label.{label}") for label in Label]
    values = [
        {
            "label": name,
            "color": color,
            "said": float(adjusted.said[i]),
            "share": float(adjusted.share[i]),
            "low": float(adjusted.low[i]),
            "high": float(adjusted.high[i]),
        }
        for i, (name, color) in enumerate(zip(names, COLORS.values(), strict=False))
    ]
    axis = alt.Axis(title=None, format=".0%", domain=False, values=[0, 0.25, 0.5, 0.75, 1])
    base = alt.Chart(alt.Data(values=values)).encode(
        y=alt.Y("label:N", sort=names, axis=pen.side_axis(domain=False)),
        color=alt.Color("color:N", scale=None),
    )

    def across(field: str) -> Any:
        return alt.X(f"{field}:Q", scale=pen.scale(domain=[0, 1]), axis=axis)

    line = base.mark_rule(strokeWidth=3, opacity=0.55).encode(across("low"), x2="high:Q")
    dot = base.mark_point(filled=True, size=130, opacity=1).encode(across("share"))
    tick = base.mark_tick(thickness=2, height=22).encode(across("said"), color=alt.value(INK))
    return pen.svg((line + dot + tick).properties(width=_WIDTH - 90, height=3 * 36))
