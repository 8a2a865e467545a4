"""The page on reliability: each promise names tests that exist, and figures that were measured."""

import ast
import base64
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
RECORD = f"""<testsuites><testsuite>
<properties><property name="hypothesis-statistics-tests/test_a.py::test_b[x]"
value="{base64.b64encode(b"- 30 passing, 0 failing").decode()}"/></properties>
<testcase classname="tests.test_a" name="test_b[x]" time="1.5"/>
<testcase classname="tests.test_a" name="test_b[y]" time="1"><failure/></testcase>
<testcase classname="tests.test_a" name="test_c" time="2">
<system-out>--------- Captured Out ---------

p99 30 ms
</system-out></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    yield __import__("reliability")
    sys.modules.pop("reliability")


def test_every_test_that_the_page_names_exists(script):
    names = script.named(PAGE)
    assert len(names) > 30
    for name in names:
        file, _, function = name.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert function in {node.name for node in ast.walk(tree) if hasattr(node, "name")}, name


def test_every_promise_names_a_test():
    promises = [line for line in PAGE.split("<!-- measured -->")[0].splitlines() if "| `" in line]
    assert len(promises) > 20
    assert [line for line in promises if "::test_" not in line] == []


def test_the_figures_are_those_of_the_named_tests(script):
    before, _, rest = PAGE.partition(script.START)
    rows = [line for line in rest.splitlines() if line.startswith("| test\\_")]
    found = ["tests/" + row.split("|")[1].strip().replace("\\", "") for row in rows]
    assert found == script.named(before)


def test_figures_come_from_the_record(script):
    found = script.outcomes(ET.fromstring(RECORD))
    b, c = "tests/test_a.py::test_b", "tests/test_a.py::test_c"
    assert (found[b].cases, found[b].inputs, found[b].seconds) == (2, 30, 2.5)
    assert "| test\\_a.py::test\\_c | 1 |  | 2.0 |" in script.block([c], found)
    assert found[c].said == ["p99 30 ms"]
    assert script.problems([b, c, "tests/test_a.py::test_d"], found) == [
        "tests/test_a.py::test_b[y] did not pass",
        "tests/test_a.py::test_d did not run",
    ]
