"""What a miniature is, and the request that shows it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from conformance.reference.http import Request, Response, serve

from .server import FORM, PATH, State, Steps

if TYPE_CHECKING:
    from collections.abc import Iterator


class Probe(Struct, frozen=True):
    """A request that shows what a miniature does, and what is `owed` to it.

    `owed` is accepted, refused, or either (no 5xx, right shape). It is sent `times` times. `param`
    is the parameter that a refusal may name: any other declared one is the wrong reason.
    """

    owed: str
    body: bytes = b"account=acct_1&type=account_onboarding"
    method: str = "POST"
    media_type: str | None = FORM
    chunked: bool = False
    times: int = 1
    param: str = ""
    before: tuple[bytes, ...] = ()

    def requests(self) -> Iterator[Request]:
        """Yield the requests of this probe, those of `before` first."""
        for body in self.before:
            yield Request("POST", PATH, "", (("content-type", FORM),), body)
        kind = () if self.media_type is None else (("content-type", self.media_type),)
        for _ in range(self.times):
            yield Request(self.method, PATH, "", kind, self.body, self.chunked)


class Miniature(Struct, frozen=True):
    """A small target with one stated fault, or with one freedom that the contract leaves.

    `clauses` are the names of which any one is right in a report; `exits` the exit statuses of a
    run that finds it; `depth` is deep where only exploration can.
    """

    name: str
    kind: str
    sentence: str
    clauses: frozenset[str]
    probe: Probe
    steps: Steps
    level: str = "MUST"
    depth: str = "standard"
    exits: frozenset[int] = frozenset({1})

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve this target, new and without memories, on loopback; give its URL."""
        state, lock = State(), threading.Lock()

        def app(request: Request) -> Response:
            with lock:
                return self.steps.answer(request, state)

        with serve(app) as server:
            yield server.url
