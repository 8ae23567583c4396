"""A Swagger 2.0 document → the OpenAPI 3.0 document that says the same.

(OpenAPI Specification 2.0; what became of each object is told in OpenAPI 3.0.0, appendix A.)
`definitions` stay where they are, so that their pointers hold; parameters, bodies, responses and
security take their new form.
"""

from __future__ import annotations

from typing import Any

from conformance.contract.model import Json
from conformance.contract.read import VERSIONS_READ
from conformance.contract.refs import References
from conformance.errors import ContractError
from conformance.pointer import join

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_KEPT = ("info", "tags", "externalDocs", "security", "definitions")
_OF_OPERATION = (
    *("operationId", "summary", "description", "tags", "deprecated", "security", "externalDocs"),
)
_NOT_SCHEMA = frozenset(
    ("name", "in", "required", "description", "collectionFormat", "allowEmptyValue", "schema")
)
_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_JSON = "application/json"
_FILE = {"type": "string", "format": "binary"}
_DATA = frozenset(("example", "examples", "default", "enum"))

_STYLES = {
    "csv": ("form", False),
    "ssv": ("spaceDelimited", False),
    "tsv": ("tabDelimited", False),
    "pipes": ("pipeDelimited", False),
    "multi": ("form", True),
}
"""What a collectionFormat is called in 3.0; tabs have no name there, and get one of ours."""

Object = dict[str, Any]


def from_swagger(document: Object, source: str) -> Object:
    """Return `document`, which is Swagger, as OpenAPI 3.0.3; `document` is not touched.

    Raises ContractError, naming `source` and the pointer, where it is not Swagger 2.0, or a part
    is of the wrong kind.
    """
    version = document.get("swagger")
    if str(version) != "2.0":
        what = f"this is Swagger {version}"
        remedy = f"{VERSIONS_READ} Convert the document, or give another."
        raise ContractError(what, remedy, f"{source}#/swagger")
    return _Converter(References(document, source)).whole()


class _Converter:
    def __init__(self, references: References) -> None:
        self._references = references
        self._document: Object = references.document

    def whole(self) -> Object:
        document = self._document
        out: Object = {"openapi": "3.0.3"}
        for name, value in document.items():
            if name in _KEPT or name.startswith("x-"):
                out[name] = _schema(value) if name not in ("info", "tags", "security") else value
        out["servers"] = self._servers()
        schemes = self._object(document.get("securityDefinitions", {}), "#/securityDefinitions")
        out["components"] = {
            "securitySchemes": {name: _security(each) for name, each in schemes.items()}
        }
        out["paths"] = {
            path: self._item(item, join("#/paths", path))
            for path, item in self._object(document.get("paths", {}), "#/paths").items()
        }
        return out

    def _servers(self) -> list[Object]:
        host, base = self._document.get("host"), str(self._document.get("basePath", ""))
        if not isinstance(host, str):
            return [{"url": base}] if base else []
        schemes = self._document.get("schemes")
        stated = schemes if isinstance(schemes, list) and schemes else ["https"]
        return [{"url": f"{scheme}://{host}{base}"} for scheme in stated]

    def _item(self, value: Json, pointer: str) -> Json:
        if pointer.startswith("#/paths/x-"):
            return value
        item, pointer = self._follow(value, pointer)
        shared = self._parameters(item.get("parameters", []), f"{pointer}/parameters")
        out = {name: each for name, each in item.items() if name.startswith("x-")}
        for method in (name for name in item if name in _METHODS):
            at = f"{pointer}/{method}"
            out[method] = self._operation(self._object(item[method], at), at, shared)
        return out

    def _operation(self, value: Object, pointer: str, shared: list[Object]) -> Object:
        own = self._parameters(value.get("parameters", []), f"{pointer}/parameters")
        known = {(each["name"], each["in"]): each for each in (*shared, *own)}
        out = {
            name: each
            for name, each in value.items()
            if name in _OF_OPERATION or name.startswith("x-")
        }
        out["parameters"] = [
            _parameter(each) for each in known.values() if each["in"] not in ("body", "formData")
        ]
        bodies = [each for each in known.values() if each["in"] == "body"]
        form = [each for each in known.values() if each["in"] == "formData"]
        consumes = self._kinds(value, "consumes")
        if bodies:
            out["requestBody"] = _body(bodies[-1], consumes or [_JSON])
        elif form:
            out["requestBody"] = _form(form, consumes)
        produces = self._kinds(value, "produces") or [_JSON]
        stated = self._object(value.get("responses", {}), f"{pointer}/responses")
        out["responses"] = {
            status: self._response(each, join(pointer, "responses", status), produces)
            for status, each in stated.items()
        }
        return out

    def _kinds(self, operation: Object, name: str) -> list[str]:
        stated = operation.get(name, self._document.get(name))
        return (
            [each for each in stated if isinstance(each, str)] if isinstance(stated, list) else []
        )

    def _parameters(self, values: Json, pointer: str) -> list[Object]:
        if not isinstance(values, list):
            what = "a list of parameters must stand here"
            raise self._references.error(what, "Correct the document there.", pointer)
        found = []
        for index, value in enumerate(values):
            parameter, at = self._follow(value, f"{pointer}/{index}")
            places = ("path", "query", "header", "body", "formData")
            if not isinstance(parameter.get("name"), str) or parameter.get("in") not in places:
                what = f"a parameter needs a name, and in: one of {', '.join(places)}"
                raise self._references.error(what, "Correct the document there.", at)
            found.append(parameter)
        return found

    def _response(self, value: Json, pointer: str, produces: list[str]) -> Json:
        if pointer.rpartition("/")[2].startswith("x-"):
            return value
        stated, pointer = self._follow(value, pointer)
        out: Object = {"description": stated.get("description", "")}
        schema = stated.get("schema")
        if schema is not None:
            file = isinstance(schema, dict) and schema.get("type") == "file"
            made = _FILE if file else _schema(schema)
            out["content"] = {kind: {"schema": made} for kind in produces}
        headers = self._object(stated.get("headers", {}), f"{pointer}/headers")
        out["headers"] = {
            name: {"schema": _plain(self._object(each, join(pointer, "headers", name)))}
            for name, each in headers.items()
        }
        return out

    def _follow(self, value: Json, pointer: str) -> tuple[Object, str]:
        found, at = self._references.follow(value, pointer)
        return self._object(found, at), at

    def _object(self, value: Json, pointer: str) -> Object:
        if not isinstance(value, dict):
            raise self._references.object_error(pointer)
        return value


def _security(scheme: Json) -> Json:
    if not isinstance(scheme, dict):
        return scheme
    match scheme.get("type"):
        case "basic":
            return {"type": "http", "scheme": "basic"}
        case "oauth2":
            return {"type": "oauth2", "flows": {}}
        case _:
            return scheme


def _parameter(stated: Object) -> Object:
    out: Object = {
        name: stated[name]
        for name in ("name", "in", "required", "description", "allowEmptyValue")
        if name in stated
    }
    if stated.get("type") == "array":
        style, explode = _STYLES.get(stated.get("collectionFormat", "csv"), ("form", False))
        out["style"] = style if style != "form" or stated["in"] == "query" else "simple"
        out["explode"] = explode
    return {**out, "schema": _plain(stated)}


def _body(stated: Object, consumes: list[str]) -> Object:
    media = {"schema": _schema(stated.get("schema", {}))}
    return {
        "required": stated.get("required") is True,
        "content": dict.fromkeys(consumes, media),
    }


def _form(stated: list[Object], consumes: list[str]) -> Object:
    files = any(each.get("type") == "file" for each in stated)
    kinds = [each for each in consumes if each.startswith((_FORM, _MULTIPART))]
    if files:  # a file travels in no other kind of form
        kinds = [each for each in kinds if each.startswith(_MULTIPART)] or [_MULTIPART]
    required = [each["name"] for each in stated if each.get("required") is True]
    schema: Object = {
        "type": "object",
        "properties": {each["name"]: {**_described(each), **_plain(each)} for each in stated},
    }
    if required:
        schema["required"] = required
    encoding = {}
    for each in stated:
        if each.get("type") == "array":
            style, explode = _STYLES.get(each.get("collectionFormat", "csv"), ("form", False))
            encoding[each["name"]] = {"style": style, "explode": explode}
    media = {"schema": schema, **({"encoding": encoding} if encoding else {})}
    return {"required": bool(required), "content": dict.fromkeys(kinds or [_FORM], media)}


def _described(stated: Object) -> Object:
    return {name: stated[name] for name in ("description",) if name in stated}


def _plain(stated: Object) -> Object:
    """Return the schema of a parameter, a header or items: its own members say what it may be."""
    if stated.get("type") == "file":
        return dict(_FILE)
    out = {name: value for name, value in stated.items() if name not in _NOT_SCHEMA}
    found: Object = _schema(out)
    return found


def _schema(value: Json) -> Json:
    """Return a schema with what is spelt otherwise in 3.0: discriminator, and nullable.

    `x-nullable` is no word of the standard, but all who write it mean the same.
    """
    if isinstance(value, list):
        return [_schema(each) for each in value]
    if not isinstance(value, dict):
        return value
    out = {name: each if name in _DATA else _schema(each) for name, each in value.items()}
    if isinstance(out.get("discriminator"), str):
        out["discriminator"] = {"propertyName": out["discriminator"]}
    if isinstance(out.get("x-nullable"), bool):
        out.setdefault("nullable", out["x-nullable"])
    return out
