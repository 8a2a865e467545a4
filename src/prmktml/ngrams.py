"""Which n-gram stands behind which bucket: for looking inside a model, not for predicting."""

import csv
import io
from collections import Counter
from pathlib import Path

import numpy as np

from prmktml.entities import Entity
from prmktml.features import grams, read_batch
from prmktml.model import Model, batches

__all__ = ["ngram_table", "write_ngrams"]

_TAGS = {entity: entity.tag for entity in Entity}


def ngram_table(model: Model, texts: list[str]) -> dict[int, tuple[str, str]]:
    """Return the most frequent n-gram in each known bucket, with its kind.

    Where two n-grams share a bucket the rarer one is not shown; borders of words are ``_``.
    """
    counts: dict[int, Counter[tuple[str, str]]] = {}
    known = model.rows > 0
    for batch in batches(texts):
        tokens = read_batch(batch)
        codes = np.concatenate(([32], tokens.batch.codes, [32]))
        found = grams(tokens, model.recipe)
        kinds, ends = found.kinds(), found.ends(tokens)
        for at in np.flatnonzero(known[found.buckets]):
            span = codes[found.starts[at] + 1 : ends[at] + 1].tolist()
            name = "".join(_TAGS.get(code, chr(code)) for code in span)
            kind = found.recipe.kinds[kinds[at]]
            if kind.startswith("char"):
                name = _bordered(name)
            counts.setdefault(int(found.buckets[at]), Counter())[kind, name] += 1
    return {bucket: counter.most_common(1)[0][0] for bucket, counter in sorted(counts.items())}


def _bordered(name: str) -> str:
    inner = name[1:-1]
    first = name[0] if name[0].isalnum() else "_"
    last = name[-1] if name[-1].isalnum() else "_"
    return first + inner + last


def write_ngrams(model: Model, texts: list[str], path: Path | str) -> None:
    """Write the table as csv: bucket, kind, ngram."""
    from prmktml.atomic import replace_file

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("bucket", "kind", "ngram"))
    writer.writerows((b, kind, name) for b, (kind, name) in ngram_table(model, texts).items())
    with replace_file(path) as file:
        file.write(out.getvalue().encode())
