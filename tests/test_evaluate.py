"""The command ``evaluate``, in processes of its own."""

import csv

import pytest

from prmktml.corpus import read_corpus
from prmktml.resources import find


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """Some messages of the corpus, changed so that none is known, and one with a wrong label."""
    with find("data/corpus.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    path = tmp_path_factory.mktemp("evaluate") / "labelled.csv"
    wrong = dict.fromkeys(rows[0], "") | {"id": "wrong", "label": "pr", "group": "mine"}
    wrong["text"] = "Half price today only. Order from the app, use the code AUTUMN."
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows([row | {"text": f"{row['text']} 7 7 7"} for row in rows[::60]])
        writer.writerow(wrong)
    return path


def test_a_model_is_scored_and_a_report_written(labelled, run_command, tmp_path):
    report = tmp_path / "scores.md"
    code, printed, said = run_command("prmktml.evaluate", labelled, "--report", report)
    assert (code, said) == (0, "")
    assert "macro-F1" in printed
    assert str(len(read_corpus(labelled))) in printed
    written = report.read_text(encoding="utf-8")
    assert "macro-F1" in written
    assert "AUTUMN" not in written


def test_messages_are_quoted_if_wanted(labelled, run_command, tmp_path):
    report = tmp_path / "scores.md"
    done = run_command("prmktml.evaluate", labelled, "--report", report, "--show-texts")
    assert done[0] == 0
    assert "AUTUMN" in report.read_text(encoding="utf-8")


def test_rewrites_that_mean_the_same_are_counted(labelled, run_command):
    code, printed, _ = run_command("prmktml.evaluate", labelled, "--invariance")
    assert code == 0
    assert "elongation" in printed


@pytest.mark.long
def test_a_refit_stands_beside_baselines(labelled, run_command):
    code, printed, _ = run_command("prmktml.evaluate", labelled, "--cv")
    assert code == 0
    assert "prmktml" in printed


@pytest.mark.parametrize("option", ["--cv", "--invariance"])
def test_a_report_of_what_is_no_score_is_refused(labelled, run_command, tmp_path, option):
    report = tmp_path / "scores.md"
    code, _, said = run_command("prmktml.evaluate", labelled, option, "--report", report)
    assert code == 2
    assert "leave out --cv and --invariance" in said
    assert not report.exists()


def test_a_file_without_labels_is_refused(run_command, tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("text\nthanks\n", encoding="utf-8")
    code, _, said = run_command("prmktml.evaluate", path)
    assert code == 3
    assert "a labelled file needs the columns text and label" in said


@pytest.mark.parametrize(
    "rows", ["Half price today only,pr", "where is my order,other", "hi,pr\nok,marketing"]
)
def test_what_cannot_be_measured_in_a_small_file_is_a_dash(run_command, tmp_path, rows):
    path, report = tmp_path / "few.csv", tmp_path / "scores.md"
    path.write_text(f"text,label\n{rows}\n", encoding="utf-8")
    code, printed, said = run_command("prmktml.evaluate", path, "--report", report)
    assert (code, said) == (0, "")
    assert "| other: AUROC | – |" in printed
    assert "nan" not in printed + report.read_text(encoding="utf-8")
    code, _, said = run_command("prmktml.evaluate", path, "--cv")
    assert code == 3
    assert "too few rows to learn from" in said
