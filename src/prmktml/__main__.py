"""The command ``prmktml VERB …``, the same as ``python -m prmktml.VERB …``."""

import sys
from collections.abc import Sequence
from importlib import import_module

from prmktml.console import run

VERBS = {
    "predict": "say which messages are PR-style and which marketing-style",
    "train": "train a model from a labelled file",
    "evaluate": "score a model on labelled messages",
    "check": "look for what is wrong with a labelled file",
    "report": "make a page on a campaign calendar, with advice",
    "label": "label messages by single keys, the doubtful ones first",
    "serve": "serve the web page and the JSON API",
}


def command(argv: Sequence[str] | None) -> int:
    """Hand all that follows the verb to its module."""
    verb, *rest = argv or ["--help"]
    if verb in VERBS:
        return int(import_module(f"prmktml.{verb}").main(rest))
    if verb == "--version":
        from prmktml.predict import version

        print(version())
        return 0
    usage = "usage: prmktml VERB [options]   (prmktml VERB --help tells more)\n\nverbs:\n"
    usage += "\n".join(f"  {name:<10}{text}" for name, text in VERBS.items())
    usage += '\n\nexample:\n  prmktml predict "خصم 30% لحد الخميس"'
    if verb in ("--help", "-h"):
        print(usage)
        return 0
    print(f"prmktml: no verb {verb!r}\n{usage}", file=sys.stderr)
    return 2


def main() -> int:
    """Run the command line of the process."""
    return run(command, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
