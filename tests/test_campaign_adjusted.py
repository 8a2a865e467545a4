"""The corrected mix: by hand, against exact confusion, and how often its interval is right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prmktml.campaign.adjusted import adjust, solve_mix

PARTS = st.lists(st.floats(0.01, 1), min_size=3, max_size=3)


def simplex(parts):
    return np.array(parts) / sum(parts)


def test_two_labels_by_the_adjusted_count():
    # (said - fpr) / (tpr - fpr) = (0.55 - 0.2) / (0.9 - 0.2) = 0.5
    confusion = np.array([[90, 10, 0], [20, 80, 0], [0, 0, 0]])
    assert solve_mix(confusion, np.array([0.55, 0.45, 0.0])) == pytest.approx([0.5, 0.5, 0])


def test_three_labels_by_hand():
    # said pr = .8 * .5 + .1 * .3 + 0 * .2 = .43, marketing = .05 + .24 + .04, other the rest
    confusion = np.array([[80, 10, 10], [10, 80, 10], [0, 20, 80]])
    assert solve_mix(confusion, np.array([0.43, 0.33, 0.24])) == pytest.approx([0.5, 0.3, 0.2])


def test_what_no_mix_explains_ends_at_the_border():
    # (0.95 - 0.2) / 0.7 is above 1
    confusion = np.array([[90, 10], [20, 80]])
    assert solve_mix(confusion, np.array([0.95, 0.05])) == pytest.approx([1, 0])


@given(st.lists(PARTS, min_size=3, max_size=3), PARTS)
def test_an_exact_confusion_gives_the_true_mix(errors, mix):
    rates = 0.6 * np.eye(3) + 0.4 * np.array([simplex(row) for row in errors])
    true = simplex(mix)
    assert solve_mix(rates * 1000, rates.T @ true) == pytest.approx(true, abs=1e-5)


@given(
    st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=3, max_size=3),
    st.lists(st.integers(0, 50), min_size=3, max_size=3).filter(any),
)
def test_shares_stay_shares_whatever_was_counted(confusion, counts):
    confusion = np.array(confusion) + np.eye(3, dtype=np.int64)
    found = adjust(confusion, np.array(counts), rounds=20)
    for shares in (found.said, found.share):
        assert shares.sum() == pytest.approx(1)
        assert (shares >= 0).all()
    assert (found.low >= 0).all()
    assert (found.high <= 1 + 1e-9).all()
    assert (found.low <= found.high).all()


def test_a_perfect_classifier_is_left_alone():
    found = adjust(np.diag([100, 100, 100]), np.array([60, 30, 10]))
    assert found.share == pytest.approx([0.6, 0.3, 0.1])
    assert found.pr[0] == pytest.approx(60 / 90)
    # the calendar alone is in the interval: 0.6 +- 1.96 * sqrt(0.6 * 0.4 / 100)
    assert (found.low[0], found.high[0]) == pytest.approx((0.504, 0.696), abs=0.02)


def test_less_known_error_means_a_wider_interval():
    rates, counts = np.array([[8, 2, 0], [2, 8, 0], [0, 0, 10]]), np.array([500, 500, 0])
    widths = [np.ptp([f.low[0], f.high[0]]) for f in (adjust(rates * k, counts) for k in (1, 100))]
    assert widths[0] > 1.5 * widths[1]


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(7)
    rates = np.array([[0.85, 0.1, 0.05], [0.1, 0.85, 0.05], [0.1, 0.2, 0.7]])
    true, n_rounds, hits = np.array([0.5, 0.35, 0.15]), 120, np.zeros(3)
    for _ in range(n_rounds):
        confusion = np.array([rng.multinomial(200, row) for row in rates])
        found = adjust(confusion, rng.multinomial(150, rates.T @ true), rounds=150)
        hits += (found.low <= true) & (true <= found.high)
    # 95% of 120 is 114; fewer than 105 or all would come up less than once in a thousand
    assert (hits >= 105).all()


def test_no_campaign_message_means_no_share_of_the_sides():
    assert not adjust(np.diag([9, 9, 9]), np.array([0, 0, 4])).has_sides


def test_few_messages_of_one_label_do_not_make_a_certainty():
    found = adjust(np.diag([500, 500, 500]), np.array([5, 0, 0]))
    assert found.share.tolist() == [1, 0, 0]
    assert found.low[0] < 0.75


def test_a_label_that_the_corpus_lacks_stays_away():
    found = adjust(np.array([[90, 10, 0], [20, 80, 0], [0, 0, 0]]), np.array([55, 45, 0]))
    assert found.share == pytest.approx([0.5, 0.5, 0])
    assert found.high[2] == 0
