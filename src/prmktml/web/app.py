"""The application: which route leads where, and what stands before all of them.

What is answered is in :mod:`prmktml.web.api`, limits are in :mod:`prmktml.web.limits`.
"""

from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

import prmktml
from prmktml.web.answers import Headers, refuse, wrong_input
from prmktml.web.api import Api
from prmktml.web.limits import Gate, Limits, RefusedError
from prmktml.web.page import LANGUAGES, Asset, assets, page, preferred
from prmktml.web.schemas import Explanations, Health, Predictions, Problem, TableAnswer

if TYPE_CHECKING:
    from prmktml.model import Model

__all__ = ["create_app"]

UPLOADS: Final = ("/v1/table", "/v1/report")
_REFUSALS: Final = {
    400: "The body is no JSON, or no form.",
    408: "The body did not arrive in time.",
    413: "The body or the file is larger than allowed.",
    422: "The body or the file is not as described.",
    429: "The server has as much to do as it takes on.",
}
_NO_TELEMETRY: Final[dict[str, Any]] = {
    "telemetry": {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
}
"""FastAPI from 0.165 on can report to OpenTelemetry; older versions ignore this."""


def create_app(model: "Model", limits: Limits | None = None) -> FastAPI:
    """Return the application that serves the page and the API over a model.

    Parameters
    ----------
    model : Model
    limits : Limits, optional

    Returns
    -------
    FastAPI
        An ASGI application that keeps nothing of what it is sent.

    Examples
    --------
    >>> import prmktml
    >>> app = create_app(prmktml.load())
    >>> sorted(app.openapi()["paths"])
    ['/healthz', '/v1/explain', '/v1/predict', '/v1/report', '/v1/table']
    """
    limits = limits or Limits()
    model.predict("warm")  # the first message is not slower than the others
    app: FastAPI = FastAPI(
        title="prmktml",
        version=prmktml.__version__,
        summary="Tells public relations from marketing in Arabic and English campaign messages.",
        docs_url=None,
        redoc_url=None,
        **_NO_TELEMETRY,
    )
    app.add_middleware(Gate, limits=limits, is_upload=UPLOADS.__contains__, refuse=refuse)
    app.add_middleware(Headers)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _refused)
    app.add_exception_handler(HTTPException, _refused)
    _add_pages(app, model)
    _add_api(app, Api(model, limits))
    return app


def _refused(request: Request, error: Any) -> Response:
    if isinstance(error, RequestValidationError):
        error = wrong_input(error.errors())
    if isinstance(error, RefusedError):
        return refuse(request.scope, error)
    answer = refuse(request.scope, RefusedError(error.status_code, str(error.detail)))
    answer.headers.update(error.headers or {})
    return answer


def _add_api(app: FastAPI, api: Api) -> None:
    refusals: dict[int | str, dict[str, Any]] = {
        status: {"model": Problem, "description": told} for status, told in _REFUSALS.items()
    }
    unknown: dict[int | str, dict[str, Any]] = {
        415: {"model": Problem, "description": "The file's ending is none of those."}
    }
    html: dict[int | str, dict[str, Any]] = {
        200: {"content": {"text/html": {}}, "description": "The report."}
    }
    csv: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}
    post: dict[str, Any] = {"methods": ["POST"], "tags": ["messages"], "responses": refusals}
    app.add_api_route("/v1/predict", api.predict, response_model=Predictions, **post)
    app.add_api_route("/v1/explain", api.explain, response_model=Explanations, **post)
    post |= {"tags": ["files"], "responses": refusals | unknown | csv}
    app.add_api_route("/v1/table", api.table, response_model=TableAnswer, **post)
    post["responses"] = refusals | unknown | html
    app.add_api_route("/v1/report", api.report, response_class=Response, **post)
    app.add_api_route("/healthz", api.health, response_model=Health, tags=["server"])


def _add_pages(app: FastAPI, model: "Model") -> None:
    """Add the page in each language, and its assets, each made beforehand."""
    made = {lang: page(lang, prmktml.__version__, model.name) for lang in LANGUAGES}

    def show(request: Request) -> Response:
        lang = request.url.path.strip("/")
        if lang not in made:
            lang = preferred(request.headers.get("accept-language", ""))
        return HTMLResponse(
            made[lang], headers={"content-language": lang, "vary": "accept-language"}
        )

    for path in ("/", *(f"/{lang}" for lang in LANGUAGES)):
        app.add_route(path, show, include_in_schema=False)
    for asset in assets().values():
        app.add_route(asset.path, _shower(asset), include_in_schema=False)


def _shower(asset: Asset) -> Any:
    forever = {"cache-control": "public, max-age=31536000, immutable"}

    def show(request: Request) -> Response:
        return Response(asset.body, headers=forever, media_type=asset.kind)

    return show
