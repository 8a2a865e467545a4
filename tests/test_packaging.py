"""The built wheel: what it asks for, what it carries, and that it works in an empty environment."""

import email
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from conftest import sentences

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    uv = shutil.which("uv")
    assert uv, "uv builds the wheel; install it with pip install uv"
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [uv, "build", "--wheel", "--out-dir", out, ROOT], check=True, capture_output=True
    )
    return next(out.glob("*.whl"))


def requirements(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith("METADATA"))
        return email.message_from_bytes(archive.read(name)).get_all("Requires-Dist") or []


def test_nothing_leads_to_torch_without_the_extra(wheel):
    plain = [line for line in requirements(wheel) if "extra ==" not in line]
    names = {line.split(">")[0].split("[")[0].strip() for line in plain}
    assert names == {
        "charset-normalizer",
        "joblib",
        "numpy",
        "pandas",
        "rich",
        "safetensors",
        "scikit-learn",
        "scipy",
        "threadpoolctl",
    }
    assert any("camel-tools" in line and "extra == 'camel'" in line for line in requirements(wheel))


def test_development_asks_for_the_versions_that_the_extras_do():
    """So that the tests on the lowest versions are on those of the extras."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = told["project"]["optional-dependencies"].values()
    assert {line for extra in extras for line in extra} <= set(told["dependency-groups"]["dev"])


def test_it_carries_model_corpus_and_lexicon(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {
        "prmktml/models/prmktml.safetensors",
        "prmktml/data/corpus.csv",
        "prmktml/data/lexicon/lexicon_ar.tsv",
        "prmktml/data/lexicon/lexicon_en.tsv",
        "prmktml/data/lexicon/languages.tsv",
        "prmktml/codepoints.npy",
        "prmktml/py.typed",
    } <= names
    assert not [name for name in names if name.startswith(("tests", "docs", "benchmarks"))]


@pytest.mark.long
def test_an_empty_environment_with_it_predicts_and_retrains(wheel, tmp_path):
    uv = shutil.which("uv")
    env = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")}
    venv = tmp_path / "venv"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, venv], check=True, env=env)
    python = venv / "bin" / "python"
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", python, wheel], check=True, env=env
    )
    done = subprocess.run(
        [venv / "bin" / "prmktml", "predict", "خصم 30% لحد الخميس"],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        env=env,
    )
    assert json.loads(done.stdout)["label"] == "marketing"
    data = tmp_path / "small.csv"
    rows = ["text,label,aspects", *(",".join(row) for row in sentences())]
    data.write_text("\n".join(rows), encoding="utf-8")
    subprocess.run(
        [python, "-m", "prmktml.train", data, "-o", tmp_path / "m.safetensors"],
        check=True,
        cwd=tmp_path,
        env=env,
    )
    assert (tmp_path / "m.safetensors").stat().st_size > 10_000
