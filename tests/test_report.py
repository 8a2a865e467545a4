"""The command report, from file to page."""

import pytest

from prmktml.errors import PrmktmlError
from prmktml.report import command
from prmktml.resources import find

EXAMPLE = find("data/examples/calendar.csv")


def test_it_writes_a_page_and_says_what_to_look_at(run_command, tmp_path):
    out = tmp_path / "report.html"
    args = ("--date-column", "date", "--channel-column", "channel", "--lang", "ar")
    code, printed, said = run_command("prmktml", "report", EXAMPLE, *args, "-o", out)
    assert (code, printed) == (0, "")
    assert "78 rows: " in said
    assert "after_crisis" in said
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert 'lang="ar" dir="rtl"' in page
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (("--date-column", "day"), 2, "no column 'day'"),
        (("--min-share", "0.9"), 2, "min_share: found 0.9; allowed is 0 to 0.5"),
        (("--day-first", "--month-first"), 2, "not allowed with"),
        (("--model", "nowhere.safetensors"), 4, "is no file"),
    ],
)
def test_what_it_cannot_serve(run_command, tmp_path, args, code, message):
    out = tmp_path / "report.html"
    found, printed, said = run_command("prmktml.report", EXAMPLE, *args, "-o", out)
    assert (found, printed) == (code, "")
    assert message in said
    assert "Traceback" not in said
    assert not out.exists()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(PrmktmlError, match="create the folder first"):
        command([str(EXAMPLE), "-o", str(tmp_path / "no" / "report.html")])


def test_months_first_as_told(capsys, tmp_path):
    path, out = tmp_path / "plan.csv", tmp_path / "report.html"
    path.write_text("date,text\n3/4/2026,Thank you all\nsoon,Sale\n", encoding="utf-8")
    args = ("--date-column", "date", "--month-first", "--lang", "en", "-o", str(out))
    assert command([str(path), *args]) == 0
    assert "without a readable date: 1; the page lists them" in capsys.readouterr().err
    page = out.read_text(encoding="utf-8")
    assert "4 Mar 2026" in page
    assert "read month first, as you told" in page
