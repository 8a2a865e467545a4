"""The command ``train``: a labelled file in, a model file and its card out."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prmktml.console import Parser, run, say
from prmktml.errors import ModelError

if TYPE_CHECKING:
    import argparse

    from prmktml.corpus import Corpus
    from prmktml.training import Trained

__all__ = ["main"]

_EXAMPLES = """\
  prmktml train labelled.csv -o ours.safetensors
  prmktml train labelled.csv --extend -o ours.safetensors   (adds the bundled corpus)"""


def _parser() -> Parser:
    parser = Parser("train", "Train a model from labelled messages.", _EXAMPLES)
    add = parser.add_argument
    add("data", nargs="*", metavar="FILE", help="csv with text,label; default: the bundled corpus")
    add(
        "-o",
        "--output",
        required=True,
        metavar="FILE",
        help="where the model goes, and its card (.md)",
    )
    add("--extend", action="store_true", help="add the bundled corpus")
    add("--force", action="store_true", help="replace an existing model")
    add("--seed", type=int, default=0, metavar="N", help="of the folds; default 0")
    add("--joblib", metavar="FILE", help="also export the fitted scikit-learn pipeline")
    add("--ngrams", metavar="FILE", help="also write which n-gram stands behind which bucket (csv)")
    return parser


def command(argv: Sequence[str] | None) -> int:
    """Run the command and return its exit code."""
    args = _parser().parse_args(argv)
    from prmktml.modelfile import save

    if Path(args.output).exists() and not args.force:
        raise ModelError(f"{args.output} exists; choose another name, or replace it with --force")
    from prmktml.training import read_labelled, train

    corpus = read_labelled(*args.data, extend=args.extend)
    before = _old_scores(args.output)
    trained = train(corpus, seed=args.seed)
    save(trained.model, args.output, force=args.force)
    if args.joblib:
        _export(trained.pipeline, args.joblib)
    if args.ngrams:
        from prmktml.ngrams import write_ngrams

        write_ngrams(trained.model, corpus.texts, args.ngrams)
    _write_card(trained, corpus, args)
    _tell(args.output, trained.model.info, before, corpus.has_groups)
    return 0


def _write_card(trained: "Trained", corpus: "Corpus", args: "argparse.Namespace") -> None:
    from prmktml.atomic import replace_file
    from prmktml.modelcard import model_card
    from prmktml.modelfile import load
    from prmktml.scoring import score_folds

    model = load(args.output)
    folds = score_folds(model, corpus, trained.scores, args.seed)
    command = f"prmktml train {' '.join(args.data)}{' --extend' * args.extend} -o {args.output}"
    with replace_file(f"{args.output}.md", text=True) as file:
        file.write(model_card(model, folds, rebuild=command))


def _old_scores(path: str) -> dict[str, Any]:
    from prmktml.modelfile import load

    try:
        return dict(load(path).info["folds"])
    except ModelError:
        return {}


def _export(pipeline: Any, path: str) -> None:
    import joblib

    from prmktml.atomic import replace_file

    with replace_file(path) as file:
        joblib.dump(pipeline, file)


def _tell(path: str, info: dict[str, Any], before: dict[str, Any], has_groups: bool) -> None:
    say(f"{path}: trained on {info['corpus']['n']} messages")
    if not has_groups:
        say("no column group: near-duplicates were kept together instead")
    say("macro-F1 of pr and marketing on groups that training had not seen:")
    for name, figures in info["folds"].items():
        old = before.get(name, {}).get("macro_f1")
        was = "" if old is None else f"   (the file replaced: {old:.3f})"
        say(f"  {name:<6} {figures['macro_f1']:.3f}   n={figures['n']}{was}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``train`` with these arguments, or those of the process."""
    return run(command, argv)


if __name__ == "__main__":
    sys.exit(main())
