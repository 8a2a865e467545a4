"""What is wrong with a labelled file: coded findings, each with a remedy.

A code keeps its meaning; new checks take free numbers. PRM00x are about rows, labels and aspects,
01x about duplicates, 02x balance and leakage, 03x templates, 04x damaged text, 05x doubtful labels.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from prmktml.checks import agreement, cells, duplicates, leakage
from prmktml.checks.sheets import Check, Finding, Sheet
from prmktml.errors import DataError, UsageError
from prmktml.tables import open_table
from prmktml.tables.wording import as_text, listed, shown

__all__ = ["CHECKS", "Accepted", "findings_in", "read_accepted", "running", "sift"]

CHECKS: Final[tuple[Check, ...]] = (
    cells.unreadable,
    cells.no_text,
    cells.repeated_ids,
    cells.missing_label,
    cells.unknown_label,
    cells.missing_aspects,
    cells.unknown_aspects,
    cells.too_many_aspects,
    cells.wrong_side,
    duplicates.exact_duplicates,
    duplicates.near_duplicates,
    duplicates.conflicting_labels,
    duplicates.across_groups,
    leakage.imbalance,
    leakage.telling_groups,
    leakage.telling_brands,
    leakage.telling_hashtags,
    leakage.repeated_openings,
    leakage.repeated_ngrams,
    cells.misdecoded,
    cells.replaced,
    cells.surrogates,
    cells.controls,
    cells.stray_space,
    agreement.disagreements,
    agreement.low_agreement,
    agreement.likely_label_errors,
)
"""All checks, by code."""


def running(options: Mapping[str, Any]) -> list[Check]:
    """Return the checks that run with these options.

    Examples
    --------
    >>> [each.code for each in running({"label_errors": True}) if each.only_with]
    ['PRM053']
    """
    return [each for each in CHECKS if not each.only_with or options.get(each.only_with)]


def findings_in(sheet: Sheet, **options: Any) -> list[Finding]:
    """Return all findings in a sheet, by code.

    Parameters
    ----------
    sheet : Sheet
    **options
        Thresholds by the names that the checks give them, such as ``near=0.8``;
        ``second_label="column"`` and ``label_errors=True`` make more checks run.

    Raises
    ------
    UsageError
        If no check has an option of that name.

    Examples
    --------
    >>> sheet = Sheet.of({"text": ["Half price today", "Half price today!"], "label": ["PR", "pr"]})
    >>> for finding in findings_in(sheet):
    ...     print(finding.code, finding.rows, finding.title)
    PRM005 (2,) unknown label
    PRM012 (2, 3) near duplicate
    """
    unknown = options.keys() - frozenset().union(*(each.options for each in CHECKS))
    if unknown:
        raise UsageError(f"no check has the option {listed(sorted(unknown))}")
    found: list[Finding] = []
    for each in running(options):
        found += each(sheet, **{name: options[name] for name in each.options & options.keys()})
    return found


class Accepted(NamedTuple):
    """Findings that were looked at.

    Attributes
    ----------
    name : str
        Of their file.
    entries : dict of (str, str) to str
        The reason for each code and id.
    """

    name: str
    entries: dict[tuple[str, str], str]


def read_accepted(path: str | os.PathLike[str]) -> Accepted:
    """Read a file with the columns ``code``, ``id`` and ``reason``.

    Raises
    ------
    DataError
        If columns are missing, a code is unknown, or a row gives no reason.
    """
    entries = {}
    try:
        table = open_table(path, text_column="reason")
    except UsageError as error:
        raise DataError(f"{path} needs the columns code, id and reason") from error
    with table:
        if not {"code", "id"} <= set(table.columns):
            raise DataError(f"{path} needs the columns code, id and reason")
        for row in table:
            record = {name: as_text(value) for name, value in table.record(row).items()}
            problem = row.problem or _entry_problem(record)
            if problem:
                raise DataError(row.problem or f"{path}, row {row.number}, {problem}")
            entries[record["code"].strip(), _sorted(record["id"].strip())] = record["reason"]
    return Accepted(os.fspath(path), entries)


def _entry_problem(record: dict[str, str]) -> str:
    if record["code"].strip() not in {each.code for each in CHECKS}:
        return f"column code: found {shown(record['code'])}; allowed are those that findings show"
    if not record["id"].strip():
        return "column id: it is empty; write the id that the finding shows"
    if not record["reason"].strip():
        return "column reason: it is empty; say why the finding may stay"
    return ""


def _sorted(name: str) -> str:
    """Return the ids of a pair in one order, whichever row comes first."""
    return " + ".join(sorted(name.split(" + ")))


def sift(
    found: Sequence[Finding], accepted: Accepted, codes: Collection[str]
) -> tuple[list[Finding], list[tuple[str, str]]]:
    """Return the findings that are not accepted, and the entries that no longer fire.

    Entries of checks that did not run, whose code is not in `codes`, are not told.

    Examples
    --------
    >>> found = findings_in(Sheet.of({"id": ["a"], "text": ["Thanks"], "label": ["PR"]}))
    >>> kept = {("PRM005", "a"): "a joke", ("PRM005", "b"): "was one"}
    >>> sift(found, Accepted("looked-at.csv", kept), ["PRM005"])
    ([], [('PRM005', 'b')])
    """
    keys = [(each.code, _sorted(each.id)) for each in found]
    left = [each for each, key in zip(found, keys, strict=True) if key not in accepted.entries]
    stale = [key for key in accepted.entries if key[0] in codes and key not in set(keys)]
    return left, stale
