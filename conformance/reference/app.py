"""Operations → an application: pure functions from a request to the answer the contract owes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from conformance.reference.answers import Answers, Refusal, stripe_like
from conformance.reference.bodies import from_json, from_parts, from_text, is_json
from conformance.reference.breaks import Broken
from conformance.reference.form import FormError, pairs, tree
from conformance.reference.http import Request, Response
from conformance.reference.manners import closed
from conformance.reference.one_way import to_send
from conformance.reference.parameters import Missing, Sent, properties_of
from conformance.reference.schema import Checker, Problem
from conformance.reference.unsaid import FORM, PARTS
from conformance.reference.values import Reader

if TYPE_CHECKING:
    from conformance.contract.model import Content, Json, Operation, Parameter
    from conformance.reference.http import App


class Application:
    """Answers for several operations; each may come with a clause that is broken."""

    def __init__(self, targets: tuple[Broken, ...]) -> None:
        # Concrete paths go before templates that they are instances of (OpenAPI 3.0.4, 4.8.8).
        self._endpoints = tuple(sorted(map(_Endpoint, targets), key=lambda each: each.order))

    def __call__(self, request: Request) -> Response:
        """Answer `request`."""
        here = [(each, found) for each in self._endpoints if (found := each.match(request.path))]
        if not here:
            shown = f"{request.method[:40]}: {request.path[:200]}"
            return _beside(404, f"Unrecognized request URL ({shown})")
        asked = [(each, found) for each, found in here if each.method == request.method]
        if asked:
            endpoint, found = asked[0]
            # Several may be meant, where their paths differ in names alone: the one that takes it.
            for other, values in asked[1:]:
                if endpoint.refusal(request, found) is None:
                    break
                if other.steps == endpoint.steps and other.refusal(request, values) is None:
                    return other.answer(request, values)
            return endpoint.answer(request, found)
        allowed = ", ".join(sorted({endpoint.method for endpoint, _ in here}))
        refused = _beside(405, f"The method {request.method[:40]} is not allowed here.")
        return Response(405, refused.body, (*refused.headers, ("allow", allowed)))


def application(*targets: Operation | Broken) -> App:
    """Return the application that serves `targets`, strictly but for what is broken."""
    return Application(tuple(t if isinstance(t, Broken) else Broken(t) for t in targets))


def refuse(status: int, sentence: str) -> Response:
    """Answer for what never reached an operation: malformed HTTP, too large a body."""
    return _beside(status, sentence)


def _beside(status: int, message: str) -> Response:
    kind = "invalid_request_error" if status < 500 else "api_error"  # noqa: PLR2004
    return Response(status, json.dumps(stripe_like(Refusal(message, status=status), kind)).encode())


class _Endpoint:
    """One operation: reads, checks, answers."""

    def __init__(self, target: Broken) -> None:
        self.operation = target.operation
        self.method = self.operation.method.upper()
        self._schemas = {
            each.media_type: closed(to_send(each.schema), here=self.operation.closed)
            for each in self.operation.contents
        }
        self._answers = Answers(self.operation, target.sabotage)
        self.order = ["{" in step for step in self.operation.path.split("/")]
        names = re.split(r"\{([^{}]*)\}", self.operation.path)
        self._names = names[1::2]
        self.steps = names[::2]
        self._path = re.compile("([^/]+)".join(re.escape(fixed) for fixed in names[::2]))

    def match(self, path: str) -> re.Match[str] | None:
        """Return how `path` is an instance of the operation's path, if it is."""
        return self._path.fullmatch(path)

    def answer(self, request: Request, found: re.Match[str]) -> Response:
        """Return what the operation owes `request`."""
        refusal = self.refusal(request, found)
        return self._answers.success() if refusal is None else self._answers.refusal(refusal)

    def refusal(self, request: Request, found: re.Match[str]) -> Refusal | None:
        """Return why `request` is refused, if it is."""
        try:
            self._check_parameters(request, dict(zip(self._names, found.groups(), strict=True)))
            self._check_body(request)
        except FormError as problem:
            return Refusal(problem.message, problem.param)
        except Refusal as refusal:
            return refusal
        return None

    def _check_parameters(self, request: Request, in_path: dict[str, str]) -> None:
        pairs(request.query.encode("latin-1"))  # what cannot be read is refused
        sent = Sent(request, in_path)
        for parameter in self.operation.parameters:
            _check_parameter(
                parameter, sent.value(parameter), formats=self.operation.asserts_formats
            )

    def _check_body(self, request: Request) -> None:
        content = self._content(request)
        if content is None:
            return
        if not request.body and not self.operation.body_required:
            return
        schema = self._schemas[content.media_type]
        checker = Checker(schema, formats=self.operation.asserts_formats)
        if content.media_type == FORM:
            reader = Reader(checker, content.encoding)
            names = frozenset(n for n in properties_of(checker, schema) if "[" in n)
            value: Json = reader.read(schema, tree(pairs(request.body), names))
        elif is_json(content.media_type):
            value = from_json(request.body)
        elif content.media_type == PARTS:
            given = request.header("content-type") or ""
            value = from_parts(content, given, request.body)
        elif content.media_type == "text/plain":
            value = from_text(content, request.body)
        elif content.media_type == "application/octet-stream":
            value = request.body.decode("utf-8", "replace")
        else:  # bytes of which the schema says nothing that could be checked
            return
        problem = checker.problem(schema, value)
        if problem is not None:
            raise _refusal(problem, value)

    def _content(self, request: Request) -> Content | None:
        contents = self.operation.contents
        if not contents:
            return None
        given = request.header("content-type")
        if given is None and not request.body:
            return contents[0] if self.operation.body_required else None
        named = (given or "").partition(";")[0].strip().lower()
        for wanted in (named, f"{named.partition('/')[0]}/*", "*/*"):
            for content in contents:
                if content.media_type == wanted:
                    return content
        message = f"Unsupported media type: {named[:200] or 'none given'}."
        known = any(each.covers(415) for each in self.operation.responses)
        raise Refusal(message, status=415 if known else 400)


def _check_parameter(parameter: Parameter, value: Json, *, formats: bool) -> None:
    if isinstance(value, Missing):
        if parameter.required:
            raise _missing(parameter.name)
        return
    checker = Checker(parameter.schema, formats=formats)
    problem = checker.problem(parameter.schema, value, (parameter.name,))
    if problem is not None:
        raise _refusal(problem, {parameter.name: value})


def _missing(param: str) -> Refusal:
    return Refusal(f"Missing required param: {param[:200]}.", param, "parameter_missing")


def _refusal(problem: Problem, root: Json) -> Refusal:
    """Say what `problem` is in the words of the family: `a[b][0]` names the parameter."""
    first, rest = problem.path[:1], problem.path[1:]
    param = "".join([*(str(each) for each in first), *(f"[{each}]" for each in rest)])
    shown = param[:200]
    if problem.message == "missing":
        return _missing(param)
    if problem.message == "unknown":
        return Refusal(f"Received unknown parameter: {shown}", param, "parameter_unknown")
    code = "parameter_invalid_empty" if _empty(root, problem) else ""
    words = f"Invalid {problem.message}"
    return Refusal(words if problem.message == "array" else f"{words} ({shown})", param, code)


def _empty(root: Json, problem: Problem) -> bool:
    for step in problem.path:
        try:
            root = root[step]
        except (KeyError, IndexError, TypeError):
            return False
    return bool(root == "")
