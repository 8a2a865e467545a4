"""Explanations: exact sums, offsets, what flips a message, and how people see all that."""

import csv
import dataclasses
import io
import json
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prmktml.codebook import Label
from prmktml.corpus import read_corpus
from prmktml.entries import Entry, compile_lexicon, read_entries
from prmktml.explanation import Span, explain
from prmktml.explanation.clauses import share, split_clauses
from prmktml.explanation.cuenames import LANGUAGES, cue_name, cue_names
from prmktml.explanation.flipping import EXACT_SPANS, flip_exactly, flip_greedily, remove
from prmktml.explanation.highlighting import in_words, locale_language, teller
from prmktml.explanation.spans import intercept, weigh_spans
from prmktml.features import KINDS, N_LENGTHS, Recipe, grams, read_batch
from prmktml.model import N_OUTPUTS
from prmktml.resources import find

PIECES = [*"خصم %30شكراًـ ﷺ½buy!'_@#\n\u200d\u200f🇸🇦👩🏽", " sale ", "thanks", "لا تفوت"]
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=60) | st.lists(
    st.sampled_from(PIECES), max_size=40
).map("".join)
MIXED = "شكرًا لكل المتطوعين، واليوم خصم 30% على كل شيء"
OFFER = "خصم 30% لحد الخميس"


ONE_BLOCK = Recipe((KINDS,), distinct=False)
"""All n-grams under one norm, repeats counted: the sums are easy to work out by hand."""


def bucket(text: str, kind: str, index: int = 0) -> int:
    """Return the bucket of the n-gram of this kind that stands at this index in the text."""
    found = grams(read_batch([text]), ONE_BLOCK)
    return int(found.buckets[found.kinds() == KINDS.index(kind)][index])


@pytest.fixture(scope="module")
def small(model):
    """Return a function that builds a model from rows of bucket: (idf squared, pr, marketing)."""

    def build(rows, cue_weight=0.0, recipe=ONE_BLOCK):
        lexicon = compile_lexicon(
            [Entry("discount", "en", "sale"), Entry("discount", "en", "deal")]
        )
        buckets = np.array(sorted(rows), np.uint32)
        weights = np.zeros((len(rows) + 1, 1 + N_OUTPUTS), np.float32)
        weights[1:, :3] = np.reshape([rows[b] for b in sorted(rows)], (-1, 3))
        cue_weights = np.zeros((1, N_OUTPUTS), np.float32)
        cue_weights[0, 1] = cue_weight
        intercept = np.array([0.5, 0.25, *[0.0] * (N_OUTPUTS - 2)])
        return dataclasses.replace(
            model,
            buckets=buckets,
            weights=weights,
            cue_weights=cue_weights,
            length_weights=np.zeros((N_LENGTHS, N_OUTPUTS), np.float32),
            intercept=intercept,
            lexicon=lexicon,
            recipe=recipe,
        )

    return build


@pytest.fixture(scope="module")
def two_words(small):
    """Thanks weighs 3 for pr, sale 8 for marketing; the norm of both together is 5."""
    words = {bucket("thanks", "word1"): (9, 3, 0), bucket("sale", "word1"): (16, 0, 8)}
    return small(words, cue_weight=1.0)


def test_contributions_are_those_worked_out_by_hand(two_words):
    found = explain(two_words, "Thanks, SALE")
    thanks, sale = found.spans
    assert (thanks.start, thanks.end, thanks.cue) == (0, 6, None)
    assert (sale.start, sale.end, sale.cue) == (8, 12, "discount")
    assert math.isclose(thanks.contribution, 3 / 5)
    assert math.isclose(sale.contribution, -8 / 5 - math.log(2))
    assert found.intercept == 0.25
    assert math.isclose(found.decision, 0.25 + 0.6 - 1.6 - math.log(2))
    assert found.prediction.label is Label.MARKETING


def test_blocks_have_norms_of_their_own_and_repeats_share_one_contribution(small):
    rows = {
        bucket("thanks", "word1"): (9, 3, 0),
        bucket("sale", "word1"): (16, 0, 8),
        bucket("sale", "char5"): (4, 6, 0),  # of its five 5-grams the first, "_sale"
    }
    model = small(rows, recipe=Recipe((("char5",), ("word1",)), distinct=True))
    thanks, first, second = weigh_spans(model, "thanks sale sale")
    assert math.isclose(thanks.contribution, 3 / 5)
    assert math.isclose(first.contribution, (-8 / 5 + 6 / 2) / 2)
    assert math.isclose(second.contribution, first.contribution)
    found = explain(model, "thanks sale sale")
    odds = found.prediction.probabilities
    assert math.isclose(found.decision, math.log(odds["pr"] / odds["marketing"]))


def test_a_cue_is_shared_by_its_matches(small):
    sale, fish, deal = weigh_spans(small({}, cue_weight=2.0), "sale fish deal")
    assert math.isclose(sale.contribution, -2 * math.log(3) / 2)
    assert fish == Span(5, 9, "fish", 0.0, None)
    assert math.isclose(deal.contribution, sale.contribution)


def test_a_pair_of_words_is_spread_by_code_points_and_a_border_goes_to_its_word(small):
    pair = small({bucket("thanks sale", "word2"): (4, 22, 0)})
    thanks, sale = weigh_spans(pair, "thanks sale")
    assert math.isclose(thanks.contribution, 11 * 7 / 11)  # the space is as near to both: the left
    assert math.isclose(sale.contribution, 11 * 4 / 11)
    border = small({bucket("sale", "char2", -1): (4, 6, 0)})
    sale, sign = weigh_spans(border, "sale!")
    assert (sale.contribution, sign.contribution) == (3.0, 0.0)


def test_a_cue_that_pulls_the_other_way_is_not_named(small):
    model = small({bucket("sale", "word1"): (1, 9, 0)}, cue_weight=1.0)
    assert weigh_spans(model, "sale")[0].cue is None


@settings(max_examples=400, deadline=None)
@given(text=ANY_TEXT)
@example("ﷺ½ a½b foo_ 1\u20e3")
@example("شكـــــراً\u200f\u200f!!!!! ")
def test_contributions_and_intercept_add_up_to_the_decision(model, text):
    scores, _ = model.scores(read_batch([text]))
    found = explain(model, text)
    assert abs(found.decision - (scores[0, 0] - scores[0, 1])) < 1e-9
    if found.prediction.label is not None:
        odds = found.prediction.probabilities
        assert abs(found.decision - math.log(odds["pr"] / odds["marketing"])) < 1e-9
        assert found.spans


def test_contributions_add_up_over_the_corpus(model):
    for text in read_corpus(find("data/corpus.csv")).texts[::50]:
        scores, _ = model.scores(read_batch([text]))
        total = intercept(model, text)
        total += sum(span.contribution for span in weigh_spans(model, text))
        assert abs(total - (scores[0, 0] - scores[0, 1])) < 1e-9


@settings(max_examples=400, deadline=None)
@given(text=ANY_TEXT)
@example("👨\u200d👩\u200d👧🇸🇦🇪🇬👍🏽")
@example(" \u0e33")
def test_offsets_are_code_points_of_the_original_text(model, text):
    end = 0
    for span in weigh_spans(model, text):
        assert end <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == span.text
        assert span.text.strip() == span.text
        end = span.end


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("شكـــراً  لَكُم!!!! \u200f", ["شكـــراً", "لَكُم", "!", "!!!"]),
        ("اتصل: +966 55 123 4567  الآن", ["اتصل", "+966 55 123 4567", "الآن"]),
        ("👨\u200d👩\u200d👧🇸🇦🇪🇬 👍🏽ok", ["👨\u200d👩\u200d👧", "🇸🇦", "🇪🇬", "👍🏽", "ok"]),
        ("صلى الله ﷺ", ["صلى", "الله", "ﷺ"]),
        ("a½b, don't foo_", ["a½b", "don't", "foo"]),
        ("#يوم_التأسيس 30 %", ["#", "يوم", "التأسيس", "30 %"]),
        (" \n", []),
    ],
)
def test_spans_are_the_words_and_signs_that_people_see(model, text, words):
    assert [span.text for span in weigh_spans(model, text)] == words


def test_a_flip_is_the_smallest_removal_and_is_checked(two_words):
    found = explain(two_words, "Thanks, SALE")
    assert [span.text for span in found.flip.spans] == ["SALE"]
    assert found.flip.prediction == two_words.predict("Thanks,")
    assert found.flip.to_dict() == {
        "remove": [{"start": 8, "end": 12, "text": "SALE"}],
        "text": "Thanks,",
        "label": "pr",
        "confidence": found.flip.prediction.confidence,
    }


@pytest.mark.parametrize("text", ["sale", "sale deal", "thanks", "", "?"])
def test_no_removal_flips_it_is_an_answer(two_words, text):
    found = explain(two_words, text)
    assert found.flip is None
    assert found.to_dict()["flip"] is None


def test_the_greedy_search_prunes_what_need_not_go(small):
    weights = {bucket(w, "word1"): (1, 0, v) for w, v in {"one": 2, "two": 3, "six": 4}.items()}
    weights[bucket("thanks", "word1")] = (1, 4, 0)
    model = small(weights)
    for search in (flip_exactly, flip_greedily):
        text = "one two six thanks"
        chosen = search(model, text, Label.MARKETING, weigh_spans(model, text))
        # 2 + 3 + 4 against 4 and an intercept in its favor: six and two must go
        assert sorted(span.text for span in chosen) == ["six", "two"]


@pytest.mark.long
def test_the_greedy_search_comes_close_to_the_exact_one(model):
    n_same = n_flips = 0
    for text in read_corpus(find("data/corpus.csv")).texts[::40]:
        label, spans = model.predict(text).label, weigh_spans(model, text)
        if label is None or len(spans) > EXACT_SPANS:
            continue
        exact = flip_exactly(model, text, label, spans)
        greedy = flip_greedily(model, text, label, spans)
        for chosen in filter(None, (exact, greedy)):
            assert model.predict(remove(text, chosen)).label not in (label, None)
        if exact is None:
            assert greedy is None
            continue
        n_flips += 1
        n_same += greedy is not None and len(greedy) == len(exact)
        assert greedy is None or len(greedy) >= len(exact)
    assert n_flips >= 10
    assert n_same / n_flips >= 0.9


def test_a_long_message_is_explained(model):
    found = explain(model, f"{'شكرا لكم ' * 2000}{OFFER}")
    assert found.prediction.label is Label.MARKETING  # the thanks count once, however often
    assert len(found.spans) == 4004
    assert found.flip is None or found.flip.prediction.label is Label.PR


@settings(max_examples=150, deadline=None)
@given(text=ANY_TEXT)
def test_flip_and_share_hold_for_any_text(model, text):
    found = explain(model, text)
    if found.flip is not None:
        assert found.flip.prediction.label not in (found.prediction.label, None)
        assert found.flip.prediction.text == remove(text, found.flip.spans)
    if found.share is not None:
        assert 0 <= found.share.pr <= 1
        assert abs(found.share.pr + found.share.marketing - 1) < 1e-9
        for clause in found.share.clauses:
            assert text[clause.start : clause.end] == clause.text
    json.dumps(found.to_dict("ar"))


@settings(max_examples=200, deadline=None)
@given(text=ANY_TEXT)
def test_clauses_lose_nothing_but_white_space(text):
    bounds = split_clauses(text)
    assert "".join(text.split()) == "".join("".join(text[a:b].split()) for a, b in bounds)


def test_a_clause_counts_by_its_letters(model):
    text = "شكرًا لمتطوعينا! خصم 50%\nعلى https://a.sa/?q=1,2 :)"
    found = share(model, text)
    assert [c.text for c in found.clauses] == [
        "شكرًا لمتطوعينا!",
        "خصم 50%",
        "على https://a.sa/?q=1,2 :",
    ]
    assert [c.letters for c in found.clauses] == [13, 3, 12]
    own = [model.predict_proba([c.text])[0] for c in found.clauses]
    pr = sum(p[0] / (p[0] + p[1]) * n for p, n in zip(own, [13, 3, 12], strict=True)) / 28
    assert math.isclose(found.pr, pr)
    assert share(model, "30% 🔥") is None


def test_every_cue_class_has_a_name_in_both_languages(model):
    classes = {entry.cue for entry in read_entries(find("data/lexicon").glob("lexicon_*.tsv"))}
    names = cue_names()
    assert set(names) == classes
    assert set(names) >= set(model.lexicon.cues)
    for lang in LANGUAGES:
        assert all(cue_name(cue, lang).strip() for cue in names)
        assert len({names[cue][lang] for cue in names}) == len(names)


def test_the_language_is_that_of_the_locale(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert locale_language() == "en"
    monkeypatch.setenv("LANG", "ar_EG.UTF-8")
    assert locale_language() == "ar"
    monkeypatch.setenv("LC_ALL", "C")
    assert locale_language() == "en"


def test_the_strongest_words_stand_first(two_words):
    found = explain(two_words, "Thanks, fish SALE")
    assert in_words(found, "en") == "SALE (-2.3, discount); Thanks (+0.6)"
    assert in_words(found, "ar") == "SALE (\u200e-2.3، تخفيض)؛ Thanks (\u200e+0.6)"
    assert in_words(found, "en", n_spans=1) == "SALE (-2.3, discount)"


def test_jsonl_gets_three_keys_more(run_command, tmp_path):
    code, printed, said = run_command("prmktml.predict", "--explain", MIXED, "")
    record, nothing = map(json.loads, printed.splitlines())
    assert (code, said) == (0, "")
    assert list(record)[-3:] == ["explanation", "flip", "share"]
    assert [MIXED[s["start"] : s["end"]] for s in record["explanation"]] == [
        s["text"] for s in record["explanation"]
    ]
    assert "discount" in [s["cue"] for s in record["explanation"]]
    assert (nothing["explanation"], nothing["flip"], nothing["share"]) == ([], None, None)
    _, printed, _ = run_command("prmktml.predict", "--explain", "--lang", "ar", MIXED)
    assert "تخفيض" in [s["cue"] for s in json.loads(printed)["explanation"]]
    path = tmp_path / "posts.csv"
    path.write_text(f'id,text\n1,"{MIXED}"\n', encoding="utf-8")
    _, printed, _ = run_command("prmktml.predict", "-i", path, "--explain")
    assert list(json.loads(printed)["prmktml"])[-3:] == ["explanation", "flip", "share"]


def test_csv_gets_one_column_more(run_command):
    args = ("prmktml.predict", "--explain", "--format", "csv", OFFER, "")
    code, printed, _ = run_command(*args, env={"LC_ALL": "C.UTF-8"})
    offer, nothing = csv.DictReader(io.StringIO(printed))
    assert code == 0
    assert list(offer)[-1] == "prmktml_explanation"
    assert offer["prmktml_explanation"].startswith("خصم (-")
    assert ", discount)" in offer["prmktml_explanation"]
    assert nothing["prmktml_explanation"] == ""
    _, printed, _ = run_command(*args, env={"LC_ALL": "ar_SA.UTF-8"})
    assert "، تخفيض)" in printed


@pytest.mark.long
def test_two_processes_explain_as_one_does(run_command, tmp_path):
    path = tmp_path / "posts.txt"
    path.write_text(f"{OFFER}\n{MIXED}\n", encoding="utf-8")
    args = ("prmktml.predict", "-i", path, "--explain")
    assert run_command(*args)[1] == run_command(*args, "-j", "2")[1]


def test_the_table_shows_words_where_there_is_no_terminal(run_command):
    args = ("prmktml.predict", "--explain", "--format", "table", "--lang")
    code, printed, _ = run_command(*args, "en", OFFER, "", env={"FORCE_COLOR": ""})
    assert code == 0
    assert "\x1b" not in printed
    assert "  for marketing: خصم (-" in printed
    assert "% PR, " in printed
    assert printed.splitlines()[-1].startswith("–")
    _, printed, _ = run_command(*args, "ar", OFFER, env={"FORCE_COLOR": ""})
    assert "  للتسويق: خصم (\u200e-" in printed


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_words_are_colored_by_side_and_no_message_steers_the_terminal(two_words, monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    found = explain(two_words, "Thanks,\x1b[2J\n SALE \ud800")
    line, part, flip = teller("en", Terminal())(found).splitlines()
    assert line == "  \x1b[36mThanks\x1b[0m,\ufffd[2J  \x1b[1;33mSALE\x1b[0m \ufffd"
    pr = round(100 * found.share.pr)
    assert part == f"  \x1b[36m{pr}% PR\x1b[0m, \x1b[33m{100 - pr}% marketing\x1b[0m"
    assert flip == "  would be PR without: SALE"
    monkeypatch.setenv("NO_COLOR", "1")
    assert teller("ar", Terminal())(found).splitlines()[:2] == [
        "  للعلاقات العامة: Thanks (\u200e+0.6)",
        "  للتسويق: SALE (\u200e-2.3، تخفيض)",
    ]


def test_no_color_is_respected_by_the_command(run_command):
    args = ("prmktml.predict", "--explain", "--format", "table", MIXED)
    env = {"FORCE_COLOR": "1", "TERM": "xterm"}
    assert "\x1b[" in run_command(*args, env=env)[1]
    assert "\x1b" not in run_command(*args, env=env | {"NO_COLOR": "1"})[1]


@pytest.mark.parametrize(
    ("options", "absent"),
    [
        ([], {"rich", "prmktml.explanation", "prmktml.explanation.highlighting"}),
        (["--format", "csv"], {"rich", "prmktml.explanation", "prmktml.explanation.highlighting"}),
        (["--explain"], {"rich", "sklearn", "pandas"}),
        (["--explain", "--format", "csv"], {"rich", "sklearn", "pandas"}),
    ],
)
def test_only_what_is_needed_is_imported(options, absent):
    argv = [*options, "discount"]
    code = f"import sys; from prmktml import predict; predict.main({argv!r})"
    code += f"; sys.exit(bool(set(sys.modules) & {absent!r}))"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
