"""How right: prmktml and its peers on the same folds and on the same messages from outside.

``python benchmarks/accuracy.py [--external FILE] [-o OUT.md]`` trains everyone on the bundled
corpus. Inside, each row is judged by a model that saw no row of its group, on the folds of
:mod:`prmktml.training`. FILE is a labelled csv (text, label, language); its texts are only judged,
never kept or shown. MiniLM's embeddings of the corpus take minutes and are kept in the system's
folder for temporary files, under the corpus's hash.
"""

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

import speed
from measuring import machine, one_thread, pin
from peers import FASTTEXT, MINILM, PEERS, FastText, MiniLM, Peer, regression
from prmktml.atomic import replace_file
from prmktml.corpus import Corpus, fingerprints, read_corpus
from prmktml.crossvalidation import Parts
from prmktml.decision import softmax
from prmktml.entries import compile_lexicon
from prmktml.estimators import build_pipeline
from prmktml.evaluation import bootstrap, macro_f1
from prmktml.lexicon import Lexicon
from prmktml.markdown import markdown
from prmktml.resources import find
from prmktml.scoring import MIN_GROUPS
from prmktml.training import bundled_lexicon, folds, out_of_fold, train

__all__ = ["Contestant", "compare", "contestants"]

OURS: Final = "prmktml"

Probabilities = NDArray[np.float64]
Rows = NDArray[np.int64]


class Contestant(NamedTuple):
    """Someone who takes part: probabilities of rows in unseen folds, and of a file outside."""

    inside: Callable[[Corpus, Parts, int], Probabilities]
    outside: Callable[[Corpus, Corpus, int], Probabilities]


class Slice(NamedTuple):
    """Rows of one language (or all), gold labels, and the units that the bootstrap draws."""

    name: str
    rows: Rows
    labels: NDArray[np.int64]
    units: NDArray[np.int64]


def ours(lexicon: Lexicon) -> Contestant:
    """Return prmktml as its own training makes it."""

    def inside(corpus: Corpus, parts: Parts, seed: int) -> Probabilities:
        pipeline = build_pipeline(lexicon)
        X = pipeline["features"].transform(corpus.texts)
        return softmax(out_of_fold(pipeline, X, corpus, parts)[:, :3])

    def outside(corpus: Corpus, external: Corpus, seed: int) -> Probabilities:
        model = train(corpus, seed=seed, lexicon=lexicon).model
        return model.predict_proba(external.texts)

    return Contestant(inside, outside)


def peer(
    make: Callable[[int], Peer], prepare: Callable[[Corpus], Any] = lambda corpus: corpus.texts
) -> Contestant:
    """Return a peer; `make` takes a seed, `prepare` gives what it learns from and judges."""

    def inside(corpus: Corpus, parts: Parts, seed: int) -> Probabilities:
        X, found = prepare(corpus), np.zeros((len(corpus), 3))
        for fitted, judged in parts:
            model = make(seed)
            model.fit(_take(X, fitted), corpus.labels[fitted])
            found[judged] = model.predict_proba(_take(X, judged))
        return found

    def outside(corpus: Corpus, external: Corpus, seed: int) -> Probabilities:
        model = make(seed)
        model.fit(prepare(corpus), corpus.labels)
        return model.predict_proba(prepare(external))

    return Contestant(inside, outside)


def _take(X: Any, rows: Rows) -> Any:
    return X[rows] if isinstance(X, np.ndarray) else [X[row] for row in rows.tolist()]


def _embedder(kept: str) -> Callable[[Corpus], Any]:
    """Return a function that embeds a corpus, and keeps the embeddings of the one with a hash."""
    encoder = MiniLM()

    def embed(corpus: Corpus) -> Any:
        if corpus.sha256 != kept:
            return encoder.embed(corpus.texts)
        path = Path(tempfile.gettempdir(), f"prmktml-minilm-{kept[:16]}.npy")
        if not path.exists():
            with replace_file(path) as file:
                np.save(file, encoder.embed(corpus.texts))
        return np.load(path)

    return embed


def contestants(corpus: Corpus) -> dict[str, Contestant]:
    """Return all that can take part here, by name."""
    found: dict[str, Contestant] = {}
    for name, make in PEERS.items():
        if name == MINILM:
            found[name] = peer(lambda seed: regression(), _embedder(corpus.sha256))
        elif name == FASTTEXT:
            found[name] = peer(FastText)
        else:
            found[name] = peer(lambda seed, make=make: make())  # type: ignore[misc]
    found[f"{OURS} without the cue lexicon"] = ours(compile_lexicon([]))
    found[OURS] = ours(bundled_lexicon())
    return found


def checked(name: str, probabilities: Probabilities) -> Probabilities:
    """Return probabilities as they are: a peer that is called wrongly must not look weak.

    Raises
    ------
    ValueError
        If those of some row do not add up to 1.
    """
    wrong = int((np.abs(probabilities.sum(axis=1) - 1) > 1e-3).sum())
    if wrong:
        raise ValueError(f"{name}: the probabilities of {wrong} rows do not add up to 1")
    return probabilities


def slices(corpus: Corpus) -> Iterator[Slice]:
    """Yield languages, then all; groups are the bootstrap's units where there are enough."""
    languages = np.array(corpus.column("language"))
    enough = corpus.has_groups and len(np.unique(corpus.groups)) >= MIN_GROUPS
    units = corpus.groups if enough else np.arange(len(corpus))
    for name in ("ar", "en", "mixed", "all"):
        rows = np.flatnonzero((languages == name) | (name == "all"))
        if len(rows):
            yield Slice(name, rows, corpus.labels, units)


def macro(part: Slice, runs: list[Probabilities], classes: int, drawn: Rows | None = None) -> float:
    """Return the mean over runs of macro-F1 of the first two labels, or of all three."""
    rows = sided(part, classes) if drawn is None else drawn
    values = [macro_f1(part.labels[rows], p[rows, :classes].argmax(axis=1), classes) for p in runs]
    return float(np.mean(values))


def sided(part: Slice, classes: int) -> Rows:
    """Return the rows whose gold label counts."""
    return part.rows[part.labels[part.rows] < classes]


def cell(part: Slice, runs: list[Probabilities], classes: int) -> str:
    """Return macro-F1 with its interval."""
    rows = sided(part, classes)
    low, high = bootstrap(
        lambda i: macro(part, runs, classes, rows[i]), part.units[rows], rounds=500
    )
    return f"{macro(part, runs, classes):.3f} [{low:.3f}, {high:.3f}]"


def gap(part: Slice, runs: list[Probabilities], theirs: list[Probabilities]) -> str:
    """Return by how much macro-F1 of two labels is above a peer's, with its paired interval."""
    rows = sided(part, 2)

    def difference(i: Rows) -> float:
        return macro(part, runs, 2, rows[i]) - macro(part, theirs, 2, rows[i])

    low, high = bootstrap(difference, part.units[rows], rounds=500)
    return f"{difference(np.arange(len(rows))):+.3f} [{low:+.3f}, {high:+.3f}]"


def tables(corpus: Corpus, found: dict[str, list[Probabilities]]) -> str:
    """Return macro-F1 of two labels, of three, and how far ours is above each."""
    parts, text = list(slices(corpus)), []
    for title, classes in (("pr and marketing", 2), ("three labels", 3)):
        head = [f"{part.name} (n={len(sided(part, classes))})" for part in parts]
        rows = [[name, *(cell(part, p, classes) for part in parts)] for name, p in found.items()]
        text.append(f"macro-F1, {title}:\n\n" + markdown(["", *head], rows))
    rows = [
        [name, *(gap(part, found[OURS], p) for part in parts)]
        for name, p in found.items()
        if name != OURS
    ]
    head = [part.name for part in parts]
    text.append(
        "macro-F1 of pr and marketing, prmktml minus each:\n\n" + markdown(["", *head], rows)
    )
    return "\n\n".join(text)


def compare(
    corpus: Corpus, who: dict[str, Contestant], seeds: list[int], external: Corpus | None
) -> list[str]:
    """Let all judge the corpus out of fold, and the external file; return sections."""
    inside: dict[str, list[Probabilities]] = {}
    outside: dict[str, list[Probabilities]] = {}
    for name, one in who.items():
        print(f"judging: {name}", file=sys.stderr, flush=True)
        runs = [one.inside(corpus, folds(corpus, seed), seed) for seed in seeds]
        inside[name] = [checked(name, p) for p in runs]
        if external is not None:
            outside[name] = [checked(name, one.outside(corpus, external, seeds[0]))]
    sections = ["## Unseen groups of the corpus\n\n" + tables(corpus, inside)]
    if external is not None:
        known = int(np.isin(fingerprints(external.texts), fingerprints(corpus.texts)).sum())
        sections.append(
            f"## Messages from outside\n\n{len(external)} messages that are not distributed; "
            f"{known} of them are in the corpus. Everyone is trained on the whole corpus, seed "
            f"{seeds[0]}.\n\n" + tables(external, outside)
        )
    return sections


def _rates(corpus: Corpus) -> str:
    pin()
    who = speed.field(corpus, tuple(PEERS))
    return "## Messages a second\n\n" + speed.throughput(who, speed.Effort(turns=5)).text


def _head(corpus: Corpus, seeds: list[int], external: Path | None) -> str:
    hashed = hashlib.sha256(external.read_bytes()).hexdigest() if external else ""
    outside = f" Messages from outside: {external.name}, SHA-256 `{hashed}`." if external else ""
    listed = [[name, value] for name, value in machine().items() if "load" not in name]
    return (
        f"# Accuracy beside the peers\n\nMade by `python benchmarks/{' '.join(_command())}`.\n\n"
        f"Corpus: {len(corpus)} messages, SHA-256 `{corpus.sha256[:16]}…`.{outside} "
        f"Seeds of the folds: {', '.join(map(str, seeds))}; with several, macro-F1 is the mean "
        "over them. Intervals are 95% bootstrap intervals over groups (over rows where a file has "
        f"fewer than {MIN_GROUPS} groups). Everyone learns all three labels; for macro-F1 of pr "
        "and marketing, the likelier of the two counts on rows whose gold label is one of them. "
        "MiniLM is an English model; Arabic is shown for completeness.\n\n"
        + markdown(["machine", ""], listed)
    )


def _command() -> list[str]:
    """Return the command line with the names of files alone."""
    return [Path(sys.argv[0]).name, *(Path(word).name for word in sys.argv[1:])]


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare accuracy with the peers.")
    parser.add_argument("--external", type=Path, help="labelled csv that no one was trained on")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="of the folds")
    parser.add_argument("-o", "--output", type=Path, help="default: standard output")
    args = parser.parse_args()
    one_thread()
    corpus = read_corpus(find("data/corpus.csv"))
    external = read_corpus(args.external) if args.external else None
    sections = compare(corpus, contestants(corpus), args.seeds, external)
    text = "\n\n".join([_head(corpus, args.seeds, args.external), *sections, _rates(corpus)]) + "\n"
    if args.output:
        args.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
