"""The command ``predict``: messages in, labels out, row by row and in order."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from prmktml.console import Parser, run, say
from prmktml.errors import UsageError
from prmktml.modelfile import load
from prmktml.records import Batch, Layout, Part, batch_of, part_of, writer_for
from prmktml.tables.outputs import FORMATS

if TYPE_CHECKING:
    import argparse

    from prmktml.model import Model
    from prmktml.processes import Pool
    from prmktml.tables import Table

__all__ = ["main", "version"]

_EXAMPLES = """\
  prmktml predict "خصم 30% لحد الخميس" "Thank you to every nurse who stayed"
  prmktml predict -i posts.csv -o labelled.csv --text-column message"""
BATCH_ROWS: Final = 1024
_TOLD: Final = 10
"""So many problems are told; the rest is counted."""


def version() -> str:
    """Return the versions of the package and of the bundled model."""
    import prmktml

    return f"prmktml {prmktml.__version__} (model {load().name})"


def _parser() -> Parser:
    parser = Parser("predict", "Tell PR-style from marketing-style messages.", _EXAMPLES)
    parser.add_argument("texts", nargs="*", metavar="TEXT", help="messages; - reads standard input")
    add = parser.add_argument
    add("-i", "--input", metavar="FILE", help="csv, tsv, jsonl, txt, xlsx, parquet (also .gz)")
    add("-o", "--output", metavar="FILE", help="write there instead of standard output")
    add(
        "--format",
        choices=("table", "jsonl", "csv"),
        help="default: by the name of -o, else table or jsonl",
    )
    add("--text-column", metavar="NAME", help="default: text, or the only column")
    add("--model", metavar="FILE", help="default: the bundled model")
    add("--explain", action="store_true", help="show which words speak for which side")
    add("--lang", choices=("ar", "en"), help="language of explanations; default by locale")
    add(
        "--min-confidence",
        type=_confidence,
        default=0.5,
        metavar="P",
        help="0.5 to 1: less is unclear",
    )
    add(
        "-j",
        "--jobs",
        type=_jobs,
        default=1,
        metavar="N",
        help="processes for a large file; -1 is one a core",
    )
    add("--encoding", metavar="NAME", help="of the input; default: found out")
    add("--excel", action="store_true", help="csv that Excel opens right and safely")
    add("--whole", action="store_true", help="take all of standard input or a txt as one message")
    add("--strict", action="store_true", help="exit 3 if a row could not be read")
    add("--version", action="store_true", help="show the versions of program and model")
    return parser


def _confidence(text: str) -> float:
    value = float(text)
    if not 0.5 <= value <= 1:
        raise ValueError
    return value


def _jobs(text: str) -> int:
    value = int(text)
    if value < -1 or value == 0:
        raise ValueError
    return value


class Source(NamedTuple):
    """Where messages come from: columns (none for plain texts) and batches of rows."""

    columns: tuple[str, ...]
    batches: Iterator[Batch]
    table: "Table | None" = None


def _source(args: "argparse.Namespace") -> Source:
    if args.input and args.texts:
        raise UsageError("give texts or --input FILE, not both")
    if args.texts and args.texts != ["-"]:
        whole = Batch([args.texts], args.texts, [""] * len(args.texts))
        return Source((), iter([whole]))
    if not args.input and not args.texts:
        if sys.stdin.isatty():
            raise UsageError('no messages; try: prmktml predict "your text", or --input FILE')
        args.input = "-"
    return _file_source(args)


def _file_source(args: "argparse.Namespace") -> Source:
    from prmktml.tables import open_table

    table = open_table(
        args.input or "-", text_column=args.text_column, encoding=args.encoding, whole=args.whole
    )
    form = _format(args)
    batches = (batch_of(table, rows, form) for rows in table.chunks(BATCH_ROWS))
    return Source(table.columns, batches, table)


def _format(args: "argparse.Namespace") -> str:
    if args.format == "table" and args.output:
        raise UsageError("a table is for a terminal; leave --output out, or choose jsonl or csv")
    if args.format:
        return str(args.format)
    if args.output:
        ending = args.output.lower().removesuffix(".gz").rpartition(".")[2]
        return ending if ending in FORMATS else "jsonl"
    return "table" if sys.stdout.isatty() else "jsonl"


def _processes(args: "argparse.Namespace") -> "AbstractContextManager[Pool | None]":
    """Start other processes if wanted; a table is for people, who read slowly."""
    if args.jobs == 1 or _format(args) == "table":
        return nullcontext()
    from prmktml.processes import load_once, started

    return started(args.jobs, partial(load_once, args.model))


def _parts(
    source: Source, model: "Model", layout: Layout, args: "argparse.Namespace", pool: "Pool | None"
) -> Iterator[Part]:
    if pool is None:
        return (part_of(model, batch, layout) for batch in source.batches)
    from prmktml.processes import parts_of

    return parts_of(pool, args.model, source.batches, layout)


def command(argv: Sequence[str] | None) -> int:
    """Run the command and return its exit code."""
    args = _parser().parse_args(argv)
    if args.version:
        print(version())
        return 0
    with _processes(args) as pool:
        return _predict(args, pool)


def _predict(args: "argparse.Namespace", pool: "Pool | None") -> int:
    source = _source(args)
    for note in source.table.notes if source.table else ():
        say(f"prmktml: {note}")
    model = load(args.model)
    layout = Layout(
        _format(args), source.columns, args.explain, args.lang, args.excel, args.min_confidence
    )
    told, n_bad = list[str](), 0
    with writer_for(layout, args.output) as write, _progress(source, args) as advance:
        for part in _parts(source, model, layout, args, pool):
            write(part)
            advance(part.n_rows)
            n_bad += len(part.problems)
            told += part.problems[: _TOLD - len(told)]
    return _tell_bad(told, n_bad, args.strict)


def _progress(
    source: Source, args: "argparse.Namespace"
) -> AbstractContextManager[Callable[[int], None]]:
    """Show progress to a person who looks on while a file is written, to nobody else."""
    if not args.output or source.table is None or not sys.stderr.isatty():
        return nullcontext(lambda _: None)
    from prmktml.progress import watching

    return watching(source.table, sys.stderr)


def _tell_bad(told: list[str], n_bad: int, strict: bool) -> int:
    if not n_bad:
        return 0
    for problem in told:
        say(f"prmktml: {problem}")
    say(f"prmktml: {n_bad} rows could not be read; each stands in the output as unreadable")
    return 3 if strict else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``predict`` with these arguments, or those of the process."""
    return run(command, argv)


if __name__ == "__main__":
    sys.exit(main())
