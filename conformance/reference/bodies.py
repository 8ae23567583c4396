"""Bodies that are no forms with brackets: JSON, parts, text and bytes → JSON values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance.reference.form import FormError, Node
from conformance.reference.parameters import kinds_of
from conformance.reference.schema import Checker, member_schemas
from conformance.reference.values import Reader

if TYPE_CHECKING:
    from email.message import EmailMessage

    from conformance.contract.model import Content, Json


def is_json(media_type: str) -> bool:
    """Whether `media_type` is JSON, or built on it (RFC 6839, section 3.1)."""
    return media_type.endswith(("/json", "+json"))


def from_json(body: bytes) -> Json:
    """Return the value of a JSON text. Raises FormError."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        message = "The body is not valid JSON."
        raise FormError(message) from None


def _no_constant(name: str) -> Json:
    raise ValueError(name)  # NaN and Infinity are not JSON (RFC 8259, section 6)


def from_text(content: Content, body: bytes) -> Json:
    """Return the scalar that a text is. Raises FormError where it is no UTF-8."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        message = "The body is not UTF-8."
        raise FormError(message) from None
    checker = Checker(content.schema)
    return Reader(checker, {}).read({"properties": {"b": content.schema}}, {"b": Node([text])})["b"]


def from_parts(content: Content, header: str, body: bytes) -> dict[str, Json]:
    """Return the object that the parts of a multipart/form-data body are. Raises FormError."""
    parts: dict[str, list[EmailMessage]] = {}
    from email import policy  # noqa: PLC0415  (a third of what a server needs to start)
    from email.parser import BytesParser  # noqa: PLC0415

    message = BytesParser(policy=policy.HTTP).parsebytes(
        f"Content-Type: {header}\r\n\r\n".encode("latin-1") + body
    )
    if not message.is_multipart():
        boundary = str(message.get_param("boundary", "")).encode()
        if boundary and body.strip() == b"--" + boundary + b"--":
            return {}  # all of its parts may be left out
        sentence = "The body is not multipart/form-data."
        raise FormError(sentence)
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            sentence = "A part has no name."
            raise FormError(sentence)
        parts.setdefault(name, []).append(part)  # type: ignore[arg-type]  # what the policy makes
    return {name: _value(content, name, found) for name, found in parts.items()}


def _value(content: Content, name: str, parts: list[EmailMessage]) -> Json:
    schema = content.schema if isinstance(content.schema, dict) else {}
    wanted = next(iter(member_schemas(schema, name)), True)
    checker = Checker(schema)
    takes_array = "array" in kinds_of(checker, wanted)
    if takes_array and not (len(parts) == 1 and _is_list(parts[0])):
        inner = checker.resolve(wanted) if isinstance(wanted, dict) and "$ref" in wanted else wanted
        item = inner.get("items", True) if isinstance(inner, dict) else True
        return [_one(checker, item, part) for part in parts]
    if len(parts) > 1:
        sentence = f"Parameter {name} is given more than once."
        raise FormError(sentence, name)
    return _one(checker, wanted, parts[0])


def _is_list(part: EmailMessage) -> bool:
    return is_json(part.get_content_type()) and _bytes(part).lstrip().startswith(b"[")


def _one(checker: Checker, schema: Json, part: EmailMessage) -> Json:
    data = _bytes(part)
    if is_json(part.get_content_type()):
        return from_json(data)
    text = data.decode("utf-8", "replace")
    return Reader(checker, {}).read({"properties": {"p": schema}}, {"p": Node([text])})["p"]


def _bytes(part: EmailMessage) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
