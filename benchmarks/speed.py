"""Messages a second and the time of one message, beside scikit-learn's own pipeline (and fastText).

``uv run python benchmarks/speed.py`` trains the peers on the bundled corpus, recombines its
messages so that no two are equal, pins itself to one core, lets all take turns, and prints medians
and ratios. fastText takes part where it is installed (``pip install fasttext-wheel``).
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import prmktml
from prmktml.corpus import Corpus, read_corpus
from prmktml.crossvalidation import baseline
from prmktml.resources import find

N_TEXTS, N_SLOW, N_ONE, TURNS = 20_000, 2_000, 300, 5
LENGTH = 160


def recombined(texts: list[str], n: int, seed: int = 0) -> list[str]:
    """Join halves of two random messages, cut to a tweet's length; no two are equal."""
    rng = np.random.default_rng(seed)
    words = [text.split() for text in texts]
    made: dict[str, None] = {}
    while len(made) < n:
        a, b = rng.integers(0, len(words), 2)
        halves = words[a][: len(words[a]) // 2 + 1] + words[b][len(words[b]) // 2 :]
        made[" ".join(halves)[:LENGTH]] = None
    return list(made)


def fasttext_peer(corpus: Corpus) -> Callable[[list[str]], object]:
    """Train fastText with subwords as the usual recipe has it."""
    import fasttext

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "train.txt")
        lines = [
            f"__label__{label} {' '.join(text.split())}"
            for text, label in zip(corpus.texts, corpus.column("label"), strict=True)
        ]
        path.write_text("\n".join(lines), encoding="utf-8")
        model = fasttext.train_supervised(
            str(path), dim=16, minn=2, maxn=5, wordNgrams=2, epoch=25, lr=0.5, thread=1, verbose=0
        )
    return lambda texts: model.predict([" ".join(text.split()) for text in texts])


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    corpus = read_corpus(find("data/corpus.csv"))
    texts = recombined(corpus.texts, N_TEXTS)
    model = prmktml.load()
    pipeline = baseline().fit(corpus.texts, corpus.labels)
    peers: dict[str, tuple[Callable[[list[str]], object], int]] = {
        "prmktml": (lambda batch: list(model.decide_all(batch)), N_TEXTS),
        "scikit-learn": (pipeline.predict, N_SLOW),
    }
    if importlib.util.find_spec("fasttext"):
        peers["fastText"] = (fasttext_peer(corpus), N_TEXTS)
    rates: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(TURNS):
        for name, (predict, n) in peers.items():
            rates[name].append(n / seconds(lambda p=predict, n=n: p(texts[:n])))
    ones = {
        name: statistics.median(seconds(lambda p=p, t=t: p([t])) for t in texts[:N_ONE])
        for name, (p, _) in peers.items()
    }
    mean = sum(map(len, texts)) / len(texts)
    print(f"{N_TEXTS} texts of {mean:.0f} characters on average, one core, medians of {TURNS}")
    for name in peers:
        per_second = statistics.median(rates[name])
        ratio = statistics.median(a / b for a, b in zip(rates["prmktml"], rates[name], strict=True))
        print(
            f"{name:<14}{per_second:10,.0f} messages/s   prmktml is {ratio:5.2f} x   "
            f"one message {ones[name] * 1e6:7.0f} us (prmktml {ones['prmktml'] / ones[name]:.2f} x)"
        )


if __name__ == "__main__":
    main()
