"""The command ``prmktml VERB …``, the same as ``python -m prmktml.VERB …``."""

import sys
from importlib import import_module

VERBS = {
    "predict": "say which messages are PR-style and which marketing-style",
    "train": "train a model from a labelled file",
    "evaluate": "score a model on labelled messages",
    "check": "look for what is wrong with a labelled file",
    "report": "make a page on a campaign calendar, with advice",
    "label": "label messages by single keys, the doubtful ones first",
    "serve": "serve the web page and the JSON API",
}


def main() -> int:
    """Hand the rest of the command line to the verb's module."""
    verb = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if verb in VERBS:
        module = import_module(f"prmktml.{verb}")
        return int(module.main(sys.argv[2:]))
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


if __name__ == "__main__":
    sys.exit(main())
