"""The command ``check``: what is wrong with a labelled file, and what to do about it."""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from prmktml.console import Parser, run, say

if TYPE_CHECKING:
    import argparse

    from prmktml.checks.sheets import Finding, Sheet

__all__ = ["main"]

_EXAMPLES = """\
  prmktml check labelled.csv --fix clean.csv
  prmktml check labelled.csv --accepted looked-at.csv --label-errors"""
_OPTIONS: Final = ("near", "group_share", "openings", "second_label", "label_errors")
_FOUND: Final = 3


def _parser() -> Parser:
    parser = Parser("check", "Look for what is wrong with a labelled file.", _EXAMPLES)
    add = parser.add_argument
    add("data", metavar="FILE", help="csv with text,label (and aspects, group, pair, brand, …)")
    add("--accepted", metavar="FILE", help="csv code,id,reason: findings to leave out")
    add("--fix", metavar="OUT", help="write a copy with encoding, white space and copies repaired")
    add("--label-errors", action="store_true", help="train on folds, and find likely label errors")
    add("--second-label", metavar="COLUMN", help="a second coder's labels: agreement")
    add(
        "--near", type=_share, default=0.6, metavar="J", help="near duplicates: 0 to 1; default 0.6"
    )
    add("--group-share", type=_share, default=0.7, metavar="P", help="of one label; default 0.7")
    add("--openings", type=int, default=6, metavar="N", help="messages that begin alike; default 6")
    add("--text-column", metavar="NAME", help="default: text, or the only column")
    add("--encoding", metavar="NAME", help="of the file; default: found out")
    return parser


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise ValueError
    return value


def command(argv: Sequence[str] | None) -> int:
    """Run the command and return its exit code."""
    args = _parser().parse_args(argv)
    from prmktml.checks.findings import Accepted, findings_in, read_accepted, running, sift
    from prmktml.checks.sheets import read_sheet

    _protect(args)
    accepted = read_accepted(args.accepted) if args.accepted else Accepted("", {})
    sheet = read_sheet(args.data, text_column=args.text_column, encoding=args.encoding)
    for note in sheet.notes:
        say(f"prmktml: {note}")
    options = {name: getattr(args, name) for name in _OPTIONS}
    found = findings_in(sheet, **options)
    left, stale = sift(found, accepted, {check.code for check in running(options)})
    for finding in left:
        print(finding)
    for code, name in stale:
        say(f"{args.accepted}: {code} {name} is no longer found; delete the entry")
    _tell(left, len(found) - len(left), sheet, args)
    if args.fix:
        _fix(sheet, args)
    return _FOUND if left else 0


def _protect(args: "argparse.Namespace") -> None:
    """Refuse to write over a file that is read."""
    from prmktml.checks.repair import check_output

    for path in filter(None, (args.data, args.accepted)):
        if args.fix:
            check_output(path, args.fix)


def _tell(
    left: Sequence["Finding"], n_accepted: int, sheet: "Sheet", args: "argparse.Namespace"
) -> None:
    """Say how many findings each code has."""
    if args.second_label:
        from prmktml.checks.agreement import agreement

        say(f"{args.second_label}: {agreement(sheet, args.second_label)}")
    counts = Counter((finding.code, finding.title) for finding in left)
    for (code, title), count in sorted(counts.items()):
        say(f"{code} {title}: {count:,}")
    n_rows = len(sheet) + len(sheet.broken)
    say(f"{args.data}: {n_rows:,} rows, {len(left):,} findings, {n_accepted:,} more accepted")


def _fix(sheet: "Sheet", args: "argparse.Namespace") -> None:
    from prmktml.checks.duplicates import exact_copies
    from prmktml.checks.repair import LABELLING, repair_file

    done = repair_file(
        args.data,
        args.fix,
        skip=exact_copies(sheet),
        untouched=LABELLING | {args.second_label},
        text_column=args.text_column,
        encoding=args.encoding,
    )
    say(
        f"{args.fix}: {done.rows:,} rows, {done.cells:,} cells repaired, {done.left_out:,} exact "
        f"copies left out, {done.unreadable:,} unreadable rows kept"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``check`` with these arguments, or those of the process."""
    return run(command, argv)


if __name__ == "__main__":
    sys.exit(main())
