"""Files are replaced whole or not at all, whatever happens in between."""

import errno
import os
import random
import resource
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from prmktml.atomic import replace_file
from prmktml.errors import PrmktmlError


def test_the_new_file_takes_the_place_of_the_old_one(tmp_path):
    path = tmp_path / "card.md"
    path.write_text("old")
    with replace_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    with replace_file(str(path), text=True) as file:
        file.write("خصم\n")
    assert path.read_bytes() == "خصم\n".encode()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_exception_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "card.md"
    path.write_text("old")
    with pytest.raises(error), replace_file(path) as file:  # noqa: PT012
        file.write(b"new")
        raise error
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_errors_of_the_caller_pass_through(tmp_path):
    with pytest.raises(FileNotFoundError), replace_file(tmp_path / "card.md"):
        (tmp_path / "missing").read_text()
    assert list(tmp_path.iterdir()) == []


def test_permissions_are_kept_and_new_files_follow_the_umask(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.touch()
    old.chmod(0o640)
    before = os.umask(0o027)
    try:
        for path in (old, new):
            with replace_file(path) as file:
                file.write(b"x")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (old, new)] == [0o640, 0o640]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "far").mkdir()
    target, link = tmp_path / "far" / "card.md", tmp_path / "card.md"
    target.write_text("old")
    link.symlink_to(target)
    with replace_file(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_what_is_no_regular_file_is_written_straight_away():
    with replace_file("/dev/null") as file:
        file.write(b"gone")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing/card.md", "its folder does not exist; create the folder first"),
        ("file/card.md", "a part of the path is a file, not a folder; choose another place"),
        ("folder", "it is a folder; name a file"),
        ("x" * 300, "the name is too long; choose a shorter one"),
    ],
)
def test_what_cannot_be_written_is_told_with_a_remedy(tmp_path, name, message):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(PrmktmlError, match=f"{name} cannot be written: {message}"),
        replace_file(tmp_path / name) as file,
    ):
        file.write(b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.EACCES, "there is no permission to write there; choose another place"),
        (errno.EROFS, "the disk can only be read; choose another place"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_what_the_system_refuses_is_told(monkeypatch, tmp_path, code, message):
    def refuse(path, *_args):
        raise OSError(code, os.strerror(code), path)

    monkeypatch.setattr("prmktml.atomic.os.open", refuse)
    with (
        pytest.raises(PrmktmlError, match=f"card cannot be written: {message}") as caught,
        replace_file(tmp_path / "card"),
    ):
        pass
    assert caught.value.exit_code == 1


def test_a_file_that_may_not_be_written_is_not_replaced(monkeypatch, tmp_path):
    path = tmp_path / "card.md"
    path.write_text("old")
    monkeypatch.setattr("prmktml.atomic.os.access", lambda *_: False)
    with pytest.raises(PrmktmlError, match="there is no permission"), replace_file(path) as file:
        file.write(b"new")
    assert path.read_text() == "old"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("size", [1, 1_000_000])
def test_a_full_disk_is_a_message(size):
    message = "/dev/full cannot be written: the disk is full; make room or write elsewhere"
    with pytest.raises(PrmktmlError, match=message), replace_file("/dev/full") as file:
        file.write(b"x" * size)


def test_a_file_that_grows_too_large_is_a_message_and_the_old_one_stays(tmp_path):
    path = tmp_path / "card.md"
    path.write_text("old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with (
            pytest.raises(PrmktmlError, match="would grow larger than is allowed"),
            replace_file(path) as file,
        ):
            file.write(b"x" * 1_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


WRITER = """
import sys
from prmktml.atomic import replace_file
for i in range(10**9):
    with replace_file(sys.argv[1]) as file:
        file.write(b"%09d\\n" % i * 20_000)
    if not i:
        print("ready", flush=True)
"""


@pytest.mark.long
def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path):
    path = Path(tmp_path, "model")
    moments = random.Random(7)
    for _ in range(50):
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout.readline() == b"ready\n"
            time.sleep(moments.uniform(0, 0.05))
            process.kill()
        lines = path.read_bytes().split(b"\n")
        assert (len(lines), len(set(lines))) == (20_001, 2)
