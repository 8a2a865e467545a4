"""Normalization against camel-tools, its own properties, and expectations derived by hand."""

import random
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import (
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
    normalize_unicode,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prmktml.entities import Entity
from prmktml.normalization import (
    SHIFT,
    UNICODE_VERSION,
    CharClass,
    _look_up,
    _raw,
    _with_marks_ordered,
    normalize,
    normalize_texts,
)

ROOT = Path(__file__).parents[1]
TATWEEL, END = "\u0640", "\uf8ff"
VARIATION = {0x034F, 0x180B, 0x180C, 0x180D, *range(0xFE00, 0xFE10)}
ours = pytest.mark.skipif(
    unicodedata.unidata_version != UNICODE_VERSION, reason="the table knows another Unicode"
)


def invisible(char: str) -> bool:
    return char == TATWEEL or unicodedata.category(char) == "Cf" or ord(char) in VARIATION


def camel(text: str) -> str:
    """What camel-tools makes of a text, in the order that is promised."""
    text = normalize_unicode("".join(c for c in text if not invisible(c)))
    return normalize_teh_marbuta_ar(normalize_alef_maksura_ar(normalize_alef_ar(dediac_ar(text))))


def folded(texts: list[str]) -> list[str]:
    """Fold texts up to the table, before elongation and entities."""
    batch = _raw(texts, False)
    dropped = (batch.classes & np.uint16(CharClass.DROP)).nonzero()[0]
    whole = batch.without(dropped).codes.astype("<u4").tobytes().decode("utf-32-le")
    return whole.split("\0")[:-1]


def again(text: str) -> str:
    """Apply the table to what camel-tools has already folded, one code point at a time."""
    codes = np.array([ord(c) for c in text], np.uint32)
    cells = _look_up(codes)
    kept = cells[cells & np.uint32(CharClass.DROP << SHIFT) == 0] & np.uint32(0x1FFFF)
    return "".join(map(chr, kept))


@ours
@pytest.mark.long
def test_every_code_point_is_folded_as_camel_tools_folds_it():
    chars = [chr(c) for c in range(1, 0x110000) if not 0xD800 <= c < 0xE000 and chr(c) != END]
    expected = again(camel(END.join(chars))).split(END)
    wrong = [hex(ord(c)) for c, a, b in zip(chars, folded(chars), expected, strict=True) if a != b]
    assert wrong == []


@ours
def test_random_sequences_with_marks_and_joiners_are_folded_as_camel_tools_folds_them():
    rng = random.Random(7)
    marks = [chr(c) for c in (0x64B, 0x64E, 0x651, 0x653, 0x654, 0x655, 0x670, 0x301, 0x308, 0x338)]
    letters = list("اأإآٱويىةهکیabcéİß1٥ﷲﷺ﷽ﻻﺧ가ᄀ\u1161\u11a8\u09c7\u09be")
    joiners = ["\u200c", "\u200d", "\u200f", TATWEEL, " ", "=", "K"]
    alphabet = marks + letters + joiners
    texts = ["".join(rng.choices(alphabet, k=rng.randint(1, 9))) for _ in range(20_000)]
    for text, ours in zip(texts, folded(texts), strict=True):
        assert ours == again(camel(text)), ascii(text)


@pytest.mark.parametrize(
    ("written", "same_as"),
    [
        ("خَصْمٌ", "خصم"),
        ("خـــصـم", "خصم"),
        ("ﺧﺼﻢ", "خصم"),
        ("أحمد إلى آدم", "احمد الي ادم"),
        ("ا\u0654حمد", "احمد"),
        ("مؤسسة", "مؤسسه"),
        ("لﻻ", "للا"),
        ("کیان", "كيان"),
        ("٥٠ ۵۰", "50 50"),
        ("Ｓａｌｅ", "sale"),
        ("SALE", "sale"),
        ("رااااائع", "رائع"),
        ("saaaale", "sale"),
        ("gooood", "good"),
        ("yesss!!!!", "yess!!"),
        ("“good” ‘x’", "\"good\" 'x'"),
        ("؟", "?"),
        ("#يوم_التأسيس", "#يوم التاسيس"),
        ("a\u200f b\u200bc", "a bc"),
        ("tea &amp; cake", "tea cake"),
        ("don&#39;t", "don't"),
        (" a \n\n b ", "a\nb"),
        ("a\x00b", "a b"),
    ],
)
def test_ways_of_writing_that_fall_together(written, same_as):
    assert normalize(written) == normalize(same_as)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://t.co/Ab1", [Entity.URL]),
        ("www.shop.example", [Entity.URL]),
        ("شاهدhttp://on.ly/x9#وسم", [Entity.URL]),
        ("bit.ly/abc now", [Entity.URL]),
        ("info@shop.example", [Entity.EMAIL]),
        ("@shop_eg شكرا", [Entity.USER]),
        ("01001234567", [Entity.PHONE]),
        ("+966 50 123 4567", [Entity.PHONE]),
        ("50 ريال", [Entity.PRICE]),
        ("$9.99", [Entity.PRICE]),
        ("99SR", [Entity.PRICE]),
        ("SAR 120", [Entity.PRICE]),
        ("30%", [Entity.PERCENT]),
        ("٪٣٠", [Entity.PERCENT]),
        ("in 2030", [Entity.YEAR]),
        ("9:30", [Entity.TIME]),
        ("4.5", [Entity.DECIMAL]),
        ("7", [Entity.NUMBER1]),
        ("70", [Entity.NUMBER2]),
        ("700", [Entity.NUMBER3]),
        ("7,500", [Entity.NUMBER4]),
        ("75,000", [Entity.NUMBER5]),
        ("1,200,000", [Entity.NUMBER7]),
        ("5g covid19", []),
    ],
)
def test_entities_become_one_code_point_each(text, expected):
    found = [ord(char) for char in normalize(text) if ord(char) in set(Entity)]
    assert found == expected


def test_signs_of_marketing_and_greeting_survive():
    assert normalize("🔥 € ★ ﷺ ؟ !").split() == [*"🔥€★", "صلي", "الله", "عليه", "وسلم", *"?!"]


ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=40)
DENSE = st.text(
    st.sampled_from(list("aA1٥.:/@#%$€&;_-+, \n'!wcom0رييالﻻﷺ\u0640\u0651\ue000\ue003😀")),
    max_size=25,
)


@settings(max_examples=400, deadline=None)
@given(ANY_TEXT | DENSE)
@example("5@user")
@example("50%% 6")
@example("5$6 7%8")
@example("&amp;amp;")
@example("wwww.a.com")
@example("htttp://x")
@example("1\u06402")
def test_normalizing_twice_changes_nothing(text):
    once = normalize(text)
    assert normalize(once) == once


@settings(max_examples=200, deadline=None)
@given(st.lists(ANY_TEXT | DENSE, max_size=6))
def test_a_text_alone_and_in_a_batch_is_the_same(texts):
    batch = normalize_texts(texts, places=True)
    assert [batch.text(i) for i in range(len(texts))] == [normalize(text) for text in texts]
    for text, start, end in zip(texts, batch.starts, batch.ends, strict=True):
        places = batch.places[start : end + 1]
        assert (np.diff(places) >= 0).all()
        assert places[-1] == len(text)
        assert (places[:-1] < max(len(text), 1)).all()


MARKS = "\u0315\u0300\u0327\u0345\u0344\u0f73\u0f71\u064b\u0651\u0653\u05b0\u3099"


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from(MARKS) | st.sampled_from("aéاأﷺ가\u1100¨ \u0f40\u0f77"), max_size=30)
)
def test_marks_put_in_order_beforehand_are_composed_as_ever(text):
    composed = unicodedata.normalize("NFKC", _with_marks_ordered(text))
    assert composed == unicodedata.normalize("NFKC", text)


def test_very_many_marks_on_one_letter_are_as_few_are():
    marks = "\u0315\u0300\u0327" * 200_000
    assert normalize(f"a{marks} sale") == normalize("a\u0315\u0300\u0327 sale")
    assert normalize_texts([f"a{marks}"], places=True).text(0) == normalize("a\u0300")


def test_each_code_point_knows_its_place():
    text = "ﻻ خَصـــم 50% 🎉"
    batch = normalize_texts([text], places=True)
    assert batch.text(0) == "لا خصم " + chr(Entity.PERCENT) + " 🎉"
    assert batch.places.tolist() == [0, 0, 1, 2, 4, 8, 9, 10, 13, 14, 15]


def test_all_code_points_at_once_do_not_raise():
    text = "".join(map(chr, range(0x110000)))
    assert normalize(normalize(text)) == normalize(text)


@ours
def test_the_committed_table_is_the_derived_one():
    script = ROOT / "scripts" / "derive_codepoints.py"
    assert subprocess.run([sys.executable, script, "--check"], check=False).returncode == 0
