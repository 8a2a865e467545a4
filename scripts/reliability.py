"""Write the figures of ``docs/reliability.md`` from a run of the tests that the page names.

``uv run python scripts/reliability.py`` runs them all, about a quarter of an hour on two cores;
``--from FILE`` reads the record of a run that was made with
``pytest -m "long or not long" --junitxml FILE -o junit_logging=system-out``. Nothing is written
where a test that the page names failed or did not run.
"""

import argparse
import base64
import datetime
import os
import platform
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "reliability.md"
START, END = "<!-- measured -->", "<!-- end of measured -->"
_NAME: Final = re.compile(r"tests/test_\w+\.py::test_\w+")


@dataclass
class Outcome:
    """What one test came to.

    Attributes
    ----------
    cases, inputs : int
        Sets of parameters, and inputs that Hypothesis made up and that were judged.
    bad : list of str
        Cases that did not pass.
    seconds : float
    said : list of str
        Lines that it printed.
    """

    cases: int = 0
    inputs: int = 0
    bad: list[str] = field(default_factory=list)
    seconds: float = 0.0
    said: list[str] = field(default_factory=list)


def named(page: str) -> list[str]:
    """Return the tests that a page names, each once, in order.

    Examples
    --------
    >>> named("`tests/test_a.py::test_b`, `tests/test_a.py::test_b`")
    ['tests/test_a.py::test_b']
    """
    return list(dict.fromkeys(_NAME.findall(page)))


def outcomes(record: ET.Element) -> dict[str, Outcome]:
    """Gather the cases of a JUnit record by test."""
    found: dict[str, Outcome] = {}
    for case in record.iter("testcase"):
        name = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name', '')}"
        outcome = found.setdefault(name.split("[")[0], Outcome())
        outcome.cases += 1
        outcome.seconds += float(case.get("time", 0))
        if {child.tag for child in case} & {"failure", "error", "skipped"}:
            outcome.bad.append(name)
        lines = (case.findtext("system-out") or "").splitlines()
        outcome.said += [line for line in lines if line and not line.startswith("---")]
    for entry in record.iter("property"):
        test = entry.get("name", "").removeprefix("hypothesis-statistics-").split("[")[0]
        if test in found:
            told = base64.b64decode(entry.get("value", "")).decode()
            found[test].inputs += sum(map(int, re.findall(r"(\d+) passing", told)))
    return found


def block(tests: Iterable[str], found: dict[str, Outcome]) -> str:
    """Lay the figures out in Markdown."""
    lines = [
        f"{datetime.date.today()}, {os.cpu_count()} cores, Python {platform.python_version()}.",
        "",
        "| test | cases | inputs made up | seconds |",
        "|---|---:|---:|---:|",
    ]
    said = []
    for test in tests:
        outcome = found[test]
        inputs = f"{outcome.inputs:,}" if outcome.inputs else ""
        short = test.removeprefix("tests/").replace("_", "\\_")
        lines.append(f"| {short} | {outcome.cases} | {inputs} | {outcome.seconds:.1f} |")
        said += outcome.said
    return "\n".join([*lines, "", "What they print:", "", "```", *said, "```"])


def problems(tests: Iterable[str], found: dict[str, Outcome]) -> list[str]:
    """Say which tests did not run, and which cases did not pass."""
    lines = []
    for test in tests:
        if test not in found:
            lines.append(f"{test} did not run")
        else:
            lines += [f"{case} did not pass" for case in found[test].bad]
    return lines


def run(tests: list[str]) -> ET.Element:
    """Run tests and return their JUnit record."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "record.xml")
        options = ["-q", "-m", "long or not long", "-o", "junit_logging=system-out"]
        command = [sys.executable, "-m", "pytest", *options, f"--junitxml={path}", *tests]
        subprocess.run(command, cwd=ROOT, check=False)
        return ET.parse(path).getroot()


def main() -> int:
    """Write the page's figures; return 1 where a promise was not kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--from", dest="record", metavar="FILE", help="JUnit record of a run")
    record = parser.parse_args().record
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(START)
    tests = named(before)
    found = outcomes(ET.parse(record).getroot() if record else run(tests))
    if wrong := problems(tests, found):
        print(*wrong, sep="\n", file=sys.stderr)
        return 1
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{START}\n{block(tests, found)}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
