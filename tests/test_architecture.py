"""The house is as docs/architecture.md draws it: imports point down, importing costs nothing."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "prmktml"

LAYERS = [
    ["codebook", "errors", "entities", "links", "numerals"],
    ["resources", "atomic", "normalization"],
    ["tokens"],
    ["lexicon", "entries", "language"],
    ["tables", "features", "decision"],
    ["single"],
    ["model", "records"],
    ["modelfile", "ngrams", "corpus"],
    ["explanation", "labelling"],
    ["processes", "distributed"],
    ["campaign"],
    ["estimators", "calibration", "evaluation"],
    ["training", "markdown", "scoring"],
    ["scoretables", "modelcard", "crossvalidation", "invariance", "checks"],
    ["web"],
    ["console", "progress"],
    ["predict", "train", "evaluate", "check", "label", "serve", "report"],
]
"""From the ground up; a module imports from layers below its own, or from its own layer's left."""
ORDER = [name for layer in LAYERS for name in layer]
LAZY_UPWARD = {
    ("model", "explanation"),
    ("records", "explanation"),
}
"""Methods that hand over to a module above; they import it only when called."""
COMMANDS = {*LAYERS[-1], "console", "__main__", "records"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """A folder of modules is one room of the house."""
    return path.parent.name if path.parent != PACKAGE else path.stem


def imports(path: Path) -> set[str]:
    """Modules of the package that a module imports, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("prmktml"):
            parts = node.module.split(".")[1:]
            found |= set(parts[:1] or [alias.name for alias in node.names])
    return found & set(ORDER)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down_only(path):
    name = name_of(path)
    if name in ("__init__", "__main__"):
        return  # the door and its bell see the whole house
    assert name in ORDER, "say where the new module stands in LAYERS and docs/architecture.md"
    upward = {n for n in imports(path) - {name} if ORDER.index(n) >= ORDER.index(name)}
    assert {(name, above) for above in upward} <= LAZY_UPWARD


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_commands_print(path):
    calls = [n.func for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
    printing = [call for call in calls if isinstance(call, ast.Name) and call.id == "print"]
    assert not printing or name_of(path) in COMMANDS


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_and_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    for node in functions:
        body = node.body[1:] if ast.get_docstring(node) else node.body
        lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
        assert lines <= 40, f"{node.name} has {lines} lines"


def imported_by(code: str) -> set[str]:
    """Top-level names of all modules that a fresh interpreter has after running code."""
    program = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    return {name.split(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


def test_importing_the_package_costs_nothing():
    assert not imported_by("import prmktml") & {
        "numpy",
        "safetensors",
        "sklearn",
        "pandas",
        "scipy",
    }


def test_predicting_imports_no_training_library():
    code = "from prmktml import predict; predict.main(['--format', 'jsonl', 'خصم 30%'])"
    heavy = {"sklearn", "pandas", "scipy", "joblib", "camel_tools", "rich", "charset_normalizer"}
    assert not imported_by(code) & heavy


def test_the_picture_names_every_module():
    drawn = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [path.stem for path in modules() if f"`{name_of(path)}`" not in drawn] == []
