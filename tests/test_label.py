"""The command ``label`` as people use it: on a terminal, through a pipe, killed in the middle."""

import csv
import os
import pty
import select
import signal
import subprocess
import sys
import termios

import pytest

from prmktml.corpus import read_corpus

from conftest import sentences

TEXTS = [f"{text} {i}" for i, (text, _, _) in enumerate(sentences(n_rows=4))]


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text("text\n" + "\n".join(TEXTS) + "\n", encoding="utf-8")
    return path


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, *args):
        self.ours, theirs = pty.openpty()
        termios.tcsetwinsize(self.ours, (40, 100))
        self.before = termios.tcgetattr(self.ours)
        command = [sys.executable, "-m", "prmktml.label", *map(str, args)]
        env = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
        )
        os.close(theirs)
        self.seen = ""

    def until(self, said):
        """Read what is shown until something is said; return all of it."""
        shown = b""
        while said not in (text := shown.decode("utf-8", "ignore")):
            ready, _, _ = select.select([self.ours], [], [], 30)
            assert ready, f"waited for {said!r}, saw {text!r}"
            shown += os.read(self.ours, 1 << 16)
        return text

    def press(self, keys, said):
        os.write(self.ours, keys.encode())
        return self.until(said)

    def end(self):
        self.process.wait(30)
        after = termios.tcgetattr(self.ours)
        os.close(self.ours)
        return self.process.returncode, after == self.before


@pytest.fixture
def terminal():
    opened = []

    def open_one(*args):
        opened.append(Terminal(*args))
        return opened[-1]

    yield open_one
    for one in opened:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()
            os.close(one.ours)


@pytest.mark.long
def test_a_sitting_on_a_terminal(posts, tmp_path, terminal):
    out = tmp_path / "labelled.csv"
    tty = terminal(posts, "-o", out, "--coder", "mona", "--lang", "en")
    tty.until("q stop")
    assert "model" not in tty.press("p", "3 relationships")
    assert [row["label"] for row in rows_of(out)] == ["pr"]
    shown = tty.press("3\r", "q stop")
    assert "PR, relationships" in shown
    assert "model" not in shown
    tty.press("\x1bOP", "")  # F1 is no other and no pr
    tty.press("خ", "q stop")
    tty.press("u", "taken back")
    tty.press("m4", "5 offers")
    tty.press("5", "q stop")
    tty.press("?", "Where the two meet")
    tty.press("q", "2 labelled (2 of them now), 10 waiting")
    assert tty.end() == (0, True)
    rows = rows_of(out)
    assert [(row["label"], row["aspects"], row["coder"]) for row in rows] == [
        ("pr", "relationships", "mona"),
        ("marketing", "sales|offers", "mona"),
    ]
    tty = terminal(posts, "-o", out, "--lang", "ar", "--show-model", "--limit", "1")
    tty.until("الرسالة 3 من 12")
    assert "النموذج: " in tty.press("o", "في الانتظار 9")
    assert tty.end() == (0, True)
    assert [row["coder"] for row in rows_of(out)] == ["mona", "mona", ""]


@pytest.mark.long
def test_what_was_answered_survives_a_kill(posts, tmp_path, terminal):
    out = tmp_path / "labelled.csv"
    tty = terminal(posts, "-o", out, "--lang", "en")
    tty.until("q stop")
    for number in range(1, 6):
        tty.press("o", f"{number + 1} of 12")
        assert len(rows_of(out)) == number
    tty.press("p", "3 relationships")
    os.kill(tty.process.pid, signal.SIGKILL)
    tty.process.wait(30)
    before = rows_of(out)
    assert [row["label"] for row in before] == ["other"] * 5 + ["pr"]
    tty = terminal(posts, "-o", out, "--lang", "en")
    tty.until("7 of 12")
    tty.press("u", "6 of 12")
    tty.press("\x04", "5 labelled")
    assert tty.end() == (0, True)
    assert rows_of(out) == before[:5]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130)])
def test_an_interrupt_gives_the_terminal_back(posts, tmp_path, terminal, number, code):
    out = tmp_path / "labelled.csv"
    tty = terminal(posts, "-o", out, "--lang", "en")
    tty.until("q stop")
    tty.press("o", "2 of 12")
    tty.process.send_signal(number)
    assert tty.end() == (code, True)
    assert len(rows_of(out)) == 1


@pytest.mark.long
def test_a_pipe_drives_it_too(posts, tmp_path, run_command):
    out = tmp_path / "labelled.jsonl"
    code, printed, said = run_command("prmktml.label", posts, "-o", out, stdin=b"p1\nm5\nzo")
    assert (code, printed) == (0, "")
    assert "no key here: z" in said
    assert read_corpus(out).columns["label"] == ["pr", "marketing", "other"]
    code, _, said = run_command("prmktml.label", posts, "-o", out, stdin=b"o" * 9)
    assert code == 0
    assert "all messages have a label" in said
    assert len(read_corpus(out)) == 12
    before = out.read_bytes()
    code, _, said = run_command("prmktml.label", posts, "-o", out, stdin=b"ppp")
    assert (code, out.read_bytes()) == (0, before)


def test_what_it_writes_is_clean_for_check(posts, tmp_path, run_command):
    out = tmp_path / "labelled.csv"
    run_command("prmktml.label", posts, "-o", out, stdin=b"m5\np3\no")
    code, printed, said = run_command("prmktml.check", out)
    assert (code, printed) == (0, ""), said


def test_a_second_coder_of_a_labelled_file_gets_the_agreement(tmp_path, run_command):
    path, out = tmp_path / "first.csv", tmp_path / "second.csv"
    rows = sentences(n_rows=4)
    lines = "".join(f"{text} {i},{label}\n" for i, (text, label, _) in enumerate(rows))
    path.write_text("text,label\n" + lines, encoding="utf-8")
    code, _, said = run_command("prmktml.label", path, "-o", out, stdin=b"o" * 12)
    assert code == 0, said
    _, _, said = run_command("prmktml.check", out, "--second-label", "label_before")
    assert "label_before: " in said


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["nowhere.csv", "-o", "out.csv"], 3, "nowhere.csv"),
        (["posts.csv", "-o", "posts.csv"], 2, "name another one after -o"),
        (["-", "-o", "out.csv"], 2, "standard input is for the keys"),
        (["posts.csv", "-o", "out.doc"], 2, "allowed are"),
        (["posts.csv", "-o", "none/out.csv"], 1, "create the folder first"),
        (["posts.csv", "-o", "out.csv", "--limit", "0"], 2, "--limit"),
        (["posts.csv", "-o", "out.csv", "--text-column", "body"], 2, "no column 'body'"),
        (["posts.csv", "-o", "out.csv", "--model", "posts.csv"], 4, "posts.csv"),
        (["posts.csv"], 2, "required: -o"),
    ],
)
def test_bad_calls_end_in_one_clear_message(posts, run_command, args, code, message):
    found, printed, said = run_command("prmktml.label", *args, cwd=posts.parent)
    assert (found, printed) == (code, "")
    assert message in said
    assert "Traceback" not in said


def test_help_fits_a_screen_and_says_that_the_model_is_hidden(run_command):
    code, printed, _ = run_command("prmktml.label", "--help")
    assert code == 0
    assert printed.count("\n") <= 45
    assert printed.split("examples:")[1].count("prmktml label") == 2
    assert "hidden" in printed


@pytest.mark.long
def test_training_reads_what_labelling_wrote_unfinished_too(posts, tmp_path, run_command):
    out, model = tmp_path / "labelled.csv", tmp_path / "ours.safetensors"
    run_command("prmktml.label", posts, "-o", out, stdin=b"m5\np3\no")
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    code, _, said = run_command("prmktml.train", out, "--extend", "-o", model, env=one_thread)
    assert code == 0, said
    code, _, said = run_command("prmktml.label", posts, "-o", out, "--model", model, stdin=b"q")
    assert "3 labelled" in said
