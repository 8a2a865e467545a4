"""Features against a slow reference that one can read, and against scikit-learn's analyzer."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from prmktml.features import HASH_BITS, KINDS, Recipe, grams, read_batch
from prmktml.normalization import normalize

TEXTS = st.lists(
    st.text("abcخصمو 5%!؟🔥,.@#\n", max_size=30) | st.text(max_size=12), min_size=1, max_size=5
)


ALL = Recipe((KINDS,), distinct=False)


def counts(texts: list[str]) -> list[dict[str, Counter]]:
    """Occurrences by kind of each text, as the strings they stand for."""
    tokens = read_batch(texts)
    result: list[dict[str, Counter]] = [{} for _ in texts]
    found = grams(tokens, ALL)
    for owner, kind, bucket in zip(found.owners(), found.kinds(), found.buckets, strict=True):
        result[owner].setdefault(KINDS[kind], Counter())[int(bucket)] += 1
    return result


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_a_batch_gives_what_its_texts_give_alone(texts):
    assert counts(texts) == [counts([text])[0] for text in texts]


def test_character_ngrams_are_those_of_scikit_learns_char_wb():
    text = "نفتح الفرع الجديد في جدة and we open"
    found = counts([text])[0]
    for size in (2, 3, 4, 5):
        analyzer = TfidfVectorizer(analyzer="char_wb", ngram_range=(size, size)).build_analyzer()
        expected = Counter(g for g in analyzer(normalize(text)) if len(g) == size)
        assert sorted(found[f"char{size}"].values()) == sorted(expected.values())


def test_word_ngrams_by_hand():
    found = counts(["خصم خصم اليوم! now"])[0]
    assert sorted(found["word1"].values()) == [1, 1, 1, 2]  # خصم, اليوم, !, now
    assert sorted(found["word2"].values()) == [1, 1, 1, 1]


def test_pairs_of_words_never_cross_a_text():
    assert all("word2" not in kinds for kinds in counts(["sale", "now", "", "!"]))
    assert sum(counts(["big sale", "now or never"])[1]["word2"].values()) == 2


def test_equal_ngrams_fall_into_equal_buckets_and_others_seldom_do():
    words = sorted({f"{a}{b}{c}" for a in "abcdefghij" for b in "klmnopqrst" for c in "uvwxyz"})
    found = grams(read_batch([" ".join(words)]), ALL)
    buckets = found.buckets[found.kinds() == KINDS.index("word1")]
    assert (buckets < 1 << HASH_BITS).all()
    assert len(set(buckets.tolist())) >= len(words) - 3


def test_a_span_of_an_ngram_is_where_it_stands():
    tokens = read_batch(["", "big sale"])
    found = grams(tokens, ALL)
    spans = zip(found.kinds(), found.starts.tolist(), found.ends(tokens).tolist(), strict=True)
    spans = [(KINDS[kind], start, end) for kind, start, end in spans]
    assert [s[1:] for s in spans if s[0] == "word1"] == [(1, 4), (5, 9)]
    assert [s[1:] for s in spans if s[0] == "word2"] == [(1, 9)]
    assert [s[1:] for s in spans if s[0] == "char5"] == [(0, 5), (4, 9), (5, 10)]


def test_a_recipe_takes_what_all_kinds_hold():
    tokens = read_batch(["big sale now", "", "خصم اليوم"])
    whole, part = grams(tokens, ALL), grams(tokens, Recipe((("char4",), ("word2",)), distinct=True))
    assert part.recipe.block_of_kinds().tolist() == [0, 1]
    for kind, name in enumerate(part.recipe.kinds):
        of_part, of_whole = part.kinds() == kind, whole.kinds() == KINDS.index(name)
        assert part.buckets[of_part].tolist() == whole.buckets[of_whole].tolist()
        assert part.starts[of_part].tolist() == whole.starts[of_whole].tolist()
        assert part.owners()[of_part].tolist() == whole.owners()[of_whole].tolist()
        assert part.ends(tokens)[of_part].tolist() == whole.ends(tokens)[of_whole].tolist()
