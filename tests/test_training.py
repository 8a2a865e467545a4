"""Training on small files, and the fitted pipeline held against the model that comes of it."""

import json

import joblib
import numpy as np
import pytest
import scipy.sparse as sp

import prmktml
from prmktml.codebook import Aspect, Verdict
from prmktml.corpus import read_corpus
from prmktml.errors import DataError, PrmktmlError
from prmktml.estimators import Heads
from prmktml.modelfile import load, to_bytes
from prmktml.resources import find
from prmktml.training import train

from conftest import sentences


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "small.csv"
    rows = ["text,label,aspects", *(",".join(row) for row in sentences())]
    path.write_text("\n".join(rows), encoding="utf-8")
    return train(read_corpus(path)), read_corpus(path)


def test_it_learns_what_a_child_could_tell(trained):
    result, corpus = trained
    probabilities = result.model.predict_proba(corpus.texts)
    assert (probabilities.argmax(axis=1) == corpus.labels).mean() > 0.95
    assert result.model.predict("discount buy today").aspect == "offers"


def test_the_model_gives_the_probabilities_of_the_pipeline(trained):
    result, corpus = trained
    expected = result.pipeline.predict_proba(corpus.texts)
    assert np.abs(result.model.predict_proba(corpus.texts) - expected).max() < 1e-6


@pytest.mark.long
def test_on_the_whole_corpus_too_and_the_bundled_model_is_what_training_gives():
    corpus = read_corpus(find("data/corpus.csv"))
    result = train(corpus)
    expected = result.pipeline.predict_proba(corpus.texts)
    assert np.abs(result.model.predict_proba(corpus.texts) - expected).max() < 1e-6
    # Same bytes need one thread and one kind of processor (scripts/build_model.py --check);
    # with others the optimizer stops a little elsewhere.
    assert np.abs(load().predict_proba(corpus.texts) - expected).max() < 1e-3
    aspects = result.pipeline[-1].predict_aspects(result.pipeline[:-1].transform(corpus.texts))
    found = [result.model.predict(text).aspects for text in corpus.texts[:200]]
    assert np.abs(np.array([list(row.values()) for row in found]) - aspects[:200]).max() < 1e-6


def test_training_twice_gives_the_same_bytes(trained):
    result, corpus = trained
    assert to_bytes(train(corpus).model) == to_bytes(result.model)


def test_without_other_it_never_says_other(small_csv):
    rows = [row for row in sentences() if row[1] != "other"]
    model = prmktml.fit(small_csv(rows))
    found = model.predict(["مباراة طقس وصفة score", "thanks community", "خصم اشتر"])
    assert [p.probabilities["other"] for p in found] == [0.0, 0.0, 0.0]
    assert Verdict.OTHER not in {p.verdict for p in found}


def test_without_aspects_they_are_null(small_csv):
    model = prmktml.fit(small_csv([row[:2] for row in sentences()], ("text", "label")))
    found = model.predict("thanks volunteers today")
    assert found.label == "pr"
    assert found.aspect is None
    assert set(found.aspects.values()) == {None}


def test_near_duplicates_are_kept_together_where_no_group_is_named(small_csv):
    rows = [row[:2] for row in sentences()] + [
        ("thanks volunteers of the blue river team", "pr")
    ] * 3
    corpus = read_corpus(small_csv(rows, ("text", "label")))
    assert not corpus.has_groups
    assert len(set(corpus.groups[-3:].tolist())) == 1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("a b c", "pr")] * 40, "marketing: 0.*--extend"),
        ([("a b", "pr"), ("b c", "marketing")] * 10, "at least 30"),
        (
            [("a b", "sales")],
            r"row 2, column label: found 'sales'; allowed are pr, marketing, other",
        ),
        ([("", "pr")], "row 2, column text: it is empty"),
    ],
)
def test_a_corpus_that_teaches_nothing_is_refused(small_csv, rows, message):
    with pytest.raises(DataError, match=message):
        prmktml.fit(small_csv(rows, ("text", "label")))


def test_all_bad_rows_are_told_at_once(small_csv):
    with pytest.raises(DataError, match=r"(?s)row 2.*row 4"):
        prmktml.fit(small_csv([("a", "x"), ("b", "pr"), ("c", "y")], ("text", "label")))


@pytest.mark.parametrize(
    ("aspects", "message"),
    [("offers", "not on the side of 'pr'"), ("a|b", "allowed are one or two of values")],
)
def test_wrong_aspects_are_refused(small_csv, aspects, message):
    with pytest.raises(DataError, match=message):
        read_corpus(small_csv([("thanks", "pr", aspects)]))


def test_missing_columns_and_empty_files_say_what_is_needed(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("message,kind\nhi,pr\n", encoding="utf-8")
    with pytest.raises(PrmktmlError, match="'message', 'kind'"):
        read_corpus(path)
    path.write_text("text,kind\nhi,pr\n", encoding="utf-8")
    with pytest.raises(DataError, match="needs the columns text and label"):
        read_corpus(path)
    path.write_text("text,label\n", encoding="utf-8")
    with pytest.raises(DataError, match="holds no rows"):
        read_corpus(path)
    with pytest.raises(DataError, match=r"nowhere\.csv"):
        read_corpus(tmp_path / "nowhere.csv")


@pytest.mark.long
def test_the_command_trains_exports_and_does_not_overwrite(small_csv, tmp_path, run_command):
    data, out = small_csv(sentences()), tmp_path / "m.safetensors"
    exported, ngrams = tmp_path / "m.joblib", tmp_path / "n.csv"
    args = ("prmktml.train", data, "-o", out, "--joblib", exported, "--ngrams", ngrams)
    code, printed, said = run_command(*args)
    assert (code, printed) == (0, "")
    assert "trained on 120 messages" in said
    assert "near-duplicates were kept together" in said
    card = out.with_name(out.name + ".md").read_text(encoding="utf-8")
    assert "the file names no groups" in card
    assert "120 messages" in card
    assert joblib.load(exported).predict(["thanks community volunteers"]) == ["pr"]
    assert "خصم" in ngrams.read_text(encoding="utf-8")
    code, printed, _ = run_command("prmktml.predict", "--model", out, "discount buy shop")
    assert code == 0
    assert json.loads(printed)["label"] == "marketing"
    code, _, said = run_command("prmktml.train", data, "-o", out)
    assert code == 4
    assert "--force" in said
    code, _, said = run_command("prmktml.train", data, "-o", out, "--force")
    assert code == 0
    assert "the file replaced:" in said


def test_what_heads_learn_of_aspects(small_csv):
    rows = [
        ("a", "marketing", "offers|relationships"),
        ("b", "marketing", "offers|sales"),
        ("c", "pr", "values"),
        ("d", "other", ""),
    ]
    corpus = read_corpus(small_csv(rows))
    names = [aspect.value for aspect in Aspect]
    found = [{names[i] for i in row.nonzero()[0]} for row in corpus.leading_aspects()]
    assert found == [{"offers", "relationships"}, {"offers"}, {"values"}, set()]
    assert read_corpus(small_csv([("a", "pr", "")])).leading_aspects() is None


def test_two_sided_messages_weigh_less_when_labels_are_learnt():
    X = sp.csr_array(np.array([[1.0, 0.0]] * 8 + [[0.0, 1.0]] * 8))
    y = ["pr"] * 4 + ["marketing"] * 4 + ["marketing"] * 8
    aspects = np.zeros((16, 6), bool)
    aspects[:4, 0] = aspects[4:, 3] = True
    aspects[4:8, 0] = True  # the marketing half of those that look like pr is two-sided
    pr, marketing = Heads().fit(X, y, aspects).predict_proba(X[:1])[0, :2]
    assert pr / marketing == pytest.approx(4, rel=0.2)  # four whole messages to four quarters
    pr, marketing = Heads(two_sided_weight=1.0).fit(X, y, aspects).predict_proba(X[:1])[0, :2]
    assert pr / marketing == pytest.approx(1, rel=0.2)
