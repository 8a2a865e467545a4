"""Predictions shared among the processes of one machine, in order and in bounded memory.

The other processes judge rows and lay out lines; reading and writing stay with the calling one.
Many machines are the business of :mod:`prmktml.distributed`.
"""

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from itertools import islice
from threading import Lock, Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from prmktml.errors import PrmktmlError
from prmktml.model import Model
from prmktml.modelfile import load
from prmktml.records import Batch, Layout, Part, part_of

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

__all__ = ["Pool", "load_once", "parts_of", "started"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_BATCHES: Final = 4
"""Batches that go to a process at once."""
_AHEAD: Final = 3
"""Items under way for each process; more would only take memory."""
_ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)
"""Processes that share the cores must not share them once more among threads."""


class Pool(NamedTuple):
    """Processes of this machine, made by :func:`started`."""

    executor: "Executor"
    n_processes: int

    def in_order(
        self, work: Callable[[_Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        """Yield the results of all items, in their order.

        Items are taken, and results handed on, by the calling thread, so that errors of a reader
        and the pace of a writer are felt at once; joblib's own ``Parallel`` takes items in another
        thread and piles up results.

        Parameters
        ----------
        work : callable
            Found again by its name in the processes, or a ``functools.partial`` of such.
        items : iterable

        Raises
        ------
        PrmktmlError
            If a process ends before its work.

        Examples
        --------
        >>> with started(1) as pool:
        ...     list(pool.in_order(abs, [-2, -1, 0]))
        [2, 1, 0]
        """
        from joblib.externals.loky.process_executor import BrokenProcessPool

        under_way: deque[Future[_Result]] = deque()
        try:
            for item in items:
                under_way.append(self.executor.submit(work, item))
                if len(under_way) == _AHEAD * self.n_processes:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        except BrokenProcessPool as error:
            raise PrmktmlError(
                "a process was ended before its work was done, perhaps for want of memory; "
                "start again with fewer --jobs"
            ) from error
        finally:
            _handed_on(under_way)


@contextmanager
def started(n_processes: int, first: Callable[[], object] = int) -> Iterator[Pool]:
    """Start processes, which end with the ``with`` block.

    They take a second to be ready, in which the caller can open its files.

    Parameters
    ----------
    n_processes : int
        -1 takes one for each core.
    first : callable
        What each does first; an error of it is not raised here.
    """
    from joblib import effective_n_jobs
    from joblib.externals.loky import ProcessPoolExecutor

    n_processes = effective_n_jobs(n_processes)
    executor = ProcessPoolExecutor(
        n_processes, initializer=_begin, initargs=(os.getpid(),), env=_ONE_THREAD
    )
    under_way: deque[Future[object]] = deque()
    try:
        with _uninterrupted():
            under_way.extend(executor.submit(first) for _ in range(n_processes))
        yield Pool(executor, n_processes)
    finally:
        _handed_on(under_way)
        executor.shutdown(kill_workers=True)


def parts_of(
    pool: Pool, model: str | None, batches: Iterator[Batch], layout: Layout
) -> Iterator[Part]:
    """Judge batches in other processes, and yield the parts of the output in order.

    Parameters
    ----------
    pool : Pool
    model : str or None
        Path of a model file, or None for the bundled one; each process loads it once.
    batches : iterator of Batch
    layout : Layout
    """
    groups = iter(lambda: list(islice(batches, _BATCHES)), [])
    for parts in pool.in_order(partial(_judge_group, model, layout), groups):
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


def _begin(caller: int) -> None:
    """Make a process leave interrupts to its caller, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where nothing is inherited, as on Windows
    Thread(target=_end_with, args=(caller,), daemon=True).start()


def _end_with(caller: int) -> None:
    """End this process once its caller, who was killed, is its parent no more."""
    while os.getppid() == caller:
        time.sleep(1)
    os._exit(1)


def _handed_on(under_way: "deque[Future[_Result]]") -> None:
    """Wait, a second at most, until the pool's thread has put all items where processes take them.

    It stops with a traceback where a shutdown overtakes it.
    """
    until = time.monotonic() + 1
    while under_way and not (under_way[-1].running() or under_way[-1].done()):
        if time.monotonic() > until:
            return
        time.sleep(0.001)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ignore interrupts while processes start, which inherit that: they are the caller's alone."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
