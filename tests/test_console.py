"""How commands start, fail and stop."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest


def test_the_door_lists_its_verbs(run_command):
    code, printed, _ = run_command("prmktml")
    assert code == 0
    for verb in ("predict", "train", "evaluate", "check"):
        assert verb in printed
        assert run_command("prmktml", verb, "--help")[0] == 0


def test_an_unknown_verb_is_wrong_usage(run_command):
    code, printed, said = run_command("prmktml", "guess")
    assert (code, printed) == (2, "")
    assert "no verb 'guess'" in said


def test_a_closed_pipe_ends_quietly(tmp_path):
    path = tmp_path / "posts.txt"
    path.write_text("thank you all\n" * 20_000, encoding="utf-8")
    command = f'"{sys.executable}" -m prmktml.predict -i "{path}" | head -n 1'
    done = subprocess.run(command, shell=True, capture_output=True, check=False)
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


PREDICT, DOOR = "-m prmktml.predict", "-m prmktml"


def shell(command, cwd):
    """Run a line of bash in which python is this Python; return its code and what it said."""
    line = f'set -o pipefail; python() {{ "{sys.executable}" "$@"; }}; {command}'
    done = subprocess.run(["bash", "-c", line], cwd=cwd, capture_output=True, check=False)
    return done.returncode, done.stderr.decode()


@pytest.fixture
def posts(tmp_path):
    (tmp_path / "posts.csv").write_text("text,label\nthank you all,pr\nbuy now,marketing\n")
    return tmp_path


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("command", "message"),
    [
        (f"{PREDICT} x > /dev/full", "No space left on device"),
        (f"{PREDICT} --format table x > /dev/full", "No space left on device"),
        (f"{PREDICT} -i posts.csv --format csv -j 2 > /dev/full", "No space left on device"),
        (f"{PREDICT} -i posts.csv --format csv -o /dev/full", "the disk is full; make room"),
        (f"{PREDICT} --version > /dev/full", "No space left on device"),
        (f"{DOOR} > /dev/full", "No space left on device"),
        ("-m prmktml.report posts.csv -o /dev/full", "the disk is full; make room"),
        ("-m prmktml.label posts.csv -o /dev/full < /dev/null", "read from again; name one"),
    ],
)
def test_a_full_disk_is_a_message(posts, command, message):
    code, said = shell(f"python {command}", posts)
    assert code in (1, 2)
    assert message in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "command",
    [
        f"{PREDICT} -i many.csv --format csv",
        f"{PREDICT} -i many.csv --format csv -j 2",
        f"{PREDICT} -i many.csv --format table",
        f"{PREDICT} --help",
        "-m prmktml.check posts.csv --near 0.1",
        "-m prmktml.evaluate data.csv",
        DOOR,
    ],
)
def test_a_reader_that_leaves_is_no_failure(posts, command):
    rows = (f"thank you all {i},pr\nbuy {i} now,marketing\n" for i in range(5000))
    (posts / "many.csv").write_text("text,label\n" + "".join(rows))
    offers = (f"{word} at half price today,marketing\n" for word in ("tea", "ink", "rice"))
    (posts / "data.csv").write_text("text,label\nthank you all,pr\n" + "".join(offers) * 9)
    code, said = shell(f"python {command} | head -c 1", posts)
    assert (code, "Traceback" in said) in ((0, False), (3, False)), said


@pytest.mark.parametrize("closing", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_lead_nowhere(posts, closing):
    code, said = shell(f"python {PREDICT} x {closing}", posts)
    assert (code, said) == (0, "")
    code, said = shell(f"python {PREDICT} - {closing} < /dev/null", posts)
    assert (code, said) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_half_file(tmp_path, number):
    path, out = tmp_path / "posts.txt", tmp_path / "out.jsonl"
    path.write_text("thank you all for coming\n" * 1_000_000, encoding="utf-8")
    out.write_text("old", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "prmktml.predict", "-i", path, "-o", out],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".prmktml-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"interrupted" in said
    assert out.read_text(encoding="utf-8") == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.jsonl", "posts.txt"]


@pytest.mark.skipif(not os.path.isdir("/sys/kernel"), reason="needs a folder closed to root too")
def test_no_permission_is_a_message(tmp_path, run_command):
    (tmp_path / "posts.csv").write_text("text\nthank you all\n")
    out = "/sys/kernel/prmktml.csv"
    code, printed, said = run_command("prmktml.predict", "-i", tmp_path / "posts.csv", "-o", out)
    assert (code, printed) == (1, "")
    assert re.search(r"prmktml\.csv cannot be written: (there is no|the disk can only)", said)
