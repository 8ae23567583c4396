r"""A generated HTML page of one operation → an OpenAPI 3.0 document.

The page as its generator writes it (later generations spell `request-summary` for
`requestSummary`, and leave out what is empty)::

    title                    the summary, empty where there is none
    h1.requestSummary        the summary, else the operationId
    p.requestDescription     HTML as the author wrote it
    span.requestLine, span.httpTarget                      POST, \v1\things{?page*}
    span.headerLine, span.headerValue                      content-type, application/json
    span.parameterName, .parameterLocation, .parameterType, .parameterDescription,
        .parameterRequired                                 once each for every parameter
    pre.schema               the request body's schema: JSON, its references inlined
    span.statusLine, span.statusDescription                200, Successful response.

The host, the eTag header and the example body are constants of the generator: they are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.contract.fields import Field, read_fields
from conformance.contract.json_reader import read_json
from conformance.contract.model import Json
from conformance.errors import ContractError

_TYPES = frozenset(("array", "boolean", "integer", "number", "object", "string"))
_WITHOUT_BODY = frozenset(("get", "head", "delete", "trace"))
_EXPRESSION = re.compile(r"\{([?&])([^}]*)\}")
_VARIABLE = re.compile(r"\{([^}]+)\}")


def read_page(text: str, place: str) -> dict[str, Json]:
    """Return the OpenAPI 3.0 document that the page `text` stands for.

    Raises ContractError, naming `place` and the line, where the page shows no request line or
    several, has no target, a schema that is no JSON, or a schema without a content type.
    """
    try:
        fields = read_fields(text)
    except AssertionError as problem:  # how html.parser meets a broken <![section
        raise ContractError(f"this is not HTML: {problem}", "Save the page again.", place) from None
    return _Page(fields, place).document()


class _Page:
    """The fields of one page, read as an operation."""

    def __init__(self, fields: list[Field], place: str) -> None:
        self._place = place
        starts = (n for n, field in enumerate(fields) if field.name == "statusLine")
        first_response = next(starts, len(fields))
        self._fields = fields[:first_response]
        self._response_fields = fields[first_response:]

    def document(self) -> dict[str, Json]:
        """Return the document: one path, one operation."""
        lines = [field for field in self._fields if field.name == "requestLine"]
        if len(lines) != 1:
            place = f"{self._place}:{lines[1].line}" if lines else self._place
            found = "a second request line" if lines else "no request line"
            raise ContractError(
                f"this HTML page shows {found}: it is not the page of one operation",
                "Give a page of one operation, or an OpenAPI 3.0 document (JSON or YAML).",
                place,
            )
        method = lines[0].text.lower()
        path, query = _target(self._text("httpTarget"))
        if not path.startswith("/"):
            raise ContractError(
                f'the request target "{self._text("httpTarget")}" has no path',
                r"Give it one that begins with a backslash, such as \v1\things.",
                f"{self._place}:{lines[0].line}",
            )
        operation: dict[str, Json] = self._names()
        description = self._text("requestDescription")
        if description:
            operation["description"] = description
        parameters = _parameters(self._fields, path, query)
        if parameters:
            operation["parameters"] = parameters
        content = self._request_content(method)
        if content:
            operation["requestBody"] = {"content": content}
        operation["responses"] = dict(_responses(self._response_fields))
        title = self._text("requestSummary") or operation.get("operationId") or path
        return {
            "openapi": "3.0.3",
            "info": {"title": title, "version": "unstated"},
            "paths": {path: {method: operation}},
        }

    def _text(self, name: str) -> str:
        return next((field.text for field in self._fields if field.name == name), "")

    def _names(self) -> dict[str, Json]:
        """Tell the operationId from the summary: the title repeats a summary, never an id."""
        heading = self._text("requestSummary")
        if heading and not self._text("title") and not re.search(r"\s", heading):
            return {"operationId": heading}
        stem = re.sub(r"\.x?html?$", "", re.split(r"[/\\]", self._place)[-1])
        names: dict[str, Json] = {"operationId": stem} if stem else {}
        if heading:
            names["summary"] = heading
        return names

    def _request_content(self, method: str) -> dict[str, Json]:
        """Return the request body's media types.

        Some pages show a body schema on GET and DELETE. It stays out: content there has no
        generally defined meaning (RFC 9110, sections 9.3.1 and 9.3.5), and OpenAPI 3.0.3, section
        4.7.10.1 has readers ignore a requestBody on such methods.
        """
        if method in _WITHOUT_BODY:
            return {}
        field = next((each for each in self._fields if each.name == "schema" and each.text), None)
        types = _content_types(self._fields)
        if field is None:
            return {media_type: {} for media_type in types}
        if not types:
            raise ContractError(
                "the page shows a request body schema and no content-type header line",
                "Add the line to the HTTP request of the page.",
                f"{self._place}:{field.line}",
            )
        schema = self._schema(field)
        return {media_type: {"schema": schema} for media_type in types}

    def _schema(self, field: Field) -> Json:
        try:
            return read_json(field.text, "schema")
        except ContractError as problem:
            line = problem.place.rpartition(":")[2]
            where = f"line {line} of the" if line.isdigit() else "the"
            raise ContractError(
                f"{problem.what}, in {where} request body schema",
                problem.remedy,
                f"{self._place}:{field.line}",
            ) from None


def _target(target: str) -> tuple[str, list[str]]:
    """Return the path and the query parameters of an RFC 6570 template with backslashes."""
    text = target.removeprefix("+{baseUrl}").replace("\\", "/")
    names = [
        re.split(r"[*:]", name)[0].strip()
        for expression in _EXPRESSION.finditer(text)
        for name in expression[2].split(",")
    ]
    return _EXPRESSION.sub("", text), [name for name in names if name]


def _parameters(fields: list[Field], path: str, query: list[str]) -> list[Json]:
    """Return the Parameter Objects: those of the list, then those that only the target names."""
    found: dict[tuple[str, str], Json] = {}
    for group in _groups(fields, "parameterName"):
        name, location = group["parameterName"], group.get("parameterLocation", "query").lower()
        found[name, location] = _parameter(
            name,
            location,
            kind=group.get("parameterType", "").lower(),
            required=group.get("parameterRequired", "").lower() == "required",
            description=group.get("parameterDescription", ""),
        )
    for location, names in (("path", _VARIABLE.findall(path)), ("query", query)):
        for name in names:
            if (name, location) not in found:
                found[name, location] = _parameter(name, location)
    return list(found.values())


def _parameter(
    name: str, location: str, *, kind: str = "", required: bool = False, description: str = ""
) -> dict[str, Json]:
    parameter: dict[str, Json] = {"name": name, "in": location}
    if description:
        parameter["description"] = description
    # A path parameter is always required (OpenAPI 3.0.3, section 4.7.12.1).
    parameter["required"] = required or location == "path"
    schema: dict[str, Json] = {"type": kind} if kind in _TYPES else {}
    if kind == "array":
        schema["items"] = {}  # the page does not say, OpenAPI asks for the member
    parameter["schema"] = schema
    return parameter


def _responses(fields: list[Field]) -> Iterator[tuple[str, Json]]:
    by_status: dict[str, list[Field]] = {}
    for field in fields:
        if field.name == "statusLine":
            status = field.text
            by_status[status] = []
        by_status[status].append(field)
    for status, group in by_status.items():
        description = next((each.text for each in group if each.name == "statusDescription"), "")
        response: dict[str, Json] = {"description": description}
        types = _content_types(group)
        if types:
            response["content"] = {media_type: {} for media_type in types}
        yield status, response


def _content_types(fields: list[Field]) -> list[str]:
    """Return the media types of the content-type header lines, in order, each once."""
    found: dict[str, None] = {}
    header = ""
    for field in fields:
        if field.name == "headerLine":
            header = field.text.lower()
        elif field.name == "headerValue" and header == "content-type":
            found.update(dict.fromkeys(each.strip() for each in field.text.split(",")))
    return [media_type for media_type in found if media_type]


def _groups(fields: list[Field], first: str) -> Iterator[dict[str, str]]:
    """Cut `fields` into groups, each beginning with a field `first`: name to text."""
    group: dict[str, str] = {}
    for field in fields:
        if field.name == first:
            if group:
                yield group
            group = {}
        if group or field.name == first:
            group.setdefault(field.name, field.text)
    if group:
        yield group
