"""All speed and memory benchmarks in one run, beside the peers, on one core.

``python benchmarks/run.py`` (under 25 minutes) writes ``benchmarks/results.md`` and
``results.json``; ``--quick`` (under 3) prints the same from fewer turns; ``--rows 10000000`` adds
a file of that size to the full run. See ``benchmarks/README.md`` for the environment.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import growth
import speed
from measuring import Finding, machine, pin
from prmktml.markdown import markdown
from speed import KEYS, Effort, Field, field

__all__ = ["FULL", "MEASURES", "QUICK", "measure", "report", "write"]

FOLDER: Final = Path(__file__).parent
FULL: Final = Effort()
QUICK: Final = Effort(
    turns=5,
    singles=200,
    starts=11,
    trainings=1,
    file_turns=3,
    rows=(1_000, 4_000, 16_000),
    memory=(10_000, 100_000),
    memory_peer=(10_000,),
    whole_training=False,
)
MEASURES: Final[dict[str, Callable[[Field, Effort], Finding]]] = {
    "throughput": speed.throughput,
    "one_message": speed.one_message,
    "cold_start": speed.cold_start,
    "files": growth.files,
    "memory": growth.memory,
    "rows": growth.rows,
    "length": growth.length,
    "training": speed.training,
}


def measure(field: Field, effort: Effort, names: Iterable[str] = MEASURES) -> Iterator[Finding]:
    """Take the named measures one after the other, and tell their ratios as they come."""
    for name in names:
        finding = MEASURES[name](field, effort)
        told = ", ".join(f"{key} {ratio:.2f}" for key, ratio in finding.ratios.items())
        print(f"{name}: {told or 'no ratio'}", file=sys.stderr, flush=True)
        yield finding


def report(findings: list[Finding], where: dict[str, str], title: str) -> str:
    """Return all findings in Markdown: the ratios first, then a section each."""
    options = (Path(word).name for word in sys.argv[1:])
    ratios = [[name, f"{x:.2f}"] for finding in findings for name, x in finding.ratios.items()]
    return "\n\n".join(
        [
            f"# {title}",
            f"Made by `{' '.join(['python benchmarks/run.py', *options])}`; nothing here is "
            "typed. Those who are compared take turns on one core, and the median over turns of "
            "the ratio in a turn counts. "
            "Seconds are the processor's, which other work on the machine disturbs least.",
            markdown(["machine", ""], list(where.items())),
            "## Ratios\n\nBy how much prmktml is better than the peer; above 1 it is better.\n\n"
            + markdown(["", "ratio"], ratios),
            *(f"## {finding.title}\n\n{finding.text}" for finding in findings),
        ]
    )


def write(folder: Path, findings: list[Finding], text: str, where: dict[str, str]) -> None:
    """Write ``results.md``, and the ratios and figures in ``results.json``."""
    folder.joinpath("results.md").write_text(text + "\n", encoding="utf-8")
    values = {
        kind: {
            name: float(f"{x:.4g}")
            for finding in findings
            for name, x in getattr(finding, kind).items()
        }
        for kind in ("ratios", "figures")
    }
    found = json.dumps({"machine": where, **values}, indent=1, ensure_ascii=False)
    folder.joinpath("results.json").write_text(found + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure speed and memory beside the peers.")
    parser.add_argument("--quick", action="store_true", help="fewer turns; print, write nothing")
    parser.add_argument("--rows", type=int, help="add a file of so many rows, such as 10000000")
    parser.add_argument("-o", "--output", type=Path, help="folder; default: benchmarks, if full")
    args = parser.parse_args()
    where = machine()
    pin()
    effort = QUICK if args.quick else FULL
    if args.rows:
        effort = replace(effort, memory=(*effort.memory, args.rows))
    who = field()
    missing = [name for name in KEYS if name not in who.peers]
    if missing:
        print(f"not installed, not measured: {', '.join(missing)}", file=sys.stderr)
    findings = list(measure(who, effort))
    title = "Speed and memory" + (", a quick look" if args.quick else "")
    text = report(findings, where | {"model": who.model.name}, title)
    folder = args.output or (None if args.quick else FOLDER)
    if folder:
        write(folder, findings, text, where | {"model": who.model.name})
    print(text)


if __name__ == "__main__":
    main()
