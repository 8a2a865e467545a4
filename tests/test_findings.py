"""Every code fires where it should and stays silent where it should not; κ worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prmktml.checks.agreement import agreement, cohen_kappa, label_issues, likely_label_errors
from prmktml.checks.duplicates import exact_copies
from prmktml.checks.findings import CHECKS, findings_in, read_accepted
from prmktml.checks.repair import mend, mojibake, repair_file, repaired, tidy
from prmktml.checks.sheets import Finding, Sheet, read_sheet
from prmktml.errors import DataError, UsageError

from conftest import sentences

BY_CODE = {check.code: check for check in CHECKS}
SALE, THANKS = "Half price on all winter coats today", "Thank you to every nurse who stayed"
TOWNS = (
    "Amman Basra Cairo Dubai Erbil Fez Gaza Haifa Irbid Jeddah Kut Luxor Mosul Nablus Oran Port "
    "Qena Rabat Sfax Tunis Umm Vela Wahran Xor Yanbu Zarqa"
).split()


def sheet(text=(SALE, THANKS), **columns):
    """Make a sheet; a column that is one string has it in every row."""
    columns = {"label": "pr", **columns}
    filled = {name: [v] * len(text) if isinstance(v, str) else v for name, v in columns.items()}
    return Sheet.of({"text": text, **filled})


def labelled(n_pr, n_marketing, n_other=0, **columns):
    """Make a sheet of so many different messages of each label."""
    labels = ["pr"] * n_pr + ["marketing"] * n_marketing + ["other"] * n_other
    return sheet(
        [f"{TOWNS[i % 26]}{chr(97 + i // 26)}" for i in range(len(labels))], label=labels, **columns
    )


def lines(template, n):
    """Fill a template with different words."""
    return [template.format(town, TOWNS[-i - 1]) for i, town in enumerate(TOWNS[:n])]


def trained_on(*more):
    rows = [*sentences(), *more]
    return sheet([row[0] for row in rows], label=[row[1] for row in rows])


WRONG = ("thanks volunteers community شكرا نعتذر قيم", "marketing")
BROKEN = Sheet(
    "data.csv", {"text": [], "label": []}, [], broken=[(3, "data.csv, row 3, fields found: 5")]
)
CODERS = ["pr"] * 10 + ["marketing"] * 10
PHRASE = "{} says that we deliver on the same day to every town of {}"

FIRES = {
    "PRM001": [(BROKEN, {}, [(3,)])],
    "PRM002": [(sheet(["", " \n", THANKS]), {}, [(2,), (3,)])],
    "PRM003": [(sheet(["a", "b", "c", "d"], id=["x", "y", "x ", ""]), {}, [(4,)])],
    "PRM004": [(sheet(label=["", " "]), {}, [(2,), (3,)])],
    "PRM005": [
        (sheet(label=["PR", "sales"]), {}, [(2,), (3,)]),
        (sheet(coder=["pr", "pub"]), {"second_label": "coder"}, [(3,)]),
    ],
    "PRM006": [(sheet(aspects=["values", ""]), {}, [(3,)])],
    "PRM007": [(sheet(aspects=["value", "issues|love"]), {}, [(2,), (3,)])],
    "PRM008": [(sheet(aspects=["values|issues|sales", "values|values"]), {}, [(2,), (3,)])],
    "PRM009": [
        (sheet(aspects=["offers|values", "issues"]), {}, [(2,)]),
        (sheet(label="other", aspects=["values", ""]), {}, [(2,)]),
    ],
    "PRM011": [
        (sheet([SALE, THANKS, SALE + " ", SALE]), {}, [(2, 4), (2, 5)]),
        (sheet(["شكرا", "Ø´ÙƒØ±Ø§"]), {}, [(2, 3)]),
        (sheet([SALE, SALE], pair="p1"), {}, [(2, 3)]),
        (sheet([SALE] * 3, label=["pr", "marketing", "marketing"]), {}, [(3, 4)]),
    ],
    "PRM012": [
        (sheet([SALE, SALE.upper() + "!"]), {}, [(2, 3)]),
        (sheet([SALE, SALE + " only"]), {}, [(2, 3)]),
        (sheet([SALE, THANKS, SALE + "!", SALE + "!!"]), {}, [(2, 4), (4, 5)]),
        (sheet([SALE, SALE + "!"], pair=["p1", "p2"]), {}, [(2, 3)]),
    ],
    "PRM013": [
        (sheet([SALE, SALE + "!"], label=["pr", "marketing"]), {}, [(2, 3)]),
        (sheet([SALE, SALE], label=["pr", "other"], pair="p1"), {}, [(2, 3)]),
        (sheet([SALE, SALE], label=["pr", "other"], group=["a", "b"]), {}, [(2, 3)]),
    ],
    "PRM014": [
        (sheet([SALE, SALE], group=["a", "b"]), {}, [(2, 3)]),
        (sheet([SALE, SALE + "!"], group=["a", "b"]), {}, [(2, 3)]),
    ],
    "PRM021": [
        (labelled(26, 5), {}, [()]),
        (labelled(20, 0), {}, [()]),
        (labelled(20, 20, 3), {}, [()]),
        (labelled(11, 10, 5), {"imbalance": 2}, [()]),
    ],
    "PRM022": [
        (labelled(8, 2, group="g"), {}, [tuple(range(2, 12))]),
        (labelled(10, 0, group="g"), {}, [tuple(range(2, 12))]),
        (labelled(6, 4, group="g"), {"group_share": 0.5}, [tuple(range(2, 12))]),
    ],
    "PRM023": [(labelled(4, 4, brand=["Oro"] * 4 + ["Nile", ""] * 2), {}, [(2, 3, 4, 5)])],
    "PRM024": [
        (
            sheet([f"{town} #شُكراً" for town in TOWNS[:2]] + ["#شكرا A", "#شكرا B #b"]),
            {},
            [(2, 3, 4, 5)],
        ),
        (sheet(["#Eid a #eid", "#EID b", "c #eid!", "#eid"]), {}, [(2, 3, 4, 5)]),
    ],
    "PRM031": [
        (sheet(lines("We are proud, {} and {}", 7)), {}, [tuple(range(2, 9))]),
        (sheet(["We, are PROUD 1", "we are proud 2"]), {"openings": 1}, [(2, 3)]),
        (sheet(["On 25 May", "On 26 May"]), {"openings": 1}, [(2, 3)]),
    ],
    "PRM032": [
        (sheet(lines(PHRASE, 3)), {}, [(2, 3, 4)]),
        (sheet(lines(PHRASE, 4), pair=["p", "p", "", "q"]), {}, [(2, 3, 4, 5)]),
        (sheet(["a b c x", "a b c y"]), {"ngram_rows": 2, "ngram_words": 3}, [(2, 3)]),
    ],
    "PRM041": [
        (sheet(["Ø´ÙƒØ±Ø§ Ù„ÙƒÙ…", "ط´ظƒط±ط§"]), {}, [(2,), (3,)]),
        (sheet(["cafÃ©", "itâ€™s", "win ðŸŽ‰", "big ًںژ‰", "Â£5"]), {}, [(n,) for n in range(2, 7)]),
        (sheet(brand=["", "CafÃ©"]), {}, [(3,)]),
        (sheet(["شكرا Ø´ÙƒØ±Ø§", THANKS]), {}, [(2,)]),
    ],
    "PRM042": [(sheet(["na\ufffdve", THANKS]), {}, [(2,)])],
    "PRM043": [(sheet([THANKS, "win \ud83d"]), {}, [(3,)])],
    "PRM044": [
        (sheet(["a\x00b", "Lifetime\x92s", "\ufeffa", "a\x1fb"]), {}, [(2,), (3,), (4,), (5,)])
    ],
    "PRM045": [
        (
            sheet([" a", "a\n", "a  b", "a\tb", "a \nb", "a\n\n\nb"]),
            {},
            [(n,) for n in range(2, 8)],
        ),
        (sheet(group=["a", "a "]), {}, [(3,)]),
    ],
    "PRM051": [(sheet(coder=["pr", "other"]), {"second_label": "coder"}, [(3,)])],
    "PRM052": [
        (labelled(10, 10, coder=CODERS[::-1]), {"second_label": "coder"}, [()]),
        (
            labelled(10, 10, coder=["pr", *CODERS[1:-1], "pr"]),
            {"second_label": "coder", "kappa": 0.95},
            [()],
        ),
    ],
    "PRM053": [(trained_on(WRONG), {"label_errors": True}, [(122,)])],
}

SILENT = {
    "PRM001": [(sheet(), {})],
    "PRM002": [(sheet(["null", "0", "."]), {})],
    "PRM003": [(sheet(id=["x", "y"]), {}), (sheet(id=""), {}), (sheet(), {})],
    "PRM004": [(sheet(label=["pr", "sales"]), {})],
    "PRM005": [
        (sheet(["a"] * 4, label=["pr", " marketing ", "other", ""]), {}),
        (sheet(coder=["pr", ""]), {"second_label": "coder"}),
        (sheet(coder="pub"), {}),
    ],
    "PRM006": [
        (sheet(aspects=""), {}),
        (sheet(), {}),
        (sheet(label=["pr", "other"], aspects=["values", ""]), {}),
    ],
    "PRM007": [(sheet(aspects=["values", "issues | offers"]), {})],
    "PRM008": [(sheet(aspects=["values", "issues|offers"]), {})],
    "PRM009": [
        (sheet(aspects=["values|offers", ""]), {}),
        (sheet(label=["marketing", "other"], aspects=["offers|values", ""]), {}),
        (sheet(label="sales", aspects=["offers", "love"]), {}),
    ],
    "PRM011": [
        (sheet(), {}),
        (sheet(["", ""]), {}),
        (sheet([SALE, SALE + "!"]), {}),
        (sheet([SALE, SALE], group=["a", "b"]), {}),
    ],
    "PRM012": [
        (sheet(), {}),
        (sheet([SALE, SALE]), {}),
        (sheet([SALE, SALE + "!"], pair="p1"), {}),
        (sheet([SALE, SALE + " only"]), {"near": 0.99}),
        (sheet([]), {}),
    ],
    "PRM013": [
        (sheet([SALE, SALE + "!"], label=["pr", "marketing"], pair="p1"), {}),
        (sheet([SALE, SALE], label=["pr", ""]), {}),
    ],
    "PRM014": [
        (sheet([SALE, SALE], group="a"), {}),
        (sheet([SALE, SALE], group=["a", ""]), {}),
        (sheet(group=["a", "b"]), {}),
    ],
    "PRM021": [(labelled(25, 5), {}), (labelled(20, 20), {}), (labelled(19, 0), {})],
    "PRM022": [
        (labelled(7, 3, group="g"), {}),
        (labelled(9, 0, group="g"), {}),
        (labelled(10, 0, group=""), {}),
        (labelled(10, 0), {}),
    ],
    "PRM023": [
        (labelled(4, 4, brand=["Oro"] * 5 + [""] * 3), {}),
        (labelled(3, 0, brand="Oro"), {}),
    ],
    "PRM024": [
        (sheet(["#eid a", "#eid b", "#eid c"]), {}),
        (sheet([f"#eid {town}" for town in "abcd"], label=["pr", "pr", "pr", "other"]), {}),
        (sheet(["&#39;a", "&#39;b", "&#39;c", "&#39;d", "#1 e", "#1 f", "#1 g", "#1 h"]), {}),
        (sheet(["#eid " * 4, THANKS]), {}),
    ],
    "PRM031": [(sheet(lines("We are proud, {} and {}", 6)), {}), (sheet(["Big sale"] * 9), {})],
    "PRM032": [
        (sheet(lines(PHRASE, 2)), {}),
        (sheet(lines(PHRASE, 3), pair=["p", "p", ""]), {}),
        (sheet(lines(PHRASE, 1) * 3), {}),
        (sheet(lines("{} says that we deliver on time to {}", 3)), {}),
    ],
    "PRM041": [
        (sheet(["فقط، لدينا «طط» وحظ؛ ط؟ ظ…", "شكراً للكلّ ًا", "Vive l’été – voilà\u00a0!"]), {}),
        (sheet(["SÃO PAULO", "Øresund", "naïve 5° £5 «É»", "win 🎉"]), {}),
        (sheet(label="cafÃ©"), {}),
    ],
    "PRM042": [(sheet(["naïve ?", "\u25a1 \ufffc"]), {})],
    "PRM043": [(sheet(["win 🎉", "win 👩‍🚀"]), {})],
    "PRM044": [(sheet(["a\tb\nc\r\nd", "\u200f10 \u200dشـ\u00a0"]), {}), (sheet(["Ù\x81Ù†"]), {})],
    "PRM045": [
        (sheet(["a b\nc\n\nd", "a\r\nb", "10\u00a0€"]), {}),
        (sheet(["", " "]), {}),
        (sheet(label=" pr ", aspects=" values"), {}),
    ],
    "PRM051": [(sheet(coder=["pr", ""]), {"second_label": "coder"})],
    "PRM052": [
        (labelled(10, 10, coder=["pr", *CODERS[1:-1], "pr"]), {"second_label": "coder"}),
        (sheet(coder="pr"), {"second_label": "coder"}),
    ],
    "PRM053": [(trained_on(), {"label_errors": True})],
}


def found(code, rows, options):
    taken = {name: value for name, value in options.items() if name in BY_CODE[code].options}
    return [finding.rows for finding in BY_CODE[code](rows, **taken)]


@pytest.mark.parametrize("code", FIRES)
def test_it_fires(code):
    for rows, options, expected in FIRES[code]:
        assert found(code, rows, options) == expected


@pytest.mark.parametrize("code", SILENT)
def test_it_stays_silent(code):
    for rows, options in SILENT[code]:
        assert found(code, rows, options) == []


def test_every_code_has_both_and_a_title_and_a_remedy_of_its_own():
    codes = [check.code for check in CHECKS]
    assert codes == sorted(set(codes))
    assert set(FIRES) == set(SILENT) == set(codes)
    assert len({check.title for check in CHECKS}) == len(CHECKS)
    assert all(check.remedy and check.__doc__ for check in CHECKS)


def test_a_finding_says_where_what_and_what_to_do():
    rows = sheet(["a", "b"], id=["x", "y"], label=["pr", "sales"])
    (finding,) = findings_in(rows)
    assert finding == Finding(
        "PRM005",
        "unknown label",
        "write pr, marketing or other",
        "data.csv",
        (3,),
        "y",
        "label",
        "sales",
    )
    assert str(finding) == (
        "PRM005 row 3 (id y): unknown label, column label, found 'sales' → "
        "write pr, marketing or other"
    )


def test_without_ids_rows_are_named_by_number():
    (finding,) = findings_in(sheet([SALE, SALE]))
    assert finding.id == "2 + 3"
    assert str(finding).startswith("PRM011 rows 2 + 3: exact duplicate, the same text, 'Half price")


def test_many_rows_are_not_all_listed():
    (finding,) = BY_CODE["PRM031"](sheet(lines("We are proud, {} and {}", 8)))
    assert finding.where == "rows 2 + 3 + 4 + 5 + 6 and 3 more (id we are proud)"


def test_what_cannot_be_seen_is_written_as_escapes():
    (finding,) = BY_CODE["PRM002"](sheet([""], id=["a\nb\ud83d"]))
    assert finding.id == "a\\nb\\ud83d"
    assert "\n" not in str(finding)


def test_a_hundred_copies_are_99_findings():
    rows = [SALE + "!" * i for i in range(100)]
    assert len(BY_CODE["PRM012"](sheet(rows))) == 99


def test_an_option_that_no_check_has_is_refused():
    with pytest.raises(UsageError, match="no check has the option 'nearer'"):
        findings_in(sheet(), nearer=0.6)


def test_copies_are_those_with_the_same_label_aspects_and_pair():
    columns = {
        "label": ["pr", "pr ", "pr", "other", "pr"],
        "aspects": ["values", "values", "issues", "", "values"],
        "pair": ["", "", "", "", "p"],
    }
    assert exact_copies(sheet([SALE, SALE + "\n", SALE, SALE, SALE], **columns)) == {3}


# Two coders. Of 50 rows 20 are pr by both, 15 marketing by both; the first says pr 25 times, the
# second 30 times. Observed .7; by chance .5 · .6 + .5 · .4 = .5; κ = (.7 - .5) / (1 - .5) = .4.
FIRST = ["pr"] * 25 + ["marketing"] * 25
SECOND = ["pr"] * 20 + ["marketing"] * 5 + ["pr"] * 10 + ["marketing"] * 15


def test_kappa_by_hand():
    result = agreement(labelled(25, 25, coder=SECOND), "coder")
    assert result.kappa == pytest.approx(0.4)
    assert result.n == 50
    assert len(result.differing) == 15


def test_kappa_of_three_labels_by_hand():
    # 6 of 8 alike; shares 4 2 2 and 3 4 1 of 8: chance (12 + 8 + 2) / 64; (48 - 22) / (64 - 22)
    first, second = np.array([0, 0, 0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 1, 1, 1, 2, 1])
    assert cohen_kappa(first, second) == pytest.approx(26 / 42)


def test_kappa_of_opposites_is_minus_one_and_of_one_label_undefined():
    ones = np.array([0, 0, 1, 1])
    assert cohen_kappa(ones, 1 - ones) == -1
    assert np.isnan(cohen_kappa(np.zeros(4, int), np.zeros(4, int)))
    assert (
        str(agreement(sheet(coder="pr"), "coder"))
        == "Cohen's κ nan [nan, nan], 2 of 2 labelled alike"
    )


def test_the_interval_is_near_the_large_sample_one():
    # standard error, Cohen (1960): sqrt(.7 · .3 / 50) / (1 - .5) = .1296
    result = agreement(labelled(25, 25, coder=SECOND), "coder")
    assert result.low == pytest.approx(0.4 - 1.96 * 0.1296, abs=0.05)
    assert result.high == pytest.approx(0.4 + 1.96 * 0.1296, abs=0.05)


def test_the_interval_is_wider_where_disagreement_comes_in_groups():
    second = ["pr"] * 40 + ["marketing"] * 10 + ["pr"] * 10 + ["marketing"] * 40
    groups = [f"g{i // 5}" for i in range(100)]
    alone = agreement(labelled(50, 50, coder=second), "coder")
    grouped = agreement(labelled(50, 50, coder=second, group=groups), "coder")
    assert grouped.kappa == alone.kappa == pytest.approx(0.6)
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({}, "no column 'coder' of a second coder; the columns are text, label"),
        ({"coder": ["", "pub"]}, "no row has a known label in both label and coder"),
    ],
)
def test_agreement_needs_two_labels(columns, message):
    with pytest.raises(DataError, match=message):
        agreement(sheet(**columns), "coder")


def test_label_issues_by_hand():
    # Mean self-confidence: of class 0 (.9 + .7 + .2) / 3 = .6, of 1 (.6 + .8 + .1) / 3 = .5,
    # of 2 .5. Row 2 reaches .5 of class 1, row 5 .6 of class 0.
    p = np.array(
        [[0.9, 0.1, 0], [0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.2, 0.6, 0.2], [0.1, 0.8, 0.1],
         [0.8, 0.1, 0.1], [0.25, 0.25, 0.5]]
    )  # fmt: skip
    assert label_issues(p, np.array([0, 0, 0, 1, 1, 1, 2])) == [(5, 0), (2, 1)]


def test_a_row_that_reaches_two_thresholds_counts_to_the_likelier():
    # thresholds .3 and .45; both rows of class 1 reach both
    p = np.array([[0.3, 0.7], [0.55, 0.45], [0.55, 0.45]])
    assert label_issues(p, np.array([0, 1, 1])) == [(0, 1), (1, 0), (2, 0)]


def test_a_class_that_never_occurs_and_a_likeliest_own_label_are_no_issue():
    assert label_issues(np.array([[0.6, 0.0, 0.4]] * 2), np.array([0, 0])) == []
    # class 0 has the threshold .7, class 1 .35: row 2 reaches .4 of class 1, yet 0 is likelier
    p = np.array([[0.9, 0.1], [0.6, 0.4], [0.65, 0.35]])
    assert label_issues(p, np.array([0, 0, 1])) == []


def test_label_errors_say_what_is_likelier_and_need_rows():
    (finding,) = likely_label_errors(trained_on(WRONG))
    assert finding.detail.startswith("marketing (0.")
    assert "beside pr (" in finding.detail
    with pytest.raises(DataError, match=r"too few rows to find label errors \(pr: 2, marketing: 0"):
        findings_in(sheet(), label_errors=True)


@pytest.mark.parametrize("codec", ["cp1252", "cp1256"])
@pytest.mark.parametrize("text", ["شكرا لكم، «فقط» اليوم… 🎉", "it’s £5 – café", "مفاجأة ﷺ\nعرض"])
def test_text_is_turned_back_whole(codec, text):
    damaged = "".join(bytes([b]).decode(codec, "ignore") or chr(b) for b in text.encode())
    assert damaged != text
    assert mojibake(damaged)
    assert mend(damaged) == text


def test_text_damaged_twice_is_turned_back():
    twice = "café".encode().decode("cp1252").encode().decode("cp1252")
    assert twice == "cafÃƒÂ©"
    assert mend(twice) == "café"


@pytest.mark.parametrize("text", ["شكرا cafÃ©", "it’s cafÃ©", "Ø´Ùƒ Ø", "voilà\u00a0»", "É»", "ط«"])
def test_what_does_not_round_trip_stays(text):
    assert mend(text) == text


@given(st.text() | st.text(st.sampled_from("a \t\u00a0\r\n")))
def test_repairing_twice_changes_nothing_more(text):
    assert tidy(tidy(text)) == tidy(text)
    assert repaired(repaired(text)) == repaired(text)


@given(
    st.text(st.characters(min_codepoint=0x600, max_codepoint=0x6FF) | st.sampled_from(" ,.!؟،«»…"))
)
def test_arabic_is_never_turned(text):
    assert mend(text) == text


def test_a_sheet_needs_a_label_column_and_rows(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("text,kind\nhi,pr\n", encoding="utf-8")
    with pytest.raises(DataError, match="needs the columns text and label"):
        read_sheet(path)
    path.write_text("text,label\n", encoding="utf-8")
    with pytest.raises(DataError, match="holds no rows"):
        read_sheet(path)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("code,id\nPRM002,x\n", "needs the columns code, id and reason"),
        ("code,reason\nPRM002,x\n", "needs the columns code, id and reason"),
        ("code,id,reason\nPRM999,x,y\n", "row 2, column code: found 'PRM999'"),
        ("code,id,reason\nPRM002,,y\n", "column id: it is empty"),
        ("code,id,reason\nPRM002,x, \n", "column reason: it is empty; say why"),
        ("code,id,reason\nPRM002,x,y,z\n", "row 2, column 'reason': fields found: 4"),
    ],
)
def test_accepting_needs_a_code_an_id_and_a_reason(tmp_path, rows, message):
    path = tmp_path / "accepted.csv"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_accepted(path)


def test_a_repair_never_goes_over_its_input(tmp_path):
    path, link = tmp_path / "x.csv", tmp_path / "link.csv"
    path.write_text("text,label\n a,pr\n", encoding="utf-8")
    link.symlink_to(path)
    for out in (path, link):
        with pytest.raises(UsageError, match="is a file that is read; name another"):
            repair_file(path, out)
    with pytest.raises(UsageError, match="standard output is for the findings"):
        repair_file(path, "-")
    assert path.read_text(encoding="utf-8") == "text,label\n a,pr\n"
