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


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("output", ["-o /dev/full", "> /dev/full", "-j 2 > /dev/full"])
def test_a_full_disk_is_a_message(tmp_path, output):
    (tmp_path / "posts.csv").write_text("text\nthank you all\n" * 9)
    command = f'"{sys.executable}" -m prmktml.predict -i posts.csv --format csv {output}'
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 1
    assert re.search(rb"disk is full; make room|No space left on device", done.stderr)
    assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(not os.path.isdir("/sys/kernel"), reason="needs a folder closed to root too")
def test_no_permission_is_a_message(tmp_path, run_command):
    (tmp_path / "posts.csv").write_text("text\nthank you all\n")
    out = "/sys/kernel/prmktml.csv"
    code, printed, said = run_command("prmktml.predict", "-i", tmp_path / "posts.csv", "-o", out)
    assert (code, printed) == (1, "")
    assert re.search(r"prmktml\.csv cannot be written: (there is no|the disk can only)", said)
