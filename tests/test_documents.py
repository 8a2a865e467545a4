"""What the documents show is what happens."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BOTH = pytest.mark.parametrize("name", ["README.md", "README.ar.md"])


@BOTH
def test_the_python_examples_of_the_readme_run(name):
    found = doctest.testfile(str(ROOT / name), module_relative=False)
    assert found.attempted >= 4
    assert found.failed == 0


@BOTH
def test_the_borderline_examples_have_the_labels_that_the_readme_gives(name, model):
    text = (ROOT / name).read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (pr|marketing|other)\b.*\|$", text, re.MULTILINE)
    assert len(rows) >= 6
    for text, label in rows:
        found = model.predict(text)
        said = max(found.probabilities, key=found.probabilities.get)
        assert said == label, text


@BOTH
def test_the_figures_of_the_readme_are_those_of_the_models_card(name):
    block = (ROOT / name).read_text(encoding="utf-8").split("<!-- scores -->")[1]
    card = (ROOT / "models" / "README.md").read_text(encoding="utf-8")
    figures = re.findall(
        r"0\.\d{3}(?: \[0\.\d{3}, 0\.\d{3}\])?", block.split("<!-- /scores -->")[0]
    )
    assert len(figures) >= 12
    assert [figure for figure in figures if figure not in card] == []


def test_there_are_exactly_two_set_up_commands():
    block = README.split("<!-- set-up -->")[1].split("```")[1]
    commands = [line for line in block.splitlines()[1:] if line]
    assert len(commands) == 2
    assert "prmktml.predict" in commands[0]
    assert "pytest" in commands[1]


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "docs/architecture.md",
        "docs/model-format.md",
    ],
)
def test_every_file_that_a_document_names_exists(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(
        r"`((?:data|docs|models|scripts|src|tests|benchmarks|notebooks)/[\w./-]*)`", text
    )
    assert [path for path in named if not (ROOT / path).exists()] == []
