"""Tables in text files: csv and tsv, and txt with one message a line."""

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from operator import itemgetter
from typing import Final, NamedTuple

from prmktml.errors import DataError
from prmktml.tables.delimited import NO_DELIMITER, Records, find_delimiter, read_records
from prmktml.tables.lines import LONGEST_LINE, Block, is_dirty, open_lines
from prmktml.tables.rows import Row, Table, choose_text_column
from prmktml.tables.sources import Source
from prmktml.tables.wording import fault_of, shown

__all__ = ["read_delimited", "read_txt"]

_SAID: Final = re.compile(r"sep=(.)[\r\n]+", re.IGNORECASE)
"""Excel's own first line, which tells the delimiter."""
_WORDS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read_delimited(
    source: Source, delimiter: str | None, text_column: str | None, encoding: str | None
) -> Table:
    """Read a csv or tsv file; without a delimiter it is found out from the header.

    Blank lines are no rows, except in a file of one column, where they are empty cells.
    """
    lines = open_lines(source, encoding=encoding)
    number, first = _skip_blank(lines.blocks)
    notes = [lines.note]
    head = first.lines[0] if first.lines else ""
    said = _SAID.fullmatch(head)
    if said:
        delimiter, number = said[1], number + 1
        first = Block(first.lines[1:], first.clean)
    elif delimiter is None:
        delimiter = find_delimiter(head)
        notes.append(f"columns are separated by {_WORDS[delimiter]}" if delimiter in _WORDS else "")
    parts = read_records(chain([first], lines.blocks), delimiter, number)
    header, rest = _take_header(source.name, parts)
    place = choose_text_column(source.name, header, text_column)
    reader = _Delimited(source.name, header, place, delimiter, lines.encoding)
    batches = map(reader.rows, chain([rest], parts))
    return Table(
        source.name,
        header,
        header[place],
        batches,
        source.close,
        lines.encoding,
        notes,
        source.share,
    )


def _skip_blank(blocks: Iterator[Block]) -> tuple[int, Block]:
    """Return the number of the first line that is not blank, and its block from there on."""
    number = 1
    for block in blocks:
        for i, line in enumerate(block.lines):
            if line.strip("\r\n"):
                return number + i, Block(block.lines[i:], block.clean)
        number += len(block.lines)
    return number, Block([], True)


def _take_header(name: str, parts: Iterator[Records]) -> tuple[list[str], Records]:
    """Return the names of the columns, and what else stands in the part that has them."""
    part = next((part for part in parts if part.fields), None)
    if part is None:
        raise DataError(f"{name} is empty; it needs a line with the names of its columns")
    header, fault = part.fields[0], part.faults.get(0, "")
    if fault or "\0" in "".join(header):
        fault = fault or "a NUL, as UTF-16 and other than text files have; name its --encoding"
        raise DataError(
            f"{name}, row {part.numbers[0]}: found {shown(','.join(header))} as names of columns: "
            f"{fault}"
        )
    faults = {place - 1: fault for place, fault in part.faults.items()}
    return header, Records(part.numbers[1:], part.fields[1:], faults, part.clean)


class _Delimited(NamedTuple):
    """Makes rows of records."""

    name: str
    columns: list[str]
    place: int
    delimiter: str
    encoding: str

    def rows(self, part: Records) -> list[Row]:
        n_columns = len(self.columns)
        if part.clean and not part.faults and set(map(len, part.fields)) <= {n_columns}:
            texts = map(itemgetter(self.place), part.fields)
            values = zip(part.numbers, part.fields, texts, repeat(None))
            return list(map(tuple.__new__, repeat(Row), values))  # Row(...), ten times as fast
        found = zip(part.numbers, part.fields, strict=True)
        return [
            self._row(number, fields or [""], part.faults.get(i, ""), part.clean)
            for i, (number, fields) in enumerate(found)
            if fields or n_columns == 1
        ]

    def _row(self, number: int, fields: list[str], fault: str, clean: bool) -> Row:
        if self.delimiter == NO_DELIMITER:
            fields = [NO_DELIMITER.join(fields)]
        place, n_columns = min(len(fields), len(self.columns)) - 1, len(self.columns)
        if fault:
            fault = f"found {shown(fields[place])}: {fault}"
        elif not clean and any(map(is_dirty, fields)):
            dirty = next(i for i, field in enumerate(fields) if is_dirty(field))
            place, fault = min(place, dirty), fault_of(fields[dirty], self.encoding)
        elif len(fields) != n_columns:
            fault = (
                f"fields found: {len(fields):,}, the last {shown(fields[-1])}; {self._allowed()}"
            )
        if not fault:
            return Row(number, fields, fields[self.place])
        column = shown(self.columns[place])
        kept, surplus = fields[: n_columns - 1], fields[n_columns - 1 :]
        kept += [self.delimiter.join(surplus)] if surplus else [""] * (n_columns - len(kept))
        return Row(number, kept, None, f"{self.name}, row {number}, column {column}: {fault}")

    def _allowed(self) -> str:
        return (
            f"allowed are {len(self.columns):,}, as the header has; put fields that hold "
            f"{self.delimiter!r} in quotes"
        )


def read_txt(source: Source, encoding: str | None, whole: bool) -> Table:
    """Read a file of one message a line, blank ones too; or all of it as one message."""
    longest = sys.maxsize if whole else LONGEST_LINE
    lines = open_lines(source, encoding=encoding, longest=longest)
    blocks = _as_one(lines.blocks) if whole else lines.blocks
    batches = _txt_rows(source.name, lines.encoding, blocks)
    return Table(
        source.name,
        (),
        None,
        batches,
        source.close,
        lines.encoding,
        [lines.note],
        source.share,
    )


def _as_one(blocks: Iterable[Block]) -> Iterator[Block]:
    held = list(blocks)
    text = "".join(line for block in held for line in block.lines)
    yield Block([text], all(block.clean for block in held))


def _txt_rows(name: str, encoding: str, blocks: Iterable[Block]) -> Iterator[list[Row]]:
    number = 0
    for block in blocks:
        rows = []
        for line in block.lines:
            number += 1
            text = line.removesuffix("\n").removesuffix("\r")
            fault = "" if block.clean else fault_of(line, encoding)
            if fault:
                rows.append(Row(number, [text], None, f"{name}, row {number}: {fault}"))
            else:
                rows.append(Row(number, [text], text))
        yield rows
