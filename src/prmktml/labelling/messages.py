"""The messages that a coder is to label, and the order in which they come.

The model's doubt orders them: a label teaches most where the model is least sure. Of messages that
are nearly alike one comes early and the others behind all else.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from prmktml.codebook import Language, Reason, Verdict
from prmktml.corpus import clusters, fingerprints
from prmktml.decision import Prediction
from prmktml.errors import DataError
from prmktml.model import Model
from prmktml.tables import open_table
from prmktml.tables.wording import as_text

__all__ = ["Messages", "by_doubt", "read_messages"]

ANSWERED: Final = ("text", "label", "aspects", "coder")
"""Columns that an answer fills; what the input has under these names is kept under another."""
_BEFORE: Final = "_before"
COMPARED: Final = 10_000
"""Near-duplicates are looked for among this many messages, those the model doubts most."""


class PassedOver(NamedTuple):
    """How many rows of the input are not shown, and why."""

    no_text: int
    unreadable: int
    copies: int


@dataclass(frozen=True)
class Messages:
    """Messages to label, all different.

    Attributes
    ----------
    texts : list of str
    records : list of dict of str to str
        What is written of each beside its answer: the columns of the input, language and group.
    keys : list of int
        Fingerprints, by which a message is known again.
    opinions : list of Prediction
        What the model says.
    order : list of int
        Places, the most doubtful first.
    passed_over : PassedOver
    notes : list of str
        Sentences that a person should see.
    """

    texts: list[str]
    records: list[dict[str, str]]
    keys: list[int]
    opinions: list[Prediction]
    order: list[int]
    passed_over: PassedOver
    notes: list[str]


class _Read(NamedTuple):
    number: int
    text: str
    record: Mapping[str, Any]
    opinion: Prediction
    key: int


def read_messages(
    path: str | os.PathLike[str], model: Model, *, text_column: str | None = None
) -> Messages:
    """Read the messages of a table, let the model judge them, and put them in order.

    Rows without text, unreadable rows and copies of an earlier row (equal once normalized) are
    passed over and counted.

    Raises
    ------
    DataError
        If the file cannot be read at all, or no row holds a message.
    UsageError
        If the format is unknown, or no column can be chosen as the text.
    """
    with open_table(path, text_column=text_column) as table:
        rows = list(table)
        good = [row for row in rows if not row.problem]
        texts, records = [row.text or "" for row in good], [table.record(row) for row in good]
        notes = [*table.notes, *(row.problem for row in rows if row.problem)]
        column = table.text_column or "text"
    numbers, keys = [row.number for row in good], fingerprints(texts).tolist()
    read = list(map(_Read, numbers, texts, records, model.predict(texts), keys))
    worded = [row for row in read if Reason.NO_TEXT not in row.opinion.reasons]
    shown = list({row.key: row for row in reversed(worded)}.values())[::-1]
    if not shown:
        raise DataError(f"{path}: none of its {len(rows)} rows holds a message; name another file")
    passed = PassedOver(len(read) - len(worded), len(rows) - len(good), len(worded) - len(shown))
    return _messages(shown, Path(path).name.partition(".")[0], column, passed, notes)


def _messages(
    rows: Sequence[_Read], stem: str, column: str, passed: PassedOver, notes: list[str]
) -> Messages:
    """Order the rows and give each its columns; near-duplicates are of one group."""
    texts, opinions = [row.text for row in rows], [row.opinion for row in rows]
    order, alike = by_doubt(texts, opinions)
    names = _names(dict.fromkeys(name for row in rows for name in row.record), column)
    records = []
    for row, first in zip(rows, alike, strict=True):
        record = {names[name]: as_text(value) for name, value in row.record.items()}
        language = "" if row.opinion.language is Language.UNKNOWN else row.opinion.language.value
        record["text"] = row.text
        record["language"] = record.get("language") or language
        record["group"] = record.get("group") or f"{stem}-{rows[first].number}"
        records.append(record)
    return Messages(texts, records, [row.key for row in rows], opinions, order, passed, notes)


def _names(columns: Iterable[str], text_column: str) -> dict[str, str]:
    """Say what each column of the input is called in the output.

    Examples
    --------
    >>> _names(["message", "label", "date"], "message")
    {'message': 'text', 'label': 'label_before', 'date': 'date'}
    """
    names = {}
    taken = set(columns) | set(ANSWERED)
    for column in columns:
        name = column
        while name in ANSWERED or (name != column and name in taken):
            name += _BEFORE
        names[column] = "text" if column == text_column else name
        taken.add(name)
    return names


def by_doubt(texts: Sequence[str], opinions: Sequence[Prediction]) -> tuple[list[int], list[int]]:
    """Order messages by the model's doubt, only one of those that are nearly alike at first.

    In doubt are first the verdicts ``mixed`` and ``unclear``; among equals it is the smaller
    distance between the two likeliest labels (margin sampling: Scheffer, Decomain and Wrobel,
    2001).

    Returns
    -------
    order : list of int
        All places, the most doubtful first.
    alike : list of int
        For each message the place of the first one that it is nearly alike to, or its own.
    """
    doubt = sorted(range(len(texts)), key=lambda i: (*_sureness(opinions[i]), i))
    alike = list(range(len(texts)))
    compared = sorted(doubt[:COMPARED])
    first: dict[int, int] = {}
    for place, number in zip(compared, clusters([texts[i] for i in compared]), strict=True):
        alike[place] = first.setdefault(int(number), place)
    seen: dict[int, int] = {}
    rounds = {}
    for place in doubt:
        rounds[place] = seen.get(alike[place], 0)
        seen[alike[place]] = rounds[place] + 1
    return sorted(doubt, key=rounds.__getitem__), alike


def _sureness(opinion: Prediction) -> tuple[bool, float]:
    second, likeliest = sorted(opinion.probabilities.values())[-2:]
    return opinion.verdict in (Verdict.CLEAR, Verdict.OTHER), likeliest - second
