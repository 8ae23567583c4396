"""What the user says of the target: its URL. No I/O.

No message here repeats what may hold a key, such as a URL with user information or a query.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from conformance.errors import UsageError

_LONGEST_URL: Final = 64 * 1024
_LONGEST_HOST: Final = 253  # RFC 1035, section 2.3.4, without the root label
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_EXAMPLE: Final = "Write it like --target-url=https://sandbox.example.com"

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_AUTHORITY: Final = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([^:]*))?")
_LABEL: Final = "[A-Za-z0-9_][A-Za-z0-9_-]{0,62}"
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")


class TargetUrl(Struct, frozen=True):
    """Where the target is. `host` is ASCII without brackets, `prefix` has no slash at its end."""

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @property
    def authority(self) -> str:
        """The value of the Host header (RFC 9110, section 7.2): no port where it is the usual."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def join(self, path: str) -> str:
        """Return the whole URL of `path`, which is the origin-form below the target's URL."""
        return f"{self.scheme}://{self.authority}{self.prefix}{path}"

    def __str__(self) -> str:
        return self.join("")


def parse_target_url(text: str) -> TargetUrl:
    """Return the parts of a target's URL: `http://host:8080/m/7`.

    Raises UsageError where it is empty, too long or not http(s), where it holds user information,
    a query, a fragment, dot segments or control characters, or where host or port are impossible.
    """
    if not text.strip():
        raise UsageError(
            "the target URL is empty",
            f"Is the variable that should hold it set? {_EXAMPLE}",
        )
    if len(text) > _LONGEST_URL:
        raise UsageError(f"the target URL is {len(text)} characters long", _EXAMPLE)
    scheme, authority, path = _split(text)
    host, port = _host_and_port(scheme, authority)
    segments = [unquote(segment) for segment in path.split("/")]
    if "." in segments or ".." in segments:
        raise UsageError("the target URL has dot segments in its path", _EXAMPLE)
    return TargetUrl(scheme, host, port, path.rstrip("/"))


def _split(text: str) -> tuple[str, str, str]:
    found = _SCHEME.fullmatch(text)
    scheme, rest = (found[1].lower(), found[2]) if found else ("", text)
    authority, path = re.match(r"([^/?#\\]*)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]  # matches any text
    if "@" in authority:
        raise UsageError(
            "the target URL holds user information (the part before @)",
            "A key in a URL leaks into logs. Put it into a variable and write "
            "--target-header 'Authorization: Bearer $API_KEY'",
        )
    if any(not character.isprintable() or character == " " for character in text):
        raise UsageError("the target URL holds blanks or control characters", _EXAMPLE)
    if "?" in path or "#" in path:
        raise UsageError(
            "the target URL has a query or a fragment",
            "Give the address below which the paths of the contract begin, and nothing after it.",
        )
    if not path.isascii() or "\\" in path:
        raise UsageError(
            "the path of the target URL holds a backslash or a character outside ASCII",
            "Percent-encode it.",
        )
    if scheme not in _DEFAULT_PORTS:
        said = f"the scheme {scheme}:" if scheme else "no scheme"
        address = re.sub(r"^https?:/*", "", text) if not scheme else authority + path
        raise UsageError(
            f"the target URL has {said}", f"Did you mean {_likely_scheme(address)}://{address} ?"
        )
    return scheme, authority, path


def _likely_scheme(address: str) -> str:
    local = re.match(r"localhost\b|127\.|\[::1\]|10\.|192\.168\.|[^/.]*:\d", address)
    return "http" if local else "https"


def _host_and_port(scheme: str, authority: str) -> tuple[str, int]:
    found = _AUTHORITY.fullmatch(authority)
    if found is None or not found[1]:
        raise UsageError("the target URL has no host that can be read", _EXAMPLE)
    host, port = _host(found[1]), found[2]
    if not port:
        return host, _DEFAULT_PORTS[scheme]
    # The C library takes a port modulo 65536 and connects elsewhere without a word.
    if not (re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) < 1 << 16):
        raise UsageError(f"the port of the target URL is {port[:20]}", "A port is 1 to 65535.")
    return host, int(port)


def _host(text: str) -> str:
    try:
        if text.startswith("["):
            return ipaddress.IPv6Address(text[1:-1]).compressed
        host = text.lower() if text.isascii() else text.encode("idna").decode("ascii")
    except ValueError:
        host = ""
    if not _HOST.fullmatch(host) or len(host) > _LONGEST_HOST:
        raise UsageError("the host of the target URL cannot exist", _EXAMPLE)
    return host
