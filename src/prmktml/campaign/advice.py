"""What to do better: checks of a calendar, each with what was found and where.

The thinking behind them: PR and marketing are no rivals. Do both, let PR come before marketing,
and never stop PR, for it carries the brand through a crisis. What the checks say in words stands in
``templates/phrases.tsv``.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from prmktml.campaign.mix import aspect_table, by_value, count, longest_gap
from prmktml.codebook import Aspect
from prmktml.errors import UsageError

__all__ = ["CRISIS_CUES", "Advice", "Check", "Judged", "check_calendar"]

CRISIS_CUES: Final = ("apology", "clarification", "crisis")
"""Cue classes of the lexicon that make a PR message one of a crisis."""
PR, MARKETING = 0, 1
Facts = dict[str, int | float | date | tuple[Aspect, ...]]


@dataclass(frozen=True, slots=True)
class Advice:
    """Thresholds of the advice.

    Attributes
    ----------
    min_share : float in [0, 0.5]
        Each side should have at least this share of the PR and marketing messages.
    max_gap_days : int
        So many days without PR are still no gap.
    crisis_days : int
        For so many days after a crisis message marketing should wait.
    min_messages : int
        Groups with fewer messages are not checked by themselves.

    Raises
    ------
    UsageError
        If a threshold is out of its range.
    """

    min_share: float = 0.2
    max_gap_days: int = 7
    crisis_days: int = 3
    min_messages: int = 5

    def __post_init__(self) -> None:
        if not 0 <= self.min_share <= 0.5:
            raise UsageError(f"min_share: found {self.min_share}; allowed is 0 to 0.5")
        for name in ("max_gap_days", "crisis_days", "min_messages"):
            if getattr(self, name) < 0:
                raise UsageError(f"{name}: found {getattr(self, name)}; allowed is 0 or more")


class Judged(NamedTuple):
    """A message as the checks see it.

    Attributes
    ----------
    row : int
        Its place in the calendar.
    day : date or None
    group : str
    said : int
        0 pr, 1 marketing, 2 other, -1 nothing to judge.
    aspect : int
        The leading one, or -1.
    firm : bool
        Its verdict is clear or mixed; the checks of time rest on no other.
    crisis : bool
        It is marked, or is PR with a cue of :data:`CRISIS_CUES`.
    """

    row: int
    day: date | None
    group: str
    said: int
    aspect: int
    firm: bool
    crisis: bool


@dataclass(frozen=True)
class Check:
    """One check and what it found.

    Attributes
    ----------
    code : str
        ``both_sides``, ``pr_first``, ``pr_gap``, ``after_crisis`` or ``aspects``.
    outcome : str
        ``good``, ``unknown``, or the name of what is wrong.
    facts : dict
        Numbers and dates that its words need.
    rows : tuple of int
        Messages that show it.
    groups : tuple of str
        Groups that fail it by themselves.
    """

    code: str
    outcome: str
    facts: Facts = field(default_factory=dict)
    rows: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """``good``, ``unknown`` or ``attention``."""
        return self.outcome if self.outcome in ("good", "unknown") else "attention"


def check_calendar(messages: Sequence[Judged], thresholds: Advice) -> tuple[Check, ...]:
    """Check a calendar, and each of its groups by itself.

    Parameters
    ----------
    messages : sequence of Judged
        In the order of the file.
    thresholds : Advice
    """
    checks = (both_sides, pr_first, pr_gap, after_crisis, aspects)
    return tuple(_with_groups(check, messages, thresholds) for check in checks)


def _with_groups(
    check: Callable[[Sequence[Judged], Advice], Check],
    messages: Sequence[Judged],
    thresholds: Advice,
) -> Check:
    found = check(messages, thresholds)
    parts = by_value([m.group for m in messages], [m.said for m in messages])
    if len(parts) < 2:
        return found
    failing = tuple(
        part.name
        for part in parts
        if part.name
        and part.counts.sided >= thresholds.min_messages
        and check([messages[row] for row in part.rows], thresholds).status == "attention"
    )
    return Check(found.code, found.outcome, found.facts, found.rows, failing)


def both_sides(messages: Sequence[Judged], thresholds: Advice) -> Check:
    """Check that neither side is missing or nearly so."""
    counts = count(message.said for message in messages)
    share = counts.pr_share
    facts: Facts = {
        "pr": counts.pr,
        "marketing": counts.marketing,
        "min_share": thresholds.min_share,
    }
    if share is None:
        return Check("both_sides", "unknown", facts)
    if share < thresholds.min_share or not counts.pr:
        return Check("both_sides", "little_pr", facts)
    if 1 - share < thresholds.min_share or not counts.marketing:
        return Check("both_sides", "little_marketing", facts)
    return Check("both_sides", "good", facts)


def pr_first(messages: Sequence[Judged], thresholds: Advice) -> Check:
    """Check that a PR message has an earlier day than the first marketing message."""
    pr, marketing = _days(messages, PR), _days(messages, MARKETING)
    if not marketing:
        return Check("pr_first", "unknown")
    push = min(marketing)[0]
    if not pr:
        return Check("pr_first", "no_pr", {"push": push}, (min(marketing)[1],))
    first = min(pr)[0]
    before = tuple(row for day, row in sorted(marketing) if day <= first)
    facts: Facts = {
        "push": push,
        "first": first,
        "n_before": len(before),
    }
    if first < push:
        return Check("pr_first", "good", facts)
    return Check("pr_first", "late", facts, before)


def pr_gap(messages: Sequence[Judged], thresholds: Advice) -> Check:
    """Find the longest stretch of days without PR, between the first message and the last."""
    days = [m.day for m in messages if m.day is not None]
    if not days or min(days) == max(days):
        return Check("pr_gap", "unknown")
    pr = [day for day, _ in _days(messages, PR)]
    start, end, length = longest_gap(pr, min(days), max(days))
    inside = tuple(row for day, row in sorted(_days(messages, MARKETING)) if start <= day <= end)
    facts: Facts = {
        "start": start,
        "end": end,
        "days": length,
        "max_gap_days": thresholds.max_gap_days,
        "n_marketing": len(inside),
    }
    good = length <= thresholds.max_gap_days
    return Check("pr_gap", "good" if good else "long", facts, () if good else inside)


def after_crisis(messages: Sequence[Judged], thresholds: Advice) -> Check:
    """Find marketing in the days after a crisis message, of the same group before others.

    On the day itself only what comes later in the file counts; a file that runs from the last day
    to the first is read upwards.
    """
    dated = [m for m in messages if m.day is not None]
    crises = [m for m in dated if m.crisis]
    facts: Facts = {"n_crises": len(crises), "crisis_days": thresholds.crisis_days}
    if not crises:
        return Check("after_crisis", "unknown", facts)
    downwards = -1 if _day(dated[0]) > _day(dated[-1]) else 1
    pairs = list(_too_soon(dated, timedelta(days=thresholds.crisis_days), downwards))
    same = [pair for pair in pairs if pair[0].group == pair[1].group]
    pairs = same or pairs
    facts["n_marketing"] = len({push.row for _, push in pairs})
    if not pairs:
        return Check("after_crisis", "good", facts)
    shown = {(_day(m), downwards * m.row, m.row) for pair in pairs for m in pair}
    rows = tuple(row for _, _, row in sorted(shown))
    return Check("after_crisis", "too_soon" if same else "across", facts, rows)


def _too_soon(
    dated: Sequence[Judged], wait: timedelta, downwards: int
) -> Iterator[tuple[Judged, Judged]]:
    """Yield the last crisis message before each marketing message that came too soon."""

    def when(message: Judged) -> tuple[date, int]:
        return _day(message), downwards * message.row

    crises = sorted((m for m in dated if m.crisis), key=when)
    of_group: dict[str, list[Judged]] = {}
    for crisis in crises:
        of_group.setdefault(crisis.group, []).append(crisis)
    for push in (m for m in dated if m.said == MARKETING and m.firm and not m.crisis):
        for found in (of_group.get(push.group, []), crises):
            before = bisect_left(found, when(push), key=when)
            if before and _day(push) - _day(found[before - 1]) <= wait:
                yield found[before - 1], push
                break


def aspects(messages: Sequence[Judged], thresholds: Advice) -> Check:
    """Find aspects that lead no message."""
    said, aspect = [m.said for m in messages], [m.aspect for m in messages]
    table = aspect_table(by_value([""] * len(said), said), said, aspect)
    if not table.any():
        return Check("aspects", "unknown")
    missing = tuple(a for a, n in zip(Aspect, table.sum(axis=1), strict=True) if not n)
    return Check("aspects", "missing" if missing else "good", {"missing": missing})


def _days(messages: Sequence[Judged], side: int) -> list[tuple[date, int]]:
    """Return day and row of each dated firm message of a side."""
    return [(m.day, m.row) for m in messages if m.day is not None and m.said == side and m.firm]


def _day(message: Judged) -> date:
    assert message.day is not None
    return message.day
