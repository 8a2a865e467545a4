"""What is wrong with single rows: labels and aspects outside the codebook, damaged text."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from prmktml.checks.repair import LABELLING, mend, mojibake, tidy
from prmktml.checks.sheets import Found, Sheet, check
from prmktml.codebook import ASPECT_SIDE, Aspect, Label
from prmktml.tables.wording import shown

__all__ = [
    "controls",
    "misdecoded",
    "missing_aspects",
    "missing_label",
    "no_text",
    "repeated_ids",
    "replaced",
    "stray_space",
    "surrogates",
    "too_many_aspects",
    "unknown_aspects",
    "unknown_label",
    "unreadable",
    "wrong_side",
]

_ALLOWED_LABELS: Final = "pr, marketing or other"
_ALLOWED_ASPECTS: Final = ", ".join(Aspect)
_AROUND: Final = 12
_CONTROL: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LOST: Final = re.compile("\ufffd")


@check("PRM001", "unreadable row", "mend the file at this row")
def unreadable(sheet: Sheet) -> Iterator[Found]:
    """Find rows that are no rows, or not in the file's encoding."""
    for number, problem in sheet.broken:
        detail = problem.removeprefix(f"{sheet.name}, row {number}").lstrip(",: ")
        yield Found((), detail=detail, id=str(number), number=number)


@check("PRM002", "no text", "write the message, or delete the row")
def no_text(sheet: Sheet) -> Iterator[Found]:
    """Find rows without a message."""
    for place, text in enumerate(sheet.texts):
        if not text.strip():
            yield Found((place,), sheet.text_column, text)


@check("PRM003", "id used twice", "give each row an id of its own")
def repeated_ids(sheet: Sheet) -> Iterator[Found]:
    """Find ids that an earlier row has."""
    first: dict[str, int] = {}
    for place, name in enumerate(map(str.strip, sheet.column("id"))):
        if name and first.setdefault(name, place) != place:
            detail = f"row {sheet.numbers[first[name]]} has it too"
            yield Found((place,), "id", name, detail)


@check("PRM004", "no label", f"write {_ALLOWED_LABELS}")
def missing_label(sheet: Sheet) -> Iterator[Found]:
    """Find rows without a label."""
    for place, label in enumerate(sheet.column("label")):
        if not label.strip():
            yield Found((place,), "label", label)


@check("PRM005", "unknown label", f"write {_ALLOWED_LABELS}")
def unknown_label(sheet: Sheet, *, second_label: str = "") -> Iterator[Found]:
    """Find labels that the codebook does not have, a second coder's included."""
    for column in filter(None, ("label", second_label)):
        for place, label in enumerate(map(str.strip, sheet.column(column))):
            if label and label not in set(Label):
                yield Found((place,), column, label)


@check("PRM006", "no aspect", f"write one or two of {_ALLOWED_ASPECTS}")
def missing_aspects(sheet: Sheet) -> Iterator[Found]:
    """Find rows of pr and marketing without aspects, in a file that has them elsewhere."""
    if any(sheet.aspects):
        for place, (label, aspects) in enumerate(zip(sheet.labels, sheet.aspects, strict=True)):
            if label in (Label.PR, Label.MARKETING) and not aspects:
                yield Found((place,), "aspects", "", f"the label is {label}")


@check("PRM007", "unknown aspect", f"write one or two of {_ALLOWED_ASPECTS}, joined by |")
def unknown_aspects(sheet: Sheet) -> Iterator[Found]:
    """Find aspects that the codebook does not have."""
    for place, aspects in enumerate(sheet.aspects):
        for aspect in aspects:
            if aspect not in set(Aspect):
                yield Found((place,), "aspects", aspect)


@check("PRM008", "too many aspects", "keep the primary one, first, and at most one other")
def too_many_aspects(sheet: Sheet) -> Iterator[Found]:
    """Find more than two aspects, or one twice."""
    for place, aspects in enumerate(sheet.aspects):
        if len(aspects) > 2 or len(set(aspects)) < len(aspects):
            yield Found((place,), "aspects", sheet.column("aspects")[place])


@check("PRM009", "first aspect on the wrong side", "put one of the label's side first, or relabel")
def wrong_side(sheet: Sheet) -> Iterator[Found]:
    """Find first aspects that do not stand on the side of the label; ``other`` has none."""
    for place, (label, aspects) in enumerate(zip(sheet.labels, sheet.aspects, strict=True)):
        known = label and aspects and aspects[0] in set(Aspect)
        if known and ASPECT_SIDE[Aspect(aspects[0])] != label:
            detail = f"{aspects[0]} is not of {label}"
            yield Found((place,), "aspects", sheet.column("aspects")[place], detail)


def _cells(sheet: Sheet, second_label: str = "") -> Iterator[tuple[int, str, str]]:
    """Yield place, column and value of all cells but those that a repair leaves alone."""
    for column, values in sheet.columns.items():
        if column not in LABELLING | {second_label}:
            for place, value in enumerate(values):
                yield place, column, value


def _matches(sheet: Sheet, pattern: re.Pattern[str]) -> Iterator[Found]:
    """Yield the cells that hold a character which should not be there."""
    for place, column, value in _cells(sheet):
        match = pattern.search(mend(value))
        if match:
            code = f"U+{ord(match[0]):04X}"
            detail = f"column {column}, found {code} in {shown(value)}"
            yield Found((place,), column, value, detail)


@check("PRM041", "mis-decoded text", "read the original as UTF-8; --fix turns back what it can")
def misdecoded(sheet: Sheet, *, second_label: str = "") -> Iterator[Found]:
    """Find UTF-8 that was read as Windows-1252 or Windows-1256."""
    for place, column, value in _cells(sheet, second_label):
        mark = mojibake(value)
        if mark:
            detail = f"column {column}, found {shown(mark)} in {shown(value)}"
            yield Found((place,), column, value, detail)


@check("PRM042", "lost character", "take the text from its source again")
def replaced(sheet: Sheet) -> Iterable[Found]:
    """Find U+FFFD, which stands where a character could not be read."""
    return _matches(sheet, _LOST)


@check("PRM043", "half a character", "take the text from its source again")
def surrogates(sheet: Sheet) -> Iterable[Found]:
    """Find lone surrogates, halves of an emoji that was cut."""
    return _matches(sheet, _SURROGATE)


@check("PRM044", "control character", "delete it, or take the text from its source again")
def controls(sheet: Sheet) -> Iterable[Found]:
    """Find control characters other than tab and line ends, and byte order marks."""
    return _matches(sheet, _CONTROL)


@check("PRM045", "stray white space", "delete it; --fix does")
def stray_space(sheet: Sheet, *, second_label: str = "") -> Iterator[Found]:
    """Find white space around a cell, runs of it, and several empty lines."""
    for place, column, value in _cells(sheet, second_label):
        mended = mend(value)
        tidied = tidy(mended)
        if value.strip() and tidied != mended:
            both = enumerate(zip(mended, tidied + "\0", strict=False))
            at = next(place for place, (one, other) in both if one != other)
            around = mended[max(at - _AROUND, 0) : at + _AROUND]
            yield Found((place,), column, value, f"column {column}, around {shown(around)}")
