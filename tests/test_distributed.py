"""Dask DataFrames: the csv output's columns, on any cluster, also when a machine dies."""

import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest

import prmktml
from prmktml import distributed
from prmktml.errors import ModelError, UsageError
from prmktml.records import CSV_COLUMNS, cell_columns

OFFER, THANKS = "خصم 30% لحد الخميس", "Thank you to every nurse who stayed"
HERE = {"scheduler": "synchronous"}


def frame_of(texts, **columns) -> pd.DataFrame:
    return pd.DataFrame({"text": pd.Series(texts, dtype="object"), **columns})


def as_cells(frame: pd.DataFrame) -> list[list[str]]:
    """The added columns as csv has them."""
    columns = []
    for name in CSV_COLUMNS:
        values = frame[name].tolist()
        if frame[name].dtype == "float64":
            values = ["" if value != value else f"{value:.6f}" for value in values]
        columns.append(["" if value != value else str(value) for value in values])
    return columns


def test_the_columns_are_those_of_the_csv_output(model):
    texts = [OFFER, None, THANKS, "", float("nan"), "😀", pd.NA, "ok"]
    frame = frame_of(texts, n=range(8)).set_index(pd.Index(list("hgfedcba"), name="key"))
    found = distributed.predict(dd.from_pandas(frame, npartitions=3, sort=False)).compute(**HERE)
    known = [text if isinstance(text, str) else "" for text in texts]
    assert list(found.columns) == ["text", "n", *CSV_COLUMNS]
    assert found.index.tolist() == list("hgfedcba")
    assert found["n"].tolist() == list(range(8))
    assert as_cells(found) == cell_columns(model.decide(known))
    assert found["prmktml_reasons"].tolist()[1] == "no_text"
    assert [found["prmktml_label"].iloc[i] for i in (0, 2)] == ["marketing", "pr"]


def test_the_types_are_told_before_anything_is_computed():
    ddf = dd.from_pandas(frame_of([OFFER, None] * 5), npartitions=4)
    judged = distributed.predict(ddf)
    found = judged.compute(**HERE)
    assert judged.dtypes.to_dict() == found.dtypes.to_dict()
    assert found["prmktml_label"].cat.categories.tolist() == ["pr", "marketing", "other"]
    assert found["prmktml_p_pr"].dtype == np.float64
    empty = judged.get_partition(0)[["text"]].loc[judged["text"].isna() & ~judged["text"].isna()]
    assert distributed.predict(empty).compute(**HERE).dtypes.to_dict() == found.dtypes.to_dict()


@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame")  # Dask's own
def test_parquet_in_and_out_keeps_the_rows(tmp_path):
    ddf = dd.from_pandas(frame_of([OFFER, THANKS, None] * 20, n=range(60)), npartitions=3)
    ddf.to_parquet(tmp_path / "in", compute_kwargs=HERE)
    judged = distributed.predict(dd.read_parquet(tmp_path / "in"), min_confidence=0.99)
    judged.to_parquet(tmp_path / "out", compute_kwargs=HERE)
    found = pd.read_parquet(tmp_path / "out")
    assert found["n"].tolist() == list(range(60))
    assert found["prmktml_label"].isna().tolist() == [False, False, True] * 20


def test_a_model_travels_as_a_path_or_itself(tmp_path, model, monkeypatch):
    path = tmp_path / "own.safetensors"
    prmktml.modelfile.save(model, path)
    ddf = dd.from_pandas(frame_of([OFFER, THANKS]), npartitions=2)
    plain, itself = distributed.predict(ddf), distributed.predict(ddf, model=model)
    monkeypatch.chdir(tmp_path)
    named = distributed.predict(ddf, model="own.safetensors")
    monkeypatch.chdir("/")
    cells = as_cells(plain.compute(**HERE))
    assert as_cells(itself.compute(**HERE)) == cells
    assert as_cells(named.compute(**HERE)) == cells
    path.write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"own\.safetensors is no usable"):
        named.compute(**HERE)


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"a": ["x"], "b": ["y"]}, {}, "no column 'text'"),
        ({"text": ["x"], "b": ["y"]}, {"text_column": "c"}, "no column 'c'"),
        ({"text": [1.5]}, {}, "column 'text': its type is float64"),
        ({"text": ["x"], "prmktml_label": ["pr"]}, {}, "'prmktml_label' already"),
        ({"text": ["x"]}, {"min_confidence": 3}, "found 3; allowed is 0.5 to 1"),
    ],
)
def test_what_cannot_be_judged_is_refused_at_once(columns, options, message):
    ddf = dd.from_pandas(pd.DataFrame(columns), npartitions=1)
    with pytest.raises(UsageError, match=message):
        distributed.predict(ddf, **options)


def test_without_dask_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "dask.delayed", None)
    with pytest.raises(UsageError, match=r'pip install "prmktml\[dask\]"'):
        distributed.predict(None)


@contextmanager
def two_workers():
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs="CRITICAL",
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame")  # Dask's own
def test_the_script_of_the_documents_runs_a_folder(tmp_path):
    page = (Path(__file__).parents[1] / "docs" / "scale.md").read_text(encoding="utf-8")
    script = page.split("```python\n")[1].split("```")[0]
    assert len(script.splitlines()) <= 6
    (tmp_path / "posts").mkdir()
    for i in range(4):
        frame = frame_of([f"{OFFER} {i}", None], n=[2 * i, 2 * i + 1])
        frame.to_parquet(tmp_path / "posts" / f"{i}.parquet", index=False)
    with two_workers() as client:
        script = script.replace("tcp://scheduler:8786", client.scheduler.address)
        script = script.replace("/shared", tmp_path.as_posix())
        names: dict = {}
        exec(script, names)
        names["client"].close()
    found = pd.read_parquet(tmp_path / "labelled")
    assert found["n"].tolist() == list(range(8))
    assert found["prmktml_label"].isna().tolist() == [False, True] * 4


def n_loads() -> int:
    from prmktml import processes

    return processes._loaded.cache_info().misses


@pytest.mark.long
def test_a_killed_worker_loses_no_row():
    n_rows, n_partitions = 60_000, 30
    texts = [None if i % 7 == 0 else f"{OFFER if i % 2 else THANKS} {i}" for i in range(n_rows)]
    ddf = dd.from_pandas(frame_of(texts, n=range(n_rows)), npartitions=n_partitions)
    with two_workers() as client:
        pids = client.run(os.getpid)
        judged = client.persist(distributed.predict(ddf))
        parts = client.futures_of(judged)
        while not any(part.done() for part in parts):
            time.sleep(0.01)
        assert not all(part.done() for part in parts)
        os.kill(min(pids.values()), signal.SIGKILL)
        found = judged.compute()
        assert set(client.run(os.getpid).values()) != set(pids.values())
        assert set(client.run(n_loads).values()) <= {0, 1}
    assert found["n"].tolist() == list(range(n_rows))
    assert found["text"].isna().tolist() == [text is None for text in texts]
    assert found["prmktml_label"].isna().tolist() == [text is None for text in texts]
    reasons = ["no_text" if text is None else "" for text in texts]
    assert [r if r == "no_text" else "" for r in found["prmktml_reasons"]] == reasons
