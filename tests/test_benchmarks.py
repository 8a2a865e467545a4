"""The benchmarks run, on next to nothing; what they find is not looked at here."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from prmktml.corpus import read_corpus

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def benchmarks(monkeypatch):
    """Make the benchmarks importable, for one test only, and free of this process's limits."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(FOLDER)
    yield
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "/").parent == FOLDER:
            del sys.modules[name]


@pytest.fixture
def corpus():
    """Return the bundled corpus."""
    return read_corpus(Path(__file__).parents[1] / "data" / "corpus.csv")


def some(corpus, step):
    """Return every step-th row of a corpus."""
    return replace(
        corpus,
        texts=corpus.texts[::step],
        labels=corpus.labels[::step],
        aspects=corpus.aspects[::step],
        primary=corpus.primary[::step],
        groups=corpus.groups[::step],
        columns={name: values[::step] for name, values in corpus.columns.items()},
    )


def test_a_ratio_is_formed_within_a_turn(benchmarks):
    import measuring

    costs = {"ours": [1.0, 10.0, 2.0], "peer": [3.0, 30.0, 2.0]}
    assert measuring.ratios(costs, "ours") == {"peer": 3.0}
    assert measuring.slope([10, 1000], [5, 50000]) == pytest.approx(2)


def test_a_process_is_measured_and_its_failure_told(benchmarks):
    import measuring

    small = measuring.used_by(sys.executable, "-c", "pass")
    large = measuring.used_by(sys.executable, "-c", "x = b'1' * 10**8")
    assert 90 < large.megabytes - small.megabytes < 120
    with pytest.raises(RuntimeError, match="ended with 3"):
        measuring.used_by(sys.executable, "-c", "raise SystemExit(3)")


def test_only_a_loss_of_more_than_a_fifth_counts(benchmarks):
    import check

    recorded = {"faster": 2.0, "as allowed": 10.0, "lost": 10.0, "not installed": 3.0}
    measured = {"faster": 4.0, "as allowed": 8.0, "lost": 7.5}
    assert check.lost(recorded, measured) == {"lost": pytest.approx(0.25)}


def test_a_peer_that_is_called_wrongly_does_not_pass_for_a_weak_one(benchmarks):
    import accuracy

    right = np.array([[0.7, 0.2, 0.1]])
    assert accuracy.checked("peer", right) is right
    with pytest.raises(ValueError, match="peer: the probabilities of 1 rows do not add up to 1"):
        accuracy.checked("peer", np.array([[0.7, 0.2, 0.1], [0.9, 0.9, 0.9]]))


@pytest.mark.long
def test_every_measure_runs_and_is_written(benchmarks, corpus, tmp_path):
    import run
    import speed

    tiny = speed.Effort(
        turns=1,
        texts=50,
        singles=3,
        starts=1,
        trainings=1,
        whole_training=False,
        file_rows=20,
        file_turns=1,
        rows=(10, 40),
        lengths=(10, 2_000, 4_000),
        memory=(20,),
        memory_peer=(20,),
    )
    field = speed.field(some(corpus, 40), ["TfidfVectorizer words 1-2 + char_wb 2-5"])
    findings = list(run.measure(field, tiny))
    run.write(tmp_path, findings, run.report(findings, {"machine": "any"}, "Tiny"), {})
    report = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert [f"## {finding.title}" in report for finding in findings] == [True] * len(run.MEASURES)
    ratios = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["ratios"]
    assert "messages/s beside scikit-learn" in ratios
    assert all(ratio > 0 for ratio in ratios.values())


@pytest.mark.long
def test_accuracy_compares_without_showing_a_text(benchmarks, corpus):
    import accuracy

    inside, outside = some(corpus, 20), some(corpus, 33)
    who = accuracy.contestants(inside)
    who = {name: who[name] for name in ("majority class", "prmktml")}
    text = "\n".join(accuracy.compare(inside, who, [0], outside))
    assert text.count("prmktml") == 3 * 2 - 2 + 2
    assert not [row for row in outside.texts if row in text]
