"""Generate ``data/README.md`` from the corpus and the measured tables beside it.

``uv run python scripts/build_data_card.py``; the prose stands in ``data/card.md``, the tables of
counts come from ``data/corpus.csv``, the learning curve from ``data/learning-curve.md``, the second
labelling from ``data/second-labels.csv``.
"""

from collections import Counter
from pathlib import Path

import numpy as np

from prmktml.checks.agreement import cohen_kappa
from prmktml.corpus import Corpus, near_duplicates, read_corpus
from prmktml.markdown import markdown
from prmktml.scoring import LENGTHS
from prmktml.tables import open_table

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
COLUMNS = ("language", "variety", "sector", "channel", "difficulty")


def counts(corpus: Corpus, name: str) -> str:
    """Count a column by label."""
    rows: Counter[tuple[str, str]] = Counter(
        zip(corpus.column(name), corpus.column("label"), strict=True)
    )
    values = Counter(corpus.column(name))
    table = [
        [
            value or "(none)",
            n,
            f"{n / len(corpus):.1%}",
            *(rows[value, lab] for lab in ("pr", "marketing", "other")),
        ]
        for value, n in values.most_common()
    ]
    return markdown([name, "n", "share", "pr", "marketing", "other"], table)


def overview(corpus: Corpus) -> str:
    """Count what the composition asked for."""
    labels = Counter(corpus.column("label"))
    primary = Counter(cell.split("|")[0] for cell in corpus.column("aspects") if cell)
    words = np.array([len(text.split()) for text in corpus.texts])
    lengths = [
        f"{low}–{min(high, 999)}: {((words >= low) & (words <= high)).sum()}"
        for low, high in LENGTHS
    ]
    pairs = Counter(pair for pair in corpus.column("pair") if pair)
    near = [
        (i, j)
        for i, j, _ in near_duplicates(corpus.texts)
        if not corpus.column("pair")[i] or corpus.column("pair")[i] != corpus.column("pair")[j]
    ]
    rows = [
        ["messages", len(corpus)],
        ["labels", ", ".join(f"{k} {n}" for k, n in labels.most_common())],
        ["primary aspects", ", ".join(f"{k} {n}" for k, n in primary.most_common())],
        ["groups", len(set(corpus.column("group")))],
        ["minimal pairs", sum(n > 1 for n in pairs.values())],
        ["client briefs", corpus.column("channel").count("brief")],
        ["genres named", len(set(corpus.column("genre")))],
        ["words a message", ", ".join(lengths)],
        [
            "near-duplicates outside pairs (Jaccard ≥ .6)",
            f"{len(near)} pairs, {len(set(sum(near, ()))) / len(corpus):.2%} of the messages",
        ],
    ]
    return markdown(["what", "count"], rows)


def kappa(first: list[str], second: list[str]) -> float:
    """Cohen's kappa of two lists of names."""
    _, codes = np.unique([*first, *second], return_inverse=True)
    return cohen_kappa(codes[: len(first)], codes[len(first) :])


def second_labelling(corpus: Corpus) -> str:
    """Agreement of the blind second labelling with the labels given at composing."""
    language = dict(zip(corpus.column("id"), corpus.column("language"), strict=True))
    with open_table(DATA / "second-labels.csv", text_column="id") as table:
        records = [record for row in table if (record := table.record(row))["id"] in language]
    rows = []
    for name in ("ar", "en", "mixed", "all"):
        chosen = [r for r in records if name in ("all", language[r["id"]])]
        agreed = [r for r in chosen if r["first_label"] == r["label"] != "other"]
        labels = kappa([r["first_label"] for r in chosen], [r["label"] for r in chosen])
        aspects = kappa([r["first_aspect"] for r in agreed], [r["aspect"] for r in agreed])
        rows.append([name, len(chosen), f"{labels:.3f}", len(agreed), f"{aspects:.3f}"])
    head = ["language", "n", "κ of labels", "n with the same side", "κ of primary aspects"]
    return markdown(head, rows)


def main() -> None:
    """Fill the card's places."""
    corpus = read_corpus(DATA / "corpus.csv")
    text = (DATA / "card.md").read_text(encoding="utf-8")
    places = {
        "{overview}": overview(corpus),
        "{counts}": "\n\n".join(counts(corpus, name) for name in COLUMNS),
        "{curve}": (DATA / "learning-curve.md").read_text(encoding="utf-8").strip(),
        "{second}": second_labelling(corpus),
        "{sha}": corpus.sha256,
    }
    for place, table in places.items():
        text = text.replace(place, table)
    (DATA / "README.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
