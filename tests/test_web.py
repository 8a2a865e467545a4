"""The page and the API: what they answer is what the library answers, and nothing is kept."""

import asyncio
import csv
import io
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import openpyxl
import pytest

from prmktml.web import create_app
from prmktml.web.files import SHOWN_ROWS
from prmktml.web.limits import LONGEST_TEXT, Limits
from prmktml.web.page import assets
from prmktml.web.phrases import PHRASES
from prmktml.web.schemas import LONGEST_EXPLAINED, MOST_EXPLAINED, MOST_TEXTS

ROOT = Path(__file__).parents[1]
CALENDAR = ROOT / "data" / "examples" / "calendar.csv"
TEXTS = [
    "خَصْم ٣٠٪ لحد الخميس 🔥",
    "Thank you to every nurse who stayed",
    "",
    "🔥👨‍👩‍👧 Because family matters, 30% off all strollers",
    "Где мой заказ?",
    "a\u0000b\u2028c",
    "half an emoji \ud83d",
]


@pytest.fixture(scope="module")
def app(model):
    return create_app(model)


def call(app, method, path, **options):
    """Ask the application once, without a network."""

    async def ask():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **options)

    return asyncio.run(ask())


def post_json(app, path, asked):
    """Send JSON in ASCII, which can hold half an emoji, too."""
    headers = {"content-type": "application/json"}
    return call(app, "POST", path, content=json.dumps(asked).encode(), headers=headers)


def post_file(app, path, name, content, **fields):
    return call(app, "POST", path, files={"file": (name, content)}, data=fields)


def workbook(rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


# ---- messages


def test_predictions_are_those_of_the_library(app, model):
    answer = post_json(app, "/v1/predict", {"texts": TEXTS})
    assert answer.status_code == 200
    assert answer.json() == {"predictions": [p.to_dict() for p in model.predict(TEXTS)]}


def test_a_wanted_confidence_is_respected(app, model):
    asked = {"texts": TEXTS, "min_confidence": 1}
    found = post_json(app, "/v1/predict", asked).json()["predictions"]
    assert found == [p.to_dict() for p in model.predict(TEXTS, 1.0)]
    assert "low_confidence" in {reason for p in found for reason in p["reasons"]}


@pytest.mark.parametrize("lang", ["ar", "en", None])
def test_explanations_are_those_of_the_library(app, model, lang):
    answer = post_json(app, "/v1/explain", {"texts": TEXTS, "lang": lang})
    said = model.predict(TEXTS)  # alone, the last digit of a sum may be another
    expected = [p.to_dict() | model.explain(p.text).to_dict(lang) for p in said]
    assert answer.json() == {"predictions": json.loads(json.dumps(expected))}


def test_offsets_count_code_points(app):
    text = "🔥🔥 خصم"
    found = post_json(app, "/v1/explain", {"texts": [text]}).json()["predictions"][0]
    word = found["explanation"][-1]
    assert (word["start"], word["end"], word["text"]) == (3, 6, "خصم")


@pytest.mark.parametrize(
    ("path", "asked", "said"),
    [
        ("predict", {"texts": ["a"] * (MOST_TEXTS + 1)}, f"texts: .* at most {MOST_TEXTS} items"),
        ("explain", {"texts": ["a"] * (MOST_EXPLAINED + 1)}, f"at most {MOST_EXPLAINED} items"),
        (
            "explain",
            {"texts": ["a" * (LONGEST_EXPLAINED + 1)]},
            f"texts.0: .*{LONGEST_EXPLAINED:,}",
        ),
        ("predict", {"texts": "a"}, "texts: .*list"),
        ("predict", {"texts": ["a", 1]}, "texts.1: .*string"),
        ("predict", {"texts": [None]}, "texts.0: .*string"),
        ("predict", {}, "texts: Field required"),
        ("predict", {"texts": [], "min_confidence": 0.4}, "min_confidence: .*0.5"),
        ("predict", {"texts": [], "min_confidence": "0.9"}, "min_confidence: .*number"),
        ("predict", {"texts": [], "text": "a"}, "text: Extra"),
        ("explain", {"texts": [], "lang": "fr"}, "lang: .*'ar' or 'en'"),
    ],
)
def test_what_is_not_as_described_is_named(app, path, asked, said):
    answer = post_json(app, f"/v1/{path}", asked)
    assert answer.status_code == 422
    assert re.search(said, answer.json()["detail"])


# ---- files


def test_the_table_counts_all_rows_and_shows_the_first(app, model):
    texts = [TEXTS[i % 2] for i in range(SHOWN_ROWS + 10)]
    content = "text\n" + "\n".join(texts) + "\n"
    found = post_file(app, "/v1/table", "posts.csv", content).json()
    assert found["n_rows"] == SHOWN_ROWS + 10
    assert found["labels"] == {"pr": SHOWN_ROWS // 2 + 5, "marketing": SHOWN_ROWS // 2 + 5}
    assert [row["row"] for row in found["rows"]] == list(range(2, SHOWN_ROWS + 2))
    expected = [prediction.to_dict() for prediction in model.predict(texts[:2])]
    assert [row["prediction"] for row in found["rows"][:2]] == expected


def test_the_downloaded_csv_is_that_of_the_command(app, tmp_path):
    answer = post_file(app, "/v1/table", CALENDAR.name, CALENDAR.read_bytes(), format="csv")
    out = tmp_path / "labelled.csv"
    command = [sys.executable, "-m", "prmktml.predict", "-i", CALENDAR, "--excel", "-o", out]
    subprocess.run(list(map(str, command)), check=True)
    assert answer.content == out.read_bytes()
    assert answer.headers["content-disposition"] == 'attachment; filename="labelled.csv"'


def test_a_downloaded_csv_runs_nothing(app):
    content = 'note,text\n"=HYPERLINK(""http://a.example"")",@SUM(A1) thank you\n'
    answer = post_file(app, "/v1/table", "posts.csv", content, format="csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][:2] == ['\'=HYPERLINK("http://a.example")', "'@SUM(A1) thank you"]


def test_a_workbook_is_read(app, model):
    content = workbook([["id", "text"], [1, TEXTS[0]], [2, TEXTS[1]]])
    found = post_file(app, "/v1/table", "posts.xlsx", content).json()
    expected = [prediction.to_dict() for prediction in model.predict(TEXTS[:2])]
    assert [row["prediction"] for row in found["rows"]] == expected


def test_a_row_that_cannot_be_read_is_kept_and_named(app):
    content = "id,text\n1,شكرا لكم\n2,".encode() + b"\xff\xfe\xfa\n3,a,b,c\n"
    found = post_file(app, "/v1/table", "posts.csv", content).json()
    assert (found["n_rows"], found["n_unreadable"]) == (3, 2)
    assert all(row["problem"].startswith("posts.csv, row ") for row in found["rows"][1:])


@pytest.mark.parametrize(
    ("name", "content", "status", "said"),
    [
        ("posts.csv", b"id,note\n1,a\n", 422, "posts.csv has no column 'text'.*text_column"),
        ("posts.csv", b"", 422, "posts.csv is empty"),
        ("posts.xlsx", b"PK\x03\x04", 422, "posts.xlsx is damaged"),
        ("posts.xlsx", b"id,text\n", 422, "posts.xlsx is damaged"),
        ("posts.pdf", b"%PDF-", 415, "posts.pdf: allowed are .*csv, .tsv, .xlsx"),
        ("posts.csv.gz", b"\x1f\x8b", 415, "posts.csv.gz: allowed are"),
        ("../../etc/passwd", b"", 415, "^passwd: allowed are"),
        ("posts.csv", b"text" + b",a" * 100 + b"\n", 413, "more than 100 columns"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/table", "/v1/report"])
def test_a_file_that_is_none_is_refused(app, path, name, content, status, said):
    answer = post_file(app, path, name, content)
    assert answer.status_code == status
    assert re.search(said, answer.json()["detail"])
    assert tempfile.gettempdir() not in answer.text


def test_limits_on_rows_characters_and_time_are_named(model):
    content = b"text\n" + b"thank you\n" * 30
    cases = [
        (Limits(rows=20), "more than 20 rows"),
        (Limits(characters=200), "more than 200 characters in its cells"),
        (Limits(work_seconds=0), "more than 0 seconds of work"),
    ]
    for limits, said in cases:
        answer = post_file(create_app(model, limits), "/v1/table", "posts.csv", content)
        assert (answer.status_code, said in answer.json()["detail"]) == (413, True)


def test_the_report_is_a_page_that_can_do_nothing(app):
    answer = post_file(app, "/v1/report", CALENDAR.name, CALENDAR.read_bytes(), lang="ar")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy
    assert "unsafe" not in policy
    assert tempfile.gettempdir() not in answer.text


def test_the_report_is_that_of_the_library(app, model):
    from prmktml.campaign import analyze, read_calendar, to_html

    columns = {"date_column": "date", "channel_column": "channel"}
    answer = post_file(app, "/v1/report", CALENDAR.name, CALENDAR.read_bytes(), **columns)
    assert answer.text == to_html(analyze(read_calendar(CALENDAR, **columns), model), "en")


def test_a_browser_is_told_in_its_language_why_a_report_fails(app):
    headers = {"accept": "text/html,*/*;q=0.8", "accept-language": "ar-EG,ar;q=0.9"}
    files = {"file": ("<b>.csv", b"id,note\n1,a\n")}
    answer = call(app, "POST", "/v1/report", files=files, headers=headers)
    assert answer.status_code == 422
    assert PHRASES["ar"]["page"]["problem"] in answer.text
    assert PHRASES["ar"]["refusals"]["422"] in answer.text
    assert "&lt;b&gt;.csv" in answer.text


def test_no_file_is_left_behind(app, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name, content in [("a.csv", b"text\nthanks\n"), ("a.csv", b"x,y\n"), ("a.xlsx", b"PK")]:
        for fields in ({}, {"format": "csv"}):
            post_file(app, "/v1/table", name, content, **fields)
    assert list(tmp_path.iterdir()) == []


# ---- the page


def test_the_page_comes_in_the_language_that_is_asked_for(app):
    for path, accepted, lang in [
        ("/", "ar,en;q=0.5", "ar"),
        ("/", "fr", "en"),
        ("/ar", "en", "ar"),
        ("/en", "ar", "en"),
    ]:
        answer = call(app, "GET", path, headers={"accept-language": accepted})
        assert answer.headers["content-language"] == lang
        assert f'<html lang="{lang}"' in answer.text


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_page_asks_no_other_host_and_has_nothing_inline(app, lang):
    html = call(app, "GET", f"/{lang}").text
    links = re.findall(r'(?:src|href|action)="([^"]*)"', html)
    assert links
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in links)
    assert "style=" not in html
    assert not re.search(r"\son\w+=", html)
    scripts = re.findall(r"<script ([^>]*)>", html)
    assert [s.startswith(('type="application/json"', 'type="module" src=')) for s in scripts] == [
        True,
        True,
    ]


def test_the_assets_name_no_other_host(app):
    for asset in assets().values():
        answer = call(app, "GET", asset.path)
        assert answer.content == asset.body
        text = answer.text.replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(", text)


def test_both_languages_say_the_same_things():
    def shape(said):
        if isinstance(said, dict):
            return {key: shape(value) for key, value in said.items()}
        if isinstance(said, list):
            return len(said)
        return sorted(re.findall(r"\{\w+\}", said)) if isinstance(said, str) else None

    assert shape(PHRASES["en"]) == shape(PHRASES["ar"])


def test_the_page_has_a_word_for_every_code():
    from prmktml.codebook import Aspect, Label, Reason, Verdict

    for said in (PHRASES["en"]["script"], PHRASES["ar"]["script"]):
        assert list(said["labels"]) == list(Label)
        assert list(said["verdicts"]) == list(said["meaning"]) == list(Verdict)
        assert list(said["reasons"]) == list(Reason)
        assert list(said["aspects"]) == list(Aspect)


# ---- what all answers share


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/healthz", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs", 404),
        ("GET", "/static/../../etc/passwd", 404),
        ("GET", "/v1/predict", 405),
        ("POST", "/v1/predict", 422),
    ],
)
def test_every_answer_protects_the_browser(app, method, path, status):
    answer = call(app, method, path, headers={"origin": "http://elsewhere.example"})
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_the_description_has_examples_that_work(app):
    described = call(app, "GET", "/openapi.json").json()
    schemas = described["components"]["schemas"]
    for path, name in [("/v1/predict", "PredictRequest"), ("/v1/explain", "ExplainRequest")]:
        for example in schemas[name]["examples"]:
            assert post_json(app, path, example).status_code == 200


def test_health_names_the_model(app, model):
    assert call(app, "GET", "/healthz").json() == {"status": "ok", "model": model.name}


def test_the_document_has_the_limits_as_they_are():
    told = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")
    table = told.partition("## Limits")[2].partition("## ")[0]
    said = [
        int(number.replace(",", "")) for number in re.findall(r"(?m)^\| [^|]+ \| (\d[\d,]*)", table)
    ]
    limits = Limits()
    assert said == [
        limits.json_bytes,
        limits.file_bytes,
        limits.held_bytes,
        limits.requests,
        limits.read_seconds,
        limits.wait_seconds,
        limits.work_seconds,
        limits.rows,
        limits.report_rows,
        limits.columns,
        limits.characters,
        limits.unpacked_bytes,
        MOST_TEXTS,
        LONGEST_TEXT,
        MOST_EXPLAINED,
        LONGEST_EXPLAINED,
    ]
