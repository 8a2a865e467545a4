"""One message by plain Python against the same message by arrays: each piece, and the whole."""

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prmktml.corpus import read_corpus
from prmktml.decision import LABELS, LANGUAGES, Thresholds, decide
from prmktml.entries import Entry, compile_lexicon
from prmktml.features import KINDS, RECIPE, Recipe, grams, read_batch
from prmktml.language import identify
from prmktml.lexicon import strip_proclitics
from prmktml.normalization import TABLE_SIZE, normalize
from prmktml.numerals import CURRENCIES
from prmktml.resources import find
from prmktml.single import Ngrams
from prmktml.single.cues import Cues
from prmktml.single.language import Languages, letters
from prmktml.single.ngrams import _clear_repeats
from prmktml.single.text import normalized, take_apart
from prmktml.single.verdict import Found, judge
from prmktml.single.words import LONGEST, read_words

PIECES = [
    *"aiuoxzابلكوفسية0123456789 .,-/:_'\"!?%٪$€&;@#+()\n\t\u200f\u064b\ue004پé🔥",
    *(
        "  ",
        "19",
        "20",
        "sale",
        "don't",
        "والكتاب",
        "للناس",
        "thanks",
        "ooo",
        "ددد",
        "شكرا",
        "de la",
    ),
    *(
        "https://x.co",
        "a@b.co",
        "@user",
        "&amp;",
        "www.x",
        "x.com",
        "ﷺ",
        "ﻻ",
        "\ud800",
        "\U000e0041",
    ),
    *random.Random(0).sample(sorted(CURRENCIES), 12),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(
    st.characters(exclude_categories=[]), max_size=40
)
COMMON = {"max_examples": 300, "deadline": None}
LETTERS = ["a", "b", "و", "ف", "ب", "ك", "ل", "ا", "س"]
WORD = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=6).map("".join)


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(find("data/corpus.csv")).texts


def words_of(text):
    return read_words(take_apart(normalize(text)))


def assert_agree(model, text, min_confidence=0.5):
    """The two ways give one answer; probabilities are added up in another order."""
    one = model.predict(text, min_confidence)
    other = model.decide([text], min_confidence).prediction(0, text)
    numbers = ("confidence", "probabilities", "aspects")
    same = {name: getattr(other, name) for name in numbers}
    assert replace(one, **same) == other
    assert one.confidence == pytest.approx(other.confidence, abs=1e-12)
    assert list(one.probabilities) == list(other.probabilities)
    assert one.probabilities == pytest.approx(other.probabilities, abs=1e-12)
    assert one.aspects == pytest.approx(other.aspects, abs=1e-12)


@settings(**COMMON)
@given(text=TEXTS, min_confidence=st.sampled_from([0.5, 0.8]))
def test_both_ways_agree_on_any_text(model, text, min_confidence):
    assert_agree(model, text, min_confidence)


def test_both_ways_agree_on_messages(model, corpus):
    for text in random.Random(1).sample(list(corpus), 1_000):
        assert_agree(model, text)


@pytest.mark.long
def test_both_ways_agree_on_all_messages(model, corpus):
    for text in corpus:
        assert_agree(model, text)


def test_most_messages_are_judged_by_plain_python(model, corpus):
    taken = [model.single.predict(text, 0.5) is not None for text in corpus[:500]]
    assert np.mean(taken) > 0.95


@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
@pytest.mark.parametrize("without", ["has_other", "has_aspects"])
def test_both_ways_agree_on_a_model_without_a_label(model, without, text):
    assert_agree(replace(model, info={**model.info, without: False}), text)


@settings(max_examples=10, deadline=None)
@given(size=st.integers(LONGEST - 3, LONGEST + 3), char=st.sampled_from("aﷺ\u0301\ue004 "))
def test_both_ways_agree_around_the_longest_message(model, size, char):
    assert_agree(model, char * (size - 500) + "x sale" * 100)


@settings(**COMMON)
@given(text=TEXTS)
def test_a_message_is_normalized_as_in_a_batch(text):
    assert normalized(text) == normalize(text)


def code_points_that_differ(codes):
    texts = [f"a{c}b {c} 5{c}6 {c}{c}{c}'{c}" for c in map(chr, codes)]
    return [hex(ord(text[1])) for text in texts if normalized(text) != normalize(text)]


def test_code_points_are_folded_as_in_a_batch():
    assert (
        code_points_that_differ([*range(0x800), *random.Random(0).sample(range(0x110000), 2_000)])
        == []
    )


@pytest.mark.long
def test_every_code_point_is_folded_as_in_a_batch():
    assert code_points_that_differ([*range(TABLE_SIZE), *range(0xE0000, 0xE1000)]) == []


NUMBER_PIECES = [
    *"0123456789",
    *" ,-./:%$+x",
    "سعر ",
    " ريال",
    "jod",
    "درهما",
    "dollarss",
    "20",
    "٪",
]


@settings(**COMMON)
@given(text=st.lists(st.sampled_from(NUMBER_PIECES), max_size=14).map("".join))
def test_numbers_are_marked_as_in_a_batch(text):
    assert normalized(text) == normalize(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5%", "\ue005"),
        ("%5 off", "\ue005 off"),
        ("50 ريال", "\ue004 ريال"),
        ("aed 1,000 now", "aed \ue004 now"),
        ("5g covid19", "5g covid19"),
        ("in 1999 or 2026", "in \ue006 or \ue006"),
        ("3.5 1.2.3 9:30 1/2", "\ue007 \ue00a \ue00e \ue00e"),
        ("7 77 777 7777 77777 777777", "\ue008 \ue009 \ue00a \ue00b \ue00c \ue00c"),
    ],
)
def test_numbers_by_hand(text, expected):
    assert normalized(text) == expected


@settings(**COMMON)
@given(text=TEXTS | st.lists(WORD, max_size=9).map(" ".join))
def test_words_and_their_hashes_are_those_of_a_batch(text):
    tokens, words = read_batch([text]), words_of(text)
    bares = strip_proclitics(tokens.batch.codes, tokens.starts, tokens.ends)
    assert words.starts == tokens.starts.tolist()
    assert words.ends == tokens.ends.tolist()
    assert words.bares == bares.tolist()
    assert words.hashes.tolist() == words.whole == tokens.hashes.tolist()
    assert words.core == tokens.hasher(bares, tokens.ends).tolist()
    stops = np.minimum(bares + 3, tokens.ends)
    assert words.stem == tokens.hasher(bares, stops).tolist()


@settings(**COMMON)
@given(text=TEXTS)
@pytest.mark.parametrize(
    "recipe",
    [
        RECIPE,
        RECIPE._replace(distinct=False),
        Recipe((KINDS,), distinct=False),
        Recipe((KINDS[:4], KINDS[4:]), distinct=True),
        Recipe((("char2",), ("char3",), ("word2",)), distinct=True),
    ],
    ids=str,
)
def test_weights_add_up_as_in_a_batch(model, recipe, text):
    other = replace(model, recipe=recipe)
    tokens, parts = read_batch([text]), take_apart(normalize(text))
    found = Ngrams(model.rows, model.weights, recipe).sums(parts.letters, read_words(parts).hashes)
    sums = other._sums(grams(tokens, recipe))[:, 0]
    if found is None:
        assert not sums.any(axis=1).all()
    else:
        assert np.abs(np.array(found) - sums).max() < 1e-12 * max(1, np.abs(sums).max())


def test_a_row_counts_once_in_each_block():
    rows = np.array([5, 1, 5, 5, 7, 5], np.int32)
    _clear_repeats(rows, [0, 3, 6])
    assert rows.tolist() == [1, 5, 0, 5, 0, 7]


ENTRY = st.lists(WORD, min_size=1, max_size=4).map(" ".join).map(normalize)
LEXICON = st.lists(
    st.tuples(st.sampled_from("pqrs"), ENTRY, st.sampled_from(["", "*"])).filter(
        lambda entry: not entry[2] or " " in entry[1] or len(entry[1]) > 2
    ),
    min_size=1,
    max_size=12,
)


@settings(**COMMON)
@given(entries=LEXICON, text=st.lists(WORD, max_size=12), data=st.data())
def test_cues_are_those_of_a_batch(entries, text, data):
    """Messages are made of what the lexicon is made of, so that much is found."""
    lexicon = compile_lexicon(Entry(cue, "", words + star) for cue, words, star in entries)
    known = st.sampled_from([words for _, words, _ in entries])
    parts = [*text, *data.draw(st.lists(known, max_size=6))]
    message = " ".join(data.draw(st.permutations(parts)))
    tokens, words = read_batch([message]), words_of(message)
    found = Counter(Cues(lexicon).find(words))
    counts = lexicon.counts(tokens)[0]
    assert [found[cue] for cue in range(len(counts))] == counts.tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sale", "p"),
        ("salesman", "q"),
        ("sales", "r"),
        ("big sand", "s"),
        ("big salad", "pt"),
        ("big salt", "pu"),
        ("very big salads now", "ptv"),
        ("والسعر", "w"),
        ("سعرهم", "w"),
    ],
)
def test_the_longest_prefix_and_every_phrase_counts(text, expected):
    lines = (
        *("p sal*", "q sales*", "r sales", "s big sa*", "t big sala*", "u big salt"),
        *("v very big salad*", "w سعر*"),
    )
    entries = [Entry(line[0], "", line[2:]) for line in lines]
    lexicon = compile_lexicon(entries)
    found = Cues(lexicon).find(words_of(text))
    assert sorted(lexicon.cues[cue] for cue in found) == [*expected]


@settings(**COMMON)
@given(text=TEXTS)
def test_cues_and_language_are_those_of_a_batch(model, text):
    tokens, words = read_batch([text]), words_of(text)
    if words.starts:
        found = Counter(Cues(model.lexicon).find(words))
        counts = model.lexicon.counts(tokens)[0]
        assert [found[cue] for cue in range(len(counts))] == counts.tolist()
        language = Languages(model.languages).identify(words, letters(words))
        assert language == identify(tokens, model.languages)[0]


SCORE = st.floats(-50, 50) | st.sampled_from([0.0, -0.0, 3.0, -3.0])


@settings(**COMMON)
@given(
    scores=st.lists(SCORE, min_size=10, max_size=10),
    text=st.sampled_from(["word", "two words", "!", "three of words"]),
    known=st.booleans(),
    language=st.integers(0, len(LANGUAGES) - 1),
    clear=st.sampled_from([0.5, 0.6, 0.99]),
    other=st.sampled_from([0.0, 0.5, 1.0]),
    min_confidence=st.sampled_from([0.5, 0.7]),
)
def test_verdicts_are_those_of_a_batch(scores, text, known, language, clear, other, min_confidence):
    thresholds = Thresholds(clear=clear, other=other, mixed=0.6, min_words=2)
    tokens, words = read_batch([text]), words_of(text)
    ids = np.array([language], np.int8)
    expected = decide(
        np.array([scores]), np.array([known]), tokens, ids, thresholds, min_confidence
    ).prediction(0, text)
    found = Found(scores, known, letters(words).words, language)
    one = judge(text, found, thresholds, min_confidence, model="unsaved", has_aspects=True)
    assert (one.verdict, one.reasons, one.label) == (
        expected.verdict,
        expected.reasons,
        expected.label,
    )
    assert one.aspects == pytest.approx(expected.aspects, abs=1e-12)
    assert [one.probabilities[label] for label in LABELS] == pytest.approx(
        [expected.probabilities[label] for label in LABELS], abs=1e-12
    )
    assert one.aspects[one.aspect] == pytest.approx(expected.aspects[expected.aspect], abs=1e-12)
    assert (one.language, one.confidence) == (expected.language, pytest.approx(expected.confidence))
