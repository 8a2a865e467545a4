"""How fast: messages a second, one message, one start from nothing, one training.

Each function measures one of them beside the peers and returns a
:class:`~measuring.Finding`; ``run.py`` puts them together.
"""

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from measuring import Finding, Used, in_turns, ratios, seconds, used_by
from messages import messages
from peers import FASTTEXT, MINILM, PEERS, SKLEARN, Peer
from prmktml.codebook import Label
from prmktml.corpus import Corpus, read_corpus
from prmktml.estimators import build_pipeline
from prmktml.markdown import markdown
from prmktml.model import Model
from prmktml.modelfile import load
from prmktml.resources import find
from prmktml.training import bundled_lexicon, train

__all__ = ["Effort", "Field", "cold_start", "field", "one_message", "throughput", "training"]

OURS: Final = "prmktml"
AT_ONCE: Final = {SKLEARN: 1_000, MINILM: 32}
"""Texts a turn of the slow peers; the cost of a message hardly depends on it."""
HEAD_ROWS: Final = 60
"""MiniLM's speed does not depend on its regression, so that few rows will do for it."""
SINGLE_TURNS: Final = 5
EACH: Final = {MINILM: 10}
"""MiniLM, slow and even, takes every tenth message only."""
KEYS: Final = {SKLEARN: "scikit-learn", FASTTEXT: "fasttext", MINILM: "minilm"}
"""Short names of the peers, in the names of ratios."""


@dataclass(frozen=True)
class Effort:
    """How long to measure. Only ``rows``, ``lengths`` and ``memory`` change what is measured."""

    turns: int = 11
    texts: int = 10_000
    singles: int = 400
    starts: int = 25
    trainings: int = 3
    whole_training: bool = True
    file_rows: int = 5_000
    file_turns: int = 5
    rows: tuple[int, ...] = (1_000, 4_000, 16_000, 64_000)
    lengths: tuple[int, ...] = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
    memory: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    memory_peer: tuple[int, ...] = (10_000, 100_000)


class Field(NamedTuple):
    """Who takes part: our model as it ships, and peers fitted on the same corpus."""

    corpus: Corpus
    model: Model
    peers: dict[str, Peer]


def field(corpus: Corpus | None = None, names: Sequence[str] = tuple(KEYS)) -> Field:
    """Fit those of the named peers that are installed."""
    corpus = corpus or read_corpus(find("data/corpus.csv"))
    peers = {}
    for name in names:
        if name in PEERS:
            rows = slice(HEAD_ROWS if name == MINILM else None)
            peers[name] = PEERS[name]()
            peers[name].fit(corpus.texts[rows], corpus.labels[rows])
    return Field(corpus, load(), peers)


def throughput(field: Field, effort: Effort) -> Finding:
    """Messages a second, many at once."""
    texts = list(messages(effort.texts))
    calls: dict[str, Callable[[], float]] = {
        OURS: lambda: seconds(lambda: list(field.model.decide_all(texts))) / len(texts)
    }
    for name, peer in field.peers.items():
        calls[name] = _per_text(peer, texts[: AT_ONCE.get(name, len(texts))])
    costs = in_turns(calls, effort.turns)
    times = ratios(costs, OURS)
    rates = {name: 1 / statistics.median(taken) for name, taken in costs.items()}
    table = [
        [name, f"{rate:,.0f}", f"{times[name]:.2f}" if name in times else "1"]
        for name, rate in rates.items()
    ]
    mean = sum(map(len, texts)) / len(texts)
    text = (
        f"Messages of {mean:.0f} characters on average, no two equal, half of them Arabic; medians "
        f"of {effort.turns} turns. prmktml finds label, confidence, verdict, reasons, six aspects "
        "and language; the peers find the label.\n\n"
        + markdown(["", "messages/s", "prmktml is faster by"], table)
    )
    return Finding(
        "Many messages",
        text,
        {f"messages/s beside {KEYS[name]}": times[name] for name in times if name in KEYS},
        {f"messages/s, {name}": rate for name, rate in rates.items()},
    )


def _per_text(peer: Peer, texts: list[str]) -> Callable[[], float]:
    return lambda: seconds(lambda: peer.predict(texts)) / len(texts)


def one_message(field: Field, effort: Effort) -> Finding:
    """Half and the slowest hundredth of single messages, in a process that runs already."""
    predict: dict[str, Callable[[str], object]] = {OURS: field.model.predict}
    predict |= {name: _single(peer) for name, peer in field.peers.items()}
    texts = list(messages(effort.singles, seed=1))
    taken: dict[str, list[list[float]]] = {name: [] for name in predict}
    for _ in range(SINGLE_TURNS + 1):
        for name, call in predict.items():
            asked = texts[:: EACH.get(name, 1)]
            taken[name].append([seconds(partial(call, text)) for text in asked])
    figures, found, table = {}, {}, []
    for name, turns in taken.items():
        costs = np.median(turns[1:], axis=0) * 1e3
        for part, value in zip(("p50", "p99"), np.percentile(costs, [50, 99]), strict=True):
            figures[f"one message {part}, ms, {name}"] = float(value)
            if name in KEYS:
                ours = figures[f"one message {part}, ms, {OURS}"]
                found[f"one message {part} beside {KEYS[name]}"] = float(value) / ours
        row = [f"{figures[f'one message {part}, ms, {name}']:.3f}" for part in ("p50", "p99")]
        table.append([name, len(costs), *row])
    text = (
        "Milliseconds of a call with one message, "
        f"{np.mean([len(text) for text in texts]):.0f} characters on average. Each in turn judges "
        "all messages one by one, as a process does that has nothing else to do; a message counts "
        f"with its median of {SINGLE_TURNS} turns.\n\n"
        + markdown(["", "messages", "p50", "p99"], table)
    )
    return Finding("One message", text, found, figures)


def _single(peer: Peer) -> Callable[[str], object]:
    return lambda text: peer.predict([text])


def cold_start(field: Field, effort: Effort) -> Finding:
    """From no process to a prediction, beside importing NumPy alone."""
    commands = {
        'python -m prmktml.predict "x"': ("-m", "prmktml.predict", "--format", "jsonl", "x"),
        'python -c "import numpy"': ("-c", "import numpy"),
    }
    used: dict[str, list[Used]] = {name: [] for name in commands}
    for _ in range(effort.starts):
        for name, words in commands.items():
            used[name].append(used_by(sys.executable, *words))
    ours, numpy = commands
    share = ratios({name: [one.seconds for one in all_] for name, all_ in used.items()}, ours)[
        numpy
    ]
    table, figures = [], {}
    for name, all_ in used.items():
        busy = statistics.median(one.seconds for one in all_) * 1e3
        elapsed = statistics.median(one.elapsed for one in all_) * 1e3
        figures[f"cold start, ms, {name}"] = busy
        table.append([f"`{name}`", f"{busy:.0f}", f"{elapsed:.0f}"])
    text = (
        f"Medians of {effort.starts} turns. A prediction takes {1 / share:.2f} times as long as "
        "importing NumPy.\n\n" + markdown(["", "ms", "ms on the clock"], table)
    )
    return Finding("Start from nothing", text, {"cold start beside import numpy": share}, figures)


def training(field: Field, effort: Effort) -> Finding:
    """Seconds to learn the whole corpus."""
    corpus, once = field.corpus, f"{OURS}, pipeline fitted once"
    names = np.array(list(Label))[corpus.labels]
    fit: dict[str, Callable[[], object]] = {
        once: lambda: build_pipeline(bundled_lexicon()).fit(corpus.texts, names),
        SKLEARN: lambda: PEERS[SKLEARN]().fit(corpus.texts, corpus.labels),
    }
    if FASTTEXT in field.peers:
        fit[FASTTEXT] = lambda: PEERS[FASTTEXT]().fit(corpus.texts, corpus.labels)
    costs: dict[str, list[float]] = {name: [] for name in fit}
    for _ in range(effort.trainings):
        for name, call in fit.items():
            costs[name].append(seconds(call))
    figures = {f"training, s, {name}": statistics.median(taken) for name, taken in costs.items()}
    if effort.whole_training:
        whole = f"{OURS}, folds, calibration, thresholds, aspects and final fit"
        figures[f"training, s, {whole}"] = seconds(lambda: train(corpus))
    table = [[name.partition("s, ")[2], f"{value:.1f}"] for name, value in figures.items()]
    text = (
        f"{len(corpus)} messages; medians of {effort.trainings} turns, the whole training once.\n\n"
        + markdown(["", "seconds"], table)
    )
    times = ratios(costs, once)
    found = {f"training beside {KEYS[name]}": times[name] for name in times}
    return Finding("Learning the corpus", text, found, figures)
