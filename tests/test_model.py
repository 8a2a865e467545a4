"""The bundled model: what it must never do, whatever the text."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prmktml.codebook import Aspect, Label, Language, Reason, Verdict
from prmktml.corpus import read_corpus
from prmktml.model import FEW_KEYS, _repeats
from prmktml.resources import find

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=60) | st.text(
    st.sampled_from(list("خصم % 30 thanks شكرا buy!🔥@#\n")), max_size=60
)


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(find("data/corpus.csv"))


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=5))
def test_probabilities_are_finite_sum_to_one_and_do_not_depend_on_the_batch(model, texts):
    together = model.predict_proba(texts)
    assert np.isfinite(together).all()
    assert np.abs(together.sum(axis=1) - 1).max() < 1e-9
    alone = np.concatenate([model.predict_proba([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-9
    backwards = model.predict_proba(texts[::-1])[::-1]
    assert np.abs(together - backwards).max() < 1e-9


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=12), size=st.integers(1, 12))
def test_the_size_of_a_chunk_changes_no_answer(model, texts, size):
    whole = model.predict_proba(texts)
    chunks = [texts[i : i + size] for i in range(0, len(texts), size)]
    parts = np.concatenate([model.predict_proba(chunk) for chunk in chunks])
    assert np.abs(whole - parts).max() < 1e-9


@settings(max_examples=100, deadline=None)
@given(text=ANY_TEXT)
def test_a_prediction_is_of_the_promised_form(model, text):
    found = model.predict(text)
    assert found.text == text
    assert found.verdict in set(Verdict)
    assert set(found.reasons) <= set(Reason)
    assert (found.label is None) == (found.confidence is None) == (found.aspect is None)
    assert found.language in set(Language)
    assert list(found.probabilities) == list(Label)
    assert list(found.aspects) == list(Aspect)
    assert all(0 <= value <= 1 for value in found.aspects.values())
    if found.label is not None:
        assert found.label is not Label.OTHER
        assert 0.5 <= found.confidence <= 1
    assert (found.verdict == Verdict.CLEAR) == (not found.reasons)


@settings(max_examples=40, deadline=None)
@given(
    n_keys=st.sampled_from([0, 1, 2, 50, FEW_KEYS - 1, FEW_KEYS, 9 * FEW_KEYS]),
    n_values=st.integers(1, 20 * FEW_KEYS),
    step=st.sampled_from([1, 1 << 20, (1 << 32) + 1]),
    seed=st.integers(0, 999),
)
def test_without_the_repeats_each_key_stands_once(n_keys, n_values, step, seed):
    keys = np.random.default_rng(seed).integers(0, n_values, n_keys) * step
    rest = np.delete(keys, _repeats(keys))
    assert sorted(rest) == sorted(set(keys.tolist()))
    assert len(set(_repeats(keys).tolist())) == n_keys - len(rest)


def test_the_order_and_number_of_messages_is_kept(model):
    texts = ["خصم 50%", None, "", float("nan"), "Thank you all for your support", "🔥"]
    found = model.predict(iter(texts))
    assert len(found) == len(texts)
    assert [p.text for p in found] == [t if isinstance(t, str) else "" for t in texts]
    for at in (1, 2, 3):
        assert found[at].label is None
        assert found[at].reasons == (Reason.NO_TEXT,)


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        ("", Verdict.UNCLEAR, Reason.NO_TEXT),
        (" \n\t\u200f", Verdict.UNCLEAR, Reason.NO_TEXT),
        ("🔥🔥", Verdict.UNCLEAR, Reason.TOO_SHORT),
        (
            "Profitez de nos offres dans tous les magasins",
            Verdict.UNCLEAR,
            Reason.UNSUPPORTED_LANGUAGE,
        ),
        ("Скидка до воскресенья во всех магазинах", Verdict.UNCLEAR, Reason.UNSUPPORTED_LANGUAGE),
    ],
)
def test_what_cannot_be_judged_says_why(model, text, verdict, reason):
    found = model.predict(text)
    assert found.verdict == verdict
    assert reason in found.reasons


def test_min_confidence_turns_the_rest_unclear(model):
    text = "خصم 30% لحد الخميس"
    assert model.predict(text).verdict == Verdict.CLEAR
    strict = model.predict(text, min_confidence=1.0)
    assert strict.verdict == Verdict.UNCLEAR
    assert strict.reasons == (Reason.LOW_CONFIDENCE,)


def test_an_empty_list_gives_an_empty_list(model):
    assert model.predict([]) == []
    assert model.predict_proba([]).shape == (0, 3)


def test_the_json_form_is_as_documented(model):
    record = model.predict("خصم 30% لحد الخميس").to_dict()
    assert list(record) == [
        "text",
        "label",
        "confidence",
        "verdict",
        "reasons",
        "aspect",
        "probabilities",
        "aspects",
        "language",
        "model",
    ]
    assert math.isclose(sum(record["probabilities"].values()), 1, abs_tol=1e-9)
    assert record["reasons"] == []


def test_a_very_long_message_is_judged(model):
    found = model.predict("شكرا لكم " * 200_000)
    assert found.label == Label.PR


@pytest.mark.parametrize(
    "text",
    [
        "\ud800",
        "\udfff\ud800 sale",
        "half an emoji \ud83d",
        "\0",
        "sale\0\0 today",
        "a" + "\u0301" * 100_000,
        "ا" + "\u064b\u0651" * 50_000,
        "\u0301" * 100_000,
        "\u1100\u1161\u11a8" * 30_000,
        "👩\u200d" * 50_000,
        "\u202e\u2066" * 50_000,
        "\ufdfa" * 5_000,
    ],
    ids=lambda text: ascii(text[:6]),
)
def test_what_no_font_shows_is_judged(model, text):
    (found,) = model.predict_proba([text])
    assert np.isfinite(found).all()
    assert abs(found.sum() - 1) < 1e-9
    beside = model.predict_proba(["خصم 30%", text, "thank you"])[1]
    assert np.abs(found - beside).max() < 1e-9


@pytest.mark.long
def test_every_code_point_is_judged(model):
    for first in range(0, 0x110000, 1 << 12):
        found = model.predict_proba([chr(code) for code in range(first, first + (1 << 12))])
        assert np.isfinite(found).all()
        assert np.abs(found.sum(axis=1) - 1).max() < 1e-9


@pytest.mark.long
def test_ten_million_times_one_character(model):
    for char in ("a", "ا", "\u064b", "ﷺ", "🔥", "\x00", " ", "1", ".", "@", "\ud800"):
        size = 1_000_000 if char == "ﷺ" else 10_000_000
        assert np.isfinite(model.predict_proba([char * size])).all()


def test_the_corpus_is_what_the_model_was_trained_on(model, corpus):
    assert model.info["corpus"]["sha256"] == corpus.sha256
    assert model.info["corpus"]["n"] == len(corpus)
