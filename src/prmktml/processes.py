"""Predictions shared among the processes of one machine, in order and in bounded memory.

The other processes judge rows and lay out lines; reading and writing stay with the calling one.
Many machines are the business of :mod:`prmktml.distributed`.
"""

import gc
import os
import signal
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from itertools import islice
from queue import SimpleQueue
from threading import Lock, current_thread, main_thread
from traceback import format_exc
from typing import TYPE_CHECKING, Any, Final, TypeVar

from prmktml.errors import PrmktmlError
from prmktml.model import Model
from prmktml.modelfile import load
from prmktml.records import Batch, Layout, Part, part_of

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.connection import Connection

__all__ = ["in_order", "load_once", "parts_of"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_BATCHES: Final = 2
"""Batches that go to a process at once."""
_AHEAD: Final = 3
"""Items under way for each process; more would only take memory."""


def parts_of(
    model: str | None, batches: Iterator[Batch], layout: Layout, n_processes: int
) -> Iterator[Part]:
    """Judge batches in other processes, and yield the parts of the output in order.

    Parameters
    ----------
    model : str or None
        Path of a model file, or None for the bundled one. Processes take it over from this one
        where the system can, else each loads it once.
    batches : iterator of Batch
    layout : Layout
    n_processes : int
        -1 takes a process for each core.
    """
    load_once(model)
    groups = iter(lambda: list(islice(batches, _BATCHES)), [])
    for parts in in_order(partial(_judge_group, model, layout), groups, n_processes):
        yield from parts


def load_once(path: str | None) -> Model:
    """Load a model, or return it if this process has it; a file that has changed is read anew.

    Raises
    ------
    ModelError
        If there is no usable model.
    """
    stamp = None
    if path is not None:
        with suppress(OSError):  # the loader says what is wrong
            found = os.stat(path)
            stamp = found.st_mtime_ns, found.st_size
    with _loading:
        return _loaded(path, stamp)


_loading: Final = Lock()
"""Threads of one worker want the model at the same moment."""


@lru_cache(maxsize=2)
def _loaded(path: str | None, stamp: object) -> Model:
    return load(path)


def _judge_group(model: str | None, layout: Layout, batches: list[Batch]) -> list[Part]:
    loaded = load_once(model)
    return [part_of(loaded, batch, layout) for batch in batches]


def in_order(
    work: Callable[[_Item], _Result], items: Iterable[_Item], n_processes: int
) -> Iterator[_Result]:
    """Yield the results of all items, in their order.

    Items are taken, and results handed on, by the calling thread, so that errors of a reader and
    the pace of a writer are felt at once. Each process has a pipe, and a thread here that sends an
    item and waits for its result; whichever is free takes the next one.

    Parameters
    ----------
    work : callable
        Found again by its name in the other processes, or a ``functools.partial`` of such.
    items : iterable
    n_processes : int
        -1 takes a process for each core.

    Raises
    ------
    PrmktmlError
        If a process ends before its work.

    Examples
    --------
    >>> list(in_order(abs, [-2, -1, 0], 1))
    [2, 1, 0]
    """
    from concurrent.futures import ThreadPoolExecutor

    if n_processes == -1:
        from joblib import cpu_count

        n_processes = cpu_count()
    under_way: deque[Future[_Result]] = deque()
    with ThreadPoolExecutor(n_processes) as threads, _started(work, n_processes) as pipes:
        for item in items:
            under_way.append(threads.submit(_answer, pipes, item))
            if len(under_way) == _AHEAD * n_processes:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def _answer(pipes: "SimpleQueue[Connection]", item: Any) -> Any:
    """Have an item done by a process that is free."""
    pipe = pipes.get()
    try:
        pipe.send(item)
        result, error = pipe.recv()
    except (EOFError, OSError) as gone:
        raise PrmktmlError(
            "a process was ended before its work was done, perhaps for want of memory; "
            "start again with fewer --jobs"
        ) from gone
    finally:
        pipes.put(pipe)
    if error:
        raise error
    return result


@contextmanager
def _started(work: Callable[[Any], Any], n_processes: int) -> Iterator["SimpleQueue[Connection]"]:
    """Start processes and give a pipe to each; in the end they are killed, whatever they do.

    On Linux they are forks, which have all modules and the model at once; elsewhere libraries of
    the system do not stand that.
    """
    from multiprocessing import get_context

    context: Any = get_context("fork" if sys.platform == "linux" else "spawn")
    pipes: SimpleQueue[Connection] = SimpleQueue()
    processes = []
    try:
        with _uninterrupted():
            for _ in range(n_processes):
                here, there = context.Pipe()
                process = context.Process(target=_serve, args=(work, there, here), daemon=True)
                process.start()
                there.close()  # the process alone holds it, so that its end is felt here
                pipes.put(here)
                processes.append(process)
        yield pipes
    finally:
        for process in processes:
            process.kill()
            process.join()


def _serve(work: Callable[[Any], Any], pipe: "Connection", other_end: "Connection") -> None:
    """Do the items that come through a pipe, until the caller is no more."""
    from threadpoolctl import threadpool_limits

    other_end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where nothing is inherited, as on Windows
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threadpool_limits(1)  # processes share the cores; threads would share them once more
    gc.freeze()  # what a fork took over is no garbage, and is shared as long as nobody looks
    with suppress(EOFError, OSError):
        while True:
            pipe.send(_done(work, pipe.recv()))


def _done(work: Callable[[Any], Any], item: Any) -> tuple[Any, Exception | None]:
    try:
        return work(item), None
    except Exception as error:
        error.add_note(format_exc())
        return None, error


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ignore interrupts while processes start, which inherit that: they are the caller's alone.

    Nor is it said that a fork has but one thread: those of NumPy stop and start by themselves.
    """
    main = current_thread() is main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if main else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        if main:
            signal.signal(signal.SIGINT, before)
