"""Tables in jsonl files: one JSON object a line."""

from collections.abc import Iterable, Iterator
from itertools import chain
from json import JSONDecodeError, JSONDecoder
from typing import Any, Final, NamedTuple

from prmktml.errors import DataError
from prmktml.tables.lines import Block, open_lines
from prmktml.tables.rows import Row, Table, choose_text_column
from prmktml.tables.sources import LARGE, Source
from prmktml.tables.wording import fault_of, shown

__all__ = ["read_jsonl"]

_decode: Final = JSONDecoder().decode
_BLANK: Final = " \t\r\n"
_ALLOWED: Final = 'a line must hold one object, such as {"text": "…"}, in one line'


class _Line(NamedTuple):
    number: int
    text: str
    record: dict[str, Any] | None
    fault: str


def read_jsonl(source: Source, text_column: str | None, encoding: str | None) -> Table:
    """Read a jsonl file; blank lines are no rows.

    Raises
    ------
    DataError
        If there are lines, but none in the first block is an object.
    """
    lines = open_lines(source, encoding=encoding)
    parts = _parse(lines.blocks, lines.encoding)
    first = _beginning(parts, source.regular)
    columns = list(dict.fromkeys(name for line in first for name in line.record or ()))
    if first and not columns:
        raise DataError(f"{source.name}, row {first[0].number}{first[0].fault or _ALLOWED}")
    key = columns[choose_text_column(source.name, columns, text_column)] if columns else "text"
    batches = ([_row(source.name, key, line) for line in part] for part in chain([first], parts))
    return Table(
        source.name,
        columns,
        key if columns else None,
        batches,
        source.close,
        lines.encoding,
        [lines.note],
        source.share,
    )


def _beginning(parts: Iterable[list[_Line]], regular: bool) -> list[_Line]:
    """Return lines enough to tell the columns by, a mebibyte; of a pipe those that come at once."""
    lines: list[_Line] = []
    length = 0
    for part in parts:
        lines += part
        length += sum(len(line.text) for line in part)
        if length >= (LARGE if regular else 1):
            break
    return lines


def _parse(blocks: Iterable[Block], encoding: str) -> Iterator[list[_Line]]:
    before = 0
    for block in blocks:
        part = []
        for number, text in enumerate(block.lines, before + 1):
            if text.strip(_BLANK):
                fault = "" if block.clean else fault_of(text, encoding)
                fault = fault and f": {fault}"
                part.append(_parse_line(number, text.strip(_BLANK), fault))
        before += len(block.lines)
        yield part


def _parse_line(number: int, text: str, fault: str) -> _Line:
    try:
        record = _decode(text)
    except JSONDecodeError as error:
        why = f"{error.msg}, character {error.pos + 1:,}"
        record, fault = (
            None,
            fault or f": found {shown(text)}, which is no JSON ({why}); {_ALLOWED}",
        )
    except (ValueError, RecursionError) as error:
        record, fault = None, fault or f": found {shown(text)}, which cannot be read ({error})"
    if not isinstance(record, dict):
        fault = fault or f": found {shown(text)}, which is no object; {_ALLOWED}"
        return _Line(number, text, None, fault)
    return _Line(number, text, record, fault)


def _row(name: str, key: str, line: _Line) -> Row:
    """Make a row of a line; one that is no object stands whole in the place of the text."""
    fields = {key: line.text} if line.record is None else line.record
    fault = line.fault or _text_fault(fields, key)
    if fault:
        return Row(line.number, fields, None, f"{name}, row {line.number}{fault}")
    return Row(line.number, fields, fields[key] or "")


def _text_fault(fields: dict[str, Any], key: str) -> str:
    """Say what is wrong with the text; null counts as none, like an empty cell."""
    if key in fields and (fields[key] is None or isinstance(fields[key], str)):
        return ""
    found = f"found {shown(fields[key])}" if key in fields else "there is no such field"
    return f", column {shown(key)}: {found}; allowed is a text in quotes, or null"
