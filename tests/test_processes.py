"""Predictions shared among processes: in order, in bounded memory, and with clear ends."""

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from itertools import chain, count
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from joblib import cpu_count
from threadpoolctl import threadpool_info

from prmktml import modelfile
from prmktml.errors import ModelError, PrmktmlError
from prmktml.processes import load_once, started

ROW = "خصم 30% لحد الخميس"


def in_order(work, items, n_processes):
    with started(n_processes) as pool:
        yield from pool.in_order(work, items)


def slow_first(item: int) -> int:
    time.sleep(0.3 if item == 0 else 0)
    return item * item


def die(item: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_results_come_in_order_and_items_are_taken_as_results_are():
    taken = count()
    results = in_order(slow_first, taken, 2)
    assert [next(results) for _ in range(10)] == [i * i for i in range(10)]
    results.close()
    assert next(taken) <= 10 + 3 * 2


def test_an_error_of_the_items_is_raised_where_it_can_be_caught():
    def items():
        yield from (1, 2)
        raise FileNotFoundError("gone")

    with pytest.raises(FileNotFoundError, match="gone"):
        list(in_order(abs, items(), 2))


def test_an_error_of_the_work_is_raised_too():
    with pytest.raises(ZeroDivisionError):
        list(in_order(partial(divmod, 1), [1, 0], 2))


def number_of_threads(_: int) -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_processes_take_one_thread_each():
    assert set(chain(*in_order(number_of_threads, range(4), 2))) == {1}


def test_all_cores_are_used_if_wanted():
    assert len(set(in_order(process_id, range(50), -1))) <= cpu_count()


def process_id(_: int) -> int:
    time.sleep(0.01)
    return os.getpid()


def test_processes_end_with_the_results():
    results = in_order(process_id, count(), 2)
    processes = {next(results) for _ in range(9)}
    assert os.getpid() not in processes
    results.close()
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_killed_process_ends_in_a_message():
    with pytest.raises(PrmktmlError, match="fewer --jobs"):
        list(in_order(die, [1, 2], 2))


def test_a_model_is_loaded_once_until_its_file_changes(tmp_path, model):
    path = str(tmp_path / "own.safetensors")
    modelfile.save(model, path)
    assert load_once(path) is load_once(path)
    assert load_once(None) is load_once(None)
    first = load_once(path)
    os.utime(path, ns=(1, 1))
    assert load_once(path) is not first
    os.unlink(path)
    with pytest.raises(ModelError, match="is no file"):
        load_once(path)


def large(path, n_rows=40_000) -> bytes:
    data = ("id,text\n" + "".join(f"{i},{ROW} {i}\n" for i in range(n_rows))).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return data


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
@pytest.mark.long
def test_every_format_is_the_same_from_two_processes(tmp_path, run_command, ending):
    large(tmp_path / "posts.csv", 10_000)
    outs = [tmp_path / f"{jobs}.{ending}" for jobs in (1, 2)]
    for jobs, out in enumerate(outs, 1):
        done = run_command("prmktml.predict", "-i", tmp_path / "posts.csv", "-o", out, "-j", jobs)
        assert done == (0, "", "")
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_odd_messages_are_judged_alike_by_any_number_of_processes(tmp_path, run_command, model):
    rng, path = random.Random(5), tmp_path / "posts.jsonl"
    odd = ["", None, "\0", "\ud800", "half an emoji \ud83d", "🔥", "a\u0301\u0327", ROW, "thanks"]
    texts = [rng.choice(odd) and f"{rng.choice(odd)} {rng.choice(odd)}" for _ in range(9_000)]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    judged = []
    for jobs in (1, 2, 3):
        code, printed, said = run_command("prmktml.predict", "-i", path, "-j", jobs)
        assert (code, said) == (0, "")
        judged.append(printed)
    assert judged[0] == judged[1] == judged[2]
    found = [json.loads(line)["prmktml"]["probabilities"] for line in judged[0].splitlines()]
    expected = model.predict_proba(texts)
    assert np.abs(expected - [list(row.values()) for row in found]).max() < 1e-9


@pytest.mark.long
def test_a_file_that_breaks_off_leaves_nothing_half_written(tmp_path, run_command):
    path, out = tmp_path / "posts.csv.gz", tmp_path / "out.csv"
    large(path)
    path.write_bytes(path.read_bytes()[:-5000])
    args = ("-i", path, "-o", out, "-j", "2", "--encoding", "utf-8")
    code, printed, said = run_command("prmktml.predict", *args)
    assert (code, printed) == (3, "")
    assert "is damaged" in said
    assert "Traceback" not in said
    assert os.listdir(tmp_path) == ["posts.csv.gz"]


@pytest.mark.parametrize("jobs", ["0", "-2", "two"])
def test_a_number_of_processes_that_is_none_is_refused(run_command, jobs):
    code, _, said = run_command("prmktml.predict", "-j", jobs, "x")
    assert code == 2
    assert "--jobs" in said


def of_a_killed_caller(folder) -> None:
    for process in in_order(process_id, count(), 2):
        (folder / str(process)).touch()


def is_running(process: int) -> bool:
    """One that waits to be asked for its exit code no longer runs."""
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().split()[2] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
def test_no_process_outlives_a_killed_caller(tmp_path):
    caller = get_context("fork").Process(target=of_a_killed_caller, args=(tmp_path,))
    caller.start()
    while len(found := os.listdir(tmp_path)) < 2:
        time.sleep(0.01)
    caller.kill()
    caller.join()
    until = time.monotonic() + 20
    while any(map(is_running, map(int, found))):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_an_interrupt_ends_all_processes_quietly(tmp_path):
    path, out = tmp_path / "posts.csv", tmp_path / "out.csv"
    large(path, 400_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "prmktml.predict", "-i", path, "-o", out, "-j", "2"],
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while len(os.listdir(tmp_path)) < 2:
        time.sleep(0.05)
    time.sleep(1.5)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.decode() == "prmktml: interrupted; nothing half-written was left\n"
    assert os.listdir(tmp_path) == ["posts.csv"]
