"""The embedded target: what `pytest` without --target-url is fired at.

A small strict HTTP server on loopback, made from a contract. It shares no code with the judge:
its form decoder, its schema checks and its example answers are its own, so that one mistake
cannot sit on both sides of the wire.

    bytes ─ http ─ Request ─ app ─ form, values ─ schema ─ example ─ Response ─ http ─ bytes

`breaks` drops or violates one named clause: a target of which it is known what is wrong with it.
"""

from __future__ import annotations

from conformance.reference.app import application
from conformance.reference.breaks import break_clause, clauses
from conformance.reference.http import Request, Response, Server, serve

__all__ = ["Request", "Response", "Server", "application", "break_clause", "clauses", "serve"]
