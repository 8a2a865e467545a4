"""The command ``serve``: the page and the API on this machine."""

import ipaddress
import socket
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from prmktml.console import Parser, run, say
from prmktml.errors import UsageError
from prmktml.modelfile import load

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["main"]

_EXAMPLES = """\
  prmktml serve                    # then open http://127.0.0.1:8000
  prmktml serve --port 0           # any free port
  prmktml serve --host 0.0.0.0     # for a whole network: read below first

It listens to this machine alone unless --host says otherwise. It has no passwords and no TLS, and
waits without end for the headers of a request: for others than yourself put a reverse proxy in
front, which sees to all three (docs/web.md). Nothing that is sent is kept or logged."""
_OPEN = (
    "whoever can reach this machine can use the page, and what is sent can be read on its way; "
    "there are no passwords and no TLS, so put a reverse proxy in front (docs/web.md)"
)
HEADER_BYTES = 16_384
"""The longest headers of a request."""
_LONGEST_QUEUE = 1024
_GRACE_SECONDS = 5


def _parser() -> Parser:
    parser = Parser("serve", "Serve the web page and the JSON API.", _EXAMPLES)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on; default: this machine alone")
    add("--port", type=_port, default=8000, metavar="N", help="default: 8000; 0 is any free one")
    add("--model", metavar="FILE", help="default: the bundled model")
    return parser


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise ValueError
    return value


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost")
    (True, True, True)
    >>> is_loopback("0.0.0.0"), is_loopback("example.org")
    (False, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address.

    Raises
    ------
    UsageError
        If the address is none of this machine's, or its port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_LONGEST_QUEUE)
    except OSError as error:
        raise UsageError(
            f"cannot listen on port {port} of {host}: {error.strerror or error}; choose another "
            "with --port, or an address of this machine with --host"
        ) from error


def application(path: str | None) -> "FastAPI":
    """Return the application over a model.

    Raises
    ------
    UsageError
        If FastAPI and what it needs is not installed.
    """
    try:
        import jinja2  # noqa: F401
        import python_multipart  # noqa: F401
        import uvicorn  # noqa: F401

        from prmktml.web.app import create_app
    except ImportError as error:
        raise UsageError(
            f'the page needs {error.name}; install it with: pip install "prmktml[web]"'
        ) from error
    return create_app(load(path))


def server(app: "FastAPI") -> Any:
    """Return the uvicorn server: one process, no log of requests, no websockets."""
    import uvicorn

    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=HEADER_BYTES,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return uvicorn.Server(config)


def command(argv: Sequence[str] | None) -> int:
    """Run the command and return its exit code."""
    args = _parser().parse_args(argv)
    app = application(args.model)
    with listening(args.host, args.port) as door:
        host, port = door.getsockname()[:2]
        if not is_loopback(args.host):
            say(f"prmktml: listening on {host}; {_OPEN}")
        say(f"prmktml: open http://{f'[{host}]' if ':' in host else host}:{port}; stop with Ctrl-C")
        try:
            server(app).run(sockets=[door])
        except KeyboardInterrupt:
            say("prmktml: stopped")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``serve`` with these arguments, or those of the process."""
    return run(command, argv)


if __name__ == "__main__":
    sys.exit(main())
