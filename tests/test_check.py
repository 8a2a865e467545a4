"""The command ``check`` as people call it, in a process of its own."""

import csv

import pytest

from conftest import sentences

SALE, THANKS = "Half price on all winter coats today", "Thank you to every nurse who stayed"
ANIMALS = ("ant", "bee", "cat", "dog", "elk")
BAD = f"""\
id,text,label,aspects
a,{SALE},sales,offers
b,{THANKS},pr,relationships
c, {SALE},sales,offers
"""
UNKNOWN = "unknown label, column label, found 'sales' → write pr, marketing or other"
LINES = [
    f"PRM005 row 2 (id a): {UNKNOWN}",
    f"PRM005 row 4 (id c): {UNKNOWN}",
    f"PRM011 rows 2 + 4 (id a + c): exact duplicate, the same text, ' {SALE}' → "
    "delete one; --fix does, where they are labelled alike",
    "PRM045 row 4 (id c): stray white space, column text, around ' Half price ' → delete it; "
    "--fix does",
]


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(BAD, encoding="utf-8")
    return path


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_findings_are_lines_and_counts_go_to_standard_error(bad, run_command):
    code, printed, said = run_command("prmktml.check", bad)
    assert code == 3
    assert printed.splitlines() == LINES
    assert said.splitlines() == [
        "PRM005 unknown label: 2",
        "PRM011 exact duplicate: 1",
        "PRM045 stray white space: 1",
        f"{bad}: 3 rows, 4 findings, 0 more accepted",
    ]


def test_a_clean_file_of_two_columns_ends_in_zero(tmp_path, run_command):
    path = write(tmp_path / "clean.csv", f"text;label\n{SALE};marketing\n{THANKS};pr\n")
    code, printed, said = run_command("prmktml.check", path)
    assert (code, printed) == (0, "")
    assert said.splitlines()[-1] == f"{path}: 2 rows, 0 findings, 0 more accepted"


def test_without_ids_rows_are_named_and_accepted_by_number(tmp_path, run_command):
    path = write(tmp_path / "x.csv", f"text,label\n{SALE},pr\n{SALE},pr\n")
    assert run_command("prmktml.check", path)[1].startswith("PRM011 rows 2 + 3: exact")
    accepted = write(tmp_path / "accepted.csv", "code,id,reason\nPRM011,2 + 3,sent twice\n")
    assert run_command("prmktml.check", path, "--accepted", accepted)[:2] == (0, "")


def test_accepted_findings_are_silent_and_stale_ones_are_told(bad, tmp_path, run_command):
    accepted = write(
        tmp_path / "accepted.csv",
        "code,id,reason\nPRM005,a,a joke\nPRM005,c,the same\nPRM011,c + a,on purpose\n"
        "PRM045,b,was so\nPRM053,b,only with --label-errors\nPRM051,b,only with a second label\n",
    )
    code, printed, said = run_command("prmktml.check", bad, "--accepted", accepted)
    assert (code, printed.splitlines()) == (3, LINES[3:])
    assert said.splitlines() == [
        f"{accepted}: PRM045 b is no longer found; delete the entry",
        "PRM045 stray white space: 1",
        f"{bad}: 3 rows, 1 findings, 3 more accepted",
    ]
    write(accepted, accepted.read_text(encoding="utf-8").replace("PRM045,b", "PRM045,c"))
    code, printed, said = run_command("prmktml.check", bad, "--accepted", accepted)
    assert (code, printed) == (0, "")
    assert said == f"{bad}: 3 rows, 0 findings, 4 more accepted\n"


def test_fix_repairs_all_but_labels(tmp_path, run_command):
    rows = [
        ["id", "text", "label", "aspects", "coder"],
        ["a", " Half  price ", " pr ", "values", " pr"],
        ["b", "Ø´ÙƒØ±Ø§ Ù„ÙƒÙ…", "cafÃ©", "", ""],
        ["c", "Half price", "pr", "values", "pr"],
        ["d", "Half price", "marketing", "offers", "pr"],
        ["e", "شكرا cafÃ©\n\n\n\nnow", "other", "", ""],
    ]
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    before = path.read_bytes()
    options = ("--fix", out, "--second-label", "coder")
    code, _, said = run_command("prmktml.check", path, *options)
    assert code == 3
    assert said.splitlines()[-1] == (
        f"{out}: 4 rows, 3 cells repaired, 1 exact copies left out, 0 unreadable rows kept"
    )
    assert path.read_bytes() == before
    with out.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            rows[0],
            ["a", "Half price", " pr ", "values", " pr"],
            ["b", "شكرا لكم", "cafÃ©", "", ""],
            rows[4],
            ["e", "شكرا cafÃ©\n\nnow", "other", "", ""],
        ]
    code, printed, _ = run_command("prmktml.check", out, *options[2:])
    found = {line.split()[0] for line in printed.splitlines()}
    assert found == {"PRM005", "PRM013", "PRM041", "PRM051", "PRM052"}


def test_fix_keeps_unreadable_rows_and_other_formats(tmp_path, run_command):
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write(
        path, '{"text": " a ", "label": "pr", "n": 3}\n{"text": 5}\n{"text": "b", "label": "pr"}\n'
    )
    code, printed, said = run_command("prmktml.check", path, "--fix", out)
    assert code == 3
    assert printed.startswith("PRM001 row 2: unreadable row, column 'text': found 5; allowed is")
    assert "3 rows, 1 cells repaired, 0 exact copies left out, 1 unreadable rows kept" in said
    assert out.read_text(encoding="utf-8") == (
        '{"text": "a", "label": "pr", "n": 3}\n{"text": 5}\n{"text": "b", "label": "pr"}\n'
    )


def test_fix_never_goes_over_what_is_read(bad, tmp_path, run_command):
    accepted = write(tmp_path / "accepted.csv", "code,id,reason\n")
    (tmp_path / "link.csv").symlink_to(bad)
    for out in ("bad.csv", "./bad.csv", "link.csv", "accepted.csv", "-"):
        args = ("bad.csv", "--accepted", "accepted.csv", "--fix", out)
        code, printed, said = run_command("prmktml.check", *args, cwd=tmp_path)
        assert (code, printed) == (2, "")
        assert "name another one after --fix" in said or "needs a file of its own" in said
    assert bad.read_text(encoding="utf-8") == BAD
    assert accepted.read_text(encoding="utf-8") == "code,id,reason\n"


def test_a_second_coder_gives_kappa_and_a_list(tmp_path, run_command):
    # 3 of 4 alike, chance 1/2 · 3/4 + 1/2 · 1/4 = 1/2, κ = 1/2
    pairs = ["pr,pr", "pr,pr", "marketing,pr", "marketing,marketing", "pr,"]
    rows = "".join(f"{animal},{pair}\n" for animal, pair in zip(ANIMALS, pairs, strict=True))
    path = write(tmp_path / "x.csv", f"text,label,coder\n{rows}")
    code, printed, said = run_command("prmktml.check", path, "--second-label", "coder")
    assert code == 3
    assert [line[:12] for line in printed.splitlines()] == ["PRM051 row 4", "PRM052 file "]
    assert "label marketing, coder pr → settle the label by the codebook" in printed
    assert said.startswith("coder: Cohen's κ 0.500 [")
    assert "3 of 4 labelled alike" in said


@pytest.mark.long
def test_likely_label_errors_are_found_when_asked_for(small_csv, run_command):
    wrong = ("thanks volunteers community شكرا نعتذر قيم", "marketing")
    path = small_csv([*(row[:2] for row in sentences()), wrong], ("text", "label"))
    options = ("--near", "1", "--openings", "99")
    assert "PRM053" not in run_command("prmktml.check", path, *options)[1]
    code, printed, said = run_command("prmktml.check", path, "--label-errors", *options)
    assert code == 3
    assert "PRM053 row 122: likely label error, marketing (0." in printed
    assert "PRM053 likely label error: 1" in said


def test_thresholds_can_be_set(tmp_path, run_command):
    path = write(tmp_path / "x.csv", f"text,label\n{SALE},pr\n{SALE} only,pr\n")
    assert run_command("prmktml.check", path)[0] == 3
    assert run_command("prmktml.check", path, "--near", "0.99")[0] == 0
    code, printed, _ = run_command("prmktml.check", path, "--near", "0.99", "--openings", "1")
    assert code == 3
    assert printed.startswith("PRM031 rows 2 + 3 (id half price on)")


def test_other_columns_and_encodings_are_read(tmp_path, run_command):
    path = tmp_path / "x.csv"
    path.write_bytes("message,label\nشكرا لكم,pr\nخصم اليوم,sale\n".encode("cp1256"))
    options = ("--text-column", "message", "--encoding", "cp1256")
    code, printed, _ = run_command("prmktml.check", path, *options)
    assert code == 3
    assert printed.splitlines()[0].startswith("PRM005 row 3: unknown label")


def test_bytes_that_are_no_text_and_half_emoji_are_findings(tmp_path, run_command):
    path = tmp_path / "x.csv"
    path.write_bytes("text,label\nnaïve,pr\n".encode() + b"na\xefve,pr\nb,pr\n")
    code, printed, _ = run_command("prmktml.check", path)
    assert code == 3
    assert printed.startswith("PRM001 row 3: unreadable row, column 'text': found 'na\\xefve'")
    path = write(tmp_path / "x.jsonl", '{"text": "win \\ud83d", "label": "pr"}\n')
    code, printed, said = run_command("prmktml.check", path)
    assert (code, "Traceback" in said) == (3, False)
    assert printed.startswith(
        "PRM043 row 1: half a character, column text, found U+D83D in 'win \\ud83d'"
    )


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["nowhere.csv"], 3, "nowhere.csv"),
        (["kind.csv"], 3, "needs the columns text and label"),
        (["two.csv"], 2, "name with --text-column"),
        (["bad.csv", "--near", "0"], 2, "--near"),
        (["bad.csv", "--second-label", "coder"], 3, "no column 'coder' of a second coder"),
        (["bad.csv", "--label-errors"], 3, "too few rows to find label errors"),
        (["bad.csv", "--accepted", "kind.csv"], 3, "needs the columns code, id and reason"),
        (["bad.csv", "--fix", "out.doc"], 2, "found the format 'doc'"),
    ],
)
def test_bad_calls_end_in_one_clear_message(bad, tmp_path, run_command, args, code, message):
    write(tmp_path / "kind.csv", "text,kind\na,b\n")
    write(tmp_path / "two.csv", "message,label\na,pr\n")
    found, _, said = run_command("prmktml.check", *args, cwd=tmp_path)
    assert found == code
    assert message in said
    assert "Traceback" not in said
