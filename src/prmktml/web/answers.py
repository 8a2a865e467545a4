"""What goes back: JSON, refusals in JSON or as a page, and the headers that all answers carry.

Answers are written as :mod:`prmktml.tables` writes jsonl: a lone surrogate is JSON's escape. A
refusal never repeats what was sent beyond a short quotation.
"""

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, Response

from prmktml.web.limits import RefusedError
from prmktml.web.page import preferred, problem_page

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Headers", "as_json", "refuse", "report_policy", "wrong_input"]

CONTENT_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_STYLE: Final = re.compile("<style>(.*?)</style>", re.DOTALL)
_HEADERS: Final = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
_TOLD: Final = 10


class Headers:
    """Gives each answer the headers that protect it, unless it has its own."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one request."""

        async def send_on(message: "Message") -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_on)


def as_json(content: Any, status: int = 200) -> Response:
    """Return content as JSON.

    Examples
    --------
    >>> as_json({"text": "خصم"}).body.decode()
    '{"text":"خصم"}'
    """
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    body = text.encode("utf-8", "backslashreplace")
    return Response(body, status, media_type="application/json")


def report_policy(page: str) -> str:
    """Return the policy of a report, which is one file with its style sheet in it.

    In a sandbox no script runs, whatever is in the page, and it belongs to no origin; of styles the
    sheet alone is allowed, by its digest. So the report may open beside the page that made it.

    Examples
    --------
    >>> report_policy("<style></style>").split("; ")[:2]
    ['sandbox', "default-src 'none'"]
    """
    sheets = (hashlib.sha256(sheet.encode()).digest() for sheet in _STYLE.findall(page))
    digests = " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in sheets)
    return (
        f"sandbox; default-src 'none'; style-src {digests}; img-src data:; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


def refuse(scope: "Scope", refusal: RefusedError) -> Response:
    """Return the answer of a refusal: a page to a person's browser, else JSON."""
    asked = dict(scope["headers"])
    if b"text/html" in asked.get(b"accept", b""):
        lang = preferred(asked.get(b"accept-language", b"").decode("latin-1"))
        page = problem_page(lang, refusal.status, refusal.message)
        answer: Response = HTMLResponse(page, refusal.status, {"content-language": lang})
    else:
        answer = as_json({"detail": refusal.message}, refusal.status)
    if refusal.status == 429:
        answer.headers["retry-after"] = "5"
    if refusal.close:
        answer.headers["connection"] = "close"
    return answer


def wrong_input(problems: Sequence[Any]) -> RefusedError:
    """Return the refusal of a body that is not as described, its problems in one message.

    Examples
    --------
    >>> problem = {"type": "missing", "loc": ("body", "texts"), "msg": "Field required"}
    >>> print(wrong_input([problem]))
    texts: Field required; /openapi.json describes what is allowed
    """
    told = []
    for problem in problems[:_TOLD]:
        place = ".".join(map(str, problem["loc"][1:]))[: _TOLD * 10]
        told.append(f"{place}: {problem['msg']}" if place else problem["msg"])
    more = len(problems) - _TOLD
    if more > 0:
        told.append(f"{more:,} more")
    not_json = any(problem["type"] == "json_invalid" for problem in problems)
    message = f"{'; '.join(told)}; /openapi.json describes what is allowed"
    return RefusedError(400 if not_json else 422, message.encode("utf-8", "replace").decode())
