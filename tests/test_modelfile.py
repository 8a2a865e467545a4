"""Model files: what is damaged or foreign is refused in words, and nothing in them runs."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save as serialize

from prmktml.errors import ModelError
from prmktml.modelfile import _ARRAYS, _arrays, _checksum, load, save, to_bytes

TEXTS = ["خصم 30% لحد الخميس", "Thank you to every nurse who stayed", "hi"]


@pytest.fixture(scope="module")
def content(model):
    return to_bytes(model)


def parts(model):
    """Arrays and description of a model file, to be changed and put together again."""
    content = to_bytes(model)
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    info = json.loads(header["__metadata__"]["prmktml"])
    return {name: array.copy() for name, array in _arrays(model).items()}, info


def put_together(arrays, info, *, resign=True):
    info = dict(info)
    if resign:
        info.pop("checksum", None)
        info["checksum"] = _checksum(arrays, info)
    return serialize(arrays, metadata={"prmktml": json.dumps(info, sort_keys=True)})


def test_a_saved_model_says_what_it_said(model, tmp_path):
    path = tmp_path / "m.safetensors"
    save(model, path)
    again = load(path)
    assert np.array_equal(again.predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert again.name == model.name
    with pytest.raises(ModelError, match="exists"):
        save(model, path)
    save(model, path, force=True)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda b: b[: len(b) // 2], "cannot be read"),
        (lambda b: b[:-1] + bytes([b[-1] ^ 1]), "checksum is wrong"),
        (lambda b: (10**15).to_bytes(8, "little") + b[8:], "cannot be read"),
        (lambda b: b"", "cannot be read"),
        (lambda b: b"\x80\x05\x95" + b, "could run code"),
        (lambda b: b"PK\x03\x04" + b, "could run code"),
        (lambda b: b"id,text\n1,hello\n", "cannot be read"),
        (lambda b: serialize({"w": np.zeros(3)}), "none of prmktml"),
    ],
)
def test_damaged_and_foreign_files_are_refused(content, tmp_path, damage, message):
    path = tmp_path / "m.safetensors"
    path.write_bytes(damage(content))
    with pytest.raises(ModelError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a, i: i.update(format=99), "has format 99"),
        (lambda a, i: i.update(table=0), "normalization table 0"),
        (lambda a, i: a["weights"].__setitem__((1, 1), np.nan), "no sensible numbers"),
        (lambda a, i: a["intercept"].__setitem__(0, np.inf), "no sensible numbers"),
        (lambda a, i: a.update(weights=a["weights"][:-1]), "do not fit"),
        (lambda a, i: a.update(buckets=a["buckets"][::-1].copy()), "do not fit"),
        (lambda a, i: a.update(buckets=a["buckets"].astype(np.int64)), "buckets is int64"),
        (lambda a, i: i.update(cues=[]), "do not fit"),
        (lambda a, i: i.pop("thresholds"), "does not fit"),
        (lambda a, i: i["ngrams"].update(blocks=[["char9"]]), "does not fit"),
        (lambda a, i: i["ngrams"].update(blocks=[["word1"], ["char4"]]), "does not fit"),
        (lambda a, i: i.pop("ngrams"), "does not fit"),
        (lambda a, i: i.update(prefix_lengths=[[99], []]), "do not fit"),
    ],
)
def test_what_does_not_fit_is_refused_even_when_signed(model, tmp_path, change, message):
    arrays, info = parts(model)
    change(arrays, info)
    path = tmp_path / "m.safetensors"
    path.write_bytes(put_together(arrays, info))
    with pytest.raises(ModelError, match=message):
        load(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(ModelError, match="is no file"):
            load(path)


def test_every_array_is_described(model):
    described = (Path(__file__).parents[1] / "docs" / "model-format.md").read_text()
    assert [name for name in _ARRAYS if f"`{name}`" not in described] == []


@pytest.mark.long
def test_500_random_mutations_are_refused_or_harmless(content, tmp_path):
    rng, path = random.Random(1), tmp_path / "m.safetensors"
    header = 8 + int.from_bytes(content[:8], "little")
    for _ in range(500):
        changed = bytearray(content)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(header if rng.random() < 0.6 else len(changed))
            changed[at] = rng.randrange(256)
        path.write_bytes(changed)
        _refused_or_finite(path)


@pytest.mark.long
def test_500_mutations_with_the_checksum_recomputed(model, tmp_path):
    rng, path = random.Random(2), tmp_path / "m.safetensors"
    for _ in range(500):
        arrays, info = parts(model)
        name = rng.choice(sorted(arrays))
        raw = bytearray(arrays[name].tobytes())
        for _ in range(rng.randint(1, 3)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        arrays[name] = np.frombuffer(bytes(raw), arrays[name].dtype).reshape(arrays[name].shape)
        if rng.random() < 0.3:
            info[rng.choice(sorted(info))] = rng.choice([None, 1e400, -1, "x", [], {}, [["a"]]])
        path.write_bytes(put_together(arrays, info))
        _refused_or_finite(path)


def _refused_or_finite(path):
    try:
        found = load(path)
    except ModelError:
        return
    assert np.isfinite(found.predict_proba(TEXTS)).all()
    assert found.predict(TEXTS)


def kept(form):
    """Return the kept model of a format, and what it is recorded to say."""
    path = Path(__file__).parent / "data" / f"model-format-{form}.safetensors"
    return load(path), json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("form", [1, 2])
def test_a_kept_file_of_each_format_gives_the_probabilities_that_it_always_gave(form):
    model, recorded = kept(form)
    found = model.predict_proba(recorded["texts"])
    assert np.abs(found - np.array(recorded["probabilities"])).max() < 1e-6


def test_the_kept_file_of_format_2_gives_the_same_aspects_and_verdicts():
    model, recorded = kept(2)
    found = model.predict(recorded["texts"])
    assert [prediction.verdict for prediction in found] == recorded["verdicts"]
    for prediction, aspects in zip(found, recorded["aspects"], strict=True):
        assert list(prediction.aspects.values()) == pytest.approx(aspects, abs=1e-6)
