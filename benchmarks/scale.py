"""What a large job takes: rates and memory measured here, and 10^9 messages worked out from them.

``uv run python benchmarks/scale.py`` writes a file of messages (``benchmarks/messages.py``), lets
``predict`` with one and with two processes, a plain pandas and scikit-learn script and the Dask
partitions of :mod:`prmktml.distributed` take turns on it, and prints two tables of their best
turns; ``--write docs/scale.md`` puts them between the marks of that page. Seconds of a core are
CPU time, which other work on the machine disturbs least; speed-ups are of the clock.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from measuring import with_bytecode
from messages import write_messages

BILLION = 10**9
PARTITION_ROWS = 100_000
N_PARTITIONS = 3
PLAIN_PART = 20
"""The plain script gets so much fewer rows."""
CORES = 16
MACHINES = (1, 4, 16, 64)
MARKS = ("<!-- measured -->\n", "<!-- end of measured -->")


class Run(NamedTuple):
    """One run: seconds by the clock, seconds of a core, bytes of memory of its largest process."""

    clock: float
    core: float
    memory: float


def run(*command: str | Path) -> Run:
    """Run a Python program with all that it starts; its own figures, if it prints any, count."""
    start = time.perf_counter()
    words, env = [sys.executable, *map(str, command)], with_bytecode()
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=env) as process:
        printed = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status
    clock = time.perf_counter() - start
    if status:
        sys.exit(f"{command} failed")
    if printed:
        return Run(*json.loads(printed), used.ru_maxrss * 1024)
    return Run(clock, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def plain_script(path: str, out: str, pipeline: str) -> None:
    """Do what a data scientist would write; starting and loading are not counted."""
    import joblib
    import pandas as pd

    model = joblib.load(pipeline)
    clock, core = time.perf_counter(), time.process_time()
    frame = pd.read_csv(path)
    chances = model.predict_proba(frame["text"])
    frame["label"] = model.classes_[chances.argmax(axis=1)]
    for name, column in zip(model.classes_, chances.T, strict=True):
        frame[f"p_{name}"] = column
    frame.to_csv(out, index=False)
    print(json.dumps([time.perf_counter() - clock, time.process_time() - core]))


def dask_partitions(folder: str, out: str) -> None:
    """Judge a folder of parquet, one partition after the other; starting is not counted."""
    import dask.dataframe as dd

    import prmktml.distributed
    from prmktml.processes import load_once

    load_once(None)
    clock, core = time.perf_counter(), time.process_time()
    judged = prmktml.distributed.predict(dd.read_parquet(folder))
    judged.to_parquet(out, compute_kwargs={"scheduler": "synchronous"})
    print(json.dumps([time.perf_counter() - clock, time.process_time() - core]))


def prepare(place: str, n_rows: str) -> None:
    """Write the inputs of all runs, and fit the plain pipeline.

    In a process of its own: one that has grown hands its size on to what it starts.
    """
    import joblib
    import pandas as pd

    from prmktml.corpus import read_corpus
    from prmktml.crossvalidation import baseline
    from prmktml.resources import find

    folder, rows = Path(place), int(n_rows)
    write_messages(folder / "some.csv", rows // PLAIN_PART)
    write_messages(folder / "many.csv", rows)
    write_messages(folder / "part.csv", PARTITION_ROWS * N_PARTITIONS)
    (folder / "parts").mkdir()
    parts = pd.read_csv(folder / "part.csv", chunksize=PARTITION_ROWS)
    for i, part in enumerate(parts):
        part.to_parquet(folder / "parts" / f"{i}.parquet", index=False)
    corpus = read_corpus(find("data/corpus.csv"))
    joblib.dump(baseline().fit(corpus.texts, corpus.labels), folder / "plain.joblib")


CHILDREN = {"prepare": prepare, "plain": plain_script, "dask": dask_partitions}


def measure(folder: Path, turns: int) -> dict[str, list[Run]]:
    """Let all programs take turns."""
    predict = ("-m", "prmktml.predict", "-i", folder / "many.csv", "-o")
    own = ("-W", "ignore", __file__)
    commands: dict[str, tuple[str | Path, ...]] = {
        "one": (*predict, folder / "one.csv"),
        "two": (*predict, folder / "two.csv", "-j", "2"),
        "plain": (
            *own,
            "plain",
            folder / "some.csv",
            folder / "p.csv",
            folder / "plain.joblib",
        ),
        "dask": (*own, "dask", folder / "parts", folder / "judged"),
    }
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(turns):
        for name, command in commands.items():
            runs[name].append(run(*command))
    if (folder / "one.csv").read_bytes() != (folder / "two.csv").read_bytes():
        sys.exit("two processes wrote something else than one")
    return runs


def best(runs: list[Run]) -> Run:
    """Return the least of each figure; other work on the machine only ever adds."""
    return Run(*map(min, zip(*runs, strict=True)))


def measured_table(rows: int, found: dict[str, Run]) -> list[str]:
    n_rows = {
        "one": rows,
        "two": rows,
        "plain": rows // PLAIN_PART,
        "dask": PARTITION_ROWS * N_PARTITIONS,
    }
    names = {
        "one": "`predict -i many.csv -o out.csv`, with its start",
        "two": "the same with `-j 2`",
        "plain": "plain pandas + scikit-learn, csv to csv, without its start",
        "dask": f"Dask partitions of {PARTITION_ROWS:,} rows, parquet to parquet, one core",
    }
    lines = [
        "| what | rows | rows/s by the clock | rows/s of a core | memory of a process, MB |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, n in n_rows.items():
        clock, core, memory = found[name]
        lines.append(
            f"| {names[name]} | {n:,} | {n / clock:,.0f} | {n / core:,.0f} | {memory / 1e6:,.0f} |"
        )
    speed_up = found["one"].clock / found["two"].clock
    ratio = (rows / found["one"].core) / (n_rows["plain"] / found["plain"].core)
    return [
        *lines,
        "",
        f"`-j 2` is {speed_up:.2f} times as fast as one process by the clock; one process is "
        f"{ratio:.1f} times as fast as the plain script, both by the seconds of a core.",
    ]


def billion_table(folder: Path, found: dict[str, Run], price: float) -> list[str]:
    rate = PARTITION_ROWS * N_PARTITIONS / found["dask"].core
    sizes = [
        sum(path.stat().st_size for path in (folder / name).glob("*.parquet")) / N_PARTITIONS
        for name in ("parts", "judged")
    ]
    n_partitions, hours = BILLION // PARTITION_ROWS, BILLION / rate / 3600
    lines = [
        f"10^9 messages are {n_partitions:,} partitions of {PARTITION_ROWS:,} rows, each "
        f"{sizes[0] / 1e6:.1f} MB of parquet going in and {sizes[1] / 1e6:.1f} MB coming out; "
        f"{sizes[0] * n_partitions / 1e9:,.0f} GB and {sizes[1] * n_partitions / 1e9:,.0f} GB in "
        f"all. One partition takes a core {PARTITION_ROWS / rate:.1f} seconds, all of them "
        f"{hours:,.1f} hours.",
        "",
        f"| machines of {CORES} cores | partitions a core | memory a machine, GB | minutes | "
        f"USD at {price} an hour of a core |",
        "|---:|---:|---:|---:|---:|",
    ]
    for n in MACHINES:
        rounds = -(-n_partitions // (n * CORES))
        minutes, memory = rounds * PARTITION_ROWS / rate / 60, found["dask"].memory * CORES / 1e9
        cost = minutes / 60 * n * CORES * price
        lines.append(f"| {n} | {rounds:,} | {memory:.1f} | {minutes:,.1f} | {cost:,.2f} |")
    return lines


def main() -> None:
    if sys.argv[1:2] and sys.argv[1] in CHILDREN:
        CHILDREN[sys.argv[1]](*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description="Measure and work out large jobs.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--price", type=float, default=0.05, help="USD an hour of a core")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(__file__, "prepare", folder, str(args.rows))
        found = {key: best(runs) for key, runs in measure(folder, args.turns).items()}
        lines = [*measured_table(args.rows, found), "", *billion_table(folder, found, args.price)]
    text = "\n".join(lines) + "\n"
    print(text, end="")
    if args.write:
        before, _, rest = args.write.read_text(encoding="utf-8").partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        args.write.write_text(before + MARKS[0] + text + MARKS[1] + after, encoding="utf-8")


if __name__ == "__main__":
    main()
