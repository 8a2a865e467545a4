"""How much one request, and all of them together, may take: bytes, seconds, threads.

Every limit that is met ends in :class:`RefusedError`, an answer of the 400s that names the limit.
What a refusal looks like is left to :mod:`prmktml.web.answers`.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["LONGEST_TEXT", "Gate", "Lane", "Limits", "RefusedError"]

_T = TypeVar("_T")
LONGEST_TEXT: Final = 100_000
"""Characters of one message: to judge it takes about half a kilobyte of memory for each."""
_DRAINED: Final = 8
"""A body over its limit is read on, and forgotten, up to so many times the limit: a client that
writes before it listens then hears the answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server takes on.

    Attributes
    ----------
    json_bytes, file_bytes : int
        The longest body of a request in JSON, and of one that uploads a file.
    held_bytes : int
        All bodies together that are in memory at one time.
    requests : int
        Requests read and not yet answered.
    read_seconds : float
        From the end of a request's headers to the end of its body.
    wait_seconds : float
        The longest wait for a thread.
    work_seconds : float
        The longest work on a file.
    rows, report_rows, columns, characters : int
        Of a file; characters are those of all its cells.
    unpacked_bytes : int
        What a workbook may unpack to.
    """

    json_bytes: int = 1_000_000
    file_bytes: int = 5_000_000
    held_bytes: int = 64_000_000
    requests: int = 256
    read_seconds: float = 10.0
    wait_seconds: float = 10.0
    work_seconds: float = 30
    rows: int = 20_000
    report_rows: int = 5_000
    columns: int = 100
    characters: int = 20_000_000
    unpacked_bytes: int = 60_000_000


class RefusedError(Exception):
    """A request that is not served.

    Attributes
    ----------
    status : int
        An HTTP status from 400 to 499.
    message : str
        What was found, what is allowed, what to do.
    close : bool
        Whether the connection is closed, as after a body that was not read to its end.
    """

    def __init__(self, status: int, message: str, *, close: bool = False) -> None:
        super().__init__(message)
        self.status, self.message, self.close = status, message, close


class Gate:
    """Reads the body of a request before the application sees it, within all limits.

    Parameters
    ----------
    app : ASGI application
    limits : Limits
    is_upload : function
        Tells of a path whether its body may be a file.
    refuse : function
        Makes the ASGI response of a refusal.
    """

    def __init__(
        self,
        app: "ASGIApp",
        limits: Limits,
        is_upload: Callable[[str], bool],
        refuse: "Callable[[Scope, RefusedError], ASGIApp]",
    ) -> None:
        self.app, self.limits = app, limits
        self.is_upload, self.refuse = is_upload, refuse
        self.held = self.n_requests = 0

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        body = bytearray()
        admitted = False
        try:
            if not await self._read(scope, receive, body):
                return
            self._admit()
            admitted = True
            await self.app(scope, _once(bytes(body)), send)
        except RefusedError as refusal:
            await self.refuse(scope, refusal)(scope, receive, send)
        finally:
            self.held -= len(body)
            self.n_requests -= admitted

    def _admit(self) -> None:
        if self.n_requests >= self.limits.requests:
            raise _busy(f"{self.limits.requests} requests are being served, as many as allowed")
        self.n_requests += 1

    async def _read(self, scope: "Scope", receive: "Receive", body: bytearray) -> bool:
        """Read the whole body; tell whether the client is still there."""
        allowed = self.limits.json_bytes
        if self.is_upload(scope["path"]):
            allowed = self.limits.file_bytes
        try:
            async with asyncio.timeout(self.limits.read_seconds):
                return await self._read_up_to(allowed, receive, body)
        except TimeoutError:
            raise RefusedError(
                408,
                f"the body did not arrive within {self.limits.read_seconds:g} seconds, the time "
                "allowed; send less, or over a faster line",
                close=True,
            ) from None

    async def _read_up_to(self, allowed: int, receive: "Receive", body: bytearray) -> bool:
        found, going = 0, True
        while going:
            message = await receive()
            if message["type"] == "http.disconnect":
                return False
            part, going = message.get("body", b""), message.get("more_body", False)
            found += len(part)
            if found <= allowed:
                self._hold(part, body)
            elif found > _DRAINED * allowed:
                break
        if found > allowed:
            raise RefusedError(
                413,
                f"the body has more than {allowed:,} bytes, as many as allowed; cut it into parts",
                close=going,
            )
        return True

    def _hold(self, part: bytes, body: bytearray) -> None:
        if self.held + len(part) > self.limits.held_bytes:
            full = f"bodies of {self.limits.held_bytes:,} bytes are held, as many as allowed"
            raise _busy(full, close=True)
        self.held += len(part)
        body += part


def _busy(found: str, *, close: bool = False) -> RefusedError:
    return RefusedError(429, f"{found}; try again in a few seconds", close=close)


def _once(body: bytes) -> "Receive":
    """Return what hands a body over that was read before, and then waits for the answer."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> "Message":
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


class Lane:
    """Threads for one kind of work, each call waiting its turn in order.

    Parameters
    ----------
    n_threads : int
    wait_seconds : float
        Who waits longer is refused.
    """

    def __init__(self, n_threads: int, wait_seconds: float) -> None:
        self.wait_seconds = wait_seconds
        self.turns = asyncio.Semaphore(n_threads)
        self.threads = ThreadPoolExecutor(n_threads)

    async def run(self, work: Callable[..., _T], *args: Any) -> _T:
        """Do the work in a thread.

        Raises
        ------
        RefusedError
            If no thread was free in time.
        """
        try:
            async with asyncio.timeout(self.wait_seconds):
                await self.turns.acquire()
        except TimeoutError:
            raise _busy(
                f"no thread was free within {self.wait_seconds:g} seconds, the time allowed"
            ) from None
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, work, *args)
        finally:
            self.turns.release()
