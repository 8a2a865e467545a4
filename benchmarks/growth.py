"""How cost grows: files, memory, rows, and the length of a message.

Like ``speed.py`` each function measures one thing and returns a :class:`~measuring.Finding`.
"""

import itertools
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import joblib

from measuring import Finding, Used, in_turns, ratios, seconds, slope, used_by
from messages import messages, write_messages
from peers import SKLEARN
from prmktml.markdown import markdown
from speed import OURS, Effort, Field

__all__ = ["files", "length", "memory", "rows"]

SCRIPT: Final = Path(__file__).with_name("pandas_script.py")
PANDAS: Final = "pandas + scikit-learn script"
LONG: Final = 1_000
"""From this many characters on the length tells, and the call itself no more."""


def _jobs(field: Field, folder: Path) -> dict[str, Callable[[int], Used]]:
    """Return what turns a csv of so many rows into a labelled one, ours and the peer's."""
    fitted = folder / "pipeline.joblib"
    joblib.dump(field.peers[SKLEARN], fitted)
    made: dict[int, Path] = {}

    def source(n: int) -> Path:
        if n not in made:
            made[n] = folder / f"{n}.csv"
            write_messages(made[n], n)
        return made[n]

    target = folder / "out.csv"
    ours = (sys.executable, "-m", "prmktml.predict")
    return {
        OURS: lambda n: used_by(*ours, "-i", source(n), "-o", target),
        PANDAS: lambda n: used_by(sys.executable, SCRIPT, fitted, source(n), target),
    }


def files(field: Field, effort: Effort) -> Finding:
    """Messages a second from csv to csv, whole processes, start included."""
    n = effort.file_rows
    with tempfile.TemporaryDirectory() as folder:
        jobs = _jobs(field, Path(folder))
        calls = {name: _seconds_a_row(job, n) for name, job in jobs.items()}
        costs = in_turns(calls, effort.file_turns)
    rates = {name: 1 / statistics.median(taken) for name, taken in costs.items()}
    times = ratios(costs, OURS)[PANDAS]
    table = [[name, f"{rate:,.0f}"] for name, rate in rates.items()]
    text = (
        f"A csv of {n:,} rows in, a csv out, start included; medians of {effort.file_turns} turns. "
        f"prmktml is faster by {times:.2f}.\n\n" + markdown(["", "rows/s"], table)
    )
    figures = {f"file rows/s, {name}": rate for name, rate in rates.items()}
    return Finding("Files", text, {"file rows/s beside pandas": times}, figures)


def _seconds_a_row(job: Callable[[int], Used], n: int) -> Callable[[], float]:
    return lambda: job(n).seconds / n


def memory(field: Field, effort: Effort) -> Finding:
    """Peak memory and time of a file, by its rows."""
    found: dict[tuple[str, int], Used] = {}
    sizes = {OURS: effort.memory, PANDAS: effort.memory_peer}
    with tempfile.TemporaryDirectory() as folder:
        for name, job in _jobs(field, Path(folder)).items():
            found |= {(name, n): job(n) for n in sizes[name]}
    table = [
        [
            f"{n:,}",
            name,
            f"{used.megabytes:,.0f}",
            f"{used.seconds:,.1f}",
            f"{n / used.seconds:,.0f}",
        ]
        for (name, n), used in sorted(found.items(), key=lambda item: item[0][1])
    ]
    both = max(set(effort.memory) & set(effort.memory_peer))
    share = found[PANDAS, both].megabytes / found[OURS, both].megabytes
    text = (
        f"Peak memory of the process in 10^6 bytes. With {both:,} rows the peer takes {share:.1f} "
        "times as much; it holds the whole table, prmktml a batch.\n\n"
        + markdown(["rows", "", "peak MB", "seconds", "rows/s"], table)
    )
    figures = {f"peak MB, {name}, {n} rows": used.megabytes for (name, n), used in found.items()}
    smallest = min(effort.memory_peer)
    least = found[PANDAS, smallest].megabytes / found[OURS, smallest].megabytes
    return Finding("Memory", text, {f"peak memory beside pandas, {smallest} rows": least}, figures)


def rows(field: Field, effort: Effort) -> Finding:
    """Cost against the number of messages, in one process."""
    texts = list(messages(max(effort.rows), seed=2))
    costs = in_turns(
        {str(n): _judging(field, texts[:n]) for n in effort.rows}, max(effort.turns // 3, 1)
    )
    medians = [statistics.median(costs[str(n)]) for n in effort.rows]
    steepness = slope(effort.rows, medians)
    table = [
        [f"{n:,}", f"{taken:.3f}", f"{n / taken:,.0f}"]
        for n, taken in zip(effort.rows, medians, strict=True)
    ]
    text = f"Slope of log seconds against log rows: {steepness:.2f} (1 is linear).\n\n" + markdown(
        ["messages", "seconds", "messages/s"], table
    )
    return Finding("More messages", text, figures={"slope of cost against rows": steepness})


def _judging(field: Field, texts: list[str]) -> Callable[[], float]:
    return lambda: seconds(lambda: list(field.model.decide_all(texts)))


def length(field: Field, effort: Effort) -> Finding:
    """Cost of one message against its length."""
    words = itertools.cycle(messages(2_000, seed=3))
    whole = ""
    while len(whole) <= max(effort.lengths):
        whole = " ".join([whole, *itertools.islice(words, 1_000)])
    costs: dict[str, dict[int, float]] = {OURS: {}, SKLEARN: {}}
    peer = field.peers[SKLEARN]
    for n in effort.lengths:
        part = whole[1 : n + 1]
        calls = {
            OURS: lambda part=part: seconds(lambda: field.model.predict(part)),
            SKLEARN: lambda part=part: seconds(lambda: peer.predict([part])),
        }
        for name, taken in in_turns(calls, effort.turns if n < 10**5 else 3).items():
            costs[name][n] = statistics.median(taken)
    slopes = {name: slope(*zip(*_long(taken), strict=True)) for name, taken in costs.items()}
    table = [[f"{n:,}", *(f"{costs[name][n] * 1e3:.2f}" for name in costs)] for n in effort.lengths]
    told = ", ".join(
        f"{name} {value:.2f} (steepest step {_steepest(costs[name]):.2f})"
        for name, value in slopes.items()
    )
    text = f"Slopes of log seconds against log characters from {LONG:,} on: {told}.\n\n" + markdown(
        ["characters", *(f"{name}, ms" for name in costs)], table
    )
    figures = {f"slope of cost against length, {name}": value for name, value in slopes.items()}
    return Finding("Longer messages", text, figures=figures)


def _steepest(costs: dict[int, float]) -> float:
    """Return the largest slope between neighbors, which one slope of all would hide."""
    return max(slope(*zip(*pair, strict=True)) for pair in itertools.pairwise(_long(costs)))


def _long(costs: dict[int, float]) -> list[tuple[int, float]]:
    """Return a curve from `LONG` on; all of it where it ends before."""
    return [item for item in costs.items() if item[0] >= LONG] or list(costs.items())
