"""Large files of messages, no two equal: clauses of the corpus put together anew.

``uv run python benchmarks/messages.py OUT.csv ROWS [--seed N]`` writes straight to the disk; the
same seed gives the same file. Message *i* is *i* times a prime, written in a number system whose
digits are the clauses of one language: another *i*, another message, without remembering any.
"""

import argparse
import csv
import random
import re
from collections.abc import Iterator
from pathlib import Path

from prmktml.corpus import read_corpus
from prmktml.resources import find

CLAUSE_ENDS = re.compile(r"[.,!?:;…،؛؟\s]*[.,!?:;…،؛؟\n\r]+\s*")
JOINTS = {"ar": "، ", "en": ", ", "mixed": ", "}
"""No clause holds such a sign, so that different clauses cannot make the same message."""
SIZES = (3, 4, 5, 6)
"""Clauses of a message; the corpus has about four and a half."""
PRIME = (1 << 61) - 1
COLUMNS = ("id", "text", "channel")
CHANNELS = ("post", "sms", "email")


def clauses(seed: int = 0) -> dict[str, list[str]]:
    """Return the different clauses of each language in an order that the seed settles."""
    corpus = read_corpus(find("data/corpus.csv"))
    found: dict[str, dict[str, None]] = {language: {} for language in JOINTS}
    for text, language in zip(corpus.texts, corpus.column("language"), strict=True):
        parts = map(str.strip, CLAUSE_ENDS.split(text))
        found[language].update(dict.fromkeys(part for part in parts if part))
    shuffled = {language: sorted(parts) for language, parts in found.items()}
    for parts in shuffled.values():
        random.Random(seed).shuffle(parts)
    return shuffled


def messages(n: int, seed: int = 0) -> Iterator[str]:
    """Yield `n` different messages, half of them Arabic, some with both languages."""
    known = clauses(seed)
    turns = ["ar", "en"] * 20 + ["mixed"]
    for i in range(n):
        language = turns[i % len(turns)]
        parts, size = known[language], SIZES[i % len(SIZES)]
        number, chosen = (i + 1) * PRIME % len(parts) ** size, []
        for _ in range(size):
            number, digit = divmod(number, len(parts))
            chosen.append(parts[digit])
        yield JOINTS[language].join(chosen)


def write_messages(path: Path | str, n: int, seed: int = 0) -> None:
    """Write a csv of `n` messages with the columns id, text and channel."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for i, text in enumerate(messages(n, seed)):
            writer.writerow((i, text, CHANNELS[i % len(CHANNELS)]))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a large csv of different messages.")
    parser.add_argument("path")
    parser.add_argument("rows", type=int)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    write_messages(args.path, args.rows, args.seed)


if __name__ == "__main__":
    main()
