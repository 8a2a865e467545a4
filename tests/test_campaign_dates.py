"""Dates as people write them; the order of day and month is decided once for a column."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prmktml.campaign.dates import DateFault, Order, read_dates

DAY = date(2026, 3, 25)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-25",
        "2026/3/25",
        "2026.03.25 14:05",
        "2026-03-25T08:00:00Z",
        "20260325",
        "25/3/2026",
        "25-03-26",
        "25.3.2026 9:05 pm",
        "3/25/2026",
        "25 Mar 2026",
        "25-March-26",
        "25 مارس 2026",
        "٢٥/٣/٢٠٢٦",
        "٢٥ مارس ٢٠٢٦",
        "۲۰۲۶-۰۳-۲۵",
        "\u200f25/3/2026\u200e ",
        "25\u060d3\u060d2026",
        "46106",
        "46106.75",
        46106,
        46106.5,
        DAY,
        datetime(2026, 3, 25, 23, 59),
    ],
    ids=repr,
)
def test_one_day_in_many_forms(cell):
    assert read_dates([cell]).days == (DAY,)


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (None, DateFault.EMPTY),
        ("  \u200f", DateFault.EMPTY),
        ("soon", DateFault.FORM),
        ("25 Brumaire 2026", DateFault.FORM),
        ("25/3", DateFault.FORM),
        ("2026", DateFault.FORM),
        (True, DateFault.FORM),
        (float("nan"), DateFault.FORM),
        ("99999", DateFault.FORM),
        ("31/2/2026", DateFault.NO_SUCH_DAY),
        ("2026-13-01", DateFault.NO_SUCH_DAY),
        ("12/9/1447", DateFault.YEAR),
        (date(1026, 1, 1), DateFault.YEAR),
    ],
    ids=repr,
)
def test_what_is_no_date_has_a_fault_and_is_kept(cell, fault):
    found = read_dates([cell, "2026-03-25"])
    assert found.days == (None, DAY)
    assert found.faults == (fault, None)


@pytest.mark.parametrize(
    ("cells", "told", "order", "day_first"),
    [
        (["3/4/2026", "25/4/2026"], None, Order.SEEN, True),
        (["3/4/2026", "4/25/2026"], None, Order.SEEN, False),
        (["3/4/2026", "4/25/2026", "4/26/2026", "27/4/2026"], None, Order.SEEN, False),
        (["3/4/2026", "5/6/2026"], None, Order.ASSUMED, True),
        (["3/4/2026", "25/4/2026"], False, Order.TOLD, False),
        (["2026-04-03", "soon"], None, Order.NOT_NEEDED, True),
    ],
)
def test_the_order_is_decided_once(cells, told, order, day_first):
    found = read_dates(cells, told)
    assert (found.order, found.day_first) == (order, day_first)
    first = date(2026, 4, 3) if day_first else date(2026, 3, 4)
    assert found.days[0] == first


def test_what_contradicts_the_order_is_no_date():
    found = read_dates(["25/4/2026", "26/4/2026", "4/27/2026"])
    assert found.faults == (None, None, DateFault.NO_SUCH_DAY)


@given(st.lists(st.dates(date(1950, 1, 1), date(2099, 12, 31)), min_size=1))
def test_iso_dates_come_back_and_no_cell_is_lost(days):
    assert list(read_dates([day.isoformat() for day in days]).days) == days


@given(st.lists(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans())))
def test_every_cell_has_a_day_or_a_fault(cells):
    found = read_dates(cells)
    assert len(found.days) == len(found.faults) == len(cells)
    pairs = zip(found.days, found.faults, strict=True)
    assert all((day is None) != (fault is None) for day, fault in pairs)


@given(st.lists(st.dates(date(1999, 1, 1), date(2060, 1, 1)), min_size=1), st.booleans())
def test_an_order_that_is_told_is_kept(days, day_first):
    form = "%d/%m/%Y" if day_first else "%m/%d/%Y"
    assert list(read_dates([day.strftime(form) for day in days], day_first).days) == days
