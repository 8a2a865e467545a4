"""Figures and tables in Markdown, as reports and cards show them."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["NONE", "figure", "markdown", "share"]

NONE: Final = "–"
"""Stands where nothing can be measured."""


def markdown(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table.

    Examples
    --------
    >>> print(markdown(["slice", "n"], [["ar", 7]]))
    | slice | n |
    |---|---|
    | ar | 7 |
    """
    rule = "|" + "---|" * len(head)
    return "\n".join([_row(head), rule, *map(_row, rows)])


def figure(value: float, of: Sequence[object] | NDArray[np.generic]) -> str:
    """Return a measure as a table shows it; a dash where it is of nothing, or none at all.

    Examples
    --------
    >>> figure(0.5, [1, 2]), figure(0.0, []), figure(float("nan"), [1])
    ('0.500', '–', '–')
    """
    return f"{value:.3f}" if len(of) and np.isfinite(value) else NONE


def share(which: NDArray[np.bool_]) -> str:
    """Return a share as a table shows it.

    Examples
    --------
    >>> share(np.array([True, False])), share(np.array([], bool))
    ('0.500', '–')
    """
    return figure(which.sum() / max(len(which), 1), which)


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
