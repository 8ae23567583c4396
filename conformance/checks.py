"""What every answer owes: a documented status, its media type, a body that parses and fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from conformance import pointer
from conformance.contract.model import Content, DocumentedResponse, Json, Operation
from conformance.documented_headers import broken_headers
from conformance.exchange import Exchange, Response
from conformance.message import ITEM
from conformance.records import Breach
from conformance.responses import (
    DEPTH,
    documents_errors,
    documents_success,
    impossible,
    is_json,
    is_text,
    response_id,
    walk,
)
from conformance.schema import dereference
from conformance.strictjson import NotJSONError, parse
from conformance.validation import Broken, Validators

CARRIES_ERROR = "the status is that of a success, but the body is the documented error"
"""What is said of an answer that means to refuse, and yet has the status of a success."""

_REDIRECTS, _ERRORS = 300, 400
_WITHOUT_CONTENT = frozenset({204, 205, 304})
"""These have none, whatever is documented (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)."""

_NO_KEY = frozenset({401, 403})
_OF_HTTP = frozenset({405, 406, 408, 411, 412, 413, 414, 415, 416, 417, 421, 426, 428, 429, 431})
_MOST_BROKEN = 1000
"""So many faults of one body are told apart: each takes memory, and more say nothing new."""


def breaches(
    operation: Operation, exchange: Exchange, validators: Validators
) -> tuple[Breach, ...]:
    """Return every clause of the documented responses that the answer breaks.

    The checks stand in an order: an answer of an undocumented status or media type is not read
    any further, so that one fault is reported once. A 5xx is a matter of the case (`judge`).
    """
    response = exchange.response
    if response is None or response.status >= 500:  # noqa: PLR2004
        return ()
    documented = _documented(operation, response.status)
    if documented is None:
        if exchange.request.without and response.status in _NO_KEY:
            return ()  # what a request without credentials is told needs no word either
        return tuple(_undocumented(operation, response.status))
    headers = tuple(Breach(*each) for each in broken_headers(operation, documented, response))
    if response.status in _WITHOUT_CONTENT or exchange.request.method == "HEAD":
        return headers
    return (*headers, *_content_breaches(operation, documented, response, validators))


def _undocumented(operation: Operation, status: int) -> Iterator[Breach]:
    """Yield what an undocumented status breaks.

    Documents need not name every status, but are to cover a success and the known errors
    (OpenAPI 3.0.4, section 4.8.16). So one that documents no error owes none of them a name, and
    one that documents no success no success; what HTTP itself says of a request (RFC 9110, section
    15.5) needs no word of the contract.
    """
    if status < _ERRORS and documents_success(operation):
        said = f"the status {status} is not documented"
        yield Breach(f"{operation.id}:response/status", said)
    elif status >= _ERRORS and documents_errors(operation) and status not in _OF_HTTP:
        said = f"the status {status} is not documented, though others are"
        yield Breach(f"{operation.id}:response/error-status", said)


def _content_breaches(
    operation: Operation, documented: DocumentedResponse, response: Response, validators: Validators
) -> tuple[Breach, ...]:
    if not documented.contents:
        return ()
    content = _content_for(documented, response)
    if content is None:
        kinds = " or ".join(each.media_type for each in documented.contents)
        actual = ", ".join(_types(response))
        said = f"the media type is {actual!r}" if actual else "there is no media type"
        clause = f"{operation.id}:response/{documented.status}/media-type"
        return (Breach(clause, f"{said}, documented is {kinds}"),)
    if is_text(content):
        return tuple(_text_breaches(operation, documented, content, response, validators))
    if not is_json(content.media_type):
        return ()
    return tuple(_body_breaches(operation, documented, content, response, validators))


def is_documented_redirect(operation: Operation, exchange: Exchange) -> bool:
    """Whether the answer is a redirect that the contract documents by its own name."""
    status = exchange.response.status if exchange.response is not None else 0
    documented = operation.response_for(status) if status // 100 == 3 else None  # noqa: PLR2004
    return documented is not None and documented.status != "default"


def parsed(exchange: Exchange) -> Json:
    """Return the JSON value of the answer, or None where it is none."""
    response = exchange.response
    if response is None or not is_json(_essence(response)):
        return None
    try:
        return parse(response.body)
    except NotJSONError:
        return None


def places(value: Json, at: str = "") -> Iterator[str]:
    """Yield the instance locations that `value` has, `*` for any item, six levels deep."""
    yield at
    if at.count("/") >= DEPTH:
        return
    if isinstance(value, dict):
        for name, child in value.items():
            yield from places(child, pointer.join(at, name))
    elif isinstance(value, list):
        for child in value[:8]:
            yield from places(child, f"{at}/{ITEM}")


def marked(responses: Iterable[DocumentedResponse], mark: str) -> tuple[tuple[str, ...], ...]:
    """Return the instance locations that the schemas of some answers mark by an extension."""
    return tuple(
        path
        for documented in responses
        for content in documented.contents[:1]
        for schema, path, _ in walk(content.schema, content.schema, (), content.pointer)
        if schema.get(mark)
    )


def texts_at(body: Json, paths: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the texts that stand at some instance locations of an answer."""
    for path in paths:
        value = body
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, str) and value:
            yield value


def _documented(operation: Operation, status: int) -> DocumentedResponse | None:
    """Return the entry for `status`; a success is not documented by `default` beside another."""
    found = operation.response_for(status)
    if found is not None and found.status == "default" and status < 400:  # noqa: PLR2004
        own = [each for each in operation.responses if each.status.startswith("2")]
        return None if own else found
    return found


def _types(response: Response) -> list[str]:
    """Return every content-type once; where there are two, no two readers need agree."""
    return list(dict.fromkeys(v for k, v in response.headers if k.lower() == "content-type"))


def _essence(response: Response) -> str:
    types = _types(response)
    return types[0].partition(";")[0].strip().lower() if len(types) == 1 else ""


def _content_for(documented: DocumentedResponse, response: Response) -> Content | None:
    essence = _essence(response)
    kind = essence.partition("/")[0]
    wanted = (essence, f"{kind}/*", "*/*") if essence else ()
    found = {content.media_type: content for content in documented.contents}
    return next((found[each] for each in wanted if each in found), None)


def _body_breaches(
    operation: Operation,
    documented: DocumentedResponse,
    content: Content,
    response: Response,
    validators: Validators,
) -> Iterator[Breach]:
    whole = f"{operation.id}:response/{documented.status}/body"
    try:
        value = parse(response.body)
    except NotJSONError as problem:
        yield Breach(whole, str(problem))
        return
    if content.schema is None:
        return
    if response.status < _REDIRECTS and _carries_error(operation, content, value, validators):
        yield Breach(whole, CARRIES_ERROR)
        return
    validator = validators.of(content, asserts_formats=operation.asserts_formats)
    broken = list(islice(validator.broken(value), _MOST_BROKEN))
    if _another_kind(value, content.schema, broken):
        yield Breach(whole, "the body is an object of another kind: no documented name is in it")
        return
    yield from _named(operation, documented, content, broken)


def _text_breaches(
    operation: Operation,
    documented: DocumentedResponse,
    content: Content,
    response: Response,
    validators: Validators,
) -> Iterator[Breach]:
    """Yield what a text breaks: it is the value itself, a line break at its end part of it or not.

    UTF-8 alone is read: where another charset is said, or none can be, nothing is known.
    """
    parameters = _types(response)[0].lower().replace('"', "").partition(";")[2]
    try:
        text = response.body.decode()
    except UnicodeDecodeError:
        return
    if "charset=" in parameters and "charset=utf-8" not in parameters:
        return
    validator = validators.of(content, asserts_formats=operation.asserts_formats)
    if not any(validator.fits(each) for each in dict.fromkeys((text, text.rstrip("\r\n")))):
        yield from _named(operation, documented, content, list(validator.broken(text)))


def _named(
    operation: Operation, documented: DocumentedResponse, content: Content, broken: list[Broken]
) -> Iterator[Breach]:
    """Yield one breach for each clause of a body among `broken`."""
    whole = f"{operation.id}:response/{documented.status}/body"
    seen, known = set(), {ITEM, *_declared(content.schema)} if broken else set()
    nothing = impossible(content.schema) if broken else frozenset()
    for each in broken:
        path = tuple(ITEM if isinstance(step, int) else step for step in each.instance_path)
        subject = each.subjects[:1] if each.keyword == "required" else ()
        # A name that the target made up is no part of a clause: it may be anything, a key included.
        ours = known.issuperset(path)
        full = (*path, *subject)
        if any(full[:length] in nothing for length in range(len(full) + 1)):
            continue
        clause = response_id(operation, documented.status, full, each.keyword) if ours else whole
        if clause not in seen and not _entailed(each, broken):
            seen.add(clause)
            yield Breach(clause, each.sentence)


def _declared(schema: Json) -> Iterator[str]:
    """Yield every name of a property anywhere in `schema`."""
    waiting = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            properties = value.get("properties")
            yield from properties if isinstance(properties, Mapping) else ()
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _carries_error(
    operation: Operation, content: Content, value: Json, validators: Validators
) -> bool:
    """Whether a success holds what the contract documents for errors.

    Only an object that errors must have and the success does not declare tells the two apart.
    """
    if not isinstance(value, dict) or not isinstance(content.schema, Mapping):
        return False
    own = dereference(content.schema, content.schema).get("properties", {})
    for documented in operation.responses:
        for other in documented.contents if documented.status[:1] in ("4", "d") else ():
            schema = dereference(other.schema, other.schema)
            wanted = schema.get("required", ()) if isinstance(schema, Mapping) else ()
            marks = [name for name in wanted if isinstance(value.get(name), dict)]
            if marks and not own.keys() & marks and _fits(validators, operation, other, value):
                return True
    return False


def _fits(validators: Validators, operation: Operation, content: Content, value: Json) -> bool:
    return validators.of(content, asserts_formats=operation.asserts_formats).fits(value)


def _another_kind(value: Json, schema: Json, broken: list[Broken]) -> bool:
    if not isinstance(value, dict) or not isinstance(schema, Mapping):
        return False
    schema = dereference(schema, schema)
    missing = [each for each in broken if each.keyword == "required" and not each.instance_path]
    return len(missing) > 1 and not value.keys() & schema.get("properties", {}).keys()


def _entailed(each: Broken, broken: list[Broken]) -> bool:
    """Whether `each` follows from a wrong type at the same place."""
    return each.keyword in ("enum", "const") and any(
        other.keyword == "type" and other.instance_path == each.instance_path for other in broken
    )
