import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from prmktml.features import read_batch
from prmktml.tokens import Known, SpanHasher, hash_word

CODES = st.lists(st.integers(1, 0x10FFFF), min_size=1, max_size=60)


@given(CODES, st.data())
def test_equal_spans_have_equal_hashes_wherever_they_stand(codes, data):
    start = data.draw(st.integers(0, len(codes)))
    end = data.draw(st.integers(start, len(codes)))
    moved = [7, 9, *codes[start:end], 11]
    first = SpanHasher(np.array(codes, np.uint32))(np.array([start]), np.array([end]))
    second = SpanHasher(np.array(moved, np.uint32))(np.array([2]), np.array([2 + end - start]))
    assert first == second


def test_different_words_have_different_hashes():
    words = [a + b + c for a in "ابتثجحخ" for b in "سشصضطظع" for c in ["", *"غفقكلمن"]]
    assert len({hash_word(word) for word in words}) == len(words)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("ab ا,!🔥'5", max_size=20), max_size=5))
def test_tokens_are_runs_of_letters_and_single_signs(texts):
    tokens = read_batch(texts)
    for i in range(len(texts)):
        spans = slice(tokens.bounds[i], tokens.bounds[i + 1])
        start = tokens.batch.starts[i]
        text = tokens.batch.text(i)
        words = [
            text[a - start : b - start]
            for a, b in zip(tokens.starts[spans], tokens.ends[spans], strict=True)
        ]
        signs = "".join(c for c in text if c not in " ,'\n")
        assert "".join(words).replace("'", "") == signs
        assert all(len(word) == 1 or not set(word) & set("!🔥") for word in words)


@given(
    st.dictionaries(st.integers(0, 2**32 - 1), st.integers(0, 255), max_size=60),
    st.lists(st.integers(0, 2**32 - 1), max_size=20),
    st.booleans(),
)
def test_known_hashes_are_found_and_no_others(classes, others, crowded):
    """Crowded: multiples of the inverse of the mixing factor share one slot."""
    if crowded:
        inverse = pow(0x9E3779B1, -1, 2**32)
        classes = {i * inverse % 2**32: value for i, value in enumerate(classes.values())}
        others = [(len(classes) + i) * inverse % 2**32 for i in range(len(others))]
    known = Known(np.array(list(classes), np.uint32), np.array(list(classes.values()), np.uint8))
    asked = [*others, *classes, *classes]
    at, ids = known.find(np.array(asked, np.uint32))
    assert at.tolist() == [i for i, value in enumerate(asked) if value in classes]
    assert ids.tolist() == [classes[asked[i]] for i in at]
