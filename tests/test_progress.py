"""Progress is shown on a terminal alone, and tells rows, rate and the time that is left."""

import io
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress

import pytest

from prmktml import progress
from prmktml.tables import open_output, open_table

AT_ONCE = (
    "import sys; from prmktml import predict, progress; progress.DELAY = progress.PAUSE = 0;"
    "sys.exit(predict.main(sys.argv[1:]))"
)
ROW = "خصم 30% لحد الخميس"


def on_a_terminal(*args, env=None, stdin=None) -> tuple[int, str]:
    """Run ``predict`` with a terminal as standard error; return its code and what was shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", AT_ONCE, *map(str, args)],
        stderr=theirs,
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **(env or {})},
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the other end is closed
        while block := os.read(ours, 1 << 16):
            shown += block
    os.close(ours)
    return process.wait(), shown.decode()


@pytest.fixture
def posts(tmp_path):
    def write(name, n_rows=2000):
        path = tmp_path / name
        with open_output(path, columns=["id", "text"]) as out:
            for i in range(n_rows):
                out.write([str(i), f"{ROW} {i}"])
        return path

    return write


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "jsonl", "parquet"])
def test_a_terminal_shows_rows_rate_and_time(posts, tmp_path, ending):
    code, shown = on_a_terminal("-i", posts(f"posts.{ending}", 5000), "-o", tmp_path / "out.csv")
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert code == 0
    assert re.search(r"\b2,04[78] rows .* [\d,]+ rows/s 0:00:\d\d left", plain)
    assert re.search(r"\b5,000 rows .* [\d,]+ rows/s 0:00:\d\d in all", plain)
    assert "\x1b[38;5;" in shown or "\x1b[3" in shown


def test_where_the_end_is_unknown_there_is_a_rate_alone(posts, tmp_path):
    code, shown = on_a_terminal("-i", posts("posts.xlsx"), "-o", tmp_path / "out.csv")
    assert code == 0
    assert "rows/s" in shown
    assert "left" not in shown


def test_no_color_is_heeded(posts, tmp_path):
    env = {"NO_COLOR": "1"}
    code, shown = on_a_terminal("-i", posts("posts.csv"), "-o", tmp_path / "out.csv", env=env)
    assert code == 0
    assert "2,000 rows" in shown
    assert not re.search(r"\x1b\[[0-9;]*[34]\d[;m]", shown)


def test_without_a_terminal_or_a_file_to_write_nothing_is_shown(posts, tmp_path):
    path = posts("posts.csv")
    assert on_a_terminal("-i", path, "--format", "csv") == (0, "")
    command = [sys.executable, "-c", AT_ONCE, "-i", path, "-o", tmp_path / "out.csv"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_work_of_less_than_a_second_needs_no_line(posts):
    stream = io.StringIO()
    with open_table(posts("posts.csv")) as table, progress.watching(table, stream) as advance:
        advance(2000)
    assert stream.getvalue() == ""


@pytest.mark.parametrize("name", ["posts.csv", "posts.csv.gz", "posts.jsonl", "posts.parquet"])
def test_the_share_that_was_read_grows_from_little_to_all(posts, name):
    with open_table(posts(name, 40_000)) as table:
        shares = [table.share() for _ in table.chunks(512)]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 1
    assert (shares[-1], table.share(), table.n_read) == (1, 1, 40_000)
