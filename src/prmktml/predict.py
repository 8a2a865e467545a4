"""The command ``predict``: messages in, labels out, row by row and in order."""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, Any

from prmktml.console import Parser, run, say
from prmktml.decision import Prediction
from prmktml.errors import UsageError
from prmktml.modelfile import load

__all__ = ["main", "version"]

_EXAMPLES = """\
  prmktml predict "خصم 30% لحد الخميس" "Thank you to every nurse who stayed"
  prmktml predict -i posts.csv -o labelled.csv --text-column message"""


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
    add("--format", choices=("table", "jsonl", "csv"), help="default: table on a terminal, else jsonl")
    add("--text-column", metavar="NAME", help="default: text, or the only column")
    add("--model", metavar="FILE", help="default: the bundled model")
    add("--explain", action="store_true", help="show which words speak for which side")
    add("--lang", choices=("ar", "en"), help="language of explanations; default by locale")
    add("--min-confidence", type=_confidence, default=0.5, metavar="P", help="0.5 to 1: less is unclear")
    add("-j", "--jobs", type=int, default=1, metavar="N", help="processes for a large file")
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


def command(argv: Sequence[str] | None) -> int:
    """Run the command and return its exit code."""
    args = _parser().parse_args(argv)
    if args.version:
        print(version())
        return 0
    raise NotImplementedError


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``predict`` with these arguments, or those of the process."""
    return run(command, argv)


if __name__ == "__main__":
    sys.exit(main())
