"""Predictions for Dask DataFrames: as many rows as a cluster of machines can hold.

Partitions are judged where they lie. The model does not travel with them: each worker process
reads it once from its path. How many partitions and machines a job needs is worked out in
``docs/scale.md``; one machine's processes are the business of :mod:`prmktml.processes`.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from prmktml.decision import ASPECTS, LABELS, LANGUAGES, VERDICTS, Decisions
from prmktml.errors import UsageError
from prmktml.model import Model
from prmktml.processes import load_once
from prmktml.records import CSV_COLUMNS
from prmktml.tables.rows import choose_text_column
from prmktml.tables.wording import listed, shown

if TYPE_CHECKING:
    import dask.dataframe as dd
    import pandas as pd

__all__ = ["predict"]

_CATEGORIES: Final = {
    "prmktml_label": LABELS,
    "prmktml_verdict": VERDICTS,
    "prmktml_aspect": ASPECTS,
    "prmktml_language": LANGUAGES,
}
_TEXTS: Final = ("prmktml_reasons",)
_NAME: Final = "the DataFrame"


def predict(
    ddf: "dd.DataFrame",
    *,
    text_column: str | None = None,
    model: Model | str | os.PathLike[str] | None = None,
    min_confidence: float = 0.5,
) -> "dd.DataFrame":
    """Add the columns of the csv output to a Dask DataFrame, partition by partition.

    Nothing is computed before the result is. Index, order and the columns that are there stay as
    they are; a text that is None, NaN or NA gives ``no_text``.

    Parameters
    ----------
    ddf : dask.dataframe.DataFrame
    text_column : str, optional
        By default ``text``, or the only column.
    model : path or Model, optional
        By default the bundled one, of the package on each worker. A path must lead to the same
        file on all workers, for example on a shared disk; each process reads it once, and again
        when the file has changed. A :class:`~prmktml.model.Model`, saved or not, travels to each
        worker once (some megabytes).
    min_confidence : float in [0.5, 1]
        Below it a clear verdict becomes ``unclear`` with ``low_confidence``.

    Returns
    -------
    dask.dataframe.DataFrame
        The columns of :data:`~prmktml.records.CSV_COLUMNS` come last: labels, verdicts, aspects
        and languages are categorical with all their values known, reasons are strings joined by
        ``|``, confidence and probabilities are float64. What is an empty cell in csv is missing
        here, but for reasons.

    Raises
    ------
    UsageError
        If Dask is not installed, no column can be chosen as the text or it holds something else,
        or a column to add is there already.
    ModelError
        On computing, if a worker finds no usable model.

    Examples
    --------
    >>> import dask.dataframe, pandas
    >>> frame = pandas.DataFrame({"text": ["خصم 30% لحد الخميس", None]}, index=["a", "b"])
    >>> labelled = predict(dask.dataframe.from_pandas(frame, npartitions=1))
    >>> found = labelled.compute(scheduler="synchronous")
    >>> found.index.tolist(), found["prmktml_label"].cat.codes.tolist()
    (['a', 'b'], [1, -1])
    >>> found["prmktml_reasons"].tolist()
    ['', 'no_text']
    """
    try:
        from dask.delayed import delayed
    except ImportError as error:
        raise UsageError(
            'Dask DataFrames need dask; install it with: pip install "prmktml[dask]"'
        ) from error
    if not 0.5 <= min_confidence <= 1:
        raise UsageError(f"min_confidence: found {shown(min_confidence)}; allowed is 0.5 to 1")
    place = _text_place(ddf, text_column)
    sent = delayed(replace(model), traverse=False) if isinstance(model, Model) else _path(model)
    meta = _with_columns(ddf._meta, _NOTHING)
    frames: Any = ddf  # whose methods have no types
    judged: dd.DataFrame = frames.map_partitions(_judge, sent, place, min_confidence, meta=meta)
    return judged


def _path(model: str | os.PathLike[str] | None) -> str | None:
    """Return a path that does not hang on the folder in which a worker runs."""
    return None if model is None else os.path.abspath(model)


def _text_place(ddf: "dd.DataFrame", wanted: str | None) -> int:
    """Return the place of the text column, and refuse what cannot be judged."""
    columns = list(map(str, ddf.columns))
    present = [name for name in CSV_COLUMNS if name in columns]
    if present:
        raise UsageError(
            f"{_NAME} has the columns {listed(present)} already; drop or rename them first"
        )
    place = choose_text_column(_NAME, columns, wanted)
    kind = ddf.dtypes.iloc[place]
    if str(kind) not in ("object", "category") and not str(kind).startswith(("str", "large_str")):
        raise UsageError(
            f"{_NAME}, column {shown(columns[place])}: its type is {kind}; allowed is string, so "
            "cast it, or name the column that holds the messages"
        )
    return place


def _judge(
    frame: "pd.DataFrame", model: Model | str | None, place: int, min_confidence: float
) -> "pd.DataFrame":
    """Judge one partition, in whatever process it lies."""
    judge = model if isinstance(model, Model) else load_once(model)
    texts = frame.iloc[:, place].tolist()
    return _with_columns(frame, _gathered(judge.decide_all(texts, min_confidence)))


_NOTHING: Final = tuple(np.zeros(0, np.int8) for _ in CSV_COLUMNS)


def _gathered(judged: Iterable[tuple[Any, Decisions]]) -> Sequence[NDArray[Any]]:
    """Return the values of each of the csv columns, categories as codes."""
    parts = [_values(decisions) for _, decisions in judged] or [_NOTHING]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _values(decisions: Decisions) -> Sequence[NDArray[Any]]:
    none = np.full_like(decisions.aspect, -1)
    return (
        decisions.labels,
        decisions.confidence,
        decisions.verdicts,
        np.array(decisions.reason_texts(), object),
        decisions.aspect if decisions.has_aspects else none,
        *decisions.probabilities.T,
        decisions.language,
    )


def _with_columns(frame: "pd.DataFrame", values: Sequence[NDArray[Any]]) -> "pd.DataFrame":
    """Return the frame with the columns of the csv output, its own untouched."""
    import pandas as pd

    added: dict[str, Any] = {}
    column: Any
    for name, column in zip(CSV_COLUMNS, values, strict=True):
        if name in _CATEGORIES:
            names = pd.Index(list(map(str, _CATEGORIES[name])))
            added[name] = pd.Categorical.from_codes(column, names)
        else:
            added[name] = pd.array(column, "string[pyarrow]" if name in _TEXTS else "float64")
    return frame.assign(**added)
