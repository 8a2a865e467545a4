"""Measures against values worked out by hand, and against scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from prmktml.evaluation import average_precision, bootstrap, ece, expected_ece, macro_f1, roc_auc

PAIRS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)


def test_macro_f1_by_hand():
    # pr: 2 of 3 found, nothing else taken for it: F1 .8; marketing: 1 found, 1 too many: F1 2/3
    gold, predicted = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    assert macro_f1(gold, predicted) == pytest.approx((0.8 + 2 / 3) / 2)


@given(PAIRS)
def test_macro_f1_is_scikit_learns(pairs):
    gold, predicted = (np.array(column) for column in zip(*pairs, strict=True))
    expected = f1_score(gold, predicted, labels=[0, 1, 2], average="macro", zero_division=0)
    assert macro_f1(gold, predicted, classes=3) == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_areas_are_scikit_learns(rows):
    scores, truth = (np.array(column) for column in zip(*rows, strict=True))
    scores, truth = scores.astype(float), truth.astype(bool)
    if truth.all() or not truth.any():
        assert np.isnan(roc_auc(scores, truth))
        return
    assert roc_auc(scores, truth) == pytest.approx(roc_auc_score(truth, scores))
    if len(set(scores.tolist())) == len(scores):
        expected = average_precision_score(truth, scores)
        assert average_precision(scores, truth) == pytest.approx(expected)


def test_ece_by_hand():
    # one bin at .8 with two of four right: gap .3; one at 1.0, all right: gap 0
    confidence = np.array([0.8, 0.8, 0.8, 0.8, 1.0, 1.0])
    correct = np.array([True, True, False, False, True, True])
    assert ece(confidence, correct) == pytest.approx(0.3 * 4 / 6)


def test_a_calibrated_model_has_a_small_expected_ece_that_shrinks_with_n():
    few, many = np.full(50, 0.8), np.full(5000, 0.8)
    assert expected_ece(many) < expected_ece(few) < 0.1


def test_the_bootstrap_draws_whole_units():
    values, units = np.array([0.0] * 10 + [1.0] * 10), np.repeat([0, 1], 10)
    low, high = bootstrap(lambda rows: float(values[rows].mean()), units, rounds=200)
    assert (low, high) == (0.0, 1.0)
    low, high = bootstrap(lambda rows: float(values[rows].mean()), np.arange(20), rounds=200)
    assert 0.2 < low < 0.5 < high < 0.8
