"""What leaves: a request with what the run adds to it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import metadata
from typing import Final
from urllib.parse import quote

from conformance.address import TargetUrl
from conformance.errors import SuiteError
from conformance.exchange import Request
from conformance.headers import TargetHeader, added, lacking

_PATH: Final = re.compile(r"/[\x21\x22\x24-\x7e]*")  # visible ASCII without a fragment
_DOTS: Final = re.compile(r"(?:/|%2f)(?:\.|%2e){1,2}(?:/|%2f|\Z)", re.IGNORECASE)
"""A dot segment, which could leave the prefix of the target's URL (RFC 3986, section 5.2.4)."""

_OURS: Final = frozenset(
    ("accept-encoding", "connection", "content-length", "host", "transfer-encoding")
)


class Outgoing:
    """Adds to requests what the user gave, and what every request of the suite has."""

    def __init__(self, url: TargetUrl, given: Sequence[TargetHeader]) -> None:
        self._prefix = url.prefix
        self._headers = tuple(each for each in given if each.where == "header")
        self._query = tuple(
            (each.name, quote(each.value.reveal(), safe=""))
            for each in given
            if each.where == "query"
        )
        self._ours = (
            ("Host", url.authority),
            ("Accept", "application/json"),
            ("Accept-Encoding", "identity"),
            ("User-Agent", f"schema-conformance/{_version()}"),
            # One connection a request: no answer can be taken for that of another request.
            ("Connection", "close"),
        )

    def head_and_body(
        self, request: Request
    ) -> tuple[str, list[tuple[str, str]], tuple[bytes, ...]]:
        """Return the path, all headers, and the body in as many pieces as it is to have chunks.

        Raises SuiteError where `request` would leave the prefix of the target, or frames itself.
        """
        if not _PATH.fullmatch(request.path) or _DOTS.search(request.path.partition("?")[0]):
            raise SuiteError(f"no path of a request: {request.path[:80]!r}")
        if request.method == "CONNECT" or _OURS & {name.lower() for name, _ in request.headers}:
            raise SuiteError("a request may neither open a tunnel nor frame itself")
        headers = [(name, value) for name, value, _ in self.headers(request)]
        body = request.body
        parts: tuple[bytes, ...] = () if body is None else (body,)
        if body is not None and request.chunked:
            half = (len(body) + 1) // 2
            parts = (body[:half], body[half:])
            headers.append(("Transfer-Encoding", "chunked"))
        elif body is not None:
            headers.append(("Content-Length", str(len(body))))
        path = self._prefix + request.path + added(request.path, self._query, request.without)
        return path, headers, parts

    def headers(self, request: Request) -> list[tuple[str, str, str]]:
        """Return (name, value, what to show): a case's own header comes before the user's."""
        without = request.without
        theirs = [(name, *self._beside(name, value, without)) for name, value in request.headers]
        names = {name.lower() for name, _ in request.headers}
        theirs += [
            (header.name, value, lacking(*header.shown, request.without) or "")
            for header in self._headers
            if header.name.lower() not in names
            and (value := lacking(header.name, header.value.reveal(), request.without)) is not None
        ]
        names |= {header.name.lower() for header in self._headers}
        ours = [(name, value, value) for name, value in self._ours if name.lower() not in names]
        # Host stands first even where it is the user's (RFC 9110, section 7.2).
        return sorted(ours + theirs, key=lambda each: each[0].lower() != "host")

    def _beside(self, name: str, value: str, without: tuple[str, ...]) -> tuple[str, str]:
        """Return a header's value and what to show of it; cookies of a case join the user's."""
        for header in self._headers if name.lower() == "cookie" else ():
            theirs = lacking(header.name, header.value.reveal(), without)
            if header.name.lower() == "cookie" and theirs is not None:
                shown = lacking(*header.shown, without)
                return f"{value}; {theirs}", f"{value}; {shown}"
        return value, value


def _version() -> str:
    try:
        return metadata.version("schema-conformance")
    except metadata.PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
