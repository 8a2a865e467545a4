"""How long one prediction takes from an empty process, beside importing NumPy alone.

``uv run python benchmarks/cold_start.py [REPETITIONS]`` prints medians and their ratio; the two
commands take turns, so that a machine that slows down slows both.
"""

import statistics
import subprocess
import sys
import time

COMMANDS = {
    "import numpy": [sys.executable, "-c", "import numpy"],
    "predict": [sys.executable, "-m", "prmktml.predict", "--format", "jsonl", "x"],
}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(repetitions + 1):
        for name, command in COMMANDS.items():
            taken = seconds(command)
            if turn:  # the first turn only warms the disk's cache
                times[name].append(taken)
    for name, taken in times.items():
        print(f"{name:<14}{statistics.median(taken) * 1000:7.0f} ms  (median of {len(taken)})")
    ratios = [b / a for a, b in zip(*times.values(), strict=True)]
    print(f"ratio         {statistics.median(ratios):7.2f}")


if __name__ == "__main__":
    main()
