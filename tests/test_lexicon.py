import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prmktml.entries import Entry, compile_lexicon, read_entries
from prmktml.errors import LexiconError
from prmktml.features import cue_features, read_batch
from prmktml.lexicon import strip_proclitics
from prmktml.normalization import normalize
from prmktml.resources import find


def counted(entries: list[tuple[str, str]], text: str) -> dict[str, int]:
    lexicon = compile_lexicon([Entry(cue, "ar", entry) for cue, entry in entries])
    row = lexicon.counts(read_batch([text]))[0]
    return {cue: int(n) for cue, n in zip(lexicon.cues, row, strict=True) if n}


@pytest.mark.parametrize(
    ("word", "bare"),
    [
        ("والخصم", "خصم"),
        ("بالخصم", "خصم"),
        ("للخصم", "خصم"),
        ("وللخصم", "خصم"),
        ("كالخصم", "خصم"),
        ("فبخصم", "خصم"),
        ("خصم", "خصم"),
        ("ولا", "لا"),
        ("ود", "ود"),
        ("فرح", "فرح"),
        ("الله", "الله"),
    ],
)
def test_proclitics_are_stripped_but_a_word_stays(word, bare):
    tokens = read_batch([word])
    codes = tokens.batch.codes
    start = strip_proclitics(codes, tokens.starts, tokens.ends)[0]
    assert "".join(map(chr, codes[start : tokens.ends[0]])) == bare


@pytest.mark.parametrize(
    ("entries", "text", "expected"),
    [
        ([("discount", "خصم")], "وخصم والخصم خصومات", {"discount": 2}),
        ([("discount", "خصم*")], "خصمك بالخصمين", {"discount": 2}),
        ([("a", "خصم*"), ("b", "خصمنا*")], "خصمنا خصمك", {"a": 1, "b": 1}),
        ([("a", "خصم*"), ("b", "خصمك")], "خصمك", {"b": 1}),
        ([("free", "بلاش")], "كله ببلاش يا جماعة", {"free": 1}),
        ([("urgency", "لا تفوت*")], "لا تفوّتوا الفرصة، ولا تفوتك", {"urgency": 2}),
        ([("urgency", "لا تفوت*")], "لا. انت تفوت", {}),
        ([("cash", "دفع عند استلام")], "الدفع عند الاستلام", {"cash": 1}),
        ([("a", "last chance"), ("b", "chance")], "LAST CHANCE!", {"a": 1, "b": 1}),
        ([("click", "link in bio")], "Link in our bio", {}),
        ([("x", "we're hiring")], "We’re hiring", {"x": 1}),
    ],
)
def test_entries_match_as_promised(entries, text, expected):
    assert counted(entries, text) == expected


def test_a_phrase_does_not_cross_two_texts():
    lexicon = compile_lexicon([Entry("cash", "en", "cash back")])
    assert lexicon.counts(read_batch(["cash", "back", "cash back"])).tolist() == [[0], [0], [1]]


def test_counts_are_capped_and_logarithmic():
    lexicon = compile_lexicon([Entry("free", "en", "free")])
    row = cue_features(lexicon, read_batch(["free " * 9, "free", ""]))
    assert row[:, 0] == pytest.approx([np.log(4), np.log(2), 0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("خصم ولا تفوتbigsale!", max_size=20), max_size=5))
def test_a_batch_counts_what_its_texts_count_alone(texts):
    lexicon = compile_lexicon(
        [Entry("d", "ar", "خصم*"), Entry("u", "ar", "لا تفوت*"), Entry("s", "en", "big sale")]
    )
    together = lexicon.counts(read_batch(texts)).tolist()
    assert together == [lexicon.counts(read_batch([text]))[0].tolist() for text in texts]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("discount\tar", "line 1: found"),
        ("discount\tar\tone two three four five six seven", "one to 6 words"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    path = tmp_path / "lexicon_xx.tsv"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=message):
        read_entries([path])


def test_a_prefix_too_short_is_refused():
    with pytest.raises(LexiconError, match="3 to 16"):
        compile_lexicon([Entry("x", "en", "ab*")])


def test_the_bundled_lexicon_is_clean():
    """No entry twice or in two classes, and each written as normalization leaves it."""
    entries = read_entries(sorted(find("data/lexicon").glob("lexicon_*.tsv")))
    texts = [entry.text for entry in entries]
    assert len(texts) == len(set(texts)), sorted(t for t in set(texts) if texts.count(t) > 1)
    assert [t for t in texts if _letters(normalize(t.rstrip("*"))) != _letters(t.rstrip("*"))] == []
    assert len(compile_lexicon(entries).cues) < 250


def _letters(text: str) -> str:
    """A year or a percent becomes an entity; all else must stay."""
    return "".join(c for c in text if c.isalpha() or c in " '" or unicodedata.category(c) == "Mn")
