"""A clause: one thing that the contract, its wire or its prose owes, with its place and source."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from conformance.verdict import Level

Side = Literal["request", "protocol", "response", "prose", "state"]
State = Literal["covered", "annotation", "uncovered"]


class Clause(Struct, frozen=True):
    """One row of the clause map.

    `id` reads `OPERATION/account/maxLength`, `OPERATION:response/200/url/type`,
    `OPERATION:query/limit/maximum`, `OPERATION:request/media-type`. `instance_location` is a JSON
    Pointer into the `part` of the message, with `*` for any item of an array. `value` is the
    keyword's value as bounded JSON text. `state` is covered, or annotation or uncovered with a
    `reason`. `line` is where the keyword stands in the contract's file, 0 where that is not known.
    """

    id: str
    operation: str
    side: Side
    keyword: str
    keyword_location: str
    instance_location: str
    words: str
    value: str
    source: str
    level: Level = Level.MUST
    state: State = "covered"
    reason: str = ""
    part: str = "body"
    line: int = 0

    @property
    def local(self) -> str:
        """The id within its operation: `/account/maxLength`, `response/200/url/type`."""
        return self.id.removeprefix(self.operation).removeprefix(":")
