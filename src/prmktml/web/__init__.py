"""The web page and its JSON API, one application over one model.

Nothing that is sent is kept, logged or passed on, and no page asks another host for anything.
Starting a server is left to the command :mod:`prmktml.serve`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prmktml.web.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """Bring in FastAPI only when an application is wanted."""
    if name != "create_app":
        raise AttributeError(f"module 'prmktml.web' has no attribute {name!r}")
    from prmktml.web.app import create_app

    return create_app
