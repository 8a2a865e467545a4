"""The file of answers: the result of labelling and its memory at once.

It holds the answered messages alone, in the order of the answers, with the columns that ``train``
and ``check`` read, and is replaced whole after every key. Rows in it that are none of the messages
stay as they are, before all others.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from prmktml.codebook import Aspect, Label
from prmktml.corpus import fingerprints, read_corpus
from prmktml.errors import DataError
from prmktml.labelling.messages import Messages
from prmktml.labelling.session import Answer, Session
from prmktml.tables import open_output, open_table
from prmktml.tables.wording import as_text

__all__ = ["AnswerFile"]


class AnswerFile:
    """The file that a session is kept in.

    Parameters
    ----------
    path : str or path-like
        Its name tells the format: csv, tsv, jsonl, xlsx, parquet.
    messages : Messages
    coder : str
        Name of who answers; stands beside the answers of this sitting.

    Attributes
    ----------
    session : Session
        As the file remembers it; the rest waits in the order of the messages.
    """

    def __init__(self, path: str | os.PathLike[str], messages: Messages, coder: str = "") -> None:
        self.path, self.messages, self.coder = Path(path), messages, coder
        self._others: list[dict[str, str]] = []
        self._rows: dict[Answer, dict[str, str]] = {}
        for row, place in _remembered(self.path, messages):
            if place is None:
                self._others.append(row)
            else:
                self._rows[_answer(place, row)] = row
        answered = {answer.place for answer in self._rows}
        waiting = tuple(place for place in messages.order if place not in answered)
        self.session = Session(waiting, tuple(self._rows))
        self._stamp = _stamp(self.path)

    def save(self, session: Session) -> None:
        """Bring a session to the disk.

        Raises
        ------
        DataError
            If another program changed the file in the meantime; nothing is written then.
        PrmktmlError
            If it cannot be written.
        """
        if _stamp(self.path) != self._stamp:
            raise DataError(
                f"{self.path} was changed by another program; what stands in it was left alone, "
                "and the last answer is not in it. Run the same command again to go on from there"
            )
        self._rows = {answer: self._row(answer) for answer in session.labelled}
        rows = [*self._others, *self._rows.values()]
        empty = {**self.messages.records[0], "label": "", "aspects": "", "coder": ""}
        columns = list(dict.fromkeys(name for row in (*rows, empty) for name in row))
        with open_output(self.path, columns=columns) as output:
            for row in rows:
                output.write([row.get(name, "") for name in columns])
        self._stamp = _stamp(self.path)
        self.session = session

    def _row(self, answer: Answer) -> dict[str, str]:
        """Return a row; one of an earlier sitting stays as it is, its coder too."""
        return self._rows.get(answer) or self.messages.records[answer.place] | {
            "label": answer.label or "",
            "aspects": "|".join(answer.aspects),
            "coder": self.coder,
        }


def _remembered(path: Path, messages: Messages) -> list[tuple[dict[str, str], int | None]]:
    """Return the rows of a file, each with the place of its message, None for what is no such."""
    if not path.exists():
        return []
    with open_table(path) as table:
        rows = [
            {name: as_text(value) for name, value in table.record(row).items()} for row in table
        ]
    if not rows:
        return []
    keys = fingerprints(read_corpus(path).texts).tolist()  # which refuses wrong rows, all at once
    places = {key: place for place, key in enumerate(messages.keys)}
    return [(row, places.pop(key, None)) for row, key in zip(rows, keys, strict=True)]


def _answer(place: int, row: dict[str, str]) -> Answer:
    named = (part.strip() for part in row.get("aspects", "").split("|"))
    return Answer(place, Label(row["label"].strip()), tuple(Aspect(name) for name in named if name))


def _stamp(path: Path) -> Sequence[int]:
    """Return what changes when a file is written, nothing where there is none."""
    if not path.exists():
        return ()
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino
