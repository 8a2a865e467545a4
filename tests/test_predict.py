"""The command ``predict`` as people call it, in a process of its own."""

import csv
import io
import json

import pytest

from prmktml.tables import open_output, open_table

OFFER, THANKS = "خصم 30% لحد الخميس", "Thank you to every nurse who stayed"


def test_texts_as_arguments_give_one_json_line_each(run_command):
    code, printed, said = run_command("prmktml.predict", OFFER, THANKS)
    records = [json.loads(line) for line in printed.splitlines()]
    assert (code, said) == (0, "")
    assert [r["text"] for r in records] == [OFFER, THANKS]
    assert [r["label"] for r in records] == ["marketing", "pr"]


def test_the_table_is_for_people(run_command):
    code, printed, _ = run_command("prmktml.predict", "--format", "table", OFFER, "")
    lines = printed.splitlines()
    assert code == 0
    assert lines[0].startswith("marketing")
    assert lines[0].endswith(OFFER)
    assert "no_text" in lines[1]


def test_standard_input_holds_one_message_a_line(run_command):
    code, printed, _ = run_command("prmktml.predict", "-", stdin=f"{OFFER}\n\n{THANKS}\n".encode())
    records = [json.loads(line) for line in printed.splitlines()]
    assert code == 0
    assert [r["label"] for r in records] == ["marketing", None, "pr"]
    code, printed, _ = run_command("prmktml.predict", "-", "--whole", stdin=b"big\nsale\n")
    assert len(printed.splitlines()) == 1


def test_csv_keeps_its_own_columns_untouched(tmp_path, run_command):
    path, out = tmp_path / "posts.csv", tmp_path / "out.csv"
    path.write_text(f'id,text,note\n007,"{OFFER}",null\nx,,NA\n', encoding="utf-8")
    code, printed, _ = run_command("prmktml.predict", "-i", path, "-o", out)
    assert (code, printed) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [r["id"] for r in rows] == ["007", "x"]
    assert [r["note"] for r in rows] == ["null", "NA"]
    assert list(rows[0])[:3] == ["id", "text", "note"]
    assert list(rows[0])[3:] == [
        "prmktml_label",
        "prmktml_confidence",
        "prmktml_verdict",
        "prmktml_reasons",
        "prmktml_aspect",
        "prmktml_p_pr",
        "prmktml_p_marketing",
        "prmktml_p_other",
        "prmktml_language",
    ]
    assert rows[0]["prmktml_label"] == "marketing"
    assert rows[1]["prmktml_label"] == ""
    assert rows[1]["prmktml_reasons"] == "no_text"


@pytest.mark.parametrize("ending", ["csv", "tsv", "xlsx", "parquet", "csv.gz", "jsonl"])
def test_the_name_of_the_output_tells_its_format(tmp_path, run_command, ending):
    path, out = tmp_path / "posts.csv", tmp_path / f"out.{ending}"
    path.write_text(f"id,text\n1,{OFFER}\n", encoding="utf-8")
    code, printed, said = run_command("prmktml.predict", "-i", path, "-o", out)
    assert (code, printed, said) == (0, "", "")
    with open_table(out, text_column="id") as table:
        (record,) = (table.record(row) for row in table)
    found = record["prmktml"]["label"] if ending == "jsonl" else record["prmktml_label"]
    assert (record["text"], found) == (OFFER, "marketing")


def test_jsonl_from_a_table_holds_the_fields_and_one_key(tmp_path, run_command):
    path = tmp_path / "posts.csv"
    path.write_text(f"id,text\n1,{OFFER}\n", encoding="utf-8")
    code, printed, _ = run_command("prmktml.predict", "-i", path, "--format", "jsonl")
    record = json.loads(printed)
    assert code == 0
    assert list(record) == ["id", "text", "prmktml"]
    assert "text" not in record["prmktml"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_long_messages_keep_their_order_and_their_neighbours(tmp_path, run_command, model, jobs):
    texts = [f"{OFFER if i % 3 else THANKS} {i} " * (2_000 if i % 5 == 0 else 1) for i in range(60)]
    path = tmp_path / "posts.parquet"
    with open_output(path, columns=("id", "text")) as output:
        for i, text in enumerate(texts):
            output.write([i, text])
    code, printed, said = run_command("prmktml.predict", "-i", path, "--format", "csv", "-j", jobs)
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert (code, said) == (0, "")
    assert [row["id"] for row in rows] == [str(i) for i in range(60)]
    assert [row["text"] for row in rows] == texts
    expected = [prediction.label for prediction in model.predict(texts)]
    assert [row["prmktml_label"] for row in rows] == expected


def test_two_processes_give_what_one_gives(tmp_path, run_command):
    path = tmp_path / "posts.csv"
    rows = "".join(f"{i},{OFFER if i % 3 else THANKS} {i}\n" for i in range(20_000))
    path.write_text("id,text\n" + rows, encoding="utf-8")
    one = run_command("prmktml.predict", "-i", path, "--format", "csv")
    two = run_command("prmktml.predict", "-i", path, "--format", "csv", "-j", "2")
    assert one[0] == 0
    assert one[1] == two[1]


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["-i", "nowhere.csv"], 3, "nowhere.csv"),
        (["-i", "two.csv"], 2, "'a', 'b'"),
        (["-i", "two.csv", "--text-column", "c"], 2, "no column 'c'"),
        (["--model", "nowhere.safetensors", "x"], 4, "is no file"),
        (["--model", "pickle.joblib", "x"], 4, "could run code"),
        (["--model", "two.csv", "x"], 4, "cannot be read"),
        (["--min-confidence", "2", "x"], 2, "min-confidence"),
        (["--format", "xml", "x"], 2, "invalid choice"),
        (["-i", "two.csv", "x"], 2, "not both"),
        (["--format", "table", "-o", "x.txt", "x"], 2, "a table is for a terminal"),
    ],
)
def test_bad_calls_end_in_one_clear_message(tmp_path, run_command, args, code, message):
    (tmp_path / "two.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "pickle.joblib").write_bytes(b"\x80\x05\x95joblib")
    found, printed, said = run_command("prmktml.predict", *args, cwd=tmp_path)
    assert (found, printed) == (code, "")
    assert message in said
    assert "Traceback" not in said


def test_undecodable_bytes_lose_no_row(tmp_path, run_command):
    path = tmp_path / "posts.csv"
    good = "\n".join(f"{i},{OFFER}" for i in range(50)).encode()
    path.write_bytes(b"id,text\n" + good + b"\nbad,\xff\xfe\xfa\nlast,thank you\n")
    code, printed, said = run_command("prmktml.predict", "-i", path, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert code == 0
    assert len(rows) == 52
    assert rows[50]["prmktml_reasons"] == "unreadable"
    assert "1 rows could not be read" in said
    assert run_command("prmktml.predict", "-i", path, "--format", "csv", "--strict")[0] == 3


def test_a_closed_pipe_and_an_ascii_locale_are_no_trouble(run_command):
    env = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    code, printed, _ = run_command("prmktml.predict", OFFER, env=env)
    assert code == 0
    assert json.loads(printed)["text"] == OFFER


def test_version_names_the_model_too(run_command):
    code, printed, _ = run_command("prmktml.predict", "--version")
    assert code == 0
    assert printed.startswith("prmktml 0.")
    assert "(model 0." in printed
    assert run_command("prmktml", "--version")[1] == printed


@pytest.mark.parametrize("verb", ["predict", "train", "evaluate", "check"])
def test_help_fits_a_screen_and_shows_two_examples(run_command, verb):
    code, printed, _ = run_command(f"prmktml.{verb}", "--help")
    assert code == 0
    assert printed.count("\n") <= 45
    assert printed.split("examples:")[1].count(f"prmktml {verb}") == 2
