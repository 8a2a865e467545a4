"""The card of a model: what it is for, how good it is, where it fails; generated, never typed."""

from typing import Any, Final

from prmktml.markdown import markdown
from prmktml.model import Model
from prmktml.scoretables import slice_sections
from prmktml.scoring import Scored

__all__ = ["external_table", "model_card", "short_table"]

_INTENDED = """\
It tells whether a campaign message in Arabic (all varieties) or English is PR-style (values,
issues, relationships) or marketing-style (sales, offers, traffic), and says when not to trust it:
only the verdict `clear` is meant to be used without a look. What the labels mean is told in
`docs/codebook.md`.

It is not meant for judging people, for telling true from false, for political or legal decisions,
or for text that is no campaign message: the label `other` is a guard, not a classifier of its own.
The corpus was composed with a language model, so what real senders do that nobody thought of
composing is unknown to it."""


def model_card(
    model: Model,
    folds: Scored,
    external: str = "",
    rebuild: str = "uv run python scripts/build_model.py",
) -> str:
    """Return the card in Markdown.

    Parameters
    ----------
    model : Model
    folds : Scored
        Its out-of-fold scores on its own corpus.
    external : str
        A section on other messages, as :func:`external_table` makes it.
    rebuild : str
        The command that makes the model again.
    """
    info = model.info
    parts = [
        f"# Model {model.name}",
        _INTENDED,
        "## How it was made\n\n" + _making(model, info),
        "## Scores on unseen groups of its own corpus\n\n"
        f"Folds that keep {_kept_together(info)} together, seed {info['seed']}; 95% bootstrap "
        f"intervals. Rebuild: `{rebuild}`.",
        folds.language_table(),
        folds.quality_table(),
        folds.confusion_table(),
    ]
    parts += slice_sections(folds)
    if external:
        parts.append(external)
    return "\n\n".join(parts) + "\n"


def _kept_together(info: dict[str, Any]) -> str:
    if info["corpus"]["grouped"]:
        return "the corpus's groups"
    return "near-duplicates (the file names no groups)"


def _making(model: Model, info: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in info["packages"].items())
    return (
        f"Logistic regression on hashed n-grams ({', '.join(model.recipe.kinds)}), counts of cue "
        f"classes and lengths, folded into one matrix: {len(model.buckets):,} n-grams, "
        f"{len(model.lexicon.cues)} cue classes from {len(model.lexicon.keys):,} keys, ten "
        f"outputs. Corpus: {info['corpus']['n']:,} messages, SHA-256 "
        f"`{info['corpus']['sha256'][:16]}…`. Trained with {packages}. Calibrated out of fold; "
        f"thresholds: clear {model.thresholds.clear}, other {model.thresholds.other}, "
        f"mixed {model.thresholds.mixed}."
    )


_MEASURES: Final = {
    "macro-F1, Arabic": "متوسط F1 للصنفين (macro-F1)، العربية",
    "macro-F1, English": "متوسط F1 للصنفين (macro-F1)، الإنجليزية",
    "right primary aspect": "الجانب الأساسي صحيح",
    "calibration error (ECE)": "خطأ المعايرة (ECE)",
    "`clear`: share wrong": "`clear`: نسبة الخطأ",
    "`clear`: share of messages": "`clear`: نسبة الرسائل",
    "telling `other` apart (AUROC)": "تمييز `other` (AUROC)",
}
"""Rows of the short table, and what they are called in Arabic."""


def short_table(inside: Scored, outside: Scored, lang: str = "en") -> str:
    """Return the few figures that a README shows: unseen groups beside other messages.

    Parameters
    ----------
    inside, outside : Scored
        Out-of-fold scores of the corpus, and scores on a labelled file outside it.
    lang : "en" or "ar"
    """
    columns = [scored.headline() for scored in (inside, outside)]
    names = _MEASURES if lang == "en" else _MEASURES.values()
    sizes = [f"n={len(scored.rows):,}" for scored in (inside, outside)]
    titles = ("unseen groups", "real messages")
    if lang == "ar":
        titles = ("مجموعات لم تُرَ", "رسائل حقيقية")
    head = ["", *(f"{title} ({size})" for title, size in zip(titles, sizes, strict=True))]
    return markdown(head, list(zip(names, *columns, strict=True)))


def external_table(scored: Scored, digest: str) -> str:
    """Return the section on a labelled file that is not distributed with the model."""
    return "\n\n".join(
        [
            "## Scores on other messages",
            "A set of real public messages, labelled by the same codebook with language models, "
            "only rows on which three readings agreed, so an upper bound. It is not distributed, "
            f"nothing of it was trained on; n={len(scored.rows)}, SHA-256 `{digest}`, model "
            f"{scored.name}, `prmktml evaluate FILE`.",
            scored.language_table(),
            scored.quality_table(),
        ]
    )
