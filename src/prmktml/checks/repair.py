"""Repairs that need no judgement: mis-decoded text, stray white space, exact copies.

Text that was UTF-8 and was read as Windows-1252 or Windows-1256 is turned back only where the
whole text round-trips. Labels and aspects are never touched, and the file that was read never is.
"""

import os
import re
from collections.abc import Collection, Container, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from prmktml.errors import UsageError
from prmktml.tables import open_output, open_table

__all__ = [
    "LABELLING",
    "Repaired",
    "check_output",
    "mend",
    "mojibake",
    "repair_file",
    "repaired",
    "tidy",
]

LABELLING: Final = frozenset({"label", "aspects"})
"""Columns that a repair leaves alone."""
_CODECS: Final = ("cp1252", "cp1256")
_TIMES: Final = 3
_BLANK: Final = "[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_END: Final = r"(?>\r\n|\r|\n)"
_TIDIED: Final = (
    (re.compile(f"{_BLANK}{{2,}}|\t"), " "),
    (re.compile(f"{_BLANK}?({_END}){_BLANK}?"), r"\1"),
    (re.compile(f"({_END}){_END}{{2,}}"), r"\1\1"),
)
_LIKELY: Final = re.compile(
    "[\0-\x7f\u00a0-\u00ff\u0152-\u0178\u0600-\u06ff\u0750-\u077f\u200b-\u206f\u20a0-\u20cf"
    "\u2100-\u2bff\u3000-\u303f\ufb50-\ufdff\ufe00-\ufe0f\ufe70-\ufeff\U0001f000-\U0001faff]*"
)
"""Characters that an Arabic or English message may hold once it is turned back."""


@cache
def _bytes_of(codec: str) -> dict[str, int]:
    """Return the byte that each character stands for; one that has none is the byte itself."""
    table = {chr(byte): byte for byte in range(256)}
    table |= {bytes([byte]).decode(codec, "ignore"): byte for byte in range(128, 256)}
    return table


def _class(codec: str) -> str:
    """Return a character class of what a continuation byte of UTF-8 becomes."""
    chars = [char for char, byte in _bytes_of(codec).items() if 0x80 <= byte <= 0xBF and char]
    return f"[{re.escape(''.join(chars))}]"


_MARKS: Final = re.compile(
    f"(?:[ØÙ]{_class('cp1252')}){{2,}}|[ÃÂ]{_class('cp1252')}|â€|ðŸ|ï»¿"
    f"|(?:[طظ]{_class('cp1256')}){{2,}}|ًں{_class('cp1256')}"
)
"""What Arabic, accented and typographic letters and emoji look like once mis-decoded."""


def mend(text: str) -> str:
    """Turn back text that was UTF-8 and was read as Windows-1252 or Windows-1256.

    A text that does not round-trip as a whole stays as it is.

    Examples
    --------
    >>> mend("Ø´ÙƒØ±Ø§"), mend("ط´ظƒط±ط§"), mend("cafÃ©"), mend("فقط، café")
    ('شكرا', 'شكرا', 'café', 'فقط، café')
    """
    for _ in range(_TIMES):
        turned = next(filter(None, (_turned(text, codec) for codec in _CODECS)), "")
        if not turned:
            break
        text = turned
    return text


def _turned(text: str, codec: str) -> str:
    """Return a text decoded anew; an empty string where that makes no sense."""
    if text.isascii():
        return ""
    table = _bytes_of(codec)
    try:
        decoded = bytes([table[char] for char in text]).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return ""
    # a single one may be Arabic as it was written: a letter and a quotation mark
    few = codec == "cp1256" and sum(not char.isascii() for char in decoded) < 2
    return decoded if _LIKELY.fullmatch(decoded) and not few else ""


def mojibake(text: str) -> str:
    """Return what looks mis-decoded in a text; an empty string if nothing does.

    Examples
    --------
    >>> mojibake("Today only: cafÃ©"), mojibake("Today only: café")
    ('Ã©', '')
    """
    mark = _MARKS.search(text)
    if mark:
        return mark[0]
    return text if mend(text) != text else ""


def tidy(text: str) -> str:
    r"""Strip a text, and leave one space where there were several, one empty line at most.

    Examples
    --------
    >>> tidy(" Half  price\t today \n\n\n\n now")
    'Half price today\n\nnow'
    """
    for pattern, instead in _TIDIED:
        text = pattern.sub(instead, text)
    return text.strip()


def repaired(text: str) -> str:
    """Return a text mended and tidied."""
    return tidy(mend(text))


class Repaired(NamedTuple):
    """How much a repair changed.

    Attributes
    ----------
    rows : int
        That were written.
    cells : int
        That were changed in them.
    left_out : int
        Copies that were not written.
    unreadable : int
        Rows that could not be read and were written as they were found.
    """

    rows: int
    cells: int
    left_out: int
    unreadable: int


def repair_file(
    path: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    skip: Container[int] = (),
    untouched: Collection[str] = LABELLING,
    text_column: str | None = None,
    encoding: str | None = None,
) -> Repaired:
    """Write a repaired copy of a labelled file.

    Parameters
    ----------
    path, out : path
        Two different files.
    skip : container of int
        Numbers of the rows to leave out.
    untouched : collection of str
        Columns to leave as they are, more than those of :data:`LABELLING` if need be.
    text_column, encoding : str, optional
        As in :func:`prmktml.tables.open_table`.

    Raises
    ------
    UsageError
        If `out` is the file that is read, or standard output.
    """
    check_output(path, out)
    untouched = LABELLING | set(untouched)
    rows = cells = left_out = unreadable = 0
    with (
        open_table(path, text_column=text_column, encoding=encoding) as table,
        open_output(out, columns=table.columns) as output,
    ):
        for row in table:
            if row.number in skip:
                left_out += 1
                continue
            changed = 0 if row.problem else _repair_row(row.fields, table.columns, untouched)
            output.write(row.fields)
            rows, cells, unreadable = rows + 1, cells + changed, unreadable + bool(row.problem)
    return Repaired(rows, cells, left_out, unreadable)


def check_output(path: str | os.PathLike[str], out: str | os.PathLike[str]) -> None:
    """Refuse to write over the file that is read, or among the findings.

    Raises
    ------
    UsageError
        If `out` is the same file as `path`, or standard output.
    """
    if os.fspath(out) == "-":
        raise UsageError("--fix needs a file of its own; standard output is for the findings")
    if os.path.exists(out) and os.path.exists(path) and os.path.samefile(path, out):
        raise UsageError(f"{out} is a file that is read; name another one after --fix")


def _repair_row(
    fields: list[Any] | dict[str, Any], columns: Sequence[str], untouched: Container[str]
) -> int:
    """Repair the text cells of a row in place; return how many changed."""
    changed = 0
    places: Any = list(fields.items()) if isinstance(fields, dict) else list(enumerate(fields))
    for place, value in places:
        name = place if isinstance(fields, dict) else columns[place]
        if name in untouched or not isinstance(value, str):
            continue
        fields[place] = repaired(value)
        changed += fields[place] != value
    return changed
