"""Records of csv and tsv files, read so that a stray quote cannot swallow what follows it.

A record over several lines is believed only if its quotes are set right: a closing one stands
before a delimiter or at the end of a line. Otherwise its first line alone is broken, and reading
goes on at the next line. Which field is the text, and how many there must be, is left to
:mod:`prmktml.tables`.
"""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from prmktml.lines import LONGEST_LINE, Block, LongLine

__all__ = [
    "LONGEST_RECORD",
    "NO_DELIMITER",
    "Record",
    "Records",
    "find_delimiter",
    "read_records",
]

LONGEST_RECORD: Final = 1_000_000
"""Characters of the longest record over several lines."""
NO_DELIMITER: Final = "\x1f"
"""Stands for none: in a file of one column a comma separates nothing."""
_DELIMITERS: Final = (",", ";", "\t", "|")
_FIELD_LIMIT: Final = 2 * (LONGEST_LINE + LONGEST_RECORD)
_OPEN: Final = "a quote is opened and never closed"
_ENDLESS: Final = f"a quote stays open for more than {LONGEST_RECORD:,} characters"
_STRAY: Final = "a quote is not closed before a delimiter or the end of a line"
_LONG: Final = f"the line is longer than {LONGEST_LINE:,} characters"


class Record(NamedTuple):
    """The number of a record's first line, its fields, and what is wrong with it, if anything."""

    number: int
    fields: list[str]
    fault: str


class Records(NamedTuple):
    """Records in order, and whether none holds a broken byte or a NUL."""

    records: list[Record]
    clean: bool


def find_delimiter(header: str) -> str:
    r"""Return the delimiter that cuts a header line into the most fields.

    Examples
    --------
    >>> find_delimiter('id;"text, in Arabic";label\n')
    ';'
    """
    _raise_field_limit()
    counts = {sign: len(next(csv.reader([header], delimiter=sign), [])) for sign in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda sign: counts[sign])
    return best if counts[best] > 1 else NO_DELIMITER


def read_records(blocks: Iterable[Block], delimiter: str, number: int = 1) -> Iterator[Records]:
    r"""Read the records of a file, block by block.

    Parameters
    ----------
    blocks : iterable of Block
    delimiter : str
    number : int
        That of the first line.

    Examples
    --------
    >>> block = Block(["a,b\n", '"stray,b\n', "c,d\n"], True)
    >>> [record.fields for part in read_records([block], ",") for record in part.records]
    [['a', 'b'], ['stray,b'], ['c', 'd']]
    """
    _raise_field_limit()
    parser = _Parser(delimiter, number)
    for block in blocks:
        yield parser.feed(block)
    yield parser.feed(Block([], True), last=True)


def _raise_field_limit() -> None:
    """Let the csv module read fields as long as ours; never lower what another part has set."""
    if csv.field_size_limit() < _FIELD_LIMIT:
        csv.field_size_limit(_FIELD_LIMIT)


class _Parser:
    """Reads records from lines; those that an open quote leaves unfinished wait for more."""

    def __init__(self, delimiter: str, number: int) -> None:
        self.delimiter, self.number = delimiter, number
        self.lines: list[str] = []
        self.clean = True

    def feed(self, block: Block, *, last: bool = False) -> Records:
        """Return the records that these lines complete."""
        self.lines += block.lines
        self.clean &= block.clean
        records: list[Record] = []
        begin, waiting = 0, False
        while begin < len(self.lines) and not waiting:
            begin, waiting = self._read(records, begin, last)
        found = Records(records, self.clean)
        del self.lines[:begin]
        self.number += begin
        self.clean = block.clean or not self.lines
        return found

    def _read(self, records: list[Record], begin: int, last: bool) -> tuple[int, bool]:
        """Read until a line is broken; return where to go on, and whether more lines are needed."""
        start, n_lines = begin, len(self.lines)
        rest = map(self.lines.__getitem__, range(start, n_lines))
        reader = csv.reader(rest, delimiter=self.delimiter)
        for fields in reader:
            end = start + reader.line_num
            if end - begin > 1 or end == n_lines or not self.clean:
                fault = self._fault(self.lines[begin:end])
                if fault is _OPEN and not last:
                    return begin, True
                if fault:
                    records.append(self._broken(begin, fault))
                    return begin + 1, False
            records.append(Record(self.number + begin, fields, ""))
            begin = end
        return begin, False

    def _fault(self, lines: list[str]) -> str:
        """Say what makes the lines of a record unfit to be one; an empty string if nothing does."""
        if type(lines[0]) is LongLine:
            return _LONG
        if len(lines) > 1 and sum(map(len, lines)) > LONGEST_RECORD:
            return _ENDLESS
        reader = csv.reader(chain(lines, ["\n"]), delimiter=self.delimiter)
        next(reader)
        if reader.line_num > len(lines):
            return _OPEN
        return _STRAY if len(lines) > 1 and not self._well_quoted(lines) else ""

    def _well_quoted(self, lines: list[str]) -> bool:
        if any(type(line) is LongLine for line in lines):
            return False
        try:
            list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return False
        return True

    def _broken(self, begin: int, fault: str) -> Record:
        line = self.lines[begin].rstrip("\r\n")
        fields = next(csv.reader([line], delimiter=self.delimiter), [])
        return Record(self.number + begin, fields, fault)
