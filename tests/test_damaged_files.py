"""Damaged files: the right rows, or one clear message; as many rows out as rows in."""

import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from prmktml.errors import DataError
from prmktml.tables import Row, open_table

FOLDER = Path(__file__).parent / "data" / "damaged"
THANKS, SALE = "شكرا لكل من شارك معنا في الحملة", "خصم خمسين بالمئة على كل المنتجات"
GUESS = "read as cp1256, a guess from its bytes; if the text looks wrong, name its --encoding"


class Sound(NamedTuple):
    """A row that is read."""

    number: int
    text: str


class Broken(NamedTuple):
    """A row that is not, and what must be said of it after the name of the file."""

    number: int
    problem: str


ARABIC = [Sound(2, THANKS), Sound(3, SALE)]
NOT_UTF_8 = "allowed is that alone, so save the whole file as utf-8, or name its --encoding"
NO_OBJECT = 'a line must hold one object, such as {"text": "…"}, in one line'
REMEDY = "close it, and write a quote inside a field twice"
STRAY = f"a quote is not closed before a delimiter or the end of a line; {REMEDY}"
FIELDS = "allowed are 3, as the header has; put fields that hold ',' in quotes"
MIXED_LINE = repr(THANKS.encode("cp1256"))[2:-1]

ROWS = {
    "blank-lines.csv": [Sound(4, "thanks"), Sound(6, "sale")],
    "bom.csv": ARABIC,
    "broken.jsonl": [
        Sound(1, "thanks"),
        Broken(
            2,
            """: found '{"id": 2, "text": "sale', which is no JSON """
            f"(Unterminated string starting at, character 19); {NO_OBJECT}",
        ),
        Broken(3, ", column 'text': found 30; allowed is a text in quotes, or null"),
        Broken(4, f""": found '["sale"]', which is no object; {NO_OBJECT}"""),
        Sound(6, ""),
        Broken(7, ", column 'text': there is no such field; allowed is a text in quotes, or null"),
        Sound(8, "\ud83d half an emoji"),
    ],
    "cp1256.csv": ARABIC,
    "cr.csv": [Sound(2, "thanks"), Sound(3, "sale")],
    "crlf.csv": [Sound(2, "thanks,\r\nall"), Sound(4, "sale")],
    "duplicate-names.csv": [Sound(2, "thanks")],
    "empty-names.csv": [Sound(2, "thanks")],
    "formulas.xlsx": [
        Sound(2, "SALE"),
        Broken(
            3,
            ", column 'text': found a formula without a stored text; calculate and save the "
            "workbook",
        ),
        Broken(4, ", column 'text': found 30; allowed is text, so format the column as text"),
        Sound(6, "thanks"),
    ],
    "header-only.csv": [],
    "hidden.xlsx": [Sound(2, "thanks")],
    "merged.xlsx": [Sound(2, "thanks"), Sound(3, "")],
    "missing-words.csv": [
        Sound(2, "null"),
        Sound(3, "NA"),
        Sound(4, ""),
        Sound(5, ""),
        Sound(6, "NaN"),
    ],
    "mixed.csv": [
        *ARABIC,
        Broken(4, f", column 'text': found '{MIXED_LINE}', which is not in utf-8; {NOT_UTF_8}"),
        Sound(5, SALE),
    ],
    "mixed.jsonl": [
        Broken(1, f""": found '{{"text": "ol\\xe9"}}', which is not in utf-8; {NOT_UTF_8}"""),
        Sound(2, "olé"),
    ],
    "mixed.txt": [
        Sound(1, THANKS),
        Broken(2, f": found 'caf\\xe9', which is not in utf-8; {NOT_UTF_8}"),
        Sound(3, "café"),
    ],
    "no-final-newline.csv": [Sound(2, "thanks"), Sound(3, "sale")],
    "not-utf-8.parquet": [
        Sound(1, "thanks"),
        Broken(
            2,
            ", column 'text': found 'ol\\xe9', which is not in utf-8; allowed is that alone, so "
            "write the file anew",
        ),
    ],
    "nul.csv": [
        Sound(2, "thanks"),
        Broken(
            3,
            ", column 'text': found 'sa\\x00le', which holds a NUL; save the file as text, or name "
            "its --encoding",
        ),
        Sound(4, "gift"),
    ],
    "null.parquet": [Sound(1, "thanks"), Sound(2, "")],
    "one-column.csv": [Sound(2, "half price, today"), Sound(3, ""), Sound(4, "quoted, too")],
    "one-column.xlsx": [Sound(2, "thanks"), Sound(3, ""), Sound(4, "sale")],
    "quote-unbalanced.csv": [
        Broken(2, f", column 'text': found 'thanks': {STRAY}"),
        Sound(3, "sale"),
        Sound(4, 'half "price"'),
        Sound(5, 'a "real"\nbreak'),
    ],
    "quote-unclosed.csv": [
        Sound(2, "thanks"),
        Broken(3, f", column 'text': found 'sale': a quote is opened and never closed; {REMEDY}"),
        Sound(4, "gift"),
    ],
    "ragged.csv": [
        Sound(2, "thanks"),
        Broken(3, f", column 'note': fields found: 4, the last 'b'; {FIELDS}"),
        Broken(4, f", column 'id': fields found: 1, the last '3'; {FIELDS}"),
        Sound(5, "sale"),
    ],
    "ragged.xlsx": [
        Broken(2, ", column 'text': found 4 cells; allowed are 2, as the header has"),
        Sound(3, "sale"),
    ],
    "semicolons.csv": [Sound(2, "thanks, all"), Sound(3, "sale")],
    "separator-told.csv": [Sound(3, "thanks; all")],
    "tabs.csv": [Sound(2, "thanks, all")],
    "utf-16.csv": ARABIC,
    "utf-16-no-bom.csv": ARABIC,
    "utf-16-odd-end.csv": [
        *ARABIC,
        Broken(4, f", column 'id': found '\\x33', which is not in utf-16-le; {NOT_UTF_8}"),
    ],
}
NOTES = {
    "cp1256.csv": [GUESS],
    "formulas.xlsx": ["formulas are not calculated, their stored results are read"],
    "hidden.xlsx": ["the sheet 'Posts' is read, the first visible one of 2"],
    "mixed.csv": ["lines not in utf-8 as the others are: 1"],
    "mixed.jsonl": ["lines not in utf-8 as the others are: 1"],
    "mixed.txt": ["lines not in utf-8 as the others are: 1"],
    "semicolons.csv": ["columns are separated by semicolons"],
    "tabs.csv": ["columns are separated by tabs"],
    "utf-16.csv": ["read as utf-16-le, by its mark"],
    "utf-16-no-bom.csv": ["read as utf-16-le, found by its zero bytes"],
    "utf-16-odd-end.csv": ["read as utf-16-le, by its mark"],
}
REFUSED = {
    "all-hidden.xlsx": "has no visible sheet; show the one that holds the messages",
    "duplicate-text.csv": "has 2 columns 'text', .* rename all but that one",
    "empty.xlsx": "is empty; it needs a row with the names of its columns",
    "far-row.xlsx": "has a row beyond the last one, 1,048,576",
    "gzip.csv": r"is a gzip file, not text; end its name in \.gz",
    "middle-lost.parquet": "is damaged, .*; restore it from a copy",
    "no-workbook.xlsx": "is damaged, or not what its name says .*; restore it from a copy",
    "nothing.csv": "is empty; it needs a line with the names of its columns",
    "nul-header.csv": r"row 1: found 'i\\x00d,text' as names of columns: a NUL, .* --encoding",
    "numbers.parquet": "column 'text': its type is int64; allowed is string, so cast it",
    "old-excel.csv": r"is an old Excel file or one with a password, not text; save it as \.xlsx",
    "plain.csv.gz": r"is no gzip file; take \.gz off its name",
    "pretty-printed.jsonl": r"row 1: found '\[', which is no JSON .* one object, .* in one line",
    "quote-in-header.csv": "row 1: found 'id,text' as names of columns: a quote is opened and nev",
    "truncated.csv.gz": "is damaged: its compressed data ends or breaks after .* restore it",
    "truncated.parquet": "is damaged, .*; restore it from a copy",
    "truncated.xlsx": "is damaged, .*; restore it from a copy",
}


def read(path: Path, **options) -> list[Row]:
    with open_table(path, **options) as table:
        return list(table)


def test_every_damaged_file_has_its_expectation():
    files = {path.name for path in FOLDER.glob("[!.]*.*") if path.suffix != ".py"}
    assert files == ROWS.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", sorted(ROWS))
def test_right_rows_and_the_broken_ones_with_their_problem(name):
    path = FOLDER / name
    with open_table(path) as table:
        rows = list(table)
    assert [row.number for row in rows] == [expected.number for expected in ROWS[name]]
    for row, expected in zip(rows, ROWS[name], strict=True):
        if isinstance(expected, Sound):
            assert (row.text, row.problem) == (expected.text, None)
        else:
            assert row.text is None
            assert row.problem == f"{path}, row {expected.number}{expected.problem}"
    assert list(table.notes) == [f"{path}: {note}" for note in NOTES.get(name, [])]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_fields_fit_the_columns_even_of_broken_rows(name):
    with open_table(FOLDER / name) as table:
        for row in table:
            assert len(table.values(row)) == max(len(table.columns), 1)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_file_that_cannot_be_read_ends_in_one_message(name):
    with pytest.raises(DataError, match=f"{name}.*{REFUSED[name]}"):
        read(FOLDER / name)


def test_what_a_broken_row_held_is_kept():
    with open_table(FOLDER / "ragged.csv") as table:
        assert [row.fields for row in table][1:3] == [
            ["2", "half price", " today,b"],
            ["3", "", ""],
        ]
    broken = read(FOLDER / "broken.jsonl")
    assert broken[1].fields == {"text": '{"id": 2, "text": "sale'}
    assert broken[2].fields == {"id": 3, "text": 30}
    assert read(FOLDER / "mixed.txt")[1].fields == ["caf\udce9"]


def test_a_named_encoding_overrules_what_is_found():
    rows = read(FOLDER / "mixed.txt", encoding="latin-1")
    assert [row.text for row in rows][1:] == ["café", "cafÃ©"]
    assert read(FOLDER / "utf-16-no-bom.csv", encoding="utf-16")[1].text == SALE
    assert read(FOLDER / "bom.csv", encoding="UTF8")[0].fields == ["1", THANKS]


# Large ones


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads its own memory there")
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("long.csv", "id,text\n1,thanks\n2,", "\n3,sale\n"),
        ("long.txt", "", "\nsale\n"),
        ("long.jsonl", '{"text": "thanks"}\n{"text": "', '"}\n{"text": "sale"}\n'),
    ],
)
def test_one_line_of_200_megabytes_is_one_broken_row(tmp_path, name, before, after):
    path = tmp_path / name
    with path.open("w") as file:
        file.write(before)
        for _ in range(200):
            file.write("x" * 1_000_000)
        file.write(after)
    program = (
        "import re, sys; from prmktml.tables import open_table\n"
        "for row in open_table(sys.argv[1]): print(row.number, row.text, row.problem)\n"
        "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
    )
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *rows, peak = done.stdout.splitlines()
    assert rows[-1].endswith("sale None")
    assert "onger than 10,000,000 characters; allowed is less, so cut it" in rows[-2]
    assert len(rows) == len((before + after).splitlines()) - ("csv" in name)
    assert int(peak) < 100_000, "kilobytes of memory"


def test_a_line_up_to_the_limit_is_read(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("x" * 9_999_999 + "\n" + "x" * 10_000_000 + "\n")
    first, second = read(path)
    assert (len(first.text), second.text) == (9_999_999, None)


def test_a_quote_left_open_costs_one_row_not_the_rest(tmp_path):
    path = tmp_path / "open.csv"
    lines = [f"{i},sale\n" for i in range(200_000)]
    path.write_text('id,text\n0,"thanks\n' + "".join(lines))
    rows = read(path)
    assert len(rows) == 200_001
    assert "stays open for more than 1,000,000 characters" in rows[0].problem
    assert [row.problem for row in rows if row.problem] == [rows[0].problem]
    assert rows[-1] == Row(200_002, ["199999", "sale"], "sale")


def test_a_message_over_many_lines_is_one_row_up_to_the_limit(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text('id,text\n1,"' + "sale\n" * 199_000 + '"\n2,thanks\n')
    first, second = read(path)
    assert (first.text, first.number) == ("sale\n" * 199_000, 2)
    assert (second.text, second.number) == ("thanks", 199_003)


def test_a_hundred_thousand_columns(tmp_path):
    path = tmp_path / "wide.csv"
    names = ",".join(f"c{i}" for i in range(100_000))
    path.write_text(f"{names},text\n{',' * 100_000}sale\n1,2\n")
    with open_table(path) as table:
        sound, broken = table
    assert (len(table.columns), sound.text, len(broken.fields)) == (100_001, "sale", 100_001)
    assert len(broken.problem) < 1000
    path.write_text(f"{names},c7\n")
    with pytest.raises(DataError, match=r"has 2 columns 'c7'"):
        read(path, text_column="c7")


def test_a_file_that_shrinks_while_it_is_read(tmp_path):
    path = tmp_path / "shrinks.csv"
    path.write_text("id,text\n" + "1,thanks to all\n" * 300_000)
    with open_table(path) as table:
        rows = iter(table)
        assert next(rows).text == "thanks to all"
        os.truncate(path, 2_000_000)
        message = r"shrinks\.csv was cut while it was read: found 2,000,000 of 4,800,008 bytes"
        with pytest.raises(DataError, match=message):
            list(rows)


def test_a_workbook_that_unpacks_to_far_more_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", " " * 50_000_000)
    with pytest.raises(DataError, match=r"bomb\.xlsx unpacks to far more than it holds"):
        read(path)


def test_a_gzip_bomb_is_one_broken_row(tmp_path):
    import gzip

    path = tmp_path / "bomb.txt.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(100):
            file.write(bytes(1_000_000))
    (row,) = read(path, encoding="utf-8")
    assert "longer than 10,000,000 characters" in row.problem


# What is no regular file


@pytest.mark.parametrize("name", ["posts.csv", "posts.xlsx", "posts.parquet", "posts"])
def test_a_folder(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(DataError, match=f"{name} is a folder; name a file in it"):
        read(tmp_path / name)


@pytest.mark.parametrize("name", ["posts.csv", "posts.xlsx", "posts.parquet", "posts"])
def test_a_missing_file(tmp_path, name):
    with pytest.raises(DataError, match=f"{name}: there is no such file; check its name"):
        read(tmp_path / name)


@pytest.mark.parametrize("name", ["posts.csv", "posts.xlsx", "posts.parquet"])
def test_a_file_without_permission(monkeypatch, tmp_path, name):
    (tmp_path / name).touch()

    def refuse(*_args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("prmktml.tables.sources.open", refuse, raising=False)
    with pytest.raises(DataError, match=f"{name}: there is no permission to read it; ask"):
        read(tmp_path / name)


@pytest.mark.parametrize("name", ["posts\0.csv", "posts\0.xlsx"])
def test_a_name_that_no_file_can_have(name):
    with pytest.raises(DataError, match="is no name that a file can have"):
        read(Path(name))


def from_pipe(path: Path, data: bytes, **options) -> list[Row]:
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=[data])
    writer.start()
    try:
        return read(path, **options)
    finally:
        writer.join()


def test_a_pipe_is_read_as_its_name_says_or_line_by_line(tmp_path):
    rows = from_pipe(tmp_path / "pipe.csv", b"id,text\n1,thanks\n2,sale\n")
    assert [row.text for row in rows] == ["thanks", "sale"]
    rows = from_pipe(tmp_path / "pipe", b"thanks\n\nsale")
    assert [row.text for row in rows] == ["thanks", "", "sale"]
    rows = from_pipe(tmp_path / "cp1256", f"{THANKS}\n".encode("cp1256"))
    assert [row.text for row in rows] == [THANKS]


def test_a_pipe_decides_its_encoding_by_its_first_block(tmp_path):
    data = f"{SALE}\n".encode() * 60_000 + f"{THANKS}\n".encode("cp1256") + b"thanks\n"
    rows = from_pipe(tmp_path / "pipe", data)
    assert len(rows) == 60_002
    assert [row.number for row in rows if row.problem] == [60_001]


@pytest.mark.parametrize("name", ["pipe.xlsx", "pipe.parquet"])
def test_a_pipe_cannot_be_a_workbook(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(DataError, match=f"{name} is a pipe; write it to a file first"):
        read(tmp_path / name)
