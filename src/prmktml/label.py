"""The command ``label``: messages in, one key a label, a labelled file out."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prmktml.console import Parser, run, say
from prmktml.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from prmktml.labelling import AnswerFile, Messages, Session
    from prmktml.labelling.wording import Words

__all__ = ["main"]

_EXAMPLES = """\
  prmktml label posts.csv -o labelled.csv --coder mona --lang ar
  prmktml label brief.xlsx -o labelled.xlsx --text-column message --limit 50"""
_ABOUT = """\
Label messages by single keys, those first that the model is least sure of.

Every answer is in the output file at once, and the same command goes on where
it was left. The model's opinion is hidden, so that it does not sway the coder."""


def _parser() -> Parser:
    parser = Parser("label", _ABOUT, _EXAMPLES)
    add = parser.add_argument
    add("data", metavar="FILE", help="csv, tsv, jsonl, txt, xlsx, parquet (also .gz)")
    add(
        "-o",
        "--output",
        required=True,
        metavar="FILE",
        help="where the answers are, and go: csv, tsv, jsonl, xlsx, parquet",
    )
    add("--text-column", metavar="NAME", help="default: text, or the only column")
    add("--coder", default="", metavar="NAME", help="stands in the column coder")
    add("--lang", choices=("ar", "en"), help="of what is said around the messages; by locale")
    add("--limit", type=_limit, metavar="N", help="stop after N messages")
    add("--show-model", action="store_true", help="show what the model says, after each answer")
    add("--model", metavar="FILE", help="default: the bundled model")
    return parser


def _limit(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


class _Screen:
    """Shows a session on a terminal, or as plain lines where there is none."""

    def __init__(self, messages: "Messages", words: "Words", show_model: bool) -> None:
        from rich.console import Console

        self.messages, self.words, self.show_model = messages, words, show_model
        self.console = Console(stderr=True, highlight=False, markup=False, emoji=False)

    def say(self, line: str, style: str = "") -> None:
        self.console.print(line, style=style or None)

    def message(self, session: "Session") -> None:
        """Show the message whose turn it is, and its keys."""
        from prmktml.labelling.wording import legible

        if session.place is None:
            return
        n_all = len(session.waiting) + len(session.labelled)
        now = self.words.progress.format(now=len(session.labelled) + 1, all=n_all)
        self.console.rule(now, style="dim")
        self.say(f"\n{legible(self.messages.texts[session.place])}\n", "bold")
        self.say(self.words.label_line(), "dim")

    def step(self, before: "Session", after: "Session", key: str) -> None:
        """Show what a key did."""
        words = self.words
        if after.choosing:
            self.say(words.aspect_line(after.done[-1]))
        elif len(after.done) < len(before.done):
            self.say(words.undone, "yellow")
        elif after.done[-1].label is None:
            self.say(words.skipped, "yellow")
        else:
            self.say(f"✓ {words.told(after.done[-1])}", "green")
            if self.show_model:
                self.say(words.opinion(self.messages.opinions[after.done[-1].place]), "cyan")
        if not after.choosing:
            self.message(after)

    def refuse(self, session: "Session", key: str) -> None:
        """Say why a key did nothing; Enter and space need no word."""
        from prmktml.labelling.session import ASPECT_KEYS

        if key == "u":
            self.say(self.words.nothing_to_undo, "yellow")
        elif session.choosing and key in ASPECT_KEYS:
            self.say(self.words.other_side, "yellow")
        elif key.isprintable() and not key.isspace():
            self.say(self.words.no_key.format(key=key), "yellow")


def _work(file: "AnswerFile", screen: _Screen, keys: Iterator[str], limit: int | None) -> "Session":
    """Go from key to key until the messages, the keys or the limit end."""
    from prmktml.labelling.session import press, standard_key

    session = file.session
    most = len(session.labelled) + limit if limit else None
    screen.message(session)
    for key in map(standard_key, keys):
        if key == "q":
            break
        if key == "?":
            screen.say(screen.words.help)
            continue
        after = press(session, key)
        if after == session:
            screen.refuse(session, key)
            continue
        if after.labelled != session.labelled:
            file.save(after)
        done = not after.choosing and (after.place is None or len(after.labelled) == most)
        screen.step(session, after, key)
        session = after
        if done:
            break
    return session


def _check(args: "argparse.Namespace") -> None:
    """Refuse files that a session cannot be between."""
    if args.data == "-" or args.output == "-":
        raise UsageError(
            "standard input is for the keys, and the answers need a file of their own; name files"
        )
    data, output = Path(args.data), Path(args.output)
    if data.exists() and output.exists() and output.samefile(data):
        raise UsageError(f"{output} is the file that is read; name another one after -o")
    if output.exists() and not output.is_file():
        raise UsageError(f"{output} is no file that answers can be read from again; name one")


def command(argv: Sequence[str] | None) -> int:
    """Run the command and return its exit code."""
    args = _parser().parse_args(argv)
    from prmktml.explanation.highlighting import locale_language
    from prmktml.labelling import AnswerFile, read_messages
    from prmktml.labelling.keys import typed
    from prmktml.labelling.wording import WORDS
    from prmktml.modelfile import load

    _check(args)
    words = WORDS[args.lang or locale_language()]
    messages = read_messages(args.data, load(args.model), text_column=args.text_column)
    for note in messages.notes:
        say(f"prmktml: {note}")
    if any(messages.passed_over):
        say(words.passed_over.format(**messages.passed_over._asdict()))
    file = AnswerFile(args.output, messages, args.coder)
    n_before = len(file.session.labelled)
    file.save(file.session)
    screen = _Screen(messages, words, args.show_model)
    if file.session.place is not None:
        with typed(sys.stdin) as keys:
            _work(file, screen, keys, args.limit)
    _sum_up(file.session, n_before, args.output, words)
    return 0


def _sum_up(session: "Session", n_before: int, path: str, words: "Words") -> None:
    n_labelled, n_left = len(session.labelled), len(session.waiting)
    now = max(n_labelled - n_before, 0)  # answers of earlier sittings can be taken back, too
    numbers = {"labelled": n_labelled, "now": now, "left": n_left}
    say(words.summary.format(path=Path(path).name, **numbers))
    say(words.remain.format(path=path) if n_left else words.complete)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``label`` with these arguments, or those of the process."""
    return run(command, argv)


if __name__ == "__main__":
    sys.exit(main())
