"""Take the pictures in ``docs/images/`` anew, from ``data/examples/``.

``uv run python scripts/screenshots.py [NAME …]`` takes all, or those named; it needs Chromium
(``playwright install chromium``, or ``CHROMIUM=/usr/bin/chromium``).
"""

import csv
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Final

from playwright.sync_api import Page, sync_playwright

ROOT: Final = Path(__file__).parents[1]
IMAGES: Final = ROOT / "docs" / "images"
SIZE: Final = {"width": 920, "height": 1500}


def report(page: Page, lang: str) -> None:
    """Show the report on the example calendar in one language."""
    from prmktml.report import main

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.html")
        args = ["--date-column", "date", "--channel-column", "channel", "--lang", lang]
        main([str(ROOT / "data/examples/calendar.csv"), *args, "-o", str(path)])
        page.goto(path.as_uri())


@cache
def address() -> str:
    """Serve the page until the script ends, and return where."""
    import prmktml
    from prmktml import serve
    from prmktml.web import create_app

    door = serve.listening("127.0.0.1", 0)
    server = serve.server(create_app(prmktml.load()))
    Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True).start()
    return f"http://127.0.0.1:{door.getsockname()[1]}"


def message(page: Page, lang: str, begin: str) -> None:
    """Show what the page says of the example message that begins so."""
    rows = []
    for name in ("calendar.csv", "retrain.csv"):
        with (ROOT / "data/examples" / name).open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    text = next(row["text"] for row in rows if row["text"].startswith(begin))
    page.goto(f"{address()}/{lang}")
    page.fill("#text", text)
    page.click("#message .main")
    page.wait_for_selector("#result:not([hidden])")
    _cut_after(page, "#result")


def table(page: Page, lang: str) -> None:
    """Show the example calendar, judged row by row, on a phone."""
    page.set_viewport_size({"width": 420, "height": 900})
    page.goto(f"{address()}/{lang}")
    page.set_input_files("#file", ROOT / "data/examples/calendar.csv")
    page.wait_for_selector("#judged:not([hidden])")
    page.locator("#message").evaluate("form => form.hidden = true")
    _cut_after(page, "#file-form")


def _cut_after(page: Page, selector: str) -> None:
    """Let the picture end where a part of the page does."""
    bottom = page.locator(selector).evaluate(
        "part => { scrollTo(0, 0); return part.getBoundingClientRect().bottom; }"
    )
    width = page.evaluate("innerWidth")
    page.set_viewport_size({"width": width, "height": int(bottom) + 24})
    page.evaluate("document.activeElement.blur()")


PICTURES: Final[dict[str, Callable[[Page], None]]] = {
    "report-en": lambda page: report(page, "en"),
    "report-ar": lambda page: report(page, "ar"),
    "page-en": lambda page: message(page, "en", "Laboratory tests on 40"),
    "page-ar": lambda page: message(page, "ar", "استلمت الدفعة الثالثة"),
    "mixed-en": lambda page: message(page, "en", "Safe seas to all our fishermen"),
    "mixed-ar": lambda page: message(page, "ar", "كوب سحلب تشتريه"),
    "table-en": lambda page: table(page, "en"),
    "table-ar": lambda page: table(page, "ar"),
}
"""What each picture shows: a function that brings a page to it."""


def main() -> None:
    """Take the pictures."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"))
        for name in sys.argv[1:] or PICTURES:
            page = browser.new_page(viewport=SIZE)
            PICTURES[name](page)
            page.screenshot(path=IMAGES / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
