"""The page in a real browser: with a keyboard alone, for screen readers, on a phone, both ways."""

import csv
import io
import math
import re
import shutil
import threading
from pathlib import Path

import pytest

from prmktml import serve
from prmktml.web import create_app
from prmktml.web.phrases import PHRASES

pytestmark = pytest.mark.long

CALENDAR = Path(__file__).parents[1] / "data" / "examples" / "calendar.csv"
OFFER = "🔥🔥 خصم ٣٠٪ لحد الخميس، اطلب من التطبيق"
THANKS = "Thank you to every nurse who stayed with us"
PHONE = {"width": 360, "height": 740}
DROP = """([name, content]) => {
    const data = new DataTransfer();
    data.items.add(new File([content], name, {type: "text/csv"}));
    for (const kind of ["dragenter", "dragover", "drop"]) {
        const options = {dataTransfer: data, bubbles: true, cancelable: true};
        document.getElementById("drop").dispatchEvent(new DragEvent(kind, options));
    }
}"""


@pytest.fixture(scope="module")
def address(model):
    with serve.listening("127.0.0.1", 0) as door:
        server = serve.server(create_app(model))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("needs chromium; install it, for example with: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, address):
    """Return a function that opens a page; at the end no page has broken a rule of its own."""
    contexts, complaints, asked = [], [], []

    def go(path, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        context.on("console", lambda message: complaints.append(message.text))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(address + path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert [text for text in complaints if "status of 4" not in text] == []
    assert all(url.startswith((address, "data:", "blob:")) for url in asked)


def judge(page, text):
    page.fill("#text", text)
    page.click("button.main >> nth=0")
    page.wait_for_selector("#result:not([hidden])")


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_message_is_judged_and_explained(visit, model, lang):
    page, say = visit(f"/{lang}"), PHRASES[lang]["script"]
    for text in (OFFER, THANKS):
        judge(page, text)
        found, explained = model.predict(text), model.explain(text)
        assert say["labels"][found.label] in page.inner_text("#label")
        assert page.inner_text("#verdict") == say["verdicts"][found.verdict]
        assert f"{math.floor(100 * found.confidence)}%" in page.inner_text("#sure-text")
        assert page.inner_text("#highlighted") == text
        marked = page.locator("#highlighted mark").all_inner_texts()
        strong = [span.text for span in explained.spans if abs(span.contribution) >= 0.25]
        assert marked == strong
        bars = page.locator("#aspects meter").evaluate_all("bars => bars.map(bar => bar.value)")
        assert bars == pytest.approx(list(found.aspects.values()))
        assert page.locator("#flipped").is_visible() == (explained.flip is not None)
        if explained.flip:
            removed = page.locator("#removed del").all_inner_texts()
            assert removed == [span.text for span in explained.flip.spans]
            assert page.inner_text("#left") == explained.flip.prediction.text


def test_the_flipped_text_can_be_tried(visit, model):
    page = visit("/en")
    flip = model.explain(OFFER).flip
    judge(page, OFFER)
    page.click("#try")
    page.wait_for_function(
        "left => document.getElementById('text').value === left", arg=flip.prediction.text
    )
    label = PHRASES["en"]["script"]["labels"][flip.prediction.label]
    page.wait_for_function(
        "label => document.getElementById('label').textContent.includes(label)", arg=label
    )


@pytest.mark.parametrize(
    "text", ["", "   ", "؟!", "a" * 6000, "Где мой заказ?", "<img src=x onerror=alert(1)>"]
)
def test_odd_messages_are_answered_in_words(visit, text):
    page = visit("/en")
    page.fill("#text", text)
    page.click("button.main >> nth=0")
    page.wait_for_function(
        "() => !document.getElementById('result').hidden"
        " || document.getElementById('status').classList.contains('bad')"
    )
    assert page.locator("#highlighted img").count() == 0


def test_a_link_brings_the_text_and_sends_it_in_no_address(visit, address):
    page = visit("/ar")
    urls = []
    page.fill("#text", OFFER)
    page.click("#share")
    page.wait_for_function("() => location.hash.startsWith('#t=')")
    link = page.url.removeprefix(address)
    other = visit("/")
    other.on("request", lambda request: urls.append(request.url))
    other.goto(address + link)
    other.wait_for_selector("#result:not([hidden])")
    assert other.input_value("#text") == OFFER
    assert urls
    assert not any("t=" in url.partition("#")[0] for url in urls)


@pytest.mark.parametrize("fragment", ["#t=%%%", "#t=_w", "#t=", "#elsewhere"])
def test_a_broken_link_is_an_empty_page(visit, fragment):
    page = visit(f"/en{fragment}")
    assert page.input_value("#text") == ""
    assert page.locator("#result").is_hidden()


def test_changing_the_language_takes_the_text_along(visit):
    page = visit("/en")
    page.fill("#text", THANKS)
    page.click("#other-language")
    page.wait_for_selector("#result:not([hidden])")
    assert page.get_attribute("html", "dir") == "rtl"
    assert page.input_value("#text") == THANKS


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_everything_works_with_a_keyboard_alone(visit, lang):
    page, press = visit(f"/{lang}"), None
    press = page.keyboard.press
    press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    press("Enter")
    press("Tab")
    if page.evaluate("document.activeElement.id") != "text":
        page.focus("#text")
    page.keyboard.insert_text(OFFER)
    press("Control+Enter")
    page.wait_for_selector("#result:not([hidden])")
    assert page.evaluate("document.activeElement.id") == "result"
    reached = []
    for _ in range(40):
        press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        if reached[-1] == "BODY":
            break
    assert {"file", "SUMMARY"} <= set(reached)
    page.focus("#share")
    press("Enter")
    page.wait_for_function("() => location.hash.startsWith('#t=')")
    press("Tab")
    press("Enter")
    assert page.input_value("#text") == ""
    assert page.evaluate("document.activeElement.id") == "text"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_screen_readers_find_nothing_wrong(visit, lang, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = visit(f"/{lang}", color_scheme=scheme, viewport=PHONE, bypass_csp=True)
    for step in ("start", "result", "refused", "file"):
        if step == "result":
            judge(page, OFFER)
        if step == "refused":
            page.set_input_files(
                "#file", {"name": "a.csv", "mimeType": "", "buffer": b"x,y\n1,2\n"}
            )
            page.wait_for_selector("#file-status.bad")
        if step == "file":
            page.set_input_files("#file", CALENDAR)
            page.wait_for_selector("#judged:not([hidden])")
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_phone_needs_no_sideways_scrolling(visit, lang):
    page = visit(f"/{lang}", viewport=PHONE)
    judge(page, "word" * 100 + " " + OFFER)
    page.set_input_files("#file", CALENDAR)
    page.wait_for_selector("#judged:not([hidden])")
    page.click("summary")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


REFUSED = [
    ("posts.csv", b"x,y\n1,2\n", "column", "'x', 'y'"),
    ("posts.pdf", b"%PDF-1.7", "415", ".csv, .tsv, .xlsx"),
    ("posts.csv", b"", "422", "is empty"),
    ("posts.csv", b"text\n" + b"a\n" * 20_001, "413", "20,000 rows"),
]


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize(("name", "content", "kind", "detail"), REFUSED)
def test_a_refusal_is_told_in_the_language_of_the_page(visit, lang, name, content, kind, detail):
    page = visit(f"/{lang}")
    page.set_input_files("#file", {"name": name, "mimeType": "", "buffer": content})
    page.wait_for_selector("#file-status.bad")
    told = page.inner_text("#file-status")
    assert told.startswith(PHRASES[lang]["refusals"][kind])
    assert detail in page.inner_text("#file-status [lang=en][dir=ltr]")
    assert page.evaluate("document.getElementById('columns').open") is (kind == "column")


def test_a_dropped_file_is_judged_and_can_be_downloaded(visit, model):
    page = visit("/en")
    content = f'id,text\n1,"{OFFER}"\n2,{THANKS}\n3,=1+1\n'
    page.evaluate(DROP, ["posts.csv", content])
    page.wait_for_selector("#judged:not([hidden])")
    assert "Rows: 3" in page.inner_text("#counts")
    assert page.locator("#rows tr").count() == 3
    with page.expect_download() as download:
        page.click("button[value=csv]")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert [row["prmktml_label"] for row in rows[:2]] == ["marketing", "pr"]
    assert rows[2]["text"] == "'=1+1"
    page.click("#rows button >> nth=1")
    page.wait_for_selector("#result:not([hidden])")
    assert page.input_value("#text") == THANKS


def test_another_column_can_be_named_after_a_refusal(visit):
    page = visit("/en")
    page.evaluate(DROP, ["posts.csv", f"id,body\n1,{THANKS}\n"])
    page.wait_for_selector("#file-status.bad")
    assert "'body'" in page.inner_text("#file-status")
    page.fill("[name=text_column]", "body")
    page.click("#again")
    page.wait_for_selector("#judged:not([hidden])")
    assert "Rows: 1" in page.inner_text("#counts")


def test_what_a_file_holds_is_text_on_the_page(visit):
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    page = visit("/en")
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    before = page.locator("img, script").count()
    page.evaluate(DROP, [f"{evil}.csv".replace("/", ""), f"{evil},text\n1,{evil}\n"])
    page.wait_for_selector("#judged:not([hidden])")
    assert evil in page.inner_text("#rows")
    page.evaluate(DROP, [f"{evil}.csv".replace("/", ""), f"{evil},b\n1,2\n"])
    page.wait_for_selector("#file-status.bad")
    assert evil in page.inner_text("#file-status")
    page.fill("#text", evil)
    page.click("button.main >> nth=0")
    page.wait_for_selector("#result:not([hidden])")
    assert page.inner_text("#highlighted") == evil
    assert page.locator("img, script").count() == before


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_report_opens_beside_the_page(visit, lang):
    page = visit(f"/{lang}", viewport=PHONE)
    page.set_input_files("#file", CALENDAR)
    page.wait_for_selector("#judged:not([hidden])")
    with page.context.expect_page() as opened:
        page.click("[formaction='/v1/report']")
    report = opened.value
    report.wait_for_load_state()
    assert report.get_attribute("html", "lang").strip("'\"") == lang
    assert re.search(r"calendar\.csv", report.content())
    assert page.locator("#judged").is_visible()


def test_a_report_that_fails_says_why_in_a_page(visit):
    page = visit("/ar", locale="ar-EG")
    page.set_input_files("#file", CALENDAR)
    page.wait_for_selector("#judged:not([hidden])")
    page.click("summary")
    page.fill("[name=date_column]", "يوم")
    with page.context.expect_page() as opened:
        page.click("[formaction='/v1/report']")
    opened.value.wait_for_load_state()
    assert PHRASES["ar"]["page"]["problem"] in opened.value.inner_text("h1")
    assert "يوم" in opened.value.inner_text(".notice")
