"""How values are put into words: in messages to a person, and in cells that hold text alone."""

import re
from collections.abc import Sequence
from typing import Final

from prmktml.tables.lines import LONGEST_LINE, LongLine, is_dirty

__all__ = ["as_text", "fault_of", "listed", "shown"]

_SHOWN: Final = 60
_LISTED: Final = 20
_JSON_WORDS: Final = {"None": "null", "True": "true", "False": "false"}


def shown(value: object) -> str:
    r"""Return a value as a message can show it: short, on one line, broken bytes as ``\x..``.

    Examples
    --------
    >>> print(shown("na\udcefve\n"), shown(None), shown(3))
    'na\xefve\n' null 3
    """
    if not isinstance(value, str):
        text = _JSON_WORDS.get(repr(value), repr(value))
        return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    text = value if len(value) <= _SHOWN else value[:_SHOWN] + "…"
    return re.sub(r"\\udc([0-9a-f]{2})", r"\\x\1", repr(text))


def as_text(value: object) -> str:
    """Return a value as a cell can hold it; lists and objects become JSON.

    Examples
    --------
    >>> as_text(None), as_text(2.5), as_text(["خصم"])
    ('', '2.5', '["خصم"]')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list, bool)):
        import json

        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)


def listed(names: Sequence[str]) -> str:
    """Return names as a message can list them, the first twenty.

    Examples
    --------
    >>> listed(["id", "text"])
    "'id', 'text'"
    """
    more = f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
    return ", ".join(map(shown, names[:_LISTED])) + more


def fault_of(value: str, encoding: str) -> str:
    r"""Say what keeps a text from being read; an empty string if nothing does.

    Examples
    --------
    >>> fault_of("sale", "utf-8")
    ''
    >>> print(fault_of("s\0le", "utf-8"))
    found 's\x00le', which holds a NUL; save the file as text, or name its --encoding
    """
    if type(value) is LongLine:
        found = shown(value.rstrip("\n"))
        return f"found {found}, longer than {LONGEST_LINE:,} characters; allowed is less, so cut it"
    if not is_dirty(value):
        return ""
    found = shown(value.rstrip("\r\n"))
    if "\0" in value:
        remedy = "save the file as text, or name its --encoding"
        return f"found {found}, which holds a NUL; {remedy}"
    return (
        f"found {found}, which is not in {encoding}; allowed is that alone, so save the "
        "whole file as utf-8, or name its --encoding"
    )
