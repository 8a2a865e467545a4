"""Has anything become slower? Fails where a ratio lost more than 20% against ``results.json``.

``python benchmarks/check.py`` takes the quick measures, holds their ratios against the recorded
ones, and measures again, twice at most, what seems to have lost. Exit code 1, naming the ratio,
if it has; 0 otherwise. Ratios of peers that are not installed are named and not judged.
"""

import json
import sys
from pathlib import Path
from typing import Final

from measuring import pin
from run import MEASURES, QUICK, measure
from speed import field

__all__ = ["ALLOWED_LOSS", "lost"]

ALLOWED_LOSS: Final = 0.2
TRIES: Final = 3
RATIOLESS: Final = ("rows", "length")
RECORDED: Final = Path(__file__).with_name("results.json")


def lost(recorded: dict[str, float], measured: dict[str, float]) -> dict[str, float]:
    """Return the shares that ratios lost, of those that lost more than is allowed.

    Examples
    --------
    >>> lost({"a": 4.0, "b": 2.0, "not measured": 1.0}, {"a": 3.0, "b": 1.7})
    {'a': 0.25}
    """
    shares = {name: 1 - measured[name] / recorded[name] for name in recorded if name in measured}
    return {name: share for name, share in shares.items() if share > ALLOWED_LOSS}


def main() -> int:
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))["ratios"]
    pin()
    who = field()
    best: dict[str, float] = {}
    origin: dict[str, str] = {}
    names = [name for name in MEASURES if name not in RATIOLESS]
    for _ in range(TRIES):
        for name in names:
            for finding in measure(who, QUICK, [name]):
                for key, ratio in finding.ratios.items():
                    best[key], origin[key] = max(ratio, best.get(key, 0.0)), name
        names = sorted({origin[key] for key in lost(recorded, best)})
        if not names:
            break
    for key in recorded:
        now = f"{best[key]:8.2f}" if key in best else "not measured"
        print(f"{key:<42} recorded {recorded[key]:8.2f}   now {now}")
    losses = lost(recorded, best)
    for key, share in losses.items():
        print(
            f"lost: {key} is {share:.0%} worse than recorded; at most {ALLOWED_LOSS:.0%} is allowed"
        )
    return 1 if losses else 0


if __name__ == "__main__":
    sys.exit(main())
