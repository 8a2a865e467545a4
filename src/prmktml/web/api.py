"""What the API answers: the library's own records, made in threads.

Two lanes keep files, which take seconds, from holding up messages, which take milliseconds.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import File, Form, UploadFile
from starlette.responses import HTMLResponse, Response

from prmktml.web.answers import as_json, report_policy
from prmktml.web.files import Columns, labelled_csv, report_page, table_answer
from prmktml.web.limits import Lane, Limits
from prmktml.web.schemas import ExplainRequest, PredictRequest
from prmktml.web.uploads import Upload

if TYPE_CHECKING:
    from prmktml.model import Model

__all__ = ["Api"]

TableFile = Annotated[UploadFile, File(description="csv, tsv or xlsx, with a row of column names")]
Column = Annotated[str | None, Form(max_length=200)]


class Api:
    """The routes under ``/v1``, over one model.

    Parameters
    ----------
    model : Model
    limits : Limits
    """

    def __init__(self, model: "Model", limits: Limits) -> None:
        self.model, self.limits = model, limits
        self.messages = Lane(2, limits.wait_seconds)
        self.files = Lane(1, limits.wait_seconds)

    async def predict(self, asked: PredictRequest) -> Response:
        """Judge messages: label, confidence, verdict, reasons, aspects of each."""
        return await self.messages.run(self._predict, asked)

    def _predict(self, asked: PredictRequest) -> Response:
        found = self.model.predict(asked.texts, asked.min_confidence)
        return as_json({"predictions": [prediction.to_dict() for prediction in found]})

    async def explain(self, asked: ExplainRequest) -> Response:
        """Judge messages and tell what each word adds and what removal would flip the label."""
        return await self.messages.run(self._explain, asked)

    def _explain(self, asked: ExplainRequest) -> Response:
        found = self.model.predict(asked.texts, asked.min_confidence)
        records = [
            prediction.to_dict() | self.model.explain(text).to_dict(asked.lang)
            for text, prediction in zip(asked.texts, found, strict=True)
        ]
        return as_json({"predictions": records})

    async def table(
        self,
        file: TableFile,
        text_column: Column = None,
        format: Annotated[Literal["json", "csv"], Form()] = "json",
    ) -> Response:
        """Judge a file: counts and its first rows in JSON, or all of it as csv.

        The csv is the input's columns and the prediction's, safe to open in a spreadsheet.
        """
        upload = Upload(file.filename or "", file.file, text_column or None)
        if format == "json":
            return as_json(await self.files.run(table_answer, self.model, upload, self.limits))
        body = await self.files.run(labelled_csv, self.model, upload, self.limits)
        named = {"content-disposition": 'attachment; filename="labelled.csv"'}
        return Response(body, headers=named, media_type="text/csv")

    async def report(
        self,
        file: TableFile,
        lang: Annotated[Literal["ar", "en"], Form()] = "en",
        text_column: Column = None,
        date_column: Column = None,
        group_column: Column = None,
        channel_column: Column = None,
        crisis_column: Column = None,
    ) -> Response:
        """Judge a campaign calendar as a whole and answer with its report, a page of HTML."""
        upload = Upload(file.filename or "", file.file, text_column or None)
        named = (date_column, group_column, channel_column, crisis_column)
        columns = Columns(*(name or None for name in named))
        page = await self.files.run(report_page, self.model, upload, columns, lang, self.limits)
        headers = {"content-security-policy": report_policy(page), "content-language": lang}
        return HTMLResponse(page, headers=headers)

    async def health(self) -> dict[str, Any]:
        """Tell that the server answers, and which model it holds."""
        return {"status": "ok", "model": self.model.name}
