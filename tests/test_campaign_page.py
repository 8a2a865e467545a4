"""The page: whole by itself, both languages, nothing of the user's can act in it."""

import html.parser
import json
import re
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from string import Formatter

import pytest

from prmktml.campaign import analyze, read_calendar, to_html
from prmktml.campaign.phrases import Voice, phrases
from prmktml.errors import UsageError
from prmktml.resources import find

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(2)></style>{{ 7*7 }}' \u202e&lt;"


class Elements(html.parser.HTMLParser):
    """Names of all elements, and names of their attributes."""

    def __init__(self, page):
        super().__init__()
        self.names, self.attributes, self.text = [], set(), ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def campaign(model):
    path = find("data/examples/calendar.csv")
    columns = {"date_column": "date", "channel_column": "channel", "group_column": "brand"}
    return analyze(read_calendar(path, **columns), model)


@pytest.fixture(scope="module")
def page(campaign):
    return to_html(campaign)


def test_it_loads_nothing_and_runs_nothing(page):
    found = Elements(page)
    assert not set(found.names) & {"script", "img", "link", "iframe", "object", "base", "form"}
    assert not {name for name in found.attributes if name.startswith("on")}
    assert not found.attributes & {"src", "href", "xlink:href", "action"}
    addresses = set(re.findall(r"https?://[^\s\"'<>]+", page))
    assert addresses == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_both_languages_are_in_it_and_one_is_shown(campaign, page):
    assert '<article lang="en" dir="ltr"' in page
    assert '<article lang="ar" dir="rtl"' in page
    assert re.search(r'id="show-en"[^>]*checked', page)
    arabic = to_html(campaign, "ar")
    assert arabic.count('<!doctype html>\n<html lang="ar" dir="rtl">') == 1
    assert re.search(r'id="show-ar"[^>]*checked', arabic)
    assert "تقرير الحملة" in page
    assert len(set(re.findall(r' id="([^"]+)"', page))) == page.count(' id="')


def test_the_numbers_are_those_of_the_analysis(campaign, page):
    text = Elements(page).text
    counts = campaign.counts
    assert f"{counts.pr} PR and {counts.marketing} marketing messages" in text
    assert f"of {counts.total} judged" in text
    assert f"{campaign.adjusted.pr[0]:.0%} of PR and marketing together" in text
    assert campaign.model in text


def test_each_chart_is_well_formed_and_labelled(page):
    charts = re.findall(r'<div class="chart" role="img" aria-label="[^"]+".*?(<svg.*?</svg>)', page)
    assert len(charts) == 10
    for chart in charts:
        root = ET.fromstring(chart)
        assert float(root.get("width")) > 200
    assert "30 Aug" in charts[0]
    assert "30 أغسطس" in charts[5]


def test_what_users_write_is_text(tmp_path, model):
    path = tmp_path / "a<b>&'\".jsonl"
    row = {EVIL: "2026-03-01", "text": f"خصم {EVIL}", "c" + EVIL: EVIL, "g": EVIL}
    undated = row | {EVIL: EVIL, "text": "Thank you \ud800 all <script>alert(3)</script>"}
    broken = f'{{"text": "{"<script>alert(4)</script>"}", '
    lines = [json.dumps(row), json.dumps(undated), broken]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    calendar = read_calendar(
        path, date_column=EVIL, channel_column="c" + EVIL, group_column="g", crisis_column="g"
    )
    page = to_html(analyze(calendar, model))
    page.encode("utf-8")
    found = Elements(page)
    assert not set(found.names) & {"script", "img", "b>"}
    assert not {name for name in found.attributes if name.startswith("on")}
    assert found.names.count("style") == 1
    assert found.text.count("<script>alert(1)</script>") > 6
    assert "{{ 7*7 }}" in found.text
    assert "alert(3)" in found.text
    assert "alert(4)" in found.text
    assert "a<b>&'\".jsonl" in found.text


def test_without_dates_it_says_so_in_both_languages(model):
    calendar = read_calendar(find("data/examples/calendar.csv"), date_column=None)
    page = to_html(analyze(calendar, model))
    assert "No date column was named" in page
    assert "لم يُذكر عمود للتواريخ" in page
    assert "The mix over time" not in page


def test_it_says_why_the_mix_is_not_corrected(campaign):
    page = to_html(replace(campaign, adjusted=None, unadjusted="no_confusion"))
    assert "does not say how often it errs" in page
    assert "لا يذكر كم يخطئ" in page


def test_rows_without_a_date_are_listed_with_the_order_that_was_found(tmp_path, model):
    path = tmp_path / "plan.csv"
    rows = ["3/4/2026,Thank you all", "31/2/2026,Sale today", "12/9/1447,شكرا", ",Buy now"]
    path.write_text("\n".join(["date,text", *rows]), encoding="utf-8")
    text = Elements(to_html(analyze(read_calendar(path, date_column="date"), model))).text
    for told in ("31/2/2026", "there is no such day", "12/9/1447", "the cell is empty"):
        assert told in text
    assert "both ways; they were read day first" in text


def test_an_empty_calendar_of_blank_messages_is_a_page_too(tmp_path, model):
    path = tmp_path / "plan.csv"
    path.write_text('date,text\n2026-03-01," "\n', encoding="utf-8")
    text = Elements(to_html(analyze(read_calendar(path, date_column="date"), model))).text
    assert "there is no message to judge" in text


def test_every_phrase_has_both_languages_and_the_same_names():
    for key, words in phrases().items():
        names = [{name for _, name, _, _ in Formatter().parse(words[x]) if name} for x in words]
        assert words["en"].strip(), key
        assert words["ar"].strip(), key
        assert names[0] == names[1], key


def test_names_are_kept_apart_from_the_sentence():
    assert Voice("ar")("page.file", name="plan.csv") == "الملف: \u2068plan.csv\u2069"


def test_a_language_that_is_none(campaign):
    with pytest.raises(UsageError, match="found 'fr'; allowed are en, ar"):
        to_html(campaign, "fr")


@pytest.mark.parametrize("package", ["altair", "vl_convert", "jinja2"])
def test_a_missing_extra_is_named(campaign, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=r'pip install "prmktml\[report\]"'):
        to_html(campaign)
