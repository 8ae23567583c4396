"""The answers of one operation: instances of its documented responses, or spoilt on purpose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.reference.example import Examples
from conformance.reference.headers import headers_of, in_header
from conformance.reference.http import Response
from conformance.reference.sabotage import Sabotage, reaches, spoil
from conformance.reference.schema import Checker, Path
from conformance.reference.statuses import NO_BODY, refusal_status, success_status

if TYPE_CHECKING:
    from conformance.contract.model import Content, DocumentedResponse, Json, Operation

PARAM_LIMIT = 5000
_JSON = ("content-type", "application/json")


@dataclass
class Refusal(Exception):  # noqa: N818  (a refusal is an answer, not an error of ours)
    """Why a request is refused; `param` and `code` are empty where there is none to name."""

    message: str
    param: str = ""
    code: str = ""
    status: int = 400


def stripe_like(refusal: Refusal, kind: str = "invalid_request_error") -> dict[str, Json]:
    """Return the error body of the first contract's family: `{"error": {"type": …}}`."""
    error = {"type": kind, "message": refusal.message}
    if refusal.param:
        error["param"] = refusal.param[:PARAM_LIMIT]
    if refusal.code:
        error["code"] = refusal.code
    return {"error": error}


class Answers:
    """Makes the responses of `operation`; each of them is spoilt where `sabotage` says so."""

    def __init__(self, operation: Operation, sabotage: Sabotage | None) -> None:
        self._operation = operation
        self._sabotage = sabotage
        self._examples = {
            response.status: Examples(Checker(response.contents[0].schema))
            for response in operation.responses
            if response.contents
        }
        self._made: dict[str, Json] = {}
        self._spoilt_body: list[Json] = []
        self._success_status = success_status(operation)
        self._refusal_status = refusal_status(operation)

    def success(self) -> Response:
        """Return an instance of the documented success."""
        return self._respond(self._success_status, None)

    def refusal(self, refusal: Refusal) -> Response:
        """Return an instance of the documented error that says `refusal` where it can."""
        status = self._refusal_status if refusal.status == 400 else refusal.status  # noqa: PLR2004
        return self._respond(status, refusal)

    def _respond(self, status: int, refusal: Refusal | None) -> Response:
        documented = self._operation.response_for(status)
        sabotage = self._sabotage
        if sabotage is not None and documented and sabotage.status != documented.status:
            sabotage = None
        headers = headers_of(documented, sabotage) if documented else ()
        if status in NO_BODY:
            return Response(status, b"", headers)
        content = documented.contents[0] if documented and documented.contents else None
        if documented is None or content is None:
            body: Json = stripe_like(refusal) if refusal else {}
            return Response(status, json.dumps(body).encode(), (_JSON, *headers))
        plain = self._documented(status, documented, content, refusal)
        return Response(status, plain.body, (*plain.headers, *headers))

    def _documented(
        self, status: int, documented: DocumentedResponse, content: Content, refusal: Refusal | None
    ) -> Response:
        examples, sabotage = self._examples[documented.status], self._sabotage
        here = sabotage is not None and sabotage.status == documented.status
        spoils = here and sabotage is not None and not in_header(sabotage)
        wanted = sabotage.path if sabotage is not None and spoils else ()
        media_type = content.media_type
        body = self._example(documented.status, content, wanted)
        if refusal is not None:
            told = _told(examples.checker, content.schema, refusal, body)
            body = told if reaches(told, wanted) else body
        if sabotage is not None and spoils:
            body = self._spoilt(sabotage, examples, content, body, kept=refusal is None)
            if sabotage.keyword == "media-type":
                media_type = "text/plain"
        text = json.dumps(body)
        if isinstance(body, str) and "json" not in content.media_type:
            text = body
        return Response(status, text.encode(), (("content-type", media_type),))

    def _spoilt(
        self, sabotage: Sabotage, examples: Examples, content: Content, body: Json, *, kept: bool
    ) -> Json:
        """Return `body` spoilt; that takes its time, so what may be is `kept`."""
        kept = kept and not examples.timely
        if kept and self._spoilt_body:
            return self._spoilt_body[0]
        found = spoil(sabotage, examples.checker, content.schema, body)
        if kept:
            self._spoilt_body.append(found)
        return found

    def _example(self, status: str, content: Content, wanted: Path) -> Json:
        """Return an instance; made once, where it need not be another one in every answer."""
        if status in self._made:
            return self._made[status]
        examples = self._examples[status]
        body = examples.make(content.schema, wanted)
        if not examples.timely:
            self._made[status] = body
        return body


def _told(checker: Checker, schema: Json, refusal: Refusal, example: Json) -> Json:
    """Return the first usual shape of an error that `schema` allows, `example` if none."""
    whole = stripe_like(refusal)
    if isinstance(example, dict) and isinstance(example.get("error"), dict):
        # What the example has besides was asked for, by the schema or by a sabotage.
        whole = {**example, "error": {**example["error"], **whole["error"]}}
    flat = {"message": refusal.message, "code": refusal.code or "invalid_request"}
    shapes: tuple[Json, ...] = (whole, stripe_like(refusal), {"error": refusal.message}, flat)
    for shape in shapes:
        if checker.valid(schema, shape):
            return shape
    if isinstance(example, dict):
        known = {name: text for name, text in flat.items() if name in example}
        if checker.valid(schema, {**example, **known}):
            return {**example, **known}
    return example
