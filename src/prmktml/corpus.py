"""A labelled CSV: reading it, and refusing what training cannot use.

What is merely doubtful (duplicates, leakage, likely errors) is found by
:mod:`prmktml.checks.findings`.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from prmktml.codebook import ASPECT_SIDE, Aspect, Label
from prmktml.errors import DataError
from prmktml.features import Recipe, grams, read_batch
from prmktml.model import batches
from prmktml.tables import open_table

__all__ = ["Corpus", "clusters", "fingerprints", "near_duplicates", "read_corpus"]

MIN_ROWS: Final = 30
"""Fewer rows of a label teach nothing."""
_SHOWN: Final = 20
_SHINGLES: Final = Recipe((("char5", "word1"),), distinct=False)


@dataclass(frozen=True)
class Corpus:
    """Labelled messages, checked.

    Attributes
    ----------
    texts : list of str
    labels : ndarray of int64, shape (n_rows,)
        Index in :class:`prmktml.codebook.Label`.
    aspects : ndarray of bool, shape (n_rows, 6), or None
    primary : ndarray of int64, shape (n_rows,)
        Index of the first aspect, -1 for none.
    groups : ndarray of int64, shape (n_rows,)
        Rows that a split keeps together.
    columns : dict of str to list of str
        All columns of the file as they stand in it.
    sha256 : str
        Of the texts, labels, aspects and groups.
    has_groups : bool
        Whether the file named groups; otherwise near-duplicates are grouped.
    """

    texts: list[str]
    labels: NDArray[np.int64]
    aspects: NDArray[np.bool_] | None
    primary: NDArray[np.int64]
    groups: NDArray[np.int64]
    columns: dict[str, list[str]]
    sha256: str
    has_groups: bool

    def __len__(self) -> int:
        return len(self.texts)

    def leading_aspects(self) -> NDArray[np.bool_] | None:
        """Return first aspects and second ones of the other side, shape (n_rows, 6).

        They are what heads learn: a second aspect of the same side is noted where somebody
        thought of it.
        """
        if self.aspects is None:
            return None
        sides = np.array([list(Label).index(ASPECT_SIDE[aspect]) for aspect in Aspect])
        other_side = self.aspects & (sides != self.labels[:, None])
        first = self.primary[:, None] == np.arange(len(Aspect))
        leading: NDArray[np.bool_] = other_side | first
        return leading

    def column(self, name: str) -> list[str]:
        """Return a column, empty strings where the file has none."""
        return self.columns.get(name, [""] * len(self.texts))


def read_corpus(*paths: Path | str) -> Corpus:
    """Read labelled files one after the other.

    Raises
    ------
    DataError
        If a file cannot be read, lacks ``text`` or ``label``, or rows are wrong; all wrong rows
        are told in one message.
    """
    columns: dict[str, list[str]] = {}
    problems: list[str] = []
    n_rows = 0
    for path in paths:
        n_rows = _read_into(columns, problems, path, n_rows)
    if problems:
        more = f"\n… and {len(problems) - _SHOWN} more rows" if len(problems) > _SHOWN else ""
        raise DataError("\n".join(problems[:_SHOWN]) + more)
    if not n_rows:
        raise DataError(f"{paths[0]} holds no rows; it needs the columns text and label, and rows")
    return _corpus(columns)


def _read_into(
    columns: dict[str, list[str]], problems: list[str], path: Path | str, n_before: int
) -> int:
    with open_table(path) as table:
        if not {"text", "label"} <= set(table.columns):
            raise DataError(
                f"{path}: the columns are {', '.join(table.columns) or 'none'}; a labelled file "
                "needs the columns text and label"
            )
        n_rows = n_before
        for row in table:
            if row.problem:
                problems.append(row.problem)
                continue
            fields = {name: _cell(value) for name, value in table.record(row).items()}
            problem = _problem(fields)
            if problem:
                problems.append(f"{path}, row {row.number}, {problem}")
            for name in {*columns, *fields}:
                column = columns.setdefault(name, [])
                column += [""] * (n_rows - len(column)) + [fields.get(name, "")]
            n_rows += 1
    return n_rows


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _problem(fields: dict[str, str]) -> str:
    """Say what is wrong with a row; an empty string if nothing is."""
    label, aspects = fields["label"].strip(), _split(fields.get("aspects", ""))
    if not fields["text"].strip():
        return "column text: it is empty; write the message or delete the row"
    if label not in set(Label):
        return f"column label: found {label!r}; allowed are {', '.join(Label)}"
    wrong = [aspect for aspect in aspects if aspect not in set(Aspect)]
    if wrong or len(aspects) > 2:
        allowed = ", ".join(Aspect)
        return f"column aspects: found {'|'.join(aspects)!r}; allowed are one or two of {allowed}"
    if aspects and (label == Label.OTHER or ASPECT_SIDE[Aspect(aspects[0])] != label):
        return f"column aspects: the first, {aspects[0]!r}, is not on the side of {label!r}"
    return ""


def _split(aspects: str) -> list[str]:
    return [aspect.strip() for aspect in aspects.split("|") if aspect.strip()]


def _corpus(columns: dict[str, list[str]]) -> Corpus:
    texts, names = columns["text"], list(Aspect)
    labels = np.array([list(Label).index(Label(label.strip())) for label in columns["label"]])
    rows = [_split(cell) for cell in columns.get("aspects", [""] * len(texts))]
    aspects = np.array([[name in row for name in names] for row in rows])
    primary = np.array([names.index(Aspect(row[0])) if row else -1 for row in rows])
    named = columns.get("group", [""] * len(texts))
    has_groups = all(named)
    groups = np.unique(named, return_inverse=True)[1] if has_groups else clusters(texts)
    digest = hashlib.sha256()
    for values in zip(texts, columns["label"], columns.get("aspects", texts), named, strict=True):
        digest.update("\x1f".join(values).encode("utf-8", "surrogatepass") + b"\x1e")
    known = aspects if aspects.any() else None
    return Corpus(texts, labels, known, primary, groups, columns, digest.hexdigest(), has_groups)


def fingerprints(texts: Iterable[str]) -> NDArray[np.uint64]:
    """Hash normalized texts, shape (n_texts,); equal texts have equal fingerprints.

    Examples
    --------
    >>> one, other = fingerprints(["Big SALE", "big  sale"])
    >>> bool(one == other)
    True
    """
    hashes = []
    for batch in batches(texts):
        normalized = read_batch(batch).batch
        for index in range(len(batch)):
            text = normalized.text(index).encode("utf-8", "surrogatepass")
            hashes.append(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little"))
    return np.array(hashes, np.uint64)


def near_duplicates(texts: list[str], threshold: float = 0.6) -> list[tuple[int, int, float]]:
    """Find pairs of texts whose sets of character 5-grams have at least this Jaccard index.

    Returns
    -------
    list of (first index, second index, Jaccard index)

    Examples
    --------
    >>> near_duplicates(["half price today only", "HALF price, today only", "thank you nurses"])
    [(0, 1, 1.0)]
    """
    sets = _five_grams(texts)
    sizes = np.diff(sets.indptr)
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(texts), 512):
        shared = (sets[start : start + 512] @ sets.T).tocoo()
        left, right = shared.row + start, shared.col
        jaccard = shared.data / (sizes[left] + sizes[right] - shared.data)
        near = (left < right) & (jaccard >= threshold)
        found += zip(left[near].tolist(), right[near].tolist(), jaccard[near].tolist(), strict=True)
    return sorted(found)


def _five_grams(texts: list[str]) -> sp.csr_array:
    rows, columns, done = [], [], 0
    for batch in batches(texts):
        found = grams(read_batch(batch), _SHINGLES)
        rows.append(found.owners() + done)
        columns.append(found.buckets)
        done += len(batch)
    where = (np.concatenate(rows), np.concatenate(columns).astype(np.int64))
    sets = sp.coo_array((np.ones(len(where[0])), where), shape=(len(texts), 1 << 20)).tocsr()
    sets.data[:] = 1
    return sets


def clusters(texts: list[str]) -> NDArray[np.int64]:
    """Give texts that near duplicates connect the same number, shape (n_texts,).

    Examples
    --------
    >>> clusters(["half price today only", "thank you nurses", "HALF price, today only"]).tolist()
    [0, 1, 0]
    """
    pairs = near_duplicates(texts)
    left, right = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    graph = sp.coo_array((np.ones(len(pairs)), (left, right)), shape=(len(texts), len(texts)))
    numbers: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return numbers
