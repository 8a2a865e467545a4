"""What many tests share: the bundled model, a small corpus, and no silent skipping in CI."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import prmktml

ROOT = Path(__file__).parents[1]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """With CI set, a test that could not run has failed."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"


@pytest.fixture(scope="session")
def model():
    return prmktml.load()


def sentences(seed: int = 0, n_rows: int = 40) -> list[tuple[str, str, str]]:
    """Rows of text, label, aspects that a child could tell apart; for training only, not data."""
    rng = random.Random(seed)
    words = {
        "pr": ["thanks", "volunteers", "community", "شكرا", "نعتذر", "قيم"],
        "marketing": ["discount", "buy", "shop", "خصم", "اشتر", "عرض"],
        "other": ["score", "weather", "recipe", "مباراة", "طقس", "وصفة"],
    }
    aspects = {"pr": "relationships", "marketing": "offers", "other": ""}
    fill = ["today", "city", "team", "week", "اليوم", "مدينة", "فريق", "river", "blue", "north"]
    rows = []
    for label, cues in words.items():
        for _ in range(n_rows):
            text = " ".join(rng.sample(cues, 2) + rng.sample(fill, 4))
            rows.append((text, label, aspects[label]))
    rng.shuffle(rows)
    return rows


@pytest.fixture
def small_csv(tmp_path):
    """Return a function that writes a labelled csv and returns its path."""

    def write(rows, columns=("text", "label", "aspects"), name="small.csv"):
        path = tmp_path / name
        lines = [",".join(columns)] + [",".join(f'"{cell}"' for cell in row) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def run_command():
    """Return a function that runs a command of the package in a process of its own."""

    def run(*args, stdin=b"", env=None, cwd=None):
        done = subprocess.run(
            [sys.executable, "-m", *map(str, args)],
            input=stdin,
            capture_output=True,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            check=False,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return run
