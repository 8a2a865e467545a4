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

from prmktml.tables.lines import LONGEST_LINE, Block, LongLine

__all__ = [
    "LONGEST_RECORD",
    "NO_DELIMITER",
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
_REMEDY: Final = "close it, and write a quote inside a field twice"
_OPEN: Final = f"a quote is opened and never closed; {_REMEDY}"
_ENDLESS: Final = f"a quote stays open for more than {LONGEST_RECORD:,} characters; {_REMEDY}"
_STRAY: Final = f"a quote is not closed before a delimiter or the end of a line; {_REMEDY}"
_LONG: Final = f"the line is longer than {LONGEST_LINE:,} characters; allowed is less, so cut it"


class Records(NamedTuple):
    """Records in order.

    Attributes
    ----------
    numbers : list of int
        Of the first line of each record.
    fields : list of list of str
    faults : dict of int to str
        What is wrong with a record, by its place in the lists.
    clean : bool
        Whether none holds a broken byte or a NUL.
    """

    numbers: list[int]
    fields: list[list[str]]
    faults: dict[int, str]
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
    >>> [fields for part in read_records([block], ",") for fields in part.fields]
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
        found = Records([], [], {}, self.clean)
        begin, waiting = 0, False
        while begin < len(self.lines) and not waiting:
            if self.clean:
                begin = self._read_sound(found, begin)
            if begin < len(self.lines):
                begin, waiting = self._read_one(found, begin, last)
        del self.lines[:begin]
        self.number += begin
        self.clean = block.clean or not self.lines
        return found

    def _read_sound(self, found: Records, begin: int) -> int:
        """Read records as long as their quotes are set right; return where to go on."""
        start = begin
        rest = map(self.lines.__getitem__, range(start, len(self.lines)))
        reader = csv.reader(rest, delimiter=self.delimiter, strict=True)
        try:
            for fields in reader:
                end = start + reader.line_num
                if end - begin > 1 and self._size(begin, end) > LONGEST_RECORD:
                    break
                found.numbers.append(self.number + begin)
                found.fields.append(fields)
                begin = end
        except csv.Error:
            pass
        return begin

    def _read_one(self, found: Records, begin: int, last: bool) -> tuple[int, bool]:
        """Read one record with care; return where to go on, and whether it needs more lines."""
        rest = map(self.lines.__getitem__, range(begin, len(self.lines)))
        reader = csv.reader(chain(rest, ["\n"]), delimiter=self.delimiter)
        fields = next(reader)
        end = begin + reader.line_num
        fault = self._fault(begin, end)
        if fault is _OPEN and not last:
            return begin, True
        if fault:
            line = self.lines[begin].rstrip("\r\n")
            fields = next(csv.reader([line], delimiter=self.delimiter), [])
            found.faults[len(found.fields)] = fault
            end = begin + 1
        found.numbers.append(self.number + begin)
        found.fields.append(fields)
        return end, False

    def _fault(self, begin: int, end: int) -> str:
        """Say what makes lines unfit to be a record; an empty string if nothing does."""
        if type(self.lines[begin]) is LongLine:
            return _LONG
        if end - begin > 1 and self._size(begin, end) > LONGEST_RECORD:
            return _ENDLESS
        if end > len(self.lines):
            return _OPEN
        return _STRAY if end - begin > 1 and not self._well_quoted(begin, end) else ""

    def _size(self, begin: int, end: int) -> int:
        return sum(map(len, self.lines[begin:end]))

    def _well_quoted(self, begin: int, end: int) -> bool:
        lines = self.lines[begin:end]
        if any(type(line) is LongLine for line in lines):
            return False
        try:
            list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return False
        return True
