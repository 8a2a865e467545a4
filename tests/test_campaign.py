"""A calendar from file to findings: a golden one by hand, the example, and rows in = rows out."""

import json
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import prmktml
from prmktml.campaign import Advice, analyze, read_calendar
from prmktml.campaign.advice import Judged, check_calendar
from prmktml.campaign.mix import by_value, longest_gap, timeline
from prmktml.errors import DataError, UsageError
from prmktml.resources import find

from conftest import sentences

GOLDEN = Path(__file__).parent / "golden"
EXAMPLE = find("data/examples/calendar.csv")


@pytest.fixture(scope="module")
def childs_model(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "small.csv"
    rows = ["text,label,aspects", *(",".join(row) for row in sentences())]
    path.write_text("\n".join(rows), encoding="utf-8")
    return prmktml.fit(path)


@pytest.fixture(scope="module")
def example(model):
    calendar = read_calendar(EXAMPLE, date_column="date", channel_column="channel")
    return analyze(calendar, model)


def as_json(value):
    return json.loads(json.dumps(value, default=str))


def test_a_small_calendar_by_hand(childs_model):
    calendar = read_calendar(
        GOLDEN / "campaign.csv", date_column="when", text_column="text", channel_column="where"
    )
    found = analyze(calendar, childs_model)
    expected = json.loads((GOLDEN / "campaign.json").read_text(encoding="utf-8"))
    dates = calendar.dates
    told = {
        "counts": found.counts,
        "order": [dates.order, dates.day_first, dates.n_ordered],
        "faults": [entry.fault for entry in calendar.entries],
        "unit": found.timeline.unit,
        "periods": {part.name: part.counts for part in found.timeline.parts},
        "channels": {part.name: part.counts for part in found.channels},
        "checks": {c.code: [c.outcome, c.facts, c.rows] for c in found.checks},
    }
    del expected["how"]
    assert as_json(told) == expected


def test_of_the_example_the_advice_says_what_happened(example):
    """A recall on 18 October, a forgotten discount on the 20th; the season ends in sales alone."""
    checks = {check.code: check for check in example.checks}
    crisis = checks["after_crisis"]
    cited = [example.calendar.entries[row] for row in crisis.rows]
    assert crisis.outcome == "too_soon"
    assert (cited[0].day, cited[0].channel) == (date(2026, 10, 18), "press")
    assert any(e.day == date(2026, 10, 20) and "٣٠٪" in e.text for e in cited)
    assert checks["both_sides"].status == "good"
    assert checks["pr_gap"].outcome == "long"
    assert checks["pr_gap"].facts["start"] > date(2026, 11, 15)
    assert example.counts.total == len(example.calendar) == 78
    assert example.adjusted.low[0] < example.adjusted.said[0] < example.adjusted.high[0]


cells = st.one_of(
    st.sampled_from(["2026-03-01", "5/3/2026", "13/5/2026", "x", "", "٥/٣/٢٠٢٦", "46106"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=8),
)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(cells, cells, st.sampled_from(["شكرا لكم", "خصم اليوم", ""])), min_size=1)
)
@pytest.mark.long
def test_every_row_is_accounted_for(model, rows):
    lines = [{"d": when, "c": where, "text": text} for when, where, text in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "plan.jsonl")
        path.write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
        calendar = read_calendar(path, date_column="d", channel_column="c", group_column="c")
    found = analyze(calendar, model)
    dated = sum(entry.day is not None for entry in calendar.entries)
    assert found.counts.total == len(calendar) == len(rows)
    assert dated + sum(entry.fault is not None for entry in calendar.entries) == len(rows)
    parts = found.timeline.parts if found.timeline else ()
    assert sum(part.counts.total for part in parts) == dated
    assert sum(part.counts.total for part in found.channels) == len(rows)
    assert found.aspects.sum() == sum(part.counts.sided for part in parts or found.channels)


def test_a_workbook_with_real_dates_a_marked_crisis_and_a_broken_row(tmp_path, model):
    book = openpyxl.Workbook()
    for row in (
        ["day", "text", "crisis"],
        [date(2026, 3, 1), "Thank you to every nurse who stayed with us this winter", None],
        [46083, "Our bakery in Giza is closed today, our team is with the families", "yes"],
        [date(2026, 3, 3), "30% off everything until Thursday, order now", "no"],
        [date(2026, 3, 4), 17, None],
    ):
        book.active.append(row)
    book.save(tmp_path / "plan.xlsx")
    calendar = read_calendar(tmp_path / "plan.xlsx", date_column="day", crisis_column="crisis")
    assert [str(entry.day) for entry in calendar.entries] == [
        f"2026-03-0{day}" for day in (1, 2, 3, 4)
    ]
    assert [entry.crisis for entry in calendar.entries] == [False, True, False, False]
    assert calendar.entries[3].problem.startswith("row 5, column 'text': found 17")
    found = analyze(calendar, model)
    assert found.counts.none == 1
    assert {c.code: c.rows for c in found.checks}["after_crisis"] == (1, 2)


def test_without_dates_the_checks_of_time_say_so(model):
    found = analyze(read_calendar(EXAMPLE, date_column=None), model)
    assert found.timeline is None
    assert found.aspects.shape == (6, 1)
    outcomes = {check.code: check.outcome for check in found.checks}
    assert outcomes["both_sides"] == "good"
    assert {outcomes[c] for c in ("pr_first", "pr_gap", "after_crisis")} == {"unknown"}


def test_a_model_that_does_not_know_its_error_corrects_nothing(model):
    info = {key: value for key, value in model.info.items() if key != "confusion"}
    calendar = read_calendar(EXAMPLE, date_column=None)
    found = analyze(calendar, replace(model, info=info))
    assert (found.adjusted, found.unadjusted) == (None, "no_confusion")


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"date_column": "day"}, UsageError, "no column 'day'; its columns are 'date', 'channel'"),
        ({"date_column": None, "group_column": "x"}, UsageError, "--group-column"),
        ({"date_column": "date", "text_column": "message"}, UsageError, "--text-column"),
    ],
)
def test_columns_that_are_not_there(columns, error, message):
    with pytest.raises(error, match=message):
        read_calendar(EXAMPLE, **columns)


@pytest.mark.parametrize(
    ("content", "column", "error", "message"),
    [
        ("date,text\n", "date", DataError, "holds no rows"),
        ("date,date,text\n1,2,a\n", "date", DataError, "2 columns 'date'.*rename"),
    ],
)
def test_files_that_are_no_calendar(tmp_path, content, column, error, message):
    path = tmp_path / "plan.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error, match=message):
        read_calendar(path, date_column=column)


def test_lines_of_text_have_no_date_column(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text("Thank you\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no columns"):
        read_calendar(path, date_column="date")


@pytest.mark.parametrize(
    "wrong", [{"min_share": 0.6}, {"max_gap_days": -1}, {"crisis_days": -1}, {"min_messages": -1}]
)
def test_thresholds_out_of_range(wrong):
    with pytest.raises(UsageError, match=f"{next(iter(wrong))}: found .*allowed"):
        Advice(**wrong)


FIRST = date(2026, 3, 1)


def judged(plan, groups=None):
    """Make messages of a plan: a letter a day, p PR, m marketing, c crisis, . none, ? unclear."""
    said = {"p": 0, "c": 0, "m": 1, "?": 0}
    days = [(i, sign) for i, sign in enumerate(plan) if sign != "."]
    return [
        Judged(
            row=row,
            day=FIRST + timedelta(days=i),
            group=groups[row] if groups else "",
            said=said[sign],
            aspect=3 if sign == "m" else 0,
            firm=sign != "?",
            crisis=sign == "c",
        )
        for row, (i, sign) in enumerate(days)
    ]


def outcome(plan, code, groups=None, **thresholds):
    checks = check_calendar(judged(plan, groups), Advice(**thresholds))
    return {check.code: check for check in checks}[code]


@pytest.mark.parametrize(
    ("plan", "code", "expected"),
    [
        ("pm", "both_sides", "good"),
        ("pmmmmm", "both_sides", "little_pr"),
        ("mpppppp", "both_sides", "little_marketing"),
        ("pmmmm", "both_sides", "good"),
        ("pm", "pr_first", "good"),
        ("?mp", "pr_first", "late"),
        ("mm", "pr_first", "no_pr"),
        ("pp", "pr_first", "unknown"),
        ("p.......p", "pr_gap", "good"),
        ("p........p", "pr_gap", "long"),
        ("p....?...p", "pr_gap", "long"),
        ("p........m", "pr_gap", "long"),
        ("p", "pr_gap", "unknown"),
        ("pcm", "after_crisis", "too_soon"),
        ("c..m", "after_crisis", "too_soon"),
        ("c...m", "after_crisis", "good"),
        ("mc", "after_crisis", "good"),
        ("pm", "after_crisis", "unknown"),
        ("pm", "aspects", "missing"),
    ],
)
def test_each_check_fires_and_stays_silent(plan, code, expected):
    assert outcome(plan, code).outcome == expected


def test_thresholds_move_the_checks():
    assert outcome("c...m", "after_crisis", crisis_days=4).outcome == "too_soon"
    assert outcome("cm", "after_crisis", crisis_days=0).outcome == "good"
    assert outcome("p.p", "pr_gap", max_gap_days=0).facts["days"] == 1
    assert outcome("pmmmm", "both_sides", min_share=0.3).outcome == "little_pr"


def test_on_the_day_itself_the_order_of_the_file_counts():
    pair = judged("cm")
    same_day = [pair[0], pair[1]._replace(day=FIRST)]
    later = judged("..p")[0]._replace(row=2)
    assert check_calendar([*same_day, later], Advice())[3].outcome == "too_soon"
    upwards = [later._replace(row=0), same_day[0]._replace(row=1), same_day[1]._replace(row=2)]
    assert check_calendar(upwards, Advice())[3].outcome == "good"


def test_a_crisis_of_another_group_is_told_apart():
    assert outcome("cm", "after_crisis", ["a", "b"]).outcome == "across"
    assert outcome("cm", "after_crisis", ["a", "a"]).outcome == "too_soon"


def test_groups_that_fail_by_themselves_are_named():
    groups = ["a"] * 6 + ["b"] * 6 + ["c"] * 2
    found = outcome("pmpmpm" + "mmmmmm" + "mm", "both_sides", groups)
    assert found.groups == ("b",)


@given(st.sets(st.integers(0, 60)), st.integers(0, 60))
def test_the_longest_gap_against_a_slow_reference(marks, last):
    days = [FIRST + timedelta(days=mark) for mark in marks if mark <= last]
    runs, run = [0], 0
    for i in range(last + 1):
        run = 0 if FIRST + timedelta(days=i) in days else run + 1
        runs.append(run)
    start, end, length = longest_gap(days, FIRST, FIRST + timedelta(days=last))
    assert length == max(runs)
    assert (end - start).days + 1 == length


@given(st.lists(st.dates(date(1950, 1, 1), date(2099, 12, 31)), min_size=1, max_size=20))
def test_every_day_falls_into_its_period(days):
    found = timeline(days, [0] * len(days))
    assert found.starts == tuple(sorted(set(found.starts)))
    ends = (*found.starts[1:], date(2101, 1, 1))
    for start, end, part in zip(found.starts, ends, found.parts, strict=True):
        assert all(start <= days[row] < end for row in part.rows)
    assert sum(part.counts.pr for part in found.parts) == len(days)


def test_many_values_are_merged_and_counted():
    values = [f"v{i:02}" for i in range(20)] * 2
    parts = by_value(values, [0] * 40)
    assert len(parts) == 12
    assert (parts[-1].n_merged, parts[-1].counts.total) == (9, 18)
