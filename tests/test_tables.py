"""Tables: what is written is read again, columns are chosen, encodings are found out."""

import codecs
import csv
import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prmktml.errors import DataError, UsageError
from prmktml.tables import Row, Table, open_output, open_table
from prmktml.tables.delimited import find_delimiter
from prmktml.tables.encoding import check_encoding, find_encoding
from prmktml.tables.writers import delimited_lines

NOTHING_BROKEN = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
CELLS = st.text(NOTHING_BROKEN, max_size=20)
ARABIC = [
    "ترا البنك عمره ما يطلب منك الرقم السري",
    "خصم 30% لحد الخميس، لا تفوّتوا الفرصة!",
    "شكرا لكل ممرضة بقيت مع مرضاها",
]


def read(path: Path, **options) -> list[Row]:
    with open_table(path, **options) as table:
        return list(table)


def written(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


# Round trips


def round_trip(ending: str, columns: list[str], rows: list[list[str]]) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"posts{ending}")
        with open_output(path, columns=columns) as output:
            for row in rows:
                output.write(row)
        with open_table(path, text_column=columns[-1]) as table:
            found = list(table)
            assert [table.values(row) for row in found] == [
                [*row.values()] for row in map(table.record, found)
            ]
    return found


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".csv.gz"])
@given(rows=st.lists(st.tuples(CELLS, CELLS).map(list), max_size=5))
@example(rows=[["a\rb", "\r\n"], ["", '"'], ["null", "NA"], ["\u2028", "\x85\x1c\x0b"]])
def test_text_files_give_back_what_was_written(ending, rows):
    found = round_trip(ending, ["note", "text"], rows)
    assert [row.problem for row in found] == [None] * len(rows)
    assert [row.text for row in found] == [text for _, text in rows]
    as_lists = [[*row.fields.values()] if ending == ".jsonl" else row.fields for row in found]
    assert as_lists == rows


@given(texts=st.lists(CELLS, max_size=5))
@example(texts=["", "half price, today", "\x1f;", '"'])
def test_a_file_of_one_column_gives_back_what_was_written(texts):
    found = round_trip(".csv", ["text"], [[text] for text in texts])
    assert [row.text for row in found] == texts


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS.filter(bool)).map(list), min_size=1, max_size=5))
@example(rows=[["=1+1", "=cmd"], ["#N/A", "#REF!"], ["", " x\r\ny\t"]])
def test_parquet_and_workbooks_give_back_what_was_written(rows):
    assert [row.fields for row in round_trip(".parquet", ["note", "text"], rows)] == rows
    found = round_trip(".xlsx", ["note", "text"], rows)
    controls = {i: "\ufffd" for i in (*range(32), 0xFFFE, 0xFFFF) if chr(i) not in "\t\n\r"}
    expected = [[cell.translate(controls) for cell in row] for row in rows]
    assert [[cell or "" for cell in row.fields] for row in found] == expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(record=st.dictionaries(st.text(max_size=5), VALUES, max_size=4), text=st.text())
@example(record={"\udc80": ["\ud83d"]}, text="half an emoji \ude00")
def test_jsonl_gives_back_any_record_lone_surrogates_too(record, text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "posts.jsonl")
        record["text"] = text
        with open_output(path) as output:
            output.write(record)
        (row,) = read(path)
        assert (row.fields, row.text) == (record, text)
        assert path.read_bytes().decode("utf-8").count("\n") == 1


# What any text comes to


MESSY = st.text(st.sampled_from('ab ,;"\r\n\tش'), max_size=60)


@given(MESSY)
@example('1,"a\n2,b\n3,"c\n')
@example('"\n"",\n"')
def test_every_line_is_part_of_exactly_one_row(text):
    with tempfile.TemporaryDirectory() as folder:
        rows = read(written(Path(folder, "posts.csv"), "id,text\n" + text))
    lines = list(io.StringIO("id,text\n" + text, newline=""))
    numbers = [row.number for row in rows]
    assert numbers == sorted(set(numbers))
    assert all(not line.strip("\r\n") for line in lines[1 : numbers[0] - 1 if numbers else None])
    for row, after in zip(rows, [*numbers, len(lines) + 1][1:], strict=True):
        span = lines[row.number - 1 : after - 1]
        records = [fields for fields in csv.reader(span) if fields]
        if row.problem is None:
            assert (records, row.text) == ([row.fields], row.fields[1])
        else:
            assert row.text is None
            assert len(records) == 1 or not "".join(span[1:]).strip("\r\n")


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "txt"])
@given(text=MESSY, size=st.integers(1, 9), lines=st.integers(1, 9), length=st.integers(1, 99))
@example(text="a\r\nb\r\n\r\n", size=1, lines=1, length=1)
def test_rows_do_not_depend_on_the_size_of_blocks(kind, text, size, lines, length):
    with tempfile.TemporaryDirectory() as folder:
        text = '{"text": "thanks"}\n' + text if kind == "jsonl" else "id\ttext\n" + text
        path = written(Path(folder, f"posts.{kind}"), text)
        expected = read(path, encoding="utf-8")
        with (
            mock.patch("prmktml.tables.sources._BLOCK", size),
            mock.patch("prmktml.tables.lines._LINES", lines),
            mock.patch("prmktml.tables.lines._LENGTH", length),
        ):
            assert read(path, encoding="utf-8") == expected


@settings(deadline=None)
@pytest.mark.parametrize(
    "ending", [".csv", ".tsv", ".jsonl", ".txt", ".xlsx", ".parquet", ".csv.gz"]
)
@given(data=st.binary(max_size=80))
@example(data=b"\xff\xfe\xff")
@example(data=b"text\n\xed\xa0\x80")
@example(data=b'{"text": ' + b"[" * 99_999)
@example(data=b'{"text": ' + b"9" * 9_999)
def test_any_bytes_are_rows_or_a_message(ending, data):
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder, f"posts{ending}"), data)
        with suppress(DataError, UsageError):
            assert all((row.text is None) == (row.problem is not None) for row in read(path))


# Columns


def test_the_text_column_is_the_named_one_else_text_else_the_only_one(tmp_path):
    path = written(tmp_path / "posts.csv", "text,body\nthanks,sale\n")
    assert read(path, text_column="body")[0].text == "sale"
    assert read(path)[0].text == "thanks"
    assert read(written(path, "body\nsale\n"))[0].text == "sale"


def test_the_columns_are_listed_where_none_can_be_chosen(tmp_path):
    path = written(tmp_path / "posts.csv", "id,body\n1,sale\n")
    message = r"posts\.csv has no column 'text'; name with --text-column .*: 'id', 'body'$"
    with pytest.raises(UsageError, match=message):
        read(path)
    with pytest.raises(UsageError, match=r"posts\.csv has no column 'Body'; .*: 'id', 'body'$"):
        read(path, text_column="Body")
    written(path, ",".join(f"c{i}" for i in range(25)))
    with pytest.raises(UsageError, match=r"'c0', .*, 'c19' and 5 more$"):
        read(path)


def test_the_columns_of_jsonl_are_those_of_its_first_mebibyte(tmp_path):
    path = written(tmp_path / "posts.jsonl", '{"id": 1}\n{"text": "a", "x": null}\n')
    with open_table(path) as table:
        assert (table.columns, table.text_column) == (("id", "text", "x"), "text")
        assert [table.values(row) for row in table] == [[1, "", ""], ["", "a", None]]
    lines = ['{"text": "a"}\n' * 20_000, '{"text": "a", "x": 1}\n', '{"text": "a"}\n' * 90_000]
    with open_table(written(path, "".join(lines))) as table:
        assert table.columns == ("text", "x")
        assert sum(len(chunk) for chunk in table.chunks(1024)) == 110_001
    late = Row(7, {"text": "a", "late": 1}, "a")
    with pytest.raises(
        DataError, match=r"posts\.jsonl, row 7: found the field 'late', which the first"
    ):
        table.values(late)


def test_a_record_tells_names_that_come_again_apart(tmp_path):
    path = written(tmp_path / "posts.csv", "note,text,note,note 2\na,thanks,b,c\n")
    with open_table(path) as table:
        record = table.record(next(iter(table)))
    assert record == {"note": "a", "text": "thanks", "note 3": "b", "note 2": "c"}


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".txt", ".xlsx", ".parquet"])
def test_no_rows_are_no_rows(tmp_path, ending):
    path = tmp_path / f"posts{ending}"
    if ending == ".txt":
        path.touch()
    else:
        with open_output(path, columns=["text"]):
            pass
    assert read(path) == []


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "a.txt",
            {"text_column": "text"},
            r"a\.txt is read line by line .* leave --text-column out",
        ),
        ("-", {"text_column": "text"}, "standard input is read line by line"),
        ("a.csv", {"whole": True}, r"a\.csv is a csv table; --whole is for txt"),
        ("a.xlsx", {"encoding": "utf-8"}, r"a\.xlsx: xlsx files tell their encoding; leave"),
        ("a.xlsx.gz", {}, r"a\.xlsx\.gz: unpack it first"),
        ("a.parquet.gz", {}, r"a\.parquet\.gz: unpack it first"),
        (
            "a.csv",
            {"encoding": "utf-9"},
            "--encoding: found 'utf-9', .* use for example utf-8, cp1256",
        ),
    ],
)
def test_options_that_do_not_fit_are_wrong_usage(monkeypatch, tmp_path, name, options, message):
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(b"text\n")
    with pytest.raises(UsageError, match=message):
        read(name, **options)


def test_an_unknown_ending_is_wrong_usage(tmp_path):
    path = written(tmp_path / "posts.doc", "text\n")
    with pytest.raises(UsageError, match=r"posts\.doc: .* allowed are \.csv, \.tsv, .*; rename it"):
        read(path)


@pytest.mark.parametrize(("ending", "package"), [("xlsx", "openpyxl"), ("parquet", "pyarrow")])
def test_a_missing_package_is_named_with_its_extra(monkeypatch, tmp_path, ending, package):
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    path = written(tmp_path / f"posts.{ending}", b"")
    message = rf'install it with: pip install "prmktml\[{ending}\]"'
    with pytest.raises(UsageError, match=message):
        read(path)
    with pytest.raises(UsageError, match=message), open_output(path, columns=["text"]):
        pass


def test_opening_brings_no_package_in():
    program = (
        "import sys; from prmktml.tables import open_table; list(open_table('-'))\n"
        "heavy = {'openpyxl', 'pyarrow', 'numpy', 'charset_normalizer', 'gzip', 'json'}\n"
        "sys.exit(' '.join(heavy & sys.modules.keys()) or 0)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input="شكرا\n".encode(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


# Rows and chunks


def test_chunks_are_at_most_as_long_as_asked(tmp_path):
    path = written(tmp_path / "posts.txt", "".join(f"{i}\n" for i in range(25)))
    with open_table(path) as table:
        chunks = list(table.chunks(10))
    assert [len(chunk) for chunk in chunks] == [10, 10, 5]
    assert [row.text for chunk in chunks for row in chunk] == [str(i) for i in range(25)]


@given(
    sizes=st.lists(st.none() | st.integers(0, 30), max_size=30),
    n_rows=st.integers(1, 9),
    n_characters=st.integers(1, 40),
)
def test_chunks_lose_no_row_and_are_bounded_by_their_characters(sizes, n_rows, n_characters):
    rows = [Row(i, [], None if size is None else "x" * size) for i, size in enumerate(sizes)]
    table = Table("posts", ["text"], "text", iter([rows[:9], rows[9:]]), lambda: None)
    chunks = list(table.chunks(n_rows, n_characters))
    assert [row for chunk in chunks for row in chunk] == rows
    assert all(1 <= len(chunk) <= n_rows for chunk in chunks)
    for chunk in chunks:
        assert sum(len(row.text or "") for row in chunk[:-1]) < n_characters


def test_a_chunk_of_a_long_file_is_full_whatever_is_read_at_once(tmp_path):
    path = written(tmp_path / "posts.csv", "id,text\n" + "".join(f"{i},a\n" for i in range(5000)))
    with mock.patch("prmktml.tables.sources._BLOCK", 999), open_table(path) as table:
        assert [len(chunk) for chunk in table.chunks(1024)] == [1023, *[1024] * 3, 905]
    path = written(tmp_path / "long.txt", f"{'x' * 50_000}\n" * 5)
    with open_table(path) as table:
        assert [len(chunk) for chunk in table.chunks(1024)] == [2, 3]


def test_rows_that_come_through_a_pipe_are_not_waited_for(tmp_path):
    read_end, write_end = os.pipe()
    path = tmp_path / "posts.txt"
    path.symlink_to(f"/dev/fd/{read_end}")
    try:
        os.write(write_end, b"first\n")
        with open_table(path) as table:
            chunks = table.chunks(1024)
            assert [row.text for row in next(chunks)] == ["first"]
            os.write(write_end, b"second\n")
            assert [row.text for row in next(chunks)] == ["second"]
    finally:
        os.close(read_end)
        os.close(write_end)


def test_a_table_gone_through_is_closed_and_empty(tmp_path):
    closed = []
    rows = [Row(1, ["a"], "a"), Row(2, ["b"], "b")]
    table = Table("posts", ["text"], "text", iter([rows]), lambda: closed.append(True))
    assert list(table) == rows
    assert closed
    assert list(table) == []


def test_the_limit_of_the_csv_module_is_raised_and_never_lowered(tmp_path):
    path = written(tmp_path / "posts.csv", "text\n" + "x" * 200_000 + "\n")
    before = csv.field_size_limit(1000)
    try:
        assert len(read(path)[0].text) == 200_000
        csv.field_size_limit(10**9)
        read(path)
        assert csv.field_size_limit() == 10**9
    finally:
        csv.field_size_limit(before)


def from_stdin(monkeypatch, data: bytes, **options) -> list[Row]:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))
    return read("-", **options)


def test_standard_input_holds_one_message_a_line(monkeypatch):
    rows = from_stdin(monkeypatch, "خصم\n\nid,text\r\nnull".encode())
    assert rows == [
        Row(1, ["خصم"], "خصم"),
        Row(2, [""], ""),
        Row(3, ["id,text"], "id,text"),
        Row(4, ["null"], "null"),
    ]
    assert not sys.stdin.closed
    assert from_stdin(monkeypatch, b"") == []


def test_standard_input_as_a_whole_is_one_message(monkeypatch):
    text = "thanks\n\n" + "to all of you " * 100_000
    assert from_stdin(monkeypatch, f"{text}\n".encode(), whole=True) == [Row(1, [text], text)]
    assert from_stdin(monkeypatch, b"", whole=True) == [Row(1, [""], "")]
    (row,) = from_stdin(monkeypatch, "شكرا".encode() + b"\xff", whole=True, encoding="utf-8")
    assert row.text is None
    assert "standard input, row 1: found 'شكرا\\xff', which is not in utf-8" in row.problem


def test_a_mark_that_drips_is_still_seen(monkeypatch):
    with mock.patch("prmktml.tables.sources.LARGE", 1):
        (row,) = from_stdin(monkeypatch, "شكرا\n".encode("utf-16"))
    assert row.text == "شكرا"


# Encodings and delimiters


@pytest.mark.parametrize("encoding", ["cp1256", "iso8859-6", "utf-16-le", "utf-16-be", "utf-8"])
@pytest.mark.parametrize("text", ARABIC)
def test_the_encoding_of_one_arabic_line_is_found_out(encoding, text):
    data = f"text\n{text}\n".encode(encoding, "ignore")
    assert find_encoding([data]).name == encoding


@pytest.mark.parametrize("mark", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_mark_tells_the_encoding(tmp_path, mark):
    path = written(tmp_path / "posts.csv", f"\ufefftext\n{ARABIC[0]}\n".encode(mark))
    with open_table(path) as table:
        assert (table.encoding, table.columns) == (mark, ("text",))
        assert [row.text for row in table] == ARABIC[:1]


def test_western_text_in_cp1252_is_found_out():
    data = "Thank you – it’s the “best” café".encode("cp1252")
    assert find_encoding([data]).name in ("cp1252", "cp1256")  # which agree on all of these


@pytest.mark.parametrize(
    "data", [b"text\nsale \xff now\n", b"text\n\xff\n", b"a\n\x93ab\x94\n", b"te\xfext\n\xe9\n"]
)
def test_no_utf_16_is_guessed_where_no_byte_is_zero(data):
    assert find_encoding([data]).name in ("cp1252", "cp1256", "iso8859-6")


def test_a_few_broken_lines_do_not_change_the_encoding():
    good = f"{ARABIC[2]}\n".encode()
    bad = f"{ARABIC[2]}\n".encode("cp1256")
    found = find_encoding([good * 10 + bad * 10])
    assert (found.name, found.note) == ("utf-8", "lines not in utf-8 as the others are: 10")
    assert find_encoding([good * 10 + bad * 11]).name == "cp1256"
    late = [b"thanks to all\n" * 100_000, b"thanks\n", good, b"sale\n", bad]
    assert find_encoding(late).name == "utf-8"


@given(st.text(NOTHING_BROKEN, min_size=1), st.integers(4, 9))
def test_utf_8_is_found_in_blocks_of_any_size(text, size):
    data = text.encode()
    blocks = [data[i : i + size] for i in range(0, len(data), size)]
    assert find_encoding(blocks) == find_encoding([data])
    assert find_encoding(blocks).name == "utf-8" or data.startswith(codecs.BOM_UTF16)


def test_a_long_line_of_utf_8_is_not_cut_within_a_character():
    data = "ش".encode() * 5_000_000
    blocks = [data[i : i + 1_000_001] for i in range(0, len(data), 1_000_001)]
    assert find_encoding(blocks).note == ""


@pytest.mark.parametrize("name", ["base64", "rot13", "idna", "undefined", "zlib", "a\0b", ""])
def test_what_is_no_encoding_of_text_is_refused(name):
    with pytest.raises(UsageError, match="which is no encoding of text; use for example utf-8"):
        check_encoding(name)


@pytest.mark.parametrize(
    "data", [b"te\xffxt\nsal\xe9\n", b"\xff\xfe\xff", b"\x80\n", "شكرا".encode()]
)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-32", "cp1252", "shift_jis", "utf-7", "ascii"]
)
def test_a_wrong_encoding_makes_rows_not_errors(tmp_path, encoding, data):
    rows = read(written(tmp_path / "posts.txt", data), encoding=encoding)
    assert all((row.text is None) == (row.problem is not None) for row in rows)


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("id,text", ","),
        ("id;text;a,b", ";"),
        ("id\ttext", "\t"),
        ("id|text", "|"),
        ('"a;b;c",text', ","),
        ("text", "\x1f"),
        ('"a,b"', "\x1f"),
        ("", "\x1f"),
    ],
)
def test_the_delimiter_is_read_off_the_header(header, delimiter):
    assert find_delimiter(header) == delimiter


# Output


def test_excel_gets_a_mark_crlf_and_harmless_cells(tmp_path):
    path = tmp_path / "out.csv"
    with open_output(path, columns=["text", "=n"], excel=True) as output:
        output.write(["=1+1", -1])
        output.write(["خصم", "-5"])
    expected = "\ufefftext,'=n\r\n'=1+1,-1\r\nخصم,'-5\r\n"
    assert path.read_bytes().decode() == expected


@given(st.lists(st.text(st.sampled_from('=+-@\t\r\n＝",a'), max_size=4), min_size=1, max_size=4))
def test_no_cell_for_excel_can_run_and_none_is_lost(cells):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "out.csv")
        with open_output(path, columns=["c"] * len(cells), excel=True) as output:
            output.write(cells)
        with path.open(encoding="utf-8-sig", newline="") as file:
            _, row = csv.reader(file)
    for cell, found in zip(cells, row, strict=True):
        assert not found.startswith(tuple("=+-@\t\r\n＝"))
        assert found in (cell, f"'{cell}")


def test_rows_may_be_mappings_and_values_of_any_kind(tmp_path):
    path = tmp_path / "out.csv"
    with open_output(path, columns=["text", "n", "more"]) as output:
        output.write({"text": "a", "more": {"k": ["خ"]}})
        output.write(["b", 0.5, None])
        output.write(("c", True, "\udcff"))
    expected = 'text,n,more\na,,"{""k"": [""خ""]}"\nb,0.5,\nc,true,\\udcff\n'
    assert path.read_bytes().decode() == expected


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".xlsx", ".parquet"])
def test_a_row_of_another_length_is_a_bug_not_a_file(tmp_path, ending):
    path = tmp_path / f"out{ending}"
    with (
        pytest.raises(ValueError, match=r"shorter|longer|does not fit"),
        open_output(path, columns=["a", "b"]) as output,
    ):
        output.write(["a"])
    assert list(tmp_path.iterdir()) == []


def test_a_field_that_no_column_takes_is_told(tmp_path):
    message = "found the field 'late'; allowed are the columns 'text'; write jsonl"
    with (
        pytest.raises(DataError, match=message),
        open_output(tmp_path / "o.csv", columns=["text"]) as output,
    ):
        output.write({"text": "a", "late": 1})


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".xlsx", ".parquet", ".csv.gz"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_interrupted_output_leaves_the_old_file_alone(tmp_path, ending, error):
    path = written(tmp_path / f"out{ending}", "old")
    with pytest.raises(error), open_output(path, columns=["text"]) as output:  # noqa: PT012
        for _ in range(20_000):
            output.write(["sale"])
        raise error
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_compressed_output_is_the_same_each_time(tmp_path):
    for name in ("a.csv.gz", "b.csv.gz"):
        with open_output(tmp_path / name, columns=["text"]) as output:
            output.write(["خصم"])
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()).decode() == "text\nخصم\n"


@pytest.mark.parametrize(
    ("path", "form", "message"),
    [
        ("out.doc", None, r"out\.doc: found the format 'doc'; allowed are 'csv', 'tsv', 'jsonl'"),
        ("out.csv", "table", "found the format 'table'"),
        ("-", None, "-: found the format ''"),
        ("-", "xlsx", r"xlsx is written to a file of its own; name one that ends in \.xlsx"),
        ("out.parquet.gz", None, "parquet is written to a file of its own"),
        ("out.xlsx", "csv", r"out\.xlsx would hold csv; let its name end in \.csv"),
    ],
)
def test_formats_that_do_not_fit_are_wrong_usage(path, form, message):
    with pytest.raises(UsageError, match=message):
        open_output(path, form)


def test_a_workbook_cell_holds_no_more_than_it_can(tmp_path):
    path = tmp_path / "out.xlsx"
    message = r"out\.xlsx, row 2: found 'xxx.*', 32,768 characters; a cell holds 32,767 at most"
    with pytest.raises(DataError, match=message), open_output(path, columns=["text"]) as output:
        output.write(["x" * 32_768])
    assert not path.exists()


def test_parquet_keeps_numbers_and_refuses_what_comes_late_and_differs(tmp_path):
    path = tmp_path / "out.parquet"
    with open_output(path, columns=["text", "n", "sure", "p"]) as output:
        output.write(["a", 1, True, 0.5])
        output.write([None, None, None, 1])
    assert [row.fields for row in read(path)] == [["a", 1, True, 0.5], [None, None, None, 1.0]]
    message = r"out\.parquet, column 'n', after row 16,384: found what is no int64"
    with pytest.raises(DataError, match=message), open_output(path, columns=["n"]) as output:  # noqa: PT012
        for _ in range(16_384):
            output.write([1])
        output.write(["x"])
    assert len(read(path)) == 2


def test_standard_output_is_utf_8_whatever_the_locale(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
    sys.stdout.write("before ")
    with open_output("-", "jsonl") as output:
        output.write({"text": "خصم"})
        output.flush()
        assert raw.getvalue().decode() == 'before {"text": "خصم"}\n'
    with open_output("-", "csv", ["text"]) as output:
        output.write(["ش"])
    assert raw.getvalue().decode().endswith("text\nش\n")


def test_a_notebook_has_no_bytes_and_is_written_to_all_the_same(monkeypatch):
    monkeypatch.setattr("sys.stdout", io.StringIO())
    with open_output("-", "jsonl", ["text"]) as output:
        output.write(["خصم"])
    assert json.loads(sys.stdout.getvalue()) == {"text": "خصم"}


def test_a_closed_pipe_is_left_to_the_caller(monkeypatch):
    reading, writing = os.pipe()
    os.close(reading)
    monkeypatch.setattr("sys.stdout", os.fdopen(writing, "w"))
    with pytest.raises(BrokenPipeError), open_output("-", "csv", ["text"]) as output:
        output.write(["sale"])
    with pytest.raises(BrokenPipeError):
        sys.stdout.close()


# Lines by column


def line_of(row: list[str], delimiter: str) -> str:
    """What the csv module makes of a row, but ended by a line feed alone."""
    held = io.StringIO(newline="")
    csv.writer(held, delimiter=delimiter).writerow(row)
    return held.getvalue().removesuffix("\r\n") + "\n"


@pytest.mark.parametrize("n_columns", [1, 3])
@pytest.mark.parametrize("delimiter", [",", "\t"])
@given(cells=st.lists(st.text() | MESSY, max_size=12))
@example(cells=["a,b", 'c"', "d\re", "", "\n", "\r\n"])
def test_lines_by_column_are_those_of_the_csv_module(n_columns, delimiter, cells):
    rows = list(zip(*[iter(cells)] * n_columns, strict=False))
    columns = [[row[i] for row in rows] for i in range(n_columns)]
    expected = "".join(line_of(row, delimiter) for row in rows)
    found = delimited_lines(columns, delimiter)
    assert found == expected.encode("utf-8", "backslashreplace")
