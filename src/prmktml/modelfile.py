"""The file of a model: safetensors arrays and one JSON text, nothing that runs.

``docs/model-format.md`` tells the format and the procedure for changing it.
"""

import hashlib
import json
import math
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from prmktml.decision import Thresholds
from prmktml.errors import ModelError
from prmktml.features import HASH_BITS, KINDS, N_LENGTHS, Recipe
from prmktml.language import LanguageWords
from prmktml.lexicon import LONGEST_PREFIX, PRESENT, Lexicon
from prmktml.model import N_OUTPUTS, Model
from prmktml.normalization import TABLE_VERSION
from prmktml.resources import find

__all__ = ["BUNDLED", "FORMAT", "load", "save"]

FORMAT: Final = 2
RECIPE_OF_FORMAT_1: Final = Recipe((KINDS,), distinct=False)
BUNDLED: Final = "models/prmktml.safetensors"
_KEY: Final = "prmktml"
_LIMIT: Final = 1e4
"""No weight comes near it; a larger one is damage, and would overflow sums."""

_ARRAYS: Final[dict[str, tuple[str, int]]] = {
    "buckets": ("uint32", 1),
    "weights": ("float32", 2),
    "cue_weights": ("float32", 2),
    "length_weights": ("float32", 2),
    "intercept": ("float64", 1),
    "lexicon_keys": ("uint32", 1),
    "lexicon_ids": ("uint8", 1),
    "language_hashes": ("uint32", 1),
    "language_ids": ("uint8", 1),
    "seen": ("uint64", 1),
}

_NOT_IN_FORMAT_1: Final = {"length_weights"}


def _arrays(model: Model) -> dict[str, NDArray[Any]]:
    return {
        "buckets": model.buckets,
        "weights": model.weights,
        "cue_weights": model.cue_weights,
        "length_weights": model.length_weights,
        "intercept": model.intercept,
        "lexicon_keys": model.lexicon.keys,
        "lexicon_ids": model.lexicon.ids,
        "language_hashes": model.languages.hashes,
        "language_ids": model.languages.ids,
        "seen": model.seen,
    }


def _checksum(arrays: dict[str, NDArray[Any]], info: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(info, sort_keys=True).encode())
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()


def to_bytes(model: Model) -> bytes:
    """Return the file of a model; the same model gives the same bytes."""
    from safetensors.numpy import save as serialize

    arrays = {name: np.ascontiguousarray(array) for name, array in _arrays(model).items()}
    info = model.info | {
        "format": FORMAT,
        "table": TABLE_VERSION,
        "hash_bits": HASH_BITS,
        "ngrams": model.recipe._asdict(),
        "cues": list(model.lexicon.cues),
        "prefix_lengths": [part.tolist() for part in model.lexicon.lengths],
        "languages": list(model.languages.names),
        "thresholds": {name: getattr(model.thresholds, name) for name in Thresholds.__slots__},
    }
    info.pop("checksum", None)
    info["checksum"] = _checksum(arrays, info)
    return serialize(arrays, metadata={_KEY: json.dumps(info, sort_keys=True)})


def save(model: Model, path: Path | str, *, force: bool = False) -> None:
    """Write a model beside its place and rename it there.

    Raises
    ------
    ModelError
        If the file exists and `force` is false.
    """
    from prmktml.atomic import replace_file

    if Path(path).exists() and not force:
        raise ModelError(f"{path} exists; choose another name or allow replacing it (--force)")
    with replace_file(path) as file:
        file.write(to_bytes(model))


def load(path: Path | str | None = None) -> Model:
    """Load a model file, by default the bundled one.

    Raises
    ------
    ModelError
        If it is missing, damaged, foreign or of an unknown format; the message says what was
        found and what to do.

    Examples
    --------
    >>> load().predict("خصم 30% لحد الخميس").label.value
    'marketing'
    """
    path = find(BUNDLED) if path is None else Path(path)
    arrays, info = _read(path)
    try:
        return _build(path, arrays, info)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _damaged(path, f"its description does not fit ({error})") from error


def _damaged(path: Path, found: str) -> ModelError:
    return ModelError(
        f"{path} is no usable prmktml model: {found}. Train one with `prmktml train`, take the "
        "bundled one by leaving --model out, or restore the file from a copy"
    )


def _read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Read arrays and description; nothing is believed yet but the checksum."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise ModelError(f"{path} is no file; name a model that `prmktml train` wrote (--model)")
    with path.open("rb") as file:
        head = file.read(16)
    if head[:1] == b"\x80" or head[:2] in (b"PK", b"\x1f\x8b") or b"joblib" in head:
        raise _damaged(path, "it looks like a pickle, joblib or archive file, which could run code")
    try:
        with safe_open(path, framework="numpy") as file:
            info = json.loads((file.metadata() or {}).get(_KEY, "null"))
            names = set(file.keys())
            expected = set(_ARRAYS) - (_NOT_IN_FORMAT_1 if _is_format_1(info) else set())
            if not isinstance(info, dict) or not names >= expected:
                raise _damaged(path, "it is a safetensors file, but none of prmktml")
            arrays = {name: np.asarray(file.get_tensor(name)) for name in expected}
    except (SafetensorError, OSError, ValueError, RecursionError, MemoryError) as error:
        raise _damaged(path, f"it cannot be read ({error})") from error
    return arrays, info


def _build(path: Path, arrays: dict[str, NDArray[Any]], info: dict[str, Any]) -> Model:
    fits = info["hash_bits"] == HASH_BITS and info["table"] == TABLE_VERSION
    if info["format"] not in (1, FORMAT) or not fits:
        raise ModelError(
            f"{path} has format {info['format']!r}, normalization table {info['table']!r}; this "
            f"prmktml reads formats 1 and {FORMAT}, table {TABLE_VERSION}. Train it anew, or "
            f"install the prmktml that wrote it ({info.get('version', 'unknown')})"
        )
    checksum = info.pop("checksum")
    if checksum != _checksum(arrays, info):
        raise _damaged(path, "its checksum is wrong, so it was changed or cut after it was written")
    if _is_format_1(info):
        arrays = _from_format_1(arrays)
    _check_arrays(path, arrays, info)
    lexicon = Lexicon.from_arrays(
        info["cues"], arrays["lexicon_keys"], arrays["lexicon_ids"], info["prefix_lengths"]
    )
    languages = LanguageWords(
        tuple(info["languages"]), arrays["language_hashes"], arrays["language_ids"]
    )
    return Model(
        buckets=arrays["buckets"],
        weights=arrays["weights"],
        cue_weights=arrays["cue_weights"],
        length_weights=arrays["length_weights"],
        intercept=arrays["intercept"],
        lexicon=lexicon,
        languages=languages,
        thresholds=_thresholds(info["thresholds"]),
        seen=arrays["seen"],
        recipe=_recipe(info),
        info=info,
        name=f"{info['version']}-{checksum[:8]}",
    )


def _is_format_1(info: object) -> bool:
    return isinstance(info, dict) and info.get("format") == 1


def _from_format_1(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Add what format 1 had not: lengths and the head of both sides, all without weight."""
    wider = {
        name: np.concatenate((arrays[name], np.zeros_like(arrays[name][..., :1])), axis=-1)
        for name in ("weights", "cue_weights", "intercept")
    }
    return arrays | wider | {"length_weights": np.zeros((N_LENGTHS, N_OUTPUTS), np.float32)}


def _recipe(info: dict[str, Any]) -> Recipe:
    if _is_format_1(info):
        return RECIPE_OF_FORMAT_1
    recipe = Recipe(tuple(map(tuple, info["ngrams"]["blocks"])), bool(info["ngrams"]["distinct"]))
    places = [KINDS.index(kind) for kind in recipe.kinds]
    if not places or places != sorted(set(places)) or not all(recipe.blocks):
        raise ValueError(f"n-grams {recipe.blocks}")
    return recipe


def _thresholds(values: dict[str, Any]) -> Thresholds:
    thresholds = Thresholds(**values)
    if not all(math.isfinite(float(getattr(thresholds, name))) for name in Thresholds.__slots__):
        raise ValueError("a threshold is no number")
    return thresholds


def _check_arrays(path: Path, arrays: dict[str, NDArray[Any]], info: dict[str, Any]) -> None:
    """Refuse whatever could make a prediction fail or be no number."""
    for name, (dtype, ndim) in _ARRAYS.items():
        array = arrays[name]
        if array.dtype != dtype or array.ndim != ndim:
            raise _damaged(path, f"{name} is {array.dtype} in {array.ndim} dimensions")
        if array.dtype.kind == "f" and not -_LIMIT < array.min() <= array.max() < _LIMIT:
            raise _damaged(path, f"{name} holds values that are no sensible numbers")
    n_cues, ids = len(info["cues"]), arrays["lexicon_ids"]
    right = (
        arrays["weights"].shape == (len(arrays["buckets"]) + 1, 1 + N_OUTPUTS)
        and arrays["cue_weights"].shape == (n_cues, N_OUTPUTS)
        and arrays["length_weights"].shape == (N_LENGTHS, N_OUTPUTS)
        and arrays["intercept"].shape == (N_OUTPUTS,)
        and len(arrays["lexicon_keys"]) == len(arrays["lexicon_ids"]) > 0
        and len(arrays["language_hashes"]) == len(arrays["language_ids"]) > 0
        and all(isinstance(name, str) for name in [*info["cues"], *info["languages"]])
        and all(0 < n <= LONGEST_PREFIX for part in info["prefix_lengths"] for n in part)
        and bool(((ids < n_cues) | (ids == PRESENT)).all())
        and bool((arrays["language_ids"] < len(info["languages"])).all())
        and bool((arrays["buckets"] < 1 << HASH_BITS).all())
        and bool((arrays["weights"][:, 0] >= 0).all())
        and not arrays["weights"][0].any()
        and isinstance(info["version"], str)
    )
    ascending = all(
        bool((array[1:] > array[:-1]).all())
        for name in ("buckets", "lexicon_keys", "language_hashes")
        if (array := arrays[name]).size
    )
    if not right or not ascending:
        raise _damaged(path, "its arrays do not fit each other")
