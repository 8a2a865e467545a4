"""Rebuild the bundled model and its card from ``data/``.

``uv run python scripts/build_model.py`` with the locked packages and one thread gives the same
bytes each time. ``--external FILE`` also measures the model on a labelled file and puts the table
into ``models/external.md``, which the card includes, and the few figures into both READMEs.
"""

import argparse
import hashlib
import os
import sys
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

from prmktml.corpus import read_corpus
from prmktml.modelcard import external_table, model_card, short_table
from prmktml.modelfile import load, save, to_bytes
from prmktml.ngrams import write_ngrams
from prmktml.scoring import score, score_folds
from prmktml.training import train

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "models"


def put_scores(name: str, table: str) -> None:
    """Put a table between the marks of a README."""
    begin, end = "<!-- scores -->", "<!-- /scores -->"
    before, _, rest = (ROOT / name).read_text(encoding="utf-8").partition(begin)
    text = f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}"
    (ROOT / name).write_text(text, encoding="utf-8")


def main() -> None:
    """Train, save, measure, write the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--external", type=Path, help="a labelled file to measure on")
    parser.add_argument("--check", action="store_true", help="only compare with the bundled file")
    args = parser.parse_args()
    external = args.external
    corpus = read_corpus(ROOT / "data" / "corpus.csv")
    trained = train(corpus)
    path = MODELS / "prmktml.safetensors"
    if args.check:
        sys.exit(int(to_bytes(trained.model) != path.read_bytes()))
    save(trained.model, path, force=True)
    model = load(path)
    table = MODELS / "external.md"
    if external:
        digest = hashlib.sha256(external.read_bytes()).hexdigest()
        outside = score(model, read_corpus(external))
        table.write_text(external_table(outside, digest) + "\n", encoding="utf-8")
        inside = score_folds(model, corpus, trained.scores)
        put_scores("README.md", short_table(inside, outside))
        put_scores("README.ar.md", short_table(inside, outside, "ar"))
    section = table.read_text(encoding="utf-8").strip() if table.exists() else ""
    card = model_card(model, score_folds(model, corpus, trained.scores), section)
    (MODELS / "README.md").write_text(card, encoding="utf-8")
    write_ngrams(model, corpus.texts, MODELS / "prmktml.ngrams.csv")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes, model {model.name}")


if __name__ == "__main__":
    main()
