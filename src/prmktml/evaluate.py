"""The command ``evaluate``: how good a model is, on labelled messages it was not trained on."""

import sys
from collections.abc import Sequence

from prmktml.console import Parser, run
from prmktml.errors import UsageError

__all__ = ["main"]

_EXAMPLES = """\
  prmktml evaluate labelled.csv --report scores.md
  prmktml evaluate labelled.csv --cv"""


def _parser() -> Parser:
    parser = Parser("evaluate", "Score a model on labelled messages.", _EXAMPLES)
    add = parser.add_argument
    add("data", metavar="FILE", help="csv with text,label (and aspects, language, …)")
    add("--model", metavar="FILE", help="default: the bundled model")
    add("--cv", action="store_true", help="refit on folds of FILE instead, beside baselines")
    add("--invariance", action="store_true", help="rewrite each message and count changed labels")
    add("--report", metavar="OUT.md", help="also write a full report")
    add("--show-texts", action="store_true", help="let the report quote messages it got wrong")
    add("--seed", type=int, default=0, metavar="N", help="of folds and intervals; default 0")
    return parser


def command(argv: Sequence[str] | None) -> int:
    """Run the command and return its exit code."""
    args = _parser().parse_args(argv)
    if args.report and (args.cv or args.invariance):
        raise UsageError("--report is of a model's scores; leave out --cv and --invariance")
    from prmktml.corpus import read_corpus
    from prmktml.modelfile import load

    if args.cv:
        from prmktml.crossvalidation import compare

        print(compare(read_corpus(args.data), seed=args.seed))
        return 0
    model = load(args.model)
    corpus = read_corpus(args.data)
    if args.invariance:
        from prmktml.invariance import invariance_table

        print(invariance_table(model, corpus.texts))
        return 0
    from prmktml.scoring import score

    scored = score(model, corpus, seed=args.seed)
    print(scored.summary())
    if args.report:
        from prmktml.atomic import replace_file
        from prmktml.scoretables import full_report

        with replace_file(args.report) as file:
            file.write(full_report(scored, show_texts=args.show_texts).encode())
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``evaluate`` with these arguments, or those of the process."""
    return run(command, argv)


if __name__ == "__main__":
    sys.exit(main())
