"""Operation → deriver: which media type its bodies travel in, and which versions of it hold."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from conformance.closing import closed
from conformance.codec import Codec
from conformance.contract.model import Content, Json, Operation
from conformance.deriver import Deriver
from conformance.direction import to_send, unasked
from conformance.errors import NoExampleError
from conformance.messages import Messages
from conformance.naming import label_of
from conformance.readings import Judge
from conformance.values import NONE, Values, narrowed
from conformance.versions import named
from conformance.wire import InexpressibleError, wire_of


def deriver_for(
    operation: Operation, values: Values = NONE, content: Content | None = None
) -> Deriver:
    """Return the deriver for the first media type of `operation` that has a wire, or for `content`.

    Raises NoExampleError where a body is required and there is none, or where no valid message is
    found.
    """
    label = "" if content is None else label_of(content.media_type)
    codec, judge, good = judged(operation, values, content)
    try:
        messages = Messages(good)
        return Deriver(codec, messages, replace(judge, unsure=messages.unsure), values, label)
    except InexpressibleError as problem:
        kind = f"{codec.content.media_type}: " if codec.content is not None else ""
        raise NoExampleError(f"{kind}{problem}") from problem


def judged(
    operation: Operation, values: Values = NONE, content: Content | None = None
) -> tuple[Codec, Judge, Json]:
    """Return what reads requests, what they are owed, and the schema of messages known to be good.

    Raises NoExampleError where a body is required and is not written.
    """
    stated = _with(
        _codec(operation) if content is None else _codec(replace(operation, contents=(content,))),
        unasked,
    )
    codec = _with(stated, partial(closed, everywhere=operation.closed))
    unclosed = None if codec is stated else stated.schema
    place = codec.content.pointer if codec.content is not None else operation.pointer
    good = to_send(narrowed(named(codec.schema), values))
    asserts = operation.asserts_formats
    return codec, Judge.of(codec.schema, place, good, unclosed, asserts_formats=asserts), good


def _with(codec: Codec, change: Callable[[Json], Json]) -> Codec:
    """Return `codec` with this change to the schema of its body, if it is one."""
    content = codec.content
    if content is None:
        return codec
    schema = change(content.schema)
    if schema is content.schema:
        return codec
    return replace(codec, content=replace(content, schema=schema))


def _codec(operation: Operation) -> Codec:
    for content in operation.contents:
        wire = wire_of(content.media_type)
        if wire is not None:
            return Codec(operation, content, wire)
    if operation.body_required:
        raise NoExampleError("it takes no body in a media type that this suite writes")
    return Codec(operation)
