"""Verdicts from scores that one can read."""

import numpy as np
import pytest

from prmktml.codebook import Language, Reason, Verdict
from prmktml.decision import TIE, Thresholds, both_sides, decide, mixed_score
from prmktml.features import read_batch

LIMITS = Thresholds(clear=0.8, other=0.5, mixed=0.4, min_words=2)
SURE_PR = [4.0, 0.0, -2.0, 3.0, -3.0, -3.0, -3.0, -3.0, -3.0, 0.0]


def judged(scores, text="two words", known=True, language=Language.ENGLISH, **kwargs):
    code = np.array([list(Language).index(language)], np.int8)
    rows = np.array([scores], float)
    decisions = decide(rows, np.array([known]), read_batch([text]), code, LIMITS, **kwargs)
    return decisions.prediction(0, text)


@pytest.mark.parametrize(
    ("changes", "kwargs", "verdict", "reasons"),
    [
        ({}, {}, Verdict.CLEAR, ()),
        ({1: 3.8}, {}, Verdict.UNCLEAR, (Reason.NEAR_TIE,)),
        ({2: 5.0}, {}, Verdict.OTHER, (Reason.OUT_OF_SCOPE,)),
        ({2: 3.5}, {}, Verdict.UNCLEAR, (Reason.OUT_OF_SCOPE,)),
        ({6: 2.0}, {}, Verdict.MIXED, (Reason.BOTH_SIDES,)),
        ({9: 3.9}, {}, Verdict.MIXED, (Reason.BOTH_SIDES,)),
        ({}, {"text": "one"}, Verdict.UNCLEAR, (Reason.TOO_SHORT,)),
        ({}, {"known": False}, Verdict.UNCLEAR, (Reason.NO_KNOWN_FEATURES,)),
        ({}, {"language": Language.UNKNOWN}, Verdict.UNCLEAR, (Reason.UNSUPPORTED_LANGUAGE,)),
        ({}, {"min_confidence": 0.99}, Verdict.UNCLEAR, (Reason.LOW_CONFIDENCE,)),
    ],
)
def test_verdicts_and_their_reasons(changes, kwargs, verdict, reasons):
    scores = [changes.get(i, value) for i, value in enumerate(SURE_PR)]
    found = judged(scores, **kwargs)
    assert (found.verdict, found.reasons) == (verdict, reasons)
    assert found.label == "pr"
    assert found.aspect == "values"


def test_confidence_leaves_other_out():
    found = judged([2.0, 0.0, 9.0, *[-3.0] * 6, 0.0])
    assert found.confidence == pytest.approx(1 / (1 + np.exp(-2.0)))
    assert found.probabilities["other"] > 0.99


def test_the_aspect_is_on_the_labels_side():
    assert judged([0.0, 4.0, -2.0, 3.0, -3.0, -3.0, -2.0, -1.0, -3.0, 0.0]).aspect == "offers"


def test_nothing_to_judge_has_no_label():
    found = judged(SURE_PR, text="")
    assert (found.label, found.confidence, found.aspect) == (None, None, None)
    assert found.reasons == (Reason.NO_TEXT,)
    assert sum(found.probabilities.values()) == pytest.approx(1)


def test_mixed_score_adds_a_head_of_its_own_to_the_weaker_sides_strongest_aspect():
    odds = np.log(3)
    scores = np.array([[9.0, 9.0, 9.0, 5.0, -1.0, 0.0, -2.0, -odds, -4.0, 2 * odds]])
    assert mixed_score(scores) == pytest.approx([0.75])  # odds of 1/3 times 9 are 3 to 1


def test_labels_far_apart_speak_against_both_sides():
    odds = np.log(3)
    aspects_and_both = [5.0, -1.0, 0.0, -2.0, -odds, -4.0, 2 * odds]
    near, far = [9.0, 9.0, 0.0], [9.0, 9.0 + odds / TIE, 0.0]
    found = mixed_score(np.array([[*near, *aspects_and_both], [*far, *aspects_and_both]]))
    assert found == pytest.approx([0.75, 0.5])  # odds of 3 to 1, then a third of them


def test_both_sides_need_an_aspect_of_each():
    aspects = np.array([[1, 0, 1, 0, 0, 0], [0, 0, 1, 1, 0, 0], [0] * 6, [0, 0, 0, 1, 1, 1]], bool)
    assert both_sides(aspects).tolist() == [False, True, False, False]
