"""Take the pictures in ``docs/images/`` anew, from ``data/examples/``.

``uv run python scripts/screenshots.py [NAME …]`` takes all, or those named; it needs Chromium
(``playwright install chromium``, or ``CHROMIUM=/usr/bin/chromium``).
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
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


PICTURES: Final[dict[str, Callable[[Page], None]]] = {
    "report-en": lambda page: report(page, "en"),
    "report-ar": lambda page: report(page, "ar"),
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
