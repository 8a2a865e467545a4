"""The command ``report``: a campaign calendar in, one HTML page on it out."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from prmktml.console import Parser, run, say

if TYPE_CHECKING:
    import argparse

    from prmktml.campaign import Advice, Campaign

__all__ = ["main"]

_EXAMPLES = """\
  prmktml report calendar.csv --date-column date -o report.html
  prmktml report plan.xlsx --date-column day --channel-column channel --lang ar -o report.html"""


def _parser() -> Parser:
    parser = Parser("report", "Report on a campaign calendar: its mix, and advice.", _EXAMPLES)
    add = parser.add_argument
    add("calendar", metavar="FILE", help="csv, tsv, jsonl, xlsx, parquet: one message a row")
    add("-o", "--output", metavar="FILE", required=True, help="the page to write, an .html file")
    add("--text-column", metavar="NAME", help="default: text, or the only column")
    add("--date-column", metavar="NAME", help="without it the parts over time are left out")
    add("--group-column", metavar="NAME", help="the brand; each is checked by itself too")
    add("--channel-column", metavar="NAME", help="where a message appears")
    add("--crisis-column", metavar="NAME", help="marks crisis messages; empty, 0 or no marks none")
    order = parser.add_mutually_exclusive_group()
    order.add_argument(
        "--day-first", action="store_true", default=None, help="3/4/2026 is in April"
    )
    order.add_argument(
        "--month-first", action="store_false", dest="day_first", help="3/4/2026 is in March"
    )
    add("--lang", choices=("ar", "en"), help="shown first; the page holds both; default by locale")
    add("--min-share", type=float, metavar="P", help="least share of each side, 0 to 0.5 (0.2)")
    add("--max-gap-days", type=int, metavar="N", help="days without PR that are fine (7)")
    add("--crisis-days", type=int, metavar="N", help="days without marketing after a crisis (3)")
    add("--model", metavar="FILE", help="default: the bundled model")
    add("--encoding", metavar="NAME", help="of the input; default: found out")
    return parser


def _advice(args: "argparse.Namespace") -> "Advice":
    from prmktml.campaign import Advice

    names = ("min_share", "max_gap_days", "crisis_days")
    return Advice(
        **{name: getattr(args, name) for name in names if getattr(args, name) is not None}
    )


def command(argv: Sequence[str] | None) -> int:
    """Run the command and return its exit code."""
    args = _parser().parse_args(argv)
    from prmktml.atomic import replace_file
    from prmktml.campaign import analyze, read_calendar, to_html
    from prmktml.explanation.highlighting import locale_language
    from prmktml.modelfile import load

    thresholds = _advice(args)
    calendar = read_calendar(
        args.calendar,
        text_column=args.text_column,
        date_column=args.date_column,
        group_column=args.group_column,
        channel_column=args.channel_column,
        crisis_column=args.crisis_column,
        encoding=args.encoding,
        day_first=args.day_first,
    )
    for note in calendar.notes:
        say(f"prmktml: {calendar.name}: {note}")
    campaign = analyze(calendar, load(args.model), thresholds)
    page = to_html(campaign, args.lang or locale_language())
    with replace_file(args.output, text=True) as file:
        file.write(page)
    _tell(campaign, args.output)
    return 0


def _tell(campaign: "Campaign", path: str) -> None:
    """Say how the rows were counted, and what of the advice needs a look."""
    counts = campaign.counts
    say(
        f"prmktml: {counts.total} rows: {counts.pr} pr, {counts.marketing} marketing, "
        f"{counts.other} other, {counts.none} with nothing to judge"
    )
    n_undated = sum(entry.fault is not None for entry in campaign.calendar.entries)
    if n_undated:
        say(f"prmktml: rows without a readable date: {n_undated}; the page lists them")
    codes = [check.code for check in campaign.checks if check.status == "attention"]
    say(f"prmktml: {path}: written; to look at: {', '.join(codes) or 'nothing'}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``report`` with these arguments, or those of the process."""
    return run(command, argv)


if __name__ == "__main__":
    sys.exit(main())
